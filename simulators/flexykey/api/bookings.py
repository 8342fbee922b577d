"""POST /v1/Bookings: the guide's section 14 shows the body alone, so method and path are guessed."""

from typing import TYPE_CHECKING

from aiohttp import web

from simulators.flexykey.api.bodies import json_body
from simulators.flexykey.api.rights import answer, refusals
from simulators.routes import any_case

if TYPE_CHECKING:
    from simulators.flexykey.cloud import FlexyKeyCloud


def routes(cloud: FlexyKeyCloud) -> list[web.RouteDef]:
    """Return the route that books."""

    async def book(request: web.Request) -> web.Response:
        body = await json_body(request)
        with refusals():
            booking = cloud.booking_desk.create(body)
        return answer(booking.answer())

    return [any_case("POST", "/v1/Bookings", book)]
