"""Requests for information and their answers: the guide's section 7."""

from typing import TYPE_CHECKING

from aiohttp import web

from simulators.flexykey.api.bodies import json_body, query_number
from simulators.flexykey.api.rights import (
    USER,
    answer,
    refusals,
    refuse,
    refuse_evva,
    unit_by_either,
    unit_by_query,
)
from simulators.routes import any_case

if TYPE_CHECKING:
    from simulators.flexykey.cloud import FlexyKeyCloud

_USUAL_ROWS = 20
_MOST_ROWS = 100


def routes(cloud: FlexyKeyCloud) -> list[web.RouteDef]:
    """Return the routes that list commands, queue them, and read messages."""

    async def types(_request: web.Request) -> web.Response:
        return answer(cloud.catalogue.as_json())

    async def ask(request: web.Request) -> web.Response:
        body = await json_body(request)
        unit = refuse_evva(
            unit_by_either(
                cloud, request[USER], body.get("unitId"), body.get("serialNumber")
            )
        )
        command, profile = body.get("typeName"), body.get("profile")
        if (command is None) == (profile is None):
            refuse(web.HTTPBadRequest, "Specify either typeName or profile")
        name = profile if command is None else command
        if not isinstance(name, str):
            refuse(web.HTTPBadRequest, "typeName and profile must be strings")
        information = cloud.information(unit.unit_id)
        ask_for = (
            information.request_profile
            if command is None
            else information.request_command
        )
        with refusals():
            commands = ask_for(cloud.catalogue, name)
        return answer(
            {
                "status": "ACCEPTED",
                "unitId": unit.unit_id,
                "serialNumber": unit.serial_number,
                "profile": profile,
                "commandCount": len(commands),
                "queuedCount": sum(one["status"] == "QUEUED" for one in commands),
                "commands": commands,
            }
        )

    async def messages(request: web.Request) -> web.Response:
        unit = refuse_evva(unit_by_query(cloud, request))
        limit = query_number(request, "limit", _USUAL_ROWS)
        if not 1 <= limit <= _MOST_ROWS:
            refuse(web.HTTPBadRequest, f"limit must be 1 to {_MOST_ROWS}")
        wanted = request.query.get("typeName")
        found = [
            message
            for message in cloud.messages(unit.unit_id)
            if message["matchedType"] in cloud.catalogue.commands
            and wanted in (None, "", message["matchedType"])
        ]
        return answer(found[:limit])

    return [
        any_case("GET", "/v1/RequestUnitInfoTypes", types),
        any_case("POST", "/v1/RequestUnitInfo", ask),
        any_case("GET", "/v1/UnitMessages", messages),
    ]
