"""A home with the grants of one scope at KEYVOX: what is in its memory, and the disk that outlives it."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from http import HTTPMethod
from typing import Any, override

from aiohttp import ClientSession
from yarl import URL

from custom_components.latchkey.grant_looks import GrantLooks
from custom_components.latchkey.grants import GrantBook
from custom_components.latchkey.ledger import Ledger, Record
from custom_components.latchkey.vendors.grants import Access, GrantState
from custom_components.latchkey.vendors.keyvox.adapter import Keyvox
from custom_components.latchkey.vendors.keyvox.client import KeyvoxClient, judge
from custom_components.latchkey.vendors.keyvox.paths import PROFILES
from custom_components.latchkey.vendors.keyvox.signer import Signer
from custom_components.latchkey.vendors.transport import Transport
from custom_components.latchkey.vendors.vendor import VendorError
from tests.grants.home import Disk
from tests.keyvox_book.cloud import LateCloud
from tests.simulators.helpers import FakeClock

TICK = 60.0


class MortalSigner(Signer):
    """Signs nothing more once its home is dead."""

    dead = False

    @override
    def __call__(self, method: HTTPMethod, url: URL, body: bytes) -> Mapping[str, str]:
        """Sign a request."""
        if self.dead:
            raise asyncio.CancelledError
        return super().__call__(method, url, body)


class Home:
    """One run of Home Assistant, which keeps its grants as GrantKeeper does."""

    def __init__(
        self, cloud: LateCloud, url: str, clock: FakeClock, disk: Disk, profile: str
    ) -> None:
        """Start from what is on disk."""
        self.cloud, self.url, self.clock, self.disk = cloud, url, clock, disk
        self.profile = profile
        self.session = ClientSession()
        signed = PROFILES[profile].signed
        self.signer = MortalSigner("demo-key", "demo-secret", signed, clock)
        transport = Transport(
            self.session,
            URL(url),
            self.signer,
            judge=judge,
            sleep=_no_time,
            clock=self._seconds,
        )
        client = KeyvoxClient(transport, PROFILES[profile], self.signer)
        self.vendor = Keyvox(client, clock)
        self.ledger = Ledger(self._write)
        self.ledger.load(disk.read())
        self.told: list[Record] = []
        self.book = GrantBook(self.vendor, self.ledger, clock, self._tell)
        self.looks = GrantLooks(self.vendor, self.ledger, clock, lambda scope: True)
        self.faults: dict[str, object] = {}

    def _seconds(self) -> float:
        return self.clock.now.timestamp()

    async def started(self) -> Home:
        """Return the home once it knows what there is."""
        inventory = await self.vendor.inventory()
        self.devices = {device.id: device for device in inventory.devices}
        return self

    def access(self, name: str) -> Access:
        """Return what is meant by a name."""
        return self.vendor.access_named(name, self.devices, {})

    def state(self, grant_id: str) -> GrantState | None:
        """Return the state of a grant, or None where it is not known."""
        record = self.ledger.records.get(grant_id)
        return record.state_at(self.clock.now) if record else None

    @property
    def dead(self) -> bool:
        """Return whether it was killed."""
        return self.signer.dead

    def die(self) -> None:
        """Be killed: from here on nothing reaches the disk or the cloud."""
        self.signer.dead = True

    async def restarted(self) -> Home:
        """Return the home that starts from what this one left on disk."""
        self.die()
        await self.session.close()
        await self.cloud.come_to_rest()
        args = (self.cloud, self.url, self.clock, self.disk, self.profile)
        return await Home(*args).started()

    async def tick(self, seconds: float = TICK) -> None:
        """Let time pass, and compare what is due, as GrantKeeper does."""
        self.clock.move(seconds)
        self.cloud.settle()
        for record in list(self.ledger.records.values()):
            if (state := record.state_at(self.clock.now)) is not record.state:
                self.ledger.put(record, state=state, changed_at=self.clock.now)
        for scope in {record.scope for record in self.ledger.records.values()}:
            if self.clock.now >= self.looks.due(scope):
                await self.look(scope)
                self.looks.ended(scope)

    async def look(self, scope: str) -> None:
        """Compare a scope with the cloud, if that answers."""
        whole = self.looks.begin(scope)
        with suppress(VendorError):
            await self.book.reconcile(scope, whole=whole)

    def next_look(self) -> timedelta:
        """Return in what time something is compared."""
        scopes = {record.scope for record in self.ledger.records.values()}
        dues = [self.looks.due(scope) - self.clock.now for scope in scopes]
        return max(min(dues, default=timedelta(minutes=1)), timedelta(minutes=1))

    def _tell(self, record: Record) -> None:
        self.told.append(record)
        if record.fault and self.faults.get(record.grant_id) is not record.fault:
            self.looks.hasten(record.scope)
        self.faults[record.grant_id] = record.fault

    async def _write(self, data: dict[str, Any]) -> None:
        if self.dead:
            raise asyncio.CancelledError
        await self.disk.write(data)


async def _no_time(seconds: float) -> None:
    """Wait for nothing."""
