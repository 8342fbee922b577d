"""Subscriptions: a vendor calls when something of the account happens, until a date, and signs with a key of its own making."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from .hints import Part

type Parts = tuple[tuple[Part, str], ...]
"""What is to be read again, each with the id of its device; empty for what is the account's."""


class Forged(Exception):
    """A call is not signed as the vendor signs; never carries anything of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What the vendor calls about, where, and until when."""

    id: str
    event: str
    """The vendor's name of what it calls about; empty for what it does not list."""
    address: str = field(repr=False)
    starts_at: datetime | None
    ends_at: datetime | None
    state: int | None = None
    """The vendor's own number, whose meaning it does not tell."""
    calls: int = 0
    """How many events it has called about."""
    sign_key: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of the vendor's own; what it tells is not read: it is a hint."""

    subscription_id: str
    signature: str = field(repr=False)
    """What no other call has."""
    number: str | None
    """What its repetitions have in common, and no other call of the same subscription has."""
    sent_at: datetime | None
    """By the vendor's clock."""


@runtime_checkable
class KeepsSubscriptions(Protocol):
    """A vendor that calls about the account's events as long as somebody subscribes to them."""

    longest_subscription: timedelta
    """How far ahead the end of a subscription may be."""
    longest_retry: timedelta
    """How long after an event the vendor may call about it yet."""

    async def subscription_events(self) -> Mapping[str, Parts]:
        """Return what can be subscribed to, and what is to be read again after each; raises NoRight."""
        ...

    async def subscriptions(self) -> Sequence[Subscription]:
        """Return all subscriptions, whosever they are."""
        ...

    async def subscribe(
        self, subscription_id: str, event: str, address: str, end: datetime
    ) -> None:
        """Subscribe from now on by an id of our making; raises Conflict where the vendor takes no more for this event."""
        ...

    async def renew(
        self, subscription: Subscription, address: str, end: datetime
    ) -> None:
        """Have a subscription lead to an address until a date."""
        ...

    async def unsubscribe(self, subscription_id: str) -> None:
        """End a subscription; raises NotFound where there is none."""
        ...

    def told(
        self, headers: Mapping[str, str], body: bytes, sign_keys: Mapping[str, str]
    ) -> Call:
        """Return which call it is, verified by the keys of our subscriptions; raises Forged, and AnswerNotUnderstood for what is no call."""
        ...

    async def missed(self, subscription_ids: Sequence[str]) -> Mapping[str, datetime]:
        """Return when the last call was to be made of those that did not come through, by subscription."""
        ...
