"""The simulated cloud as it is served: the vendor's interface, the control interface, and an organisation to begin with."""

from collections.abc import Iterable
import json
from typing import override

from aiohttp import web
from aiohttp.typedefs import Middleware

from simulators.clock import Clock, utc_now
from simulators.errors import Invalid
from simulators.keyvox.api import gate, routes
from simulators.keyvox.control import control_routes
from simulators.keyvox.locks import Lock
from simulators.keyvox.profiles import PROFILES
from simulators.keyvox.site_control import site_control_routes
from simulators.keyvox.visit_control import visit_control_routes
from simulators.keyvox.visits import VisitedCloud

DEMO_API_KEY = "demo-key"
DEMO_API_SECRET = "demo-secret"

_CONCERNED = ("lockId", "deviceId", "unitId", "orderId", "pinId", "cardId", "placeId")


class KeyVoxCloud(VisitedCloud):
    """A cloud with one organisation, and nothing in it until it is added."""

    base_path = PROFILES[0].base_path

    def __init__(
        self,
        *,
        clock: Clock = utc_now,
        api_key: str = DEMO_API_KEY,
        api_secret: str = DEMO_API_SECRET,
    ) -> None:
        """Start the cloud."""
        super().__init__(clock, api_key, api_secret)

    @override
    def routes(self) -> Iterable[web.RouteDef]:
        """Return the vendor's routes."""
        return routes(self)

    @override
    def middlewares(self) -> Iterable[Middleware]:
        """Return what every request has to pass."""
        return [gate(self)]

    @override
    def control_routes(self) -> Iterable[web.RouteDef]:
        """Return the routes that steer this cloud."""
        return [
            *control_routes(self),
            *site_control_routes(self),
            *visit_control_routes(self),
        ]

    @override
    def subject(self, request: web.Request, body: bytes) -> str | None:
        """Return the first thing that a request's body names."""
        try:
            named = json.loads(body)
        except ValueError:
            return None
        if not isinstance(named, dict):
            return None
        values = (named.get(name) for name in _CONCERNED)
        return next((value for value in values if isinstance(value, str)), None)

    def populate(self, count: int) -> list[Lock]:
        """Add locks, a unit for each, a locker, and a place and a plan for them."""
        if count < 0:
            raise Invalid("count cannot be negative")
        if not count:
            return []
        house = self.add_site("House")
        self.add_plan("Night", house.id)
        added = [self.add_lock(f"Lock {number}") for number in range(1, count + 1)]
        for number, lock in enumerate(added, 1):
            self.add_unit(f"Room {number}", house.id, [lock.id])
        station = self.add_site("Station", "locker")
        self.add_unit("Lockers", station.id)
        self.add_locker("Locker")
        return added
