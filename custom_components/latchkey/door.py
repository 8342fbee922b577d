"""A door that is opened by commands: what it shows, and what is remembered so that no opening is taken for another."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Any, Final

from .vendors.openings import SKEW, End, Opening, RemoteOpening

HOLD: Final = timedelta(seconds=8)
"""How long a door is shown as open once that is proven."""
FRESH: Final = timedelta(minutes=1)
"""How old the proof may be for that."""
LATE: Final = timedelta(seconds=30)
"""How long a command that nobody answered may still reach the vendor."""
LONGEST_DOUBT: Final = timedelta(minutes=7)
"""After which such a command cannot open any more: its validity, and a margin."""


class Shown(Enum):
    """What a door shows."""

    REST = auto()
    OPENING = auto()
    OPEN = auto()


class OpeningError(Exception):
    """What was asked for cannot be done, for a reason by which it is translated."""

    def __init__(self, key: str) -> None:
        """Initialize with the reason."""
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of an opening."""

    opening_id: str
    end: End


@dataclass(slots=True)
class Door:
    """A door, and its openings as far as they matter to the next one."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by who sends a command; never by a look."""
    opening: Opening | None = None
    """The one that is followed."""
    is_looking: bool = False
    open_until: datetime | None = None
    doubted_at: datetime | None = None
    """When a command was sent of which nothing is known."""
    resumed_id: str | None = None
    """The opening that was followed before a restart."""
    ended: dict[str, datetime] = field(default_factory=dict)
    """The openings that are over, although the vendor may still tell of them, and until when each was valid."""
    ended_no: dict[str, int] = field(default_factory=dict)
    """In which order they have ended since the start."""
    known: Collection[str] = ()
    """The lines of the lock's log that were read for an earlier opening."""
    not_before: datetime | None = None
    """Until when, by the lock's clock, a line may be about an earlier opening of which nothing is proven."""

    def shows(self, now: datetime) -> Shown:
        """Return what the door shows."""
        if self.opening is not None:
            return Shown.OPENING
        return Shown.OPEN if self.hold_left(now) else Shown.REST

    def hold_left(self, now: datetime) -> float:
        """Return for how many seconds the door is still shown as open; none where the clock was set back by much."""
        if self.open_until is None or not now < self.open_until <= now + 2 * HOLD:
            return 0.0
        return (self.open_until - now).total_seconds()

    def made(self, remote: RemoteOpening) -> Opening:
        """Return an opening that is told from the earlier ones."""
        return Opening(remote, self.known, self.not_before)

    def follow(self, opening: Opening) -> None:
        """Show that an opening is under way."""
        self.opening = opening
        self.open_until = None

    def end(self, opening: Opening, end: End) -> None:
        """Have nothing that is read of an opening be taken for the next one's."""
        if self.opening is opening:
            self.opening = None
        self.ended[opening.remote.id] = opening.remote.valid_until
        self.known = opening.keys or self.known
        if end is End.UNCONFIRMED:
            self.expect_late(opening.remote)

    def expect_late(self, remote: RemoteOpening) -> None:
        """Expect a line about an opening of which nothing is proven."""
        until = remote.valid_until + SKEW
        self.not_before = max(until, self.not_before or until)

    def clear_doubt(self, read_at: datetime, now: datetime) -> None:
        """Doubt no more where what was read at a time would tell of the command, by a clock that may have been set back."""
        if self.doubted_at is not None:
            self.doubted_at = min(self.doubted_at, now)
            if read_at >= self.doubted_at + LATE:
                self.doubted_at = None

    def clear(self, now: datetime) -> None:
        """Forget what has no bearing any more on what a list of this time tells."""
        self.ended = {
            opening_id: until
            for opening_id, until in self.ended.items()
            if now < until + SKEW
        }
        self.ended_no = {
            key: no for key, no in self.ended_no.items() if key in self.ended
        }

    def memory(self) -> dict[str, Any]:
        """Return what is to be known after a restart."""
        return {
            "opening_id": self.opening.remote.id if self.opening else self.resumed_id,
            "ended": {key: until.isoformat() for key, until in self.ended.items()},
            "known": list(self.known),
            "not_before": self.not_before and self.not_before.isoformat(),
            "doubted_at": self.doubted_at and self.doubted_at.isoformat(),
        }

    def recall(self, memory: Mapping[str, Any]) -> None:
        """Know what was known before a restart; raises nothing, whatever that is."""
        try:
            ended = {
                str(key): datetime.fromisoformat(until).astimezone(UTC)
                for key, until in memory["ended"].items()
            }
            known = [str(key) for key in memory["known"]]
            if not_before := memory["not_before"]:
                self.not_before = datetime.fromisoformat(not_before).astimezone(UTC)
            if doubted_at := memory.get("doubted_at"):
                self.doubted_at = datetime.fromisoformat(doubted_at).astimezone(UTC)
            if opening_id := memory["opening_id"]:
                self.resumed_id = str(opening_id)
        except KeyError, TypeError, ValueError, AttributeError:
            return
        self.ended, self.known = ended, known


def is_fresh(opening: Opening, now: datetime) -> bool:
    """Return whether an opening was carried out just now; never before it was read, whatever the gateway's clock says."""
    at, read_at = opening.proven_at, opening.remote.acknowledged_at
    if at is None:
        return False
    if read_at is not None and not read_at <= at <= now:
        at = read_at
    return now - at < FRESH
