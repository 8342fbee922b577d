"""A home: what is in its memory, and the disk that outlives it."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from http import HTTPMethod
import json
from typing import Any, Final

from aiohttp import ClientSession, encode_basic_auth
from yarl import URL

from custom_components.latchkey.deliveries import Deliveries
from custom_components.latchkey.grants import GrantBook
from custom_components.latchkey.ledger import Ledger, LedgerError, Record, Step, Terms
from custom_components.latchkey.vendors.flexykey.adapter import FlexyKey
from custom_components.latchkey.vendors.flexykey.client import FlexyKeyClient
from custom_components.latchkey.vendors.grants import Access, Credential, GrantState
from custom_components.latchkey.vendors.transport import Transport
from custom_components.latchkey.vendors.vendor import VendorError
from tests.grants.cloud import LateCloud
from tests.simulators.helpers import FakeClock

GRANT: Final = "01JGRANT0000"
CODE: Final = "482913"
OTHER_CODE: Final = "591372"
TICK: Final = 60.0


class Disk:
    """What was written of the ledger; writes can be made to fail, before or after they landed."""

    def __init__(self) -> None:
        """Start empty."""
        self.text = ""
        self.written: list[str] = []
        self.writes = 0
        self.fails_from = 0
        """Which write, counted from the next one as 1, fails first; none for 0."""
        self.fails_for = 0
        self.lands = False
        """Whether a write that fails is on disk nevertheless."""

    def fail(self, first: int, times: int = 1, *, lands: bool = False) -> None:
        """Have some of the next writes fail."""
        self.writes, self.fails_from, self.fails_for = 0, first, times
        self.lands = lands

    async def write(self, data: dict[str, Any]) -> None:
        """Write, with an await point before and after it lands."""
        text = json.dumps(data)
        self.writes += 1
        fails = 0 <= self.writes - self.fails_from < self.fails_for
        await asyncio.sleep(0)
        if not fails or self.lands:
            self.text = text
            self.written.append(text)
        await asyncio.sleep(0)
        if fails:
            raise LedgerError("disk full")

    def read(self) -> dict[str, Any] | None:
        """Return what a home that starts finds."""
        return json.loads(self.text) if self.text else None


class Home:
    """The grants of one unit in one run of Home Assistant, kept as its GrantKeeper does."""

    def __init__(
        self, cloud: LateCloud, url: str, clock: FakeClock, disk: Disk, scope: str
    ) -> None:
        """Start from what is on disk."""
        self.cloud = cloud
        self.url = url
        self.clock = clock
        self.disk = disk
        self.scope = scope
        self.access = Access(f"{scope}/R1", "Unit, R1", scope)
        self.session = ClientSession()
        self.dead = False
        transport = Transport(
            self.session, URL(url), self._sign, sleep=_no_time, clock=self._seconds
        )
        self.vendor = FlexyKey(FlexyKeyClient(transport), "demo")
        self.ledger = Ledger(self._write)
        self.ledger.load(disk.read())
        self.told: list[Record] = []
        self.book = GrantBook(self.vendor, self.ledger, clock, self.told.append)
        self.deliveries = Deliveries(
            self.vendor,
            schedule=self._schedule,
            progressed=lambda: None,
            ended=self._delivered,
            clock=clock,
        )
        self._due: dict[str, datetime] = {}

    @property
    def record(self) -> Record:
        """Return the record of the one grant."""
        return self.ledger.records[GRANT]

    def state(self) -> GrantState | None:
        """Return the state of the one grant, or None where it is not known."""
        record = self.ledger.records.get(GRANT)
        return record.state if record else None

    def terms(self, name: str = "Anna", days: int = 30, **fields: str) -> Terms:
        """Return terms that end in some days."""
        end = self.clock.now.replace(microsecond=0) + timedelta(days=days)
        return Terms(name=name, start=None, end=end, fields=fields)

    async def issue(
        self, terms: Terms | None = None, code: str = CODE, grant_id: str = GRANT
    ) -> Record:
        """Issue a PIN."""
        terms = terms or self.terms()
        record, _ = await self.book.issue(
            grant_id, self.access, Credential.PIN, terms, code
        )
        return record

    async def issue_and_deliver(self) -> None:
        """Issue a PIN that the unit has."""
        await self.issue()
        await self.ticks(2)
        assert self.state() is GrantState.ACTIVE

    def die(self) -> None:
        """Be killed: from here on nothing reaches the disk or the cloud."""
        self.dead = True

    async def restarted(self) -> Home:
        """Return the home that starts from what this one left on disk."""
        self.die()
        await self.session.close()
        await self.cloud.come_to_rest()
        return Home(self.cloud, self.url, self.clock, self.disk, self.scope)

    # What time brings

    async def reconcile(self, delivered_from: datetime | None = None) -> None:
        """Compare with the cloud, if it answers."""
        with suppress(VendorError):
            await self.book.reconcile(self.scope, delivered_from)

    def request_delivery(self) -> None:
        """Have what is undelivered delivered."""
        if self.undelivered:
            self.deliveries.request(self.scope)

    @property
    def undelivered(self) -> bool:
        """Return whether anything waits for a delivery."""
        return any(
            record.state in (GrantState.PENDING, GrantState.REVOKING)
            and record.step is Step.NONE
            for record in self.ledger.of_scope(self.scope)
        )

    async def tick(self, seconds: float = TICK) -> None:
        """Let time pass, do what is due by then, and compare."""
        until = self.clock.now + timedelta(seconds=seconds)
        while (due := self._due.get(self.scope, until)) < until:
            del self._due[self.scope]
            self.clock.now = max(due, self.clock.now)
            await self.deliveries.step(self.scope)
        self.clock.now = until
        await self.reconcile()
        if self.deliveries.idle(self.scope):
            self.request_delivery()

    async def ticks(self, count: int) -> None:
        """Let some minutes pass."""
        for _ in range(count):
            await self.tick()

    async def _delivered(self, scope: str, began: datetime | None) -> bool:
        await self.reconcile(began)
        return self.undelivered

    def _schedule(self, scope: str, seconds: float) -> None:
        self._due[scope] = self.clock.now + timedelta(seconds=seconds)

    async def _write(self, data: dict[str, Any]) -> None:
        if self.dead:
            raise asyncio.CancelledError
        await self.disk.write(data)

    def _sign(self, method: HTTPMethod, url: URL, body: bytes) -> Mapping[str, str]:
        if self.dead:
            raise asyncio.CancelledError
        return {"Authorization": encode_basic_auth("demo", "demo")}

    def _seconds(self) -> float:
        return self.clock.now.timestamp()


async def _no_time(seconds: float) -> None:
    """Wait for nothing."""
