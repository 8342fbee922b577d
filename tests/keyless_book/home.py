"""A home with the grants of one lock: what is in its memory, and the disk that outlives it."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from custom_components.latchkey.grants import GrantBook
from custom_components.latchkey.ledger import Ledger, Record, Terms
from custom_components.latchkey.vendors.grants import (
    Access,
    Credential,
    GrantState,
    Issued,
)
from custom_components.latchkey.vendors.vendor import VendorError
from tests.grants.home import Disk
from tests.keyless_book.platform import Platform, Wire

GRANT: Final = "01JGRANT0000"
TICK: Final = 60.0


class Home:
    """One run of Home Assistant, which keeps its grants as GrantKeeper does."""

    def __init__(self, platform: Platform, disk: Disk) -> None:
        """Start from what is on disk."""
        self.platform = platform
        self.clock = platform.clock
        self.disk = disk
        self.wire = Wire.to(platform)
        self.vendor = self.wire.account()
        self.access = Access(platform.lock_id, "Door", platform.lock_id)
        self.ledger = Ledger(self._write)
        self.ledger.load(disk.read())
        self.told: list[Record] = []
        self.book = GrantBook(self.vendor, self.ledger, self.clock, self.told.append)

    def record(self, grant_id: str = GRANT) -> Record:
        """Return the record of a grant."""
        return self.ledger.records[grant_id]

    def state(self, grant_id: str = GRANT) -> GrantState | None:
        """Return the state of a grant, or None where it is not known."""
        record = self.ledger.records.get(grant_id)
        return record.state_at(self.clock.now) if record else None

    def until(self, grant_id: str = GRANT) -> datetime | None:
        """Return until when a grant is said to open beyond what its state and its end say."""
        return self.record(grant_id).outlives(self.clock.now)

    def terms(
        self, days: float = 30, begins_in: float = 0, name: str = "Anna", **fields: str
    ) -> Terms:
        """Return terms that begin in some days, and end some days later."""
        start = self.clock.now.replace(microsecond=0) + timedelta(days=begins_in)
        return Terms(
            name=name, start=start, end=start + timedelta(days=days), fields=fields
        )

    async def issue(
        self,
        terms: Terms | None = None,
        grant_id: str = GRANT,
        credential: Credential = Credential.APP,
    ) -> tuple[Record, Issued]:
        """Issue a grant for the user."""
        return await self.book.issue(
            grant_id,
            self.access,
            credential,
            terms or self.terms(),
            None,
            holder_id=self.platform.user_id,
        )

    def die(self) -> None:
        """Be killed: from here on nothing reaches the disk or the platform."""
        self.wire.dead = True

    @property
    def dead(self) -> bool:
        """Return whether it was killed."""
        return self.wire.dead

    def restarted(self) -> Home:
        """Return the home that starts from what this one left on disk."""
        self.die()
        return Home(self.platform, self.disk)

    async def reconcile(self) -> None:
        """Compare with the platform, if it answers."""
        with suppress(VendorError):
            await self.book.reconcile(self.platform.lock_id)

    async def tick(self, seconds: float = TICK) -> None:
        """Let time pass, and compare; the phone fetches whatever it can meanwhile."""
        self.clock.move(seconds)
        self.platform.cloud.settle()
        self.platform.fetch()
        await self.reconcile()

    async def ticks(self, count: int) -> None:
        """Let some minutes pass."""
        for _ in range(count):
            await self.tick()

    async def _write(self, data: dict[str, Any]) -> None:
        if self.dead:
            raise asyncio.CancelledError
        await self.disk.write(data)
