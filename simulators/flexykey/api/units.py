"""GET /v1/units and GET /v1/units/{unitId}: the guide's section 5."""

from typing import TYPE_CHECKING

from aiohttp import web

from simulators.flexykey.api.rights import USER, answer, refuse, unit_by_id
from simulators.routes import any_case

if TYPE_CHECKING:
    from simulators.flexykey.cloud import FlexyKeyCloud


def routes(cloud: FlexyKeyCloud) -> list[web.RouteDef]:
    """Return the routes that describe units."""

    async def list_units(request: web.Request) -> web.Response:
        user = request[USER]
        return answer(
            [unit.document for unit in cloud.units.values() if user.owns(unit.unit_id)]
        )

    async def one_unit(request: web.Request) -> web.Response:
        unit_id = request.match_info["unitId"]
        if not unit_id.isdecimal():
            refuse(web.HTTPBadRequest, "unitId must be a number")
        return answer(unit_by_id(cloud, request[USER], int(unit_id)).document)

    return [
        any_case("GET", "/v1/units", list_units),
        any_case("GET", "/v1/units/{unitId}", one_unit),
    ]
