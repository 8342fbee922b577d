"""Up to when all events of a system have come, as the vendor guarantees it (facts sheet 3.5)."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ..readings import Reading, ReadingKind
from ..wire import moment

LAG: Final = timedelta(hours=1)
"""How long a system may be behind before that is a problem."""
_STEP: Final = timedelta(minutes=15)
"""In which steps it is shown: each reading tells of another time."""
_FIRST: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""What is told of times before this one is a way to tell of none."""


def guarantee(value: Any) -> datetime | None:
    """Return up to when all events have come, None where nothing is promised."""
    at = moment(value)
    return at if at is not None and at >= _FIRST else None


def readings(synced_to: datetime | None, now: datetime) -> tuple[Reading, ...]:
    """Return up to when all events have come, rounded down, and whether that is long ago."""
    time, late = ReadingKind.LEAST_SYNC_TIME, ReadingKind.SYNC_LATE
    shown = synced_to and synced_to - (synced_to - _FIRST) % _STEP
    is_late = None if synced_to is None else now - synced_to > LAG
    return (
        Reading(id=time.value, kind=time, value=shown),
        Reading(id=late.value, kind=late, value=is_late),
    )
