"""POST /v1/Control and GET /v1/Control: the guide's section 6."""

import re
from typing import TYPE_CHECKING

from aiohttp import web

from simulators.flexykey.api.bodies import json_body
from simulators.flexykey.api.rights import (
    USER,
    answer,
    refuse,
    refuse_evva,
    unit_by_either,
    unit_by_query,
)
from simulators.flexykey.documents import MAIN_RELAYS, RELAYS
from simulators.routes import any_case

if TYPE_CHECKING:
    from simulators.flexykey.cloud import FlexyKeyCloud
    from simulators.flexykey.unit import Unit

_PULSE = re.compile(r"[1-9][0-9]{0,4}")


def routes(cloud: FlexyKeyCloud) -> list[web.RouteDef]:
    """Return the routes that control outputs and read states."""

    async def control(request: web.Request) -> web.Response:
        body = await json_body(request)
        unit = refuse_evva(
            unit_by_either(
                cloud, request[USER], body.get("unitId"), body.get("serialNumber")
            )
        )
        output = body.get("outputNumber")
        if output not in MAIN_RELAYS + RELAYS:
            refuse(web.HTTPBadRequest, "outputNumber must be F1, F2 or X1-X64")
        if output not in unit.relays:
            refuse(web.HTTPBadRequest, f"The unit has no output {output}")
        action = _action(body.get("outputAction"))
        _reach(unit)
        cloud.control(unit.unit_id, output, action)
        return answer(
            {
                "status": "OK",
                "unitId": unit.unit_id,
                "outputNumber": output,
                "outputAction": action,
                "messageId": None,
            }
        )

    async def status(request: web.Request) -> web.Response:
        unit = refuse_evva(unit_by_query(cloud, request))
        _reach(unit)
        return answer(cloud.status(unit.unit_id))

    return [
        any_case("POST", "/v1/Control", control),
        any_case("GET", "/v1/Control", status),
    ]


def _action(value: object) -> str:
    """Return an action as a string, if it is one."""
    action = (
        str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    )
    if not isinstance(action, str) or not (
        action in ("ON", "OFF") or _PULSE.fullmatch(action)
    ):
        refuse(web.HTTPBadRequest, "outputAction must be ON, OFF or 1-99999")
    return action


def _reach(unit: Unit) -> None:
    """Refuse a call for a unit that cannot be reached, in the mode in which the cloud says so."""
    if unit.offline == "error":
        raise web.HTTPGatewayTimeout(text="The unit did not answer")
