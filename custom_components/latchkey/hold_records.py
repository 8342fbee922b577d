"""What is kept of entries of ours in a vendor's schedules, and why something cannot be done with them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from mashumaro import DataClassDictMixin

from .vendors.schedules import Hold

_SAME: Final = timedelta(minutes=1)
"""By how much less a time may differ: not every vendor keeps seconds."""


class HoldError(Exception):
    """What was asked for cannot be done, for a reason by which it is translated; nothing was sent."""

    def __init__(self, key: str) -> None:
        """Initialize with the reason."""
        super().__init__(key)
        self.key = key


class HoldDiffers(Exception):
    """The vendor took other times than it was given."""

    def __init__(self, hold: Hold) -> None:
        """Initialize with what there is now."""
        super().__init__("differs")
        self.hold = hold


class Step(StrEnum):
    """What was asked of the vendor and is not known to be done."""

    NONE = "none"
    OPEN = "open"
    CHANGE = "change"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRecord(DataClassDictMixin):
    """One entry of ours, or the intent to make it."""

    id: str
    schedule_id: str
    start: datetime
    end: datetime
    step: Step = Step.NONE
    asked_at: datetime

    @property
    def hold(self) -> Hold:
        """Return what the vendor has, as far as that is known."""
        return Hold(
            id=self.id, schedule_id=self.schedule_id, start=self.start, end=self.end
        )


def is_same(one: Hold | None, other: Hold | None) -> bool:
    """Return whether two are alike, as far as a vendor keeps times."""
    if one is None or other is None:
        return one is other
    return abs(one.start - other.start) < _SAME and abs(one.end - other.end) < _SAME
