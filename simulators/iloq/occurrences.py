"""When calendar entries occur, those that recur among them; all in the lock group's own time."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta, tzinfo
from enum import IntEnum

from simulators.iloq.fields import Record


class Frequency(IntEnum):
    """How often an entry recurs."""

    DAILY = 0
    WEEKLY = 1
    MONTHLY = 2
    YEARLY = 3


_TICKS_PER_MICROSECOND = 10
_BY_END_DATE = 2


def length_of(entry: Record) -> timedelta:
    """Return how long an occurrence is; that a tick is a tenth of a microsecond is assumed."""
    return timedelta(
        microseconds=entry["Re_OccurrenceDurationTicks"] // _TICKS_PER_MICROSECOND
    )


def occurs(entry: Record, at: datetime) -> bool:
    """Tell whether an entry that does not recur occurs at an instant."""
    start, end = entry["StartDateTime"], entry["EndDateTime"]
    return (not start or start <= at) and (not end or at < end)


def recurs(
    entry: Record, exceptions: Iterable[Record], at: datetime, zone: tzinfo
) -> bool:
    """Tell whether an entry that recurs occurs at an instant, where no exception stands for the occurrence."""
    replaced = {exception["OriginalStartDateTime"] for exception in exceptions}
    length = length_of(entry)
    return any(
        start <= at < start + length and start not in replaced
        for start in _starts_about(entry, at, length, zone)
    )


def _starts_about(
    entry: Record, at: datetime, length: timedelta, zone: tzinfo
) -> Iterator[datetime]:
    """Return when an entry starts on the days on which an occurrence must start to last until an instant."""
    first = entry["Re_OccurrenceStartTime"].astimezone(zone)
    today = at.astimezone(zone).date()
    for back in range(length.days + 2):
        day = today - timedelta(days=back)
        if _is_day(entry, day, first.date(), zone):
            yield datetime.combine(day, first.time(), zone)


def _is_day(entry: Record, day: date, first: date, zone: tzinfo) -> bool:
    """Tell whether an entry recurs on a day."""
    if day < entry["Re_RangeStartDate"].astimezone(zone).date():
        return False
    if (
        entry["Re_RangeLimit"] == _BY_END_DATE
        and day > entry["Re_RangeEndDate"].astimezone(zone).date()
    ):
        return False
    match entry["Re_PatternFrequency"]:
        case Frequency.WEEKLY:
            # Sunday is the first of the days of this mask.
            return bool(entry["Re_PatternDaysOfWeek"] & 1 << day.isoweekday() % 7)
        case Frequency.MONTHLY:
            return day.day == first.day
        case Frequency.YEARLY:
            return (day.month, day.day) == (first.month, first.day)
    return True


def overlaps(entry: Record, start: datetime | None, end: datetime | None) -> bool:
    """Tell whether an entry, or the range in which it recurs, is within a period at least in part."""
    first = entry.get("Re_RangeStartDate") or entry["StartDateTime"]
    last = entry["EndDateTime"]
    if "Re_RangeLimit" in entry:
        limited = entry["Re_RangeLimit"] == _BY_END_DATE
        last = entry["Re_RangeEndDate"] + timedelta(days=1) if limited else None
    return (start is None or last is None or last > start) and (
        end is None or first is None or first < end
    )
