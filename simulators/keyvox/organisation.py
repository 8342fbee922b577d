"""The part of the cloud that is the organisation: all that it keeps, and how its parts go together."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from email.utils import format_datetime
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, override

from aiohttp import web

from simulators.agenda import Agenda
from simulators.clock import Clock
from simulators.errors import Invalid
from simulators.keyvox.bookings import Bookings
from simulators.keyvox.credential_lists import Credentials
from simulators.keyvox.credentials import Credential, Place
from simulators.keyvox.deliveries import Deliveries
from simulators.keyvox.devices import Device
from simulators.keyvox.ids import new_id
from simulators.keyvox.lockers import Locker
from simulators.keyvox.locks import PLAIN_MODELS, Lock
from simulators.keyvox.options import Options
from simulators.keyvox.places import Plan, Site, Unit
from simulators.keyvox.refusals import Refusals
from simulators.keyvox.rentals import Rentals
from simulators.keyvox.signing import ApiKeys
from simulators.keyvox.webhooks import Webhooks
from simulators.rate_limit import RateLimit
from simulators.registry import Registry
from simulators.simulator import Simulator

_LOOPBACK = ("127.0.0.0/8", "::1")


class OrganisationCloud(Simulator):
    """A cloud with one organisation."""

    def __init__(self, clock: Clock, api_key: str, api_secret: str) -> None:
        """Start with an empty organisation, whose keys may be used from this machine."""
        super().__init__(clock)
        self.org_id = new_id()
        self.options = Options()
        self.agenda = Agenda(clock)
        self.api_keys = ApiKeys({api_key: api_secret})
        self.skew = timedelta()
        """How far the clock that dates are compared with is ahead."""
        self.networks: list[IPv4Network | IPv6Network] = []
        self.register_addresses(_LOOPBACK)
        self.rate_limit = RateLimit(self.options, clock)
        self.refusals = Refusals()
        self.foreign: set[str] = set()
        """Ids that belong to another organisation."""
        self.mails: list[dict[str, str]] = []
        self.sites: Registry[Site] = Registry()
        self.units: Registry[Unit] = Registry()
        self.plans: Registry[Plan] = Registry()
        self.locks: Registry[Lock] = Registry()
        self.lockers: Registry[Locker] = Registry()
        self.deliveries = Deliveries(self.agenda, self.options, self._devices_of)
        self.pins = Credentials("pin", self.deliveries, self.options, self._hides)
        self.cards = Credentials("card", self.deliveries, self.options, self._hides)
        self.rentals = Rentals(self.lockers, self.pins, self.cards)
        self.bookings = Bookings(self.options, self.pins)
        self.webhooks = Webhooks(self.options, self.agenda, self.settle)

    @override
    def cloud_app(self) -> web.Application:
        """Return the vendor's application; webhooks are called while it is served."""

        async def start(_app: web.Application) -> None:
            self.webhooks.start()

        async def close(_app: web.Application) -> None:
            await self.webhooks.close()

        async def date(_request: web.Request, response: web.StreamResponse) -> None:
            response.headers["Date"] = format_datetime(self.now, usegmt=True)

        app = super().cloud_app()
        app.on_startup.append(start)
        app.on_cleanup.append(close)
        app.on_response_prepare.append(date)
        return app

    @property
    def now(self) -> datetime:
        """Return the time by the clock that dates are compared with, and by which answers are dated."""
        return self.clock() + self.skew

    def settle(self) -> datetime:
        """Have everything happen that was due by the present time, and return that."""
        return self.agenda.settle()

    def set_options(self, **changes: Any) -> None:
        """Choose what is the same for the whole organisation, from now on."""
        self.settle()
        self.options.change(changes)

    def set_skew(self, seconds: float) -> None:
        """Set the clock ahead that dates are compared with, or back."""
        self.skew = timedelta(seconds=seconds)

    def register_addresses(self, addresses: Iterable[str]) -> None:
        """Take requests from these addresses or ranges, and from no others."""
        try:
            self.networks = [ip_network(address) for address in addresses]
        except ValueError as error:
            raise Invalid("an address or a range in CIDR notation") from error

    def is_registered(self, address: str) -> bool:
        """Tell whether requests are taken from an address."""
        return any(ip_address(address) in network for network in self.networks)

    def set_api_key(self, api_key: str, api_secret: str) -> None:
        """Generate a new key, which ends the old one."""
        self.api_keys.clear()
        self.api_keys[api_key] = api_secret

    def device(self, device_id: str) -> Device:
        """Return a lock or a locker."""
        return self.lockers.get(device_id) or self.locks[device_id]

    def units_of(self, lock_id: str) -> set[str]:
        """Return the ids of the units that have a lock."""
        return {unit.id for unit in self.units.values() if lock_id in unit.lock_ids}

    async def webhooks_sent(self) -> None:
        """Wait until the webhooks were told of all that has happened."""
        await self.webhooks.done()

    def _devices_of(self, credential: Credential) -> list[Device]:
        """Return the devices that are to have a PIN or a card."""
        place = credential.place
        if place.unit_id is None:
            return [self.device(place.locker_id or "")]
        lock_ids = self.units[place.unit_id].lock_ids
        return [self.locks[lock_id] for lock_id in lock_ids]

    def _hides(self, place: Place) -> bool:
        """Tell whether PINs for a place show as asterisks before they are issued."""
        if place.unit_id is None:
            return False
        return any(
            self.locks[lock_id].model not in PLAIN_MODELS
            for lock_id in self.units[place.unit_id].lock_ids
        )
