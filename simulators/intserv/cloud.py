"""The simulated cloud as it is served: the vendor's interface, the control interface, and a site to begin with."""

from collections.abc import Iterable
from datetime import datetime
import json
from typing import Any, override

from aiohttp import web
from aiohttp.typedefs import Middleware

from simulators.agenda import Agenda
from simulators.clock import Clock, utc_now
from simulators.errors import Conflict, Missing
from simulators.intserv.api import gate, routes
from simulators.intserv.continuations import Continuations
from simulators.intserv.control import control_routes
from simulators.intserv.demo import furnish
from simulators.intserv.events import History
from simulators.intserv.integrations import Integration
from simulators.intserv.keys import AccessKey
from simulators.intserv.options import Options
from simulators.intserv.rollout import Rollout
from simulators.intserv.site import Site
from simulators.intserv.site_control import site_control_routes
from simulators.intserv.system_control import system_control_routes
from simulators.intserv.systems import System
from simulators.intserv.uplink import Uplink
from simulators.rate_limit import RateLimit
from simulators.registry import Registry
from simulators.simulator import Simulator

DEMO_API_KEY = "demo-integration-key"
DEMO_NAME = "Demo integration"


class IntServCloud(Simulator):
    """A cloud with one integration, and a site of two systems."""

    base_path = "/v1/"

    def __init__(
        self,
        *,
        clock: Clock = utc_now,
        api_key: str = DEMO_API_KEY,
        furnished: bool = True,
    ) -> None:
        """Start the cloud, with a site or with nothing."""
        super().__init__(clock)
        self.options = Options()
        self.agenda = Agenda(clock)
        self.rate_limit = RateLimit(self.options, clock)
        self.history = History()
        self.continuations = Continuations(self.options)
        self.site = Site(self.options)
        self.systems = Registry[System]()
        self.rollout = Rollout(self.options, self.agenda, self.systems)
        self.integrations = Registry[Integration]()
        self.integration = self.add_integration(DEMO_NAME, api_key)
        if furnished:
            furnish(self)

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
            *system_control_routes(self),
            *site_control_routes(self),
        ]

    @override
    def subject(self, request: web.Request, body: bytes) -> str | None:
        """Return the id of the access key that a body names."""
        try:
            named = json.loads(body)
        except ValueError:
            return None
        key_id = named.get("id") if isinstance(named, dict) else None
        return key_id if isinstance(key_id, str) else None

    def settle(self) -> datetime:
        """Have everything happen that was due by the present time, and return that."""
        now = self.agenda.settle()
        for system in self.systems.values():
            for event in system.uplink.settle(now):
                self.history.add(event)
        return now

    def set_options(self, **changes: Any) -> None:
        """Choose what is the same for the whole cloud, from now on."""
        self.settle()
        self.options.change(changes)

    def add_integration(
        self, name: str, api_key: str | None = None, systems: Iterable[str] = ()
    ) -> Integration:
        """Add an integration that may see some systems, which others may see as well."""
        integration = Integration(
            name, api_key, self.systems, self.options, self.rollout
        )
        integration.see(systems)
        self.integrations[integration.id] = integration
        return integration

    def add_system(self, system_id: str, name: str) -> System:
        """Add a system with neither doors nor levels, which the first integration may see."""
        if system_id in self.systems:
            raise Conflict("there is a system of this id")
        system = System(system_id, name, Uplink(self.options, self.clock()))
        self.systems[system_id] = system
        self.integration.system_ids.append(system_id)
        return system

    def set_online(self, system: System, online: bool) -> None:
        """Connect a system or cut it off; until it is connected again it applies and tells nothing."""
        self.settle()
        returns = online and not system.uplink.online
        system.uplink.online = online
        if returns:
            self.rollout.resume(system)

    def drop_level(self, level_id: str) -> None:
        """Delete an access level, which all access keys lose."""
        for system in self.systems.values():
            if system.levels.pop(level_id, None):
                break
        else:
            raise Missing("there is no such level")
        for integration in self.integrations.values():
            integration.store.drop_level(level_id)

    def find_key(self, key_id: str) -> AccessKey:
        """Return an access key of any integration, be it one that was removed and that a system still holds."""
        for integration in self.integrations.values():
            if key := integration.store.keys.get(key_id):
                return key
        for system in self.systems.values():
            if held := system.held.get(key_id):
                return held.key
        raise Missing("there is no such access key")
