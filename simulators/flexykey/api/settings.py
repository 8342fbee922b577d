"""Settings under /v1/UnitSettings: the guide's section 9."""

from typing import TYPE_CHECKING

from aiohttp import web

from simulators.flexykey.api.bodies import json_body, query_number
from simulators.flexykey.api.rights import (
    USER,
    answer,
    refusals,
    refuse_evva,
    unit_by_id,
    unit_by_number,
)
from simulators.routes import any_case

if TYPE_CHECKING:
    from simulators.flexykey.cloud import FlexyKeyCloud


def routes(cloud: FlexyKeyCloud) -> list[web.RouteDef]:
    """Return the routes that read and change settings."""

    async def definitions(_request: web.Request) -> web.Response:
        return answer(cloud.definitions.as_json())

    async def show(request: web.Request) -> web.Response:
        unit = refuse_evva(
            unit_by_id(cloud, request[USER], query_number(request, "unitId"))
        )
        items = [
            setting.as_json()
            for setting in cloud.program(unit.unit_id).settings
            if setting.name in cloud.definitions
        ]
        return answer({"unitId": unit.unit_id, "items": items})

    async def put(request: web.Request) -> web.Response:
        body = await json_body(request)
        unit = refuse_evva(unit_by_number(cloud, request[USER], body.get("unitId")))
        with refusals():
            setting = cloud.program(unit.unit_id).settings.put(cloud.definitions, body)
        return answer({"unitId": unit.unit_id, **setting.as_json()})

    return [
        any_case("GET", "/v1/UnitSettings/Definitions", definitions),
        any_case("GET", "/v1/UnitSettings", show),
        any_case("PUT", "/v1/UnitSettings", put),
    ]
