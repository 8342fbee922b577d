"""Webhooks: events are posted in their order, without a signature, to addresses on this machine."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
import json

from aiohttp import ClientError
from yarl import URL

from simulators.errors import Invalid
from simulators.keyless.events import EVENT_TYPES, Event
from simulators.keyless.options import Options
from simulators.loopback import Posts, is_loopback

# How often a served cloud looks whether something has become due of which its webhooks are to be told.
_PAUSE = 0.1
_KEPT = 10_000


@dataclass(frozen=True)
class Subscription:
    """Who is told of which events."""

    url: str
    types: frozenset[str]


@dataclass(frozen=True)
class Sent:
    """One call of a webhook, and the status with which it was answered, if it was."""

    url: str
    event: Event
    status: int | None


class Webhooks:
    """The subscriptions, what waits to be sent, and what was sent."""

    def __init__(self, options: Options, settle: Callable[[], object]) -> None:
        """Start without any."""
        self._options = options
        self._settle = settle
        self._posts = Posts()
        self._waiting: deque[tuple[Subscription, Event]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._served = False
        self._sending = False
        self.subscriptions: list[Subscription] = []
        self.sent: deque[Sent] = deque(maxlen=_KEPT)

    def subscribe(self, url: str, types: Iterable[str] | None = None) -> None:
        """Tell an address on this machine of events from now on, of all types or of some."""
        types = EVENT_TYPES if types is None else frozenset(types)
        if strange := types - EVENT_TYPES:
            raise Invalid(f"unknown types of events: {', '.join(sorted(strange))}")
        try:
            host = URL(url).host
        except ValueError as error:
            raise Invalid("not an address") from error
        if not is_loopback(host):
            raise Invalid("the simulator calls nobody but this machine")
        self.subscriptions.append(Subscription(url, types))
        self._work()

    def unsubscribe(self) -> None:
        """Tell nobody any more, not even of what waits."""
        self.subscriptions.clear()
        self._waiting.clear()

    def take(self, event: Event) -> None:
        """Have an event sent to all who want it, as often as is chosen."""
        for subscription in self.subscriptions:
            if event["eventType"] in subscription.types:
                copies = [(subscription, event)] * self._options.webhook_copies
                self._waiting.extend(copies)

    def start(self) -> None:
        """Send from now on."""
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
        """Have a task send what happens, if anybody is to be told and the cloud is served."""
        if self._served and self.subscriptions and self._task is None:
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

    async def _send(self, subscription: Subscription, event: Event) -> None:
        """Call a webhook once, and note how that went."""
        status = None
        with suppress(TimeoutError, ClientError, OSError):
            status = await self._posts.post(
                URL(subscription.url),
                json.dumps(event).encode(),
                {},
                self._options.webhook_timeout,
            )
        self.sent.append(Sent(subscription.url, event, status))
