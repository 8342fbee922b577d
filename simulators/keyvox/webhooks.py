"""Webhooks: whom the management console was told to call, and the repetition of calls that were refused."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from simulators.agenda import Agenda
from simulators.errors import Invalid
from simulators.keyvox.history import ACTIONS, Entry, Means
from simulators.keyvox.notices import as_json, as_text
from simulators.keyvox.options import Options
from simulators.outbox import Outbox, check_callback

type HookKind = Literal["unlock_text", "unlock_json", "reservation"]

_REPETITIONS = (60, 120, 240)
"""After how many seconds a call is repeated that was answered with a status of 400 or above."""


@dataclass(frozen=True)
class Subscription:
    """Who is told of what: of which devices, which actions and which means; nothing stands for all."""

    url: str
    kind: HookKind
    devices: frozenset[str] | None = None
    actions: frozenset[str] | None = None
    means: frozenset[int] | None = None

    def wants(self, entry: Entry) -> bool:
        """Tell whether an entry of the unlock history is told."""
        return (
            self.kind != "reservation"
            and (self.devices is None or entry.device_id in self.devices)
            and (self.actions is None or entry.action in self.actions)
            and (self.means is None or entry.visit.means in self.means)
        )

    def as_json(self) -> dict[str, Any]:
        """Return the subscription as the control interface shows it."""
        chosen = {name: getattr(self, name) for name in ("devices", "actions", "means")}
        return {"url": self.url, "kind": self.kind} | {
            name: None if value is None else sorted(value)
            for name, value in chosen.items()
        }


class Webhooks(Outbox):
    """The subscriptions, what waits to be sent, and what was sent."""

    def __init__(
        self, options: Options, agenda: Agenda, settle: Callable[[], object]
    ) -> None:
        """Start without any."""
        super().__init__(options, settle)
        self._options = options
        self._agenda = agenda
        self.subscriptions: list[Subscription] = []

    def subscribe(
        self,
        url: str,
        kind: HookKind,
        *,
        devices: Iterable[str] | None = None,
        actions: Iterable[str] | None = None,
        means: Iterable[int] | None = None,
    ) -> None:
        """Tell an address on this machine from now on."""
        if kind not in get_args(HookKind.__value__):
            raise Invalid(f"kind is {' or '.join(get_args(HookKind.__value__))}")
        check_callback(url)
        subscription = Subscription(
            url, kind, _chosen(devices), _chosen(actions), _chosen(means)
        )
        if not set(subscription.actions or ()) <= set(ACTIONS):
            raise Invalid("unknown action")
        if not set(subscription.means or ()) <= set(Means):
            raise Invalid("unknown means")
        self.subscriptions.append(subscription)
        self.want()

    def unsubscribe(self) -> None:
        """Tell nobody any more, not even of what waits."""
        self.subscriptions.clear()
        self.clear()

    def tell_entry(self, entry: Entry) -> None:
        """Tell of an entry of the unlock history."""
        for subscription in self.subscriptions:
            if subscription.wants(entry):
                told = (
                    as_text(entry)
                    if subscription.kind == "unlock_text"
                    else as_json(entry, self._options.json_form)
                )
                self._tell(subscription, told)

    def tell_booking(self, told: dict[str, Any]) -> None:
        """Tell of a reservation."""
        for subscription in self.subscriptions:
            if subscription.kind == "reservation":
                self._tell(subscription, told)

    def _tell(self, subscription: Subscription, told: dict[str, Any]) -> None:
        """Call one address, as often as is chosen."""
        for _ in range(self._options.webhook_copies):
            self._call(subscription, told, 0)

    def _call(
        self, subscription: Subscription, told: dict[str, Any], tries: int
    ) -> None:
        """Call an address, and again later where that is refused."""

        def answered(status: int | None) -> None:
            if status is None or status < 400 or tries >= len(_REPETITIONS):
                return
            self._agenda.in_seconds(_REPETITIONS[tries], again)

        def again(_at: datetime) -> None:
            if subscription in self.subscriptions:
                self._call(subscription, told, tries + 1)

        self.put(subscription.url, told, answered)


def _chosen[T](values: Iterable[T] | None) -> frozenset[T] | None:
    """Return what was chosen, or nothing for all."""
    return None if values is None else frozenset(values)
