"""A cloud that answers with the examples of FlexyKey's guide."""

from collections.abc import Callable
from copy import deepcopy
import json
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from custom_components.latchkey.vendors.model import Device, DeviceKind
from tests.simulators.helpers import GUIDE


class Guide:
    """A cloud that answers with the guide's examples, or with what a test makes of them."""

    def __init__(self) -> None:
        """Start with the examples."""
        self.units: Any = deepcopy(GUIDE["units"])
        self.status: Any = deepcopy(GUIDE["status"])
        self.controlled: Any = deepcopy(GUIDE["control_response"])
        self.received: list[str] = []
        self.bodies: list[Any] = []

    def app(self) -> web.Application:
        """Return the cloud's application."""
        app = web.Application()
        app.router.add_get("/v1/units", self._answer(lambda: self.units))
        app.router.add_get("/v1/Control", self._answer(lambda: self.status))
        app.router.add_post("/v1/Control", self._answer(lambda: self.controlled))
        return app

    def _answer(self, document: Callable[[], Any]) -> Handler:
        async def answer(request: web.Request) -> web.Response:
            self.received.append(f"{request.method} {request.path_qs}")
            if body := await request.read():
                self.bodies.append(json.loads(body))
            return web.json_response(document())

        return answer


def unit(unit_id: int = 3023) -> Device:
    """Return a unit of which nothing but its id is known."""
    return Device(
        id=str(unit_id), label=str(unit_id), kind=DeviceKind.UNIT, name="Port"
    )
