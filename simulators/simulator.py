"""What every simulated cloud is to the server: two applications, a clock, counts and faults."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar

from aiohttp import web
from aiohttp.typedefs import Middleware

from simulators.clock import Clock
from simulators.control import control_app
from simulators.faults import Fault, Faults, inject
from simulators.requests import Requests


class Simulator(ABC):
    """A simulated cloud: the vendor's HTTP interface and a control interface over one state."""

    base_path: ClassVar[str]
    """Where the vendor's interface begins, with a slash at both ends."""

    def __init__(self, clock: Clock) -> None:
        """Take the clock by which everything in the cloud happens."""
        self.clock = clock
        self.requests = Requests(clock)
        self.faults = Faults()

    @abstractmethod
    def routes(self) -> Iterable[web.RouteDef]:
        """Return the vendor's routes."""

    @abstractmethod
    def control_routes(self) -> Iterable[web.RouteDef]:
        """Return the routes of the control interface beyond the common ones."""

    def middlewares(self) -> Iterable[Middleware]:
        """Return what stands before the vendor's routes, such as authentication."""
        return ()

    def subject(self, request: web.Request, body: bytes) -> str | None:
        """Return what a request concerns, such as the id of a unit, so that it is counted for it."""
        return None

    def cloud_app(self) -> web.Application:
        """Return the vendor's application."""
        app = web.Application(
            middlewares=[
                inject(self.requests, self.faults, self.subject),
                *self.middlewares(),
            ]
        )
        app.add_routes(self.routes())
        return app

    def control_app(self) -> web.Application:
        """Return the control application."""
        return control_app(self.requests, self.faults, self.control_routes())

    def add_fault(self, fault: Fault) -> Fault:
        """Put a fault in force behind those that are in force already."""
        self.faults.active.append(fault)
        return fault

    def clear_faults(self) -> None:
        """Lift all faults."""
        self.faults.active.clear()
