"""A home whose grants are kept at iLOQ, and which can be killed at any moment; the disk outlives it."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPMethod
from typing import Any

from aiohttp import ClientSession
from yarl import URL

from custom_components.latchkey.grants import GrantBook
from custom_components.latchkey.ledger import Ledger, Record
from custom_components.latchkey.vendors.grants import Access
from custom_components.latchkey.vendors.iloq.adapter import Iloq
from custom_components.latchkey.vendors.iloq.client import IloqClient
from custom_components.latchkey.vendors.iloq.session import Login, Session, judge
from custom_components.latchkey.vendors.transport import Transport
from custom_components.latchkey.vendors.vendor import VendorError
from simulators.iloq import DEMO_CUSTOMER_CODE, DEMO_PASSWORD, DEMO_USER, IloqCloud
from tests.grants.home import Disk
from tests.simulators.helpers import FakeClock

LOOKS = 6
"""How many looks, a minute and more apart, tell what became of a grant."""


class MortalHome:
    """One run of Home Assistant."""

    def __init__(
        self, cloud: IloqCloud, url: str, clock: FakeClock, disk: Disk
    ) -> None:
        """Start from what is on disk."""
        self.cloud, self.url, self.clock, self.disk = cloud, url, clock, disk
        self.dead = False
        self.web = ClientSession()
        login = Login(
            customer_code=DEMO_CUSTOMER_CODE,
            username=DEMO_USER,
            password=DEMO_PASSWORD,
            api_key="",
            lock_group=None,
        )
        self._opened = Session(login, clock)
        transport = Transport(
            self.web,
            URL(url),
            self._headers,
            judge=judge,
            sleep=_no_time,
            clock=self._seconds,
        )
        self._opened.attach(transport)
        self.vendor = Iloq(IloqClient(transport, self._opened), clock)
        self.ledger = Ledger(self._write)
        self.ledger.load(disk.read())
        self.told: list[Record] = []
        self.book = GrantBook(self.vendor, self.ledger, clock, self.told.append)

    def _seconds(self) -> float:
        return self.clock.now.timestamp()

    async def started(self) -> MortalHome:
        """Return the home once it knows what there is."""
        await self.vendor.inventory()
        return self

    def access(self, *names: str) -> Access:
        """Return what is meant by some names."""
        return self.vendor.joined(
            [self.vendor.access_named(name, {}, {}) for name in names]
        )

    def die(self) -> None:
        """Be killed: from here on nothing reaches the disk or the cloud."""
        self.dead = True

    async def ended(self) -> None:
        """Have the connections cut, and what is on its way arrive."""
        self.die()
        await self.web.close()
        calm = 0
        while calm < 10:
            await asyncio.sleep(0)
            calm = 0 if self.cloud.requests.in_flight else calm + 1

    async def restarted(self) -> MortalHome:
        """Return the home that starts from what this one left on disk."""
        await self.ended()
        args = (self.cloud, self.url, self.clock, self.disk)
        return await MortalHome(*args).started()

    async def look(self) -> None:
        """Let some time pass, and look at everything several times."""
        scope = self.vendor.scopes({})[0].id
        for _ in range(LOOKS):
            self.clock.move(61)
            with suppress(VendorError):
                await self.book.reconcile(scope)

    def _headers(self, method: HTTPMethod, url: URL, body: bytes) -> Mapping[str, str]:
        if self.dead:
            raise asyncio.CancelledError
        return self._opened.headers(method, url, body)

    async def _write(self, data: dict[str, Any]) -> None:
        if self.dead:
            raise asyncio.CancelledError
        await self.disk.write(data)


async def _no_time(seconds: float) -> None:
    """Wait for nothing."""
