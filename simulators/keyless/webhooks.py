"""Webhooks: events are posted in their order, without a signature, to addresses on this machine."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from simulators.errors import Invalid
from simulators.keyless.events import EVENT_TYPES, Event
from simulators.keyless.options import Options
from simulators.outbox import Outbox, check_callback


@dataclass(frozen=True)
class Subscription:
    """Who is told of which events."""

    url: str
    types: frozenset[str]


class Webhooks(Outbox):
    """The subscriptions, what waits to be sent, and what was sent."""

    def __init__(self, options: Options, settle: Callable[[], object]) -> None:
        """Start without any."""
        super().__init__(options, settle)
        self._options = options
        self.subscriptions: list[Subscription] = []

    def subscribe(self, url: str, types: Iterable[str] | None = None) -> None:
        """Tell an address on this machine of events from now on, of all types or of some."""
        types = EVENT_TYPES if types is None else frozenset(types)
        if strange := types - EVENT_TYPES:
            raise Invalid(f"unknown types of events: {', '.join(sorted(strange))}")
        check_callback(url)
        self.subscriptions.append(Subscription(url, types))
        self.want()

    def unsubscribe(self) -> None:
        """Tell nobody any more, not even of what waits."""
        self.subscriptions.clear()
        self.clear()

    def take(self, event: Event) -> None:
        """Have an event sent to all who want it, as often as is chosen."""
        for subscription in self.subscriptions:
            if event["eventType"] in subscription.types:
                for _ in range(self._options.webhook_copies):
                    self.put(subscription.url, event)
