"""A home that can be killed at any moment, at whichever vendor; the disk outlives it."""

from abc import ABC, abstractmethod
import asyncio
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPMethod
from typing import Any, Self

from aiohttp import ClientSession
from yarl import URL

from custom_components.latchkey.grants import GrantBook
from custom_components.latchkey.ledger import Ledger, Record
from custom_components.latchkey.vendors.granting import IssuesGrants
from custom_components.latchkey.vendors.transport import Judge, Sign, Transport
from custom_components.latchkey.vendors.vendor import VendorError
from simulators.simulator import Simulator
from tests.grants.home import Disk
from tests.simulators.helpers import FakeClock


class MortalHome[C: Simulator, V: IssuesGrants](ABC):
    """One run of Home Assistant."""

    def __init__(self, cloud: C, url: str, clock: FakeClock, disk: Disk) -> None:
        """Start from what is on disk."""
        self.cloud, self.url, self.clock, self.disk = cloud, url, clock, disk
        self.dead = False
        self.web = ClientSession()
        self.vendor = self._connected()
        self.ledger = Ledger(self._write)
        self.ledger.load(disk.read())
        self.told: list[Record] = []
        self.book = GrantBook(self.vendor, self.ledger, clock, self.told.append)

    @abstractmethod
    def _connected(self) -> V:
        """Return the account."""

    @abstractmethod
    async def started(self) -> Self:
        """Return the home once it knows what there is."""

    def _transport(self, sign: Sign, judge: Judge) -> Transport:
        """Return what sends requests as long as the home lives."""

        def headers(method: HTTPMethod, url: URL, body: bytes) -> Mapping[str, str]:
            if self.dead:
                raise asyncio.CancelledError
            return sign(method, url, body)

        return Transport(
            self.web,
            URL(self.url),
            headers,
            judge=judge,
            sleep=_no_time,
            clock=self._seconds,
        )

    def _seconds(self) -> float:
        return self.clock.now.timestamp()

    def die(self) -> None:
        """Be killed: from here on nothing reaches the disk or the cloud."""
        self.dead = True

    async def at_rest(self) -> None:
        """Have what is on its way arrive."""
        calm = 0
        while calm < 10:
            await asyncio.sleep(0)
            calm = 0 if self.cloud.requests.in_flight else calm + 1

    async def ended(self) -> None:
        """Have the connections cut, and what is on its way arrive."""
        self.die()
        await self.web.close()
        await self.at_rest()

    async def restarted(self) -> Self:
        """Return the home that starts from what this one left on disk."""
        await self.ended()
        return await type(self)(self.cloud, self.url, self.clock, self.disk).started()

    async def look(self, scope: str, times: int) -> None:
        """Look at everything several times, a minute and more apart."""
        for _ in range(times):
            self.clock.move(61)
            with suppress(VendorError):
                await self.book.reconcile(scope)

    async def _write(self, data: dict[str, Any]) -> None:
        if self.dead:
            raise asyncio.CancelledError
        await self.disk.write(data)


async def _no_time(seconds: float) -> None:
    """Wait for nothing."""
