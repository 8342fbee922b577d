"""The simulated cloud as it is served: the vendor's interface, the control interface, and a site to begin with."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, override

from aiohttp import web
from aiohttp.typedefs import Middleware

from simulators.agenda import Agenda
from simulators.clock import Clock, utc_now
from simulators.iloq.api import counting, gate, routes
from simulators.iloq.control import control_routes
from simulators.iloq.demo import furnish
from simulators.iloq.group import LockGroup
from simulators.iloq.options import Options
from simulators.iloq.sessions import Sessions, User
from simulators.iloq.site_control import site_control_routes
from simulators.outbox import Outbox
from simulators.rate_limit import RateLimit
from simulators.registry import Registry
from simulators.simulator import Simulator

DEMO_CUSTOMER_CODE = "ILOQ_21140"
DEMO_USER = "api"
DEMO_PASSWORD = "demo-password"
DEMO_NAME = "Demo house"


class IloqCloud(Simulator):
    """A cloud with one customer, one user and one lock group."""

    base_path = "/iloqws/"

    def __init__(
        self,
        *,
        clock: Clock = utc_now,
        customer_code: str = DEMO_CUSTOMER_CODE,
        user: str = DEMO_USER,
        password: str = DEMO_PASSWORD,
        furnished: bool = True,
    ) -> None:
        """Start the cloud, with a house in its lock group or with nothing."""
        super().__init__(clock)
        self.customer_code = customer_code
        self.options = Options()
        self.agenda = Agenda(clock)
        self.rate_limit = RateLimit(self.options, clock)
        self.sessions = Sessions(self.options)
        self.outbox = Outbox(self.options, self.settle)
        self.groups = Registry[LockGroup]()
        self.user = self.add_user(user, password)
        self.group = self.add_group(DEMO_NAME)
        if furnished:
            furnish(self.group)

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
        """Return the id in the path, if there is one."""
        return request.match_info.get("id")

    @override
    def cloud_app(self) -> web.Application:
        """Return the vendor's application; webhooks are called while it is served."""

        async def start(_app: web.Application) -> None:
            self.outbox.start()

        async def close(_app: web.Application) -> None:
            await self.outbox.close()

        app = super().cloud_app()
        # What is under way is counted before any fault holds it up.
        app.middlewares.insert(0, counting(self))
        app.on_startup.append(start)
        app.on_cleanup.append(close)
        return app

    def settle(self) -> datetime:
        """Have everything happen that was due by the present time, and return that."""
        return self.agenda.settle()

    async def webhooks_told(self) -> None:
        """Wait until the webhooks were told of all that has happened."""
        await self.outbox.done()

    def set_options(self, **changes: Any) -> None:
        """Choose what is the same for the whole cloud, from now on."""
        self.settle()
        self.options.change(changes)

    def add_user(self, name: str, password: str) -> User:
        """Add somebody who may log in."""
        user = User(name, password)
        self.sessions.users[name.casefold()] = user
        return user

    def add_group(self, name: str, time_zone: str = "FLE Standard Time") -> LockGroup:
        """Add an empty lock group."""
        group = LockGroup(
            name,
            self.options,
            self.agenda,
            self.outbox,
            self.clock,
            time_zone=time_zone,
        )
        self.groups[group.id] = group
        return group
