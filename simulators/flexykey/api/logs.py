"""GET /v1/unitlogs/{unitId}: the guide's section 13."""

from datetime import datetime
from typing import TYPE_CHECKING

from aiohttp import web

from simulators.clock import from_iso
from simulators.flexykey.api.bodies import path_number
from simulators.flexykey.api.rights import (
    USER,
    answer,
    refusals,
    refuse,
    refuse_evva,
    unit_by_id,
)
from simulators.routes import any_case

if TYPE_CHECKING:
    from simulators.flexykey.cloud import FlexyKeyCloud


def routes(cloud: FlexyKeyCloud) -> list[web.RouteDef]:
    """Return the route that reads logs."""

    async def show(request: web.Request) -> web.Response:
        unit = refuse_evva(
            unit_by_id(cloud, request[USER], path_number(request, "unitId"))
        )
        since, until = (_date(request, name) for name in ("dateFrom", "dateTo"))
        log = cloud.program(unit.unit_id).log
        return answer(log.read(since, until, cloud.options.log_filter))

    return [any_case("GET", "/v1/unitlogs/{unitId}", show)]


def _date(request: web.Request, name: str) -> datetime:
    """Return an end of the range, which must be there."""
    if name not in request.query:
        refuse(web.HTTPBadRequest, f"{name} is required")
    with refusals():
        return from_iso(request.query[name], name)
