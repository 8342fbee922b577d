"""Calls of webhooks that are made one after the other, while a cloud is served."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
import json
from types import MappingProxyType
from typing import Any, Protocol

from aiohttp import ClientError
from yarl import URL

from simulators.errors import Invalid
from simulators.loopback import Posts, is_loopback

# How often a served cloud looks whether something has become due of which somebody is to be told.
_PAUSE = 0.1
_KEPT = 10_000

type Event = dict[str, Any]
type Answered = Callable[[int | None], None]


class Patience(Protocol):
    """What a test may choose about calls."""

    webhook_timeout: float


@dataclass(frozen=True)
class Sent:
    """One call, and the status with which it was answered, if it was."""

    url: str
    event: Event
    status: int | None


def check_callback(url: str) -> None:
    """Refuse an address that is not one of this machine."""
    try:
        host = URL(url).host
    except ValueError as error:
        raise Invalid("not an address") from error
    if not is_loopback(host):
        raise Invalid("the simulator calls nobody but this machine")


def body_of(event: Event) -> bytes:
    """Return the bytes in which an event is sent."""
    return json.dumps(event).encode()


class Outbox:
    """What waits to be sent, and what was sent."""

    def __init__(self, patience: Patience, settle: Callable[[], object]) -> None:
        """Start empty."""
        self._patience = patience
        self._settle = settle
        self._posts = Posts()
        self._waiting: deque[tuple[str, Event, Answered | None, Mapping[str, str]]] = (
            deque()
        )
        self._task: asyncio.Task[None] | None = None
        self._served = self._wanted = self._sending = False
        self.sent: deque[Sent] = deque(maxlen=_KEPT)

    def put(
        self,
        url: str,
        event: Event,
        answered: Answered | None = None,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Have an event sent, and somebody told with which status that was answered."""
        self._waiting.append((url, event, answered, headers))

    def clear(self) -> None:
        """Send nothing of what waits."""
        self._waiting.clear()

    def want(self) -> None:
        """Look from now on whether there is something to send, as soon as the cloud is served."""
        self._wanted = True
        self._work()

    def start(self) -> None:
        """Send from now on, if anybody is to be told."""
        self._served = True
        self._work()

    async def done(self) -> None:
        """Send what has happened by now, and wait for the end of that."""
        self._settle()
        while self._task and (self._waiting or self._sending):
            await asyncio.sleep(_PAUSE / 10)

    async def close(self) -> None:
        """Send nothing more, and close the connection."""
        self._served = False
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        await self._posts.close()

    def _work(self) -> None:
        """Have a task send what happens."""
        if self._served and self._wanted and self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._send_all())

    async def _send_all(self) -> None:
        """Send what happens, one event after the other."""
        while True:
            self._settle()
            while self._waiting:
                self._sending = True
                await self._send(*self._waiting.popleft())
            self._sending = False
            await asyncio.sleep(_PAUSE)

    async def _send(
        self,
        url: str,
        event: Event,
        answered: Answered | None,
        headers: Mapping[str, str],
    ) -> None:
        """Call a webhook once, and note how that went."""
        status = None
        with suppress(TimeoutError, ClientError, OSError):
            status = await self._posts.post(
                URL(url), body_of(event), headers, self._patience.webhook_timeout
            )
        self.sent.append(Sent(url, event, status))
        if answered:
            answered(status)
