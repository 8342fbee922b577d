"""A simulated cloud that can keep a command until long after its client has gone."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Literal, override

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from simulators.clock import Clock
from simulators.flexykey import FlexyKeyCloud

type Hold = Literal["cut", "hang"]


class LateCloud(FlexyKeyCloud):
    """Takes a command in, cuts the connection or lets it hang, and acts when the test says so."""

    def __init__(self, clock: Clock) -> None:
        """Start without anything held."""
        super().__init__(clock=clock, cache_seconds=0)
        self.hold_next: Hold | None = None
        self.watch: Callable[[str], None] = lambda method: None
        """Is told the method of each command when it comes in."""
        self._held: list[tuple[asyncio.Event, asyncio.Event]] = []

    @override
    def middlewares(self) -> Iterable[Middleware]:
        """Return what holds a command, before anything is checked."""

        @web.middleware
        async def hold(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.method == "GET" or "Sync" in request.path:
                return await handler(request)
            self.watch(request.method)
            if (how := self.hold_next) is None:
                return await handler(request)
            self.hold_next = None
            await request.read()
            released, done = asyncio.Event(), asyncio.Event()
            self._held.append((released, done))
            if how == "cut" and request.transport is not None:
                request.transport.abort()
            await released.wait()
            try:
                return await handler(request)
            finally:
                done.set()

        return [hold, *super().middlewares()]

    @property
    def holds(self) -> bool:
        """Return whether a command is yet to take effect."""
        return bool(self._held)

    async def release(self) -> None:
        """Let what is held take effect."""
        self.hold_next = None
        held, self._held = self._held, []
        for released, done in held:
            released.set()
            await done.wait()

    async def come_to_rest(self) -> None:
        """Let what is on its way arrive and be handled."""
        calm = 0
        while calm < 10:
            await asyncio.sleep(0)
            busy = self.requests.in_flight > len(self._held)
            calm = 0 if busy else calm + 1

    def commands(self) -> int:
        """Return how many requests came that change grants."""
        return sum(
            count
            for key, count in self.requests.counts.items()
            if "UnitIdEntries" in key and not key.startswith("GET")
        )
