"""An account at a served iLOQ cloud, each of whose requests can be held up or be the one before which sessions end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from http import HTTPMethod
from typing import Any, override

from aiohttp import ClientSession
from yarl import URL

from custom_components.latchkey.vendors.iloq.adapter import Iloq
from custom_components.latchkey.vendors.iloq.bars import Bars
from custom_components.latchkey.vendors.iloq.client import IloqClient
from custom_components.latchkey.vendors.iloq.session import Login, Session, judge
from custom_components.latchkey.vendors.transport import Answer, Transport
from simulators.iloq import (
    DEMO_CUSTOMER_CODE,
    DEMO_PASSWORD,
    DEMO_USER,
    Address,
    IloqCloud,
    serve,
)
from tests.simulators.helpers import FakeClock
from tests.vendors.helpers import Clock

LOGIN = Login(
    customer_code=DEMO_CUSTOMER_CODE,
    username=DEMO_USER,
    password=DEMO_PASSWORD,
    api_key="",
    lock_group=None,
)


class Watched(Transport):
    """Sends requests, and has a test come between before and after each."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Initialize with nothing sent."""
        super().__init__(*args, **kwargs)
        self.paths: list[str] = []
        self.before: Callable[[str], Awaitable[None]] | None = None
        self.after: Callable[[str], Awaitable[None]] | None = None

    @override
    async def _send(
        self, method: HTTPMethod, path: str, *args: Any, **kwargs: Any
    ) -> Answer:
        self.paths.append(path)
        if self.before:
            await self.before(path)
        try:
            return await super()._send(method, path, *args, **kwargs)
        finally:
            if self.after:
                await self.after(path)

    def hold(self, name: str, *, answered: bool) -> tuple[asyncio.Event, asyncio.Event]:
        """Hold the next request of a name up, or its answer; return what tells that it is held, and what lets it go."""
        held, let_go = asyncio.Event(), asyncio.Event()

        async def wait(path: str) -> None:
            if path.endswith(name) and not held.is_set():
                held.set()
                await let_go.wait()

        if answered:
            self.after = wait
        else:
            self.before = wait
        return held, let_go

    def count(self, name: str) -> int:
        """Return how many requests of a name were sent."""
        return sum(path.endswith(name) for path in self.paths)


@dataclass
class Account:
    """A cloud, and what an account of Latchkey's needs there."""

    cloud: IloqCloud
    address: Address
    web: ClientSession
    ticks: Clock = field(default_factory=Clock)
    bars: Bars = field(default_factory=Bars)
    clock: FakeClock = field(default_factory=FakeClock)

    def connect(self, *, v1: bool = False, **login: Any) -> tuple[Iloq, Watched]:
        """Return the account, at the address of one generation or the other, and its transport."""
        session = Session(replace(LOGIN, **login), self.clock, self.bars)
        transport = Watched(
            self.web,
            URL(self.address.url).with_path("/iLoqWsApi/")
            if v1
            else URL(self.address.url),
            session.headers,
            judge=judge,
            sleep=self.ticks.sleep,
            clock=self.ticks,
        )
        session.attach(transport)
        return Iloq(IloqClient(transport, session), self.clock), transport


@asynccontextmanager
async def served_iloq(**options: Any) -> AsyncIterator[Account]:
    """Serve a furnished cloud with options, and return what is needed for accounts there."""
    clock = FakeClock()
    cloud = IloqCloud(clock=clock)
    cloud.set_options(**options)
    async with serve(cloud) as address, ClientSession() as web:
        yield Account(cloud, address, web, clock=clock)
