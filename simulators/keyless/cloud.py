"""The simulated platform as it is served: the vendor's interface, the control interface, and a site to begin with."""

from collections.abc import Iterable
from typing import override

from aiohttp import web
from aiohttp.typedefs import Middleware

from simulators.clock import Clock, utc_now
from simulators.errors import Invalid
from simulators.keyless.api import gate, routes
from simulators.keyless.control import control_routes
from simulators.keyless.locks import LockingDevice
from simulators.keyless.site import SiteCloud
from simulators.keyless.site_control import site_control_routes

DEMO_USER_ID = "558aef6a-de33-4e6c-8219-1eab9727ae94"
DEMO_ACCESS_KEY = "mA4OKvw59GXsivxQ0TSfg0BISsr94jyYVbNlFVr0Nn4="
DEMO_API_KEY = "demo-api-key"
DEMO_TENANT_ID = "7e8e68c3-bca3-48c0-8f29-a757ef2b3c3f"

_LOCKS_PER_GATEWAY = 5
_CONCERNED = ("locking-device-id", "gateway-device-id")


class KeylessCloud(SiteCloud):
    """A platform with one system, one administrator, and nothing else until it is added."""

    base_path = "/administration/"

    def __init__(
        self,
        *,
        clock: Clock = utc_now,
        user_id: str = DEMO_USER_ID,
        access_key: str = DEMO_ACCESS_KEY,
        api_key: str = DEMO_API_KEY,
        tenant_id: str = DEMO_TENANT_ID,
    ) -> None:
        """Start the platform."""
        super().__init__(clock, tenant_id, api_key)
        self.admin = self.people.add_user("ADMIN", user_id, access_key)

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
        return [*control_routes(self), *site_control_routes(self)]

    @override
    def subject(self, request: web.Request, body: bytes) -> str | None:
        """Return the device that a request concerns, if it names one outside of its body."""
        named = (request.query.get(name) for name in _CONCERNED)
        return next(filter(None, named), request.match_info.get("id"))

    def populate(self, count: int) -> list[LockingDevice]:
        """Add claimed locking devices, gateways for all of them, and a user with a phone."""
        if count < 0:
            raise Invalid("count cannot be negative")
        added = [
            self.add_locking_device(f"Lock {number}") for number in range(1, count + 1)
        ]
        for number, lock in enumerate(added):
            if number % _LOCKS_PER_GATEWAY == 0:
                gateway = self.add_gateway()
            self.associate(lock.id, gateway.id)
        if added:
            self.add_user(phone=True)
        return added
