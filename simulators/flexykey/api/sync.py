"""Syncs under /v1/UnitSync: the guide's section 10."""

from typing import TYPE_CHECKING

from aiohttp import web

from simulators.flexykey.api.bodies import json_body, query_number
from simulators.flexykey.api.rights import (
    USER,
    answer,
    refusals,
    unit_by_id,
    unit_by_number,
)
from simulators.routes import any_case

if TYPE_CHECKING:
    from simulators.flexykey.cloud import FlexyKeyCloud
    from simulators.flexykey.sync import Sync


def routes(cloud: FlexyKeyCloud) -> list[web.RouteDef]:
    """Return the routes that start, follow and abort syncs."""

    async def push(request: web.Request) -> web.Response:
        sync = await posted(request)
        with refusals():
            return answer(sync.push())

    async def status(request: web.Request) -> web.Response:
        unit = unit_by_id(cloud, request[USER], query_number(request, "unitId"))
        return answer(cloud.programs[unit.unit_id].sync.read())

    async def abort(request: web.Request) -> web.Response:
        return answer((await posted(request)).abort())

    async def posted(request: web.Request) -> Sync:
        body = await json_body(request)
        unit = unit_by_number(cloud, request[USER], body.get("unitId"))
        return cloud.programs[unit.unit_id].sync

    return [
        any_case("POST", "/v1/UnitSync/PushChanges", push),
        any_case("GET", "/v1/UnitSync/Status", status),
        any_case("POST", "/v1/UnitSync/Abort", abort),
    ]
