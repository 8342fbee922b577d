"""The control interface's part for visits: what people do at devices."""

from typing import TYPE_CHECKING

from aiohttp import web

from simulators.control import fields, json_body
from simulators.keyvox.devices import Decision

if TYPE_CHECKING:
    from simulators.keyvox.cloud import KeyVoxCloud

_DEVICE = "/devices/{id}"
_ACTION = {"action": str}


def visit_control_routes(cloud: KeyVoxCloud) -> list[web.RouteDef]:
    """Return the routes by which people come to devices."""

    async def type_pin(request: web.Request) -> web.Response:
        body = fields(await json_body(request), {"code": str})
        return _told(cloud.type_pin(request.match_info["id"], body["code"]))

    async def hold_card(request: web.Request) -> web.Response:
        body = fields(await json_body(request), {"card_id": str})
        return _told(cloud.hold_card(request.match_info["id"], body["card_id"]))

    async def press_button(request: web.Request) -> web.Response:
        body = fields(await json_body(request), optional=_ACTION)
        cloud.press_button(request.match_info["id"], **body)
        return web.Response(status=204)

    async def turn_knob(request: web.Request) -> web.Response:
        body = fields(await json_body(request), optional=_ACTION)
        cloud.turn_knob(request.match_info["id"], **body)
        return web.Response(status=204)

    async def use_app(request: web.Request) -> web.Response:
        body = fields(await json_body(request), {"user": str}, _ACTION)
        cloud.use_app(request.match_info["id"], **body)
        return web.Response(status=204)

    async def link(request: web.Request) -> web.Response:
        cloud.link(request.match_info["id"])
        return web.Response(status=204)

    return [
        web.post(_DEVICE + "/pin", type_pin),
        web.post(_DEVICE + "/card", hold_card),
        web.post(_DEVICE + "/button", press_button),
        web.post(_DEVICE + "/knob", turn_knob),
        web.post(_DEVICE + "/app", use_app),
        web.post(_DEVICE + "/link", link),
    ]


def _told(decision: Decision) -> web.Response:
    """Answer whether a device has opened, and why."""
    return web.json_response({"granted": decision.granted, "reason": decision.reason})
