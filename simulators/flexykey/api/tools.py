"""Maintenance of sync states under /v1/Tools, on the server alone: the guide's section 11."""

from typing import TYPE_CHECKING, Any

from aiohttp import web

from simulators.flexykey.api.bodies import json_body
from simulators.flexykey.api.rights import (
    USER,
    answer,
    refusals,
    refuse,
    unit_by_number,
)
from simulators.flexykey.entries import check_state
from simulators.routes import any_case

if TYPE_CHECKING:
    from simulators.flexykey.cloud import FlexyKeyCloud
    from simulators.flexykey.unit import Unit


def routes(cloud: FlexyKeyCloud) -> list[web.RouteDef]:
    """Return the routes that change what the server considers synchronised."""

    async def id_entries(request: web.Request) -> web.Response:
        body = await json_body(request)
        entry_id = body.get("id")
        if entry_id is not None and type(entry_id) is not int:
            refuse(web.HTTPBadRequest, "id must be a number")
        return set_entries(request, body, entry_id)

    async def unit_settings(request: web.Request) -> web.Response:
        body = await json_body(request)
        unit = unit_by_number(cloud, request[USER], body.get("unitId"))
        if ("setting" in body) != ("params" in body):
            refuse(web.HTTPBadRequest, "Specify setting and params, or neither")
        set_settings(unit, body, body if "setting" in body else None)
        # The guide shows no answer; this one counts entries of the access list alone.
        return answer({"status": "OK", "unitId": unit.unit_id, "affected": 0})

    async def all_unit_data(request: web.Request) -> web.Response:
        body = await json_body(request)
        reply = set_entries(request, body)
        set_settings(cloud.unit(body["unitId"]), body)
        return reply

    def set_settings(
        unit: Unit, body: dict[str, Any], one: dict[str, Any] | None = None
    ) -> None:
        with refusals():
            state = check_state(body.get("unitSyncState"))
            cloud.program(unit.unit_id).settings.set_state(
                cloud.definitions, state, one
            )

    def set_entries(
        request: web.Request, body: dict[str, Any], entry_id: int | None = None
    ) -> web.Response:
        unit = unit_by_number(cloud, request[USER], body.get("unitId"))
        with refusals():
            state = check_state(body.get("unitSyncState"))
            affected = cloud.programs[unit.unit_id].entries.set_state(state, entry_id)
        return answer({"status": "OK", "unitId": unit.unit_id, "affected": affected})

    return [
        any_case("POST", "/v1/Tools/IdEntriesSyncState", id_entries),
        any_case("POST", "/v1/Tools/UnitSettingsSyncState", unit_settings),
        any_case("POST", "/v1/Tools/AllUnitDataSyncState", all_unit_data),
    ]
