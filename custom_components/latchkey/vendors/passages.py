"""The access log: who came when and how, and what else a device wrote down."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
import re
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

from .readings import Reading

if TYPE_CHECKING:
    from .model import Device

HIDDEN: Final = "•••"
_SHORT: Final = 8
_TELLING: Final = 4
"""Digits in a row from which on a text may hold a PIN."""
_MIXED: Final = re.compile(
    r"[0-9A-Fa-f]*[0-9][0-9A-Fa-f]*(?:[ .:/-][0-9A-Fa-f]*[0-9][0-9A-Fa-f]*)*"
)
"""What may be a tag's number: hexadecimal with digits, perhaps in groups."""
_SHORTEST_TAG: Final = 6


class Outcome(StrEnum):
    """What a line of a log tells of."""

    GRANTED = "granted"
    DENIED = "denied"
    RESTART = "restart"
    OTHER = "other"


PASSAGES: Final = (Outcome.GRANTED, Outcome.DENIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """A line of a device's log; a Passage where somebody was let in or turned away."""

    device_id: str
    outcome: Outcome
    occurred_at: datetime
    """By the device's clock, with zone."""
    recorded_at: datetime
    """When the vendor got it, which may be much later."""
    text: str
    """The vendor's own words, numbers masked."""
    holder: str | None = None
    holder_id: str | None = field(default=None, repr=False)
    """Who it was to the vendor, which knows no name; shown to nobody."""
    method: str | None = None
    reason: str | None = None
    number: str | None = field(default=None, repr=False)
    """What identified the person; for administrators alone, and only where it can be no PIN."""
    credential: str | None = None
    """The number, masked."""
    key: tuple[str, ...] = field(repr=False)
    """What tells it from other lines; equal lines may be several passages."""


def is_short(number: str) -> bool:
    """Return whether a number might be a PIN, which is shown to nobody."""
    return sum(character.isalnum() for character in number) <= _SHORT


def masked(number: str) -> str:
    """Return what may be shown of a number: nothing of a short one, the last two characters of a longer one."""
    return HIDDEN if is_short(number) else HIDDEN + number[-2:].strip()


def without_numbers(text: str) -> str:
    """Return a text in which every number that could open something is masked."""

    def mask(found: re.Match[str]) -> str:
        number = found[0]
        digits = sum(character.isdecimal() for character in number)
        length = sum(character.isalnum() for character in number)
        tells = digits >= _TELLING or length >= _SHORTEST_TAG
        # Where one number ends and the next begins is not known in a text.
        return HIDDEN if tells else number

    return _MIXED.sub(mask, text)


class LogWindow:
    """Tells the new lines of a log that is read in overlapping pieces and has no line numbers."""

    def __init__(self) -> None:
        """Initialize with nothing read."""
        self._seen: dict[tuple[str, ...], tuple[int, datetime]] = {}
        self.started = False

    def take(self, lines: Iterable[LogLine], keep_from: datetime) -> list[LogLine]:
        """Return the lines not seen before, oldest first; the first reading is a starting point, not news.

        Lines recorded before `keep_from` are forgotten: they must not be read again.
        """
        lines = sorted(lines, key=lambda line: (line.occurred_at, line.recorded_at))
        counted: Counter[tuple[str, ...]] = Counter()
        new = []
        for line in lines:
            counted[line.key] += 1
            if counted[line.key] > self._seen.get(line.key, (0, None))[0]:
                self._seen[line.key] = (counted[line.key], line.recorded_at)
                new.append(line)
        for key, (_, recorded_at) in list(self._seen.items()):
            if recorded_at < keep_from and key not in counted:
                del self._seen[key]
        if not self.started:
            self.started = True
            return []
        return new


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a device's log tells since it was last read."""

    lines: Sequence[LogLine] = ()
    """Those that were never told before, the oldest first; a gateway's may be about other devices."""
    readings: Mapping[str, Sequence[Reading]] = field(default_factory=dict)
    """What the log tells beside them, by device."""
    found: Sequence[Device] = ()
    """The devices that it is the first to tell of."""


@runtime_checkable
class KeepsLog(Protocol):
    """A vendor whose devices keep a log."""

    log_interval: float
    """Seconds between two readings of a log."""
    log_looks: Sequence[float]
    """Seconds between the readings of a log after a hint that there is something new in it."""

    async def log(
        self, device: Device, start: datetime, end: datetime
    ) -> Sequence[LogLine]:
        """Return what was logged in a period, both ends included, in any order."""
        ...


@runtime_checkable
class TellsNews(KeepsLog, Protocol):
    """A vendor whose log entries can be told apart, so that it knows which of them it has told."""

    async def news(self, device: Device) -> News:
        """Return what has come to a device's log since the last time, however late; at first no lines."""
        ...


@runtime_checkable
class KeepsMemory(Protocol):
    """A vendor that has to know after a restart what its logs have told."""

    def memory(self) -> dict[str, Any]:
        """Return what is to be kept, in JSON's own types; it holds nothing secret."""
        ...

    def recall(self, memory: Mapping[str, Any]) -> None:
        """Take in what was kept, before anything is read."""
        ...

    def forget(self, device_id: str) -> bool:
        """Forget a device of which logs alone tell, until one tells of it again; return whether it is one."""
        ...
