"""Hints: calls that nobody signs, which say at most what is worth reading again."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable


class Part(StrEnum):
    """What of an account can be read again."""

    BOOKINGS = "bookings"
    """The bookings of a place."""
    BOXES = "boxes"
    """How a locker's boxes stand."""
    GRANTS = "grants"
    INVENTORY = "inventory"
    LOG = "log"
    """A device's log, and what the device reports of itself."""
    OPENING = "opening"
    """How an opening stands."""
    PROOF = "proof"
    """What the logs tell of an opening."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What may be other than it was because of an event; when that was is not believed."""

    event_id: str
    """What tells the event from others; two forms of one event share it."""
    parts: tuple[tuple[Part, str], ...]
    """What to read again, each with the id of its device or opening; empty for what is the account's."""


@runtime_checkable
class TakesHints(Protocol):
    """A vendor that calls an address which somebody has entered there, and signs nothing."""

    def hints(self, body: bytes) -> Sequence[Hint]:
        """Return what a call hints at, nothing where it is about another account; raises AnswerNotUnderstood for what is no call."""
        ...
