"""A simulated KEYVOX cloud that can keep a command until long after its client has gone."""

import asyncio
from collections.abc import Iterable
from typing import override

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from simulators.keyvox import KeyVoxCloud
from tests.simulators.helpers import FakeClock


class LateCloud(KeyVoxCloud):
    """Takes a command in, which has passed the gate, cuts the connection, and acts when the test says so."""

    def __init__(self, clock: FakeClock) -> None:
        """Start without anything held."""
        super().__init__(clock=clock)
        self.hold_next = False
        self._held: list[tuple[asyncio.Event, asyncio.Event]] = []

    @override
    def middlewares(self) -> Iterable[Middleware]:
        """Return what holds a command."""

        @web.middleware
        async def hold(request: web.Request, handler: Handler) -> web.StreamResponse:
            is_command = request.path.endswith(("Pin", "Key"))
            if not (is_command and self.hold_next):
                return await handler(request)
            self.hold_next = False
            await request.read()
            released, done = asyncio.Event(), asyncio.Event()
            self._held.append((released, done))
            if request.transport is not None:
                request.transport.abort()
            await released.wait()
            try:
                return await handler(request)
            finally:
                done.set()

        return [*super().middlewares(), hold]

    @property
    def holds(self) -> bool:
        """Return whether a command is yet to take effect."""
        return bool(self._held)

    async def release(self) -> None:
        """Let what is held take effect."""
        self.hold_next = False
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
