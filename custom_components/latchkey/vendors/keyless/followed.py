"""A log that is read again and again: what of it is known, and what is to be asked for next."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from .client import PAGE
from .entries import Entry

FAR: Final = timedelta(hours=24)
"""How far back entries are looked for that others have overtaken."""
FAR_EVERY: Final = timedelta(hours=1)
_MOST_KNOWN: Final = 5000
_KEPT: Final = 4000
_EVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Look:
    """One reading of a log, the newest entries first."""

    above: int | None = None
    """Above which number it is read; None where all are."""
    back_to: datetime | None = None
    entries: list[Entry] = field(default_factory=list)
    is_cut: bool = False
    """Whether there may be more than was read."""


class Followed:
    """One of a device's logs.

    It is read by number and by time in turns, which costs the same. Above the number of the newest entry is all that
    came in order, and mostly nothing. Among the newest by time, a page of them and once an hour all of a day, are
    also those that others have overtaken, and those of a device that counts from nothing again.
    """

    def __init__(self) -> None:
        """Initialize with nothing known."""
        self._known: dict[tuple[str, ...], datetime] = {}
        self._newest = (_EVER, -1)
        self._old = _EVER
        """What is of this time or older, and unknown, was there before the beginning."""
        self._is_by_number = False
        self._far_at: datetime | None = None
        self.is_begun = False

    def next_look(self, now: datetime) -> Look:
        """Return how the log is to be read next."""
        if not self.is_begun:
            return Look()
        self._is_by_number = not self._is_by_number
        number = self._newest[1]
        if self._is_by_number and number >= 0:
            return Look(above=number)
        if self._far_at is None or not self._far_at <= now < self._far_at + FAR_EVERY:
            self._far_at = now
            return Look(back_to=now - FAR)
        return Look()

    def is_enough(self, look: Look, page: Sequence[Entry], rows: int) -> bool:
        """Take in the next page of a look, which had so many rows; return whether no other is needed."""
        look.entries += page
        if not self.is_begun:
            # A beginning needs no history.
            look.is_cut = rows >= PAGE
            return True
        if not page:
            return False
        last = page[-1]
        if last.at <= self._old:
            return True
        if look.back_to is not None and last.at > look.back_to:
            return False
        return last.line.key in self._known

    def take(self, look: Look) -> list[Entry]:
        """Take in what a look has found; return what was not known, the oldest first."""
        new = {
            entry.line.key: entry
            for entry in look.entries
            if entry.line.key not in self._known and entry.at > self._old
        }
        self._known |= {key: entry.at for key, entry in new.items()}
        self._newest = max([self._newest, *(each.order for each in new.values())])
        if look.is_cut and look.entries:
            self._old = min(entry.at for entry in look.entries)
        if len(self._known) > _MOST_KNOWN:
            by_age = sorted(self._known, key=self._known.__getitem__)
            for key in by_age[:-_KEPT]:
                self._old = max(self._old, self._known.pop(key))
        self.is_begun = True
        return sorted(new.values(), key=lambda entry: entry.order)
