"""What recurs in a calendar, worked out day by day in the zone of the locking system (facts sheet 3.2, 3.4, 4.12)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import IntEnum
from typing import Any, Final

from .calendar_wire import WireRecurringEntry
from .wire import number

LONGEST: Final = timedelta(days=31)
"""How long an occurrence may last at most; whatever lasts longer is not meant to recur every week."""

_DAY: Final = timedelta(days=1)
_MARGIN: Final = 2 * _DAY
"""How far from UTC a day of a zone can begin, and a little more."""
_TICK: Final = 10
"""Ticks in a microsecond; that they are those of .NET is assumed."""
_EVERY_DAY: Final = 127
_NO_LIMIT: Final = 0
_BY_DATE: Final = 2
_UNSET: Final = 1
"""The year of a date that nobody set."""


class _Frequency(IntEnum):
    """How often an entry recurs."""

    DAILY = 0
    WEEKLY = 1
    MONTHLY = 2
    YEARLY = 3


class NotUnderstood(ValueError):
    """An entry is none of those that are documented."""


@dataclass(frozen=True, slots=True)
class Series:
    """When an entry recurs, once on a day at most."""

    frequency: _Frequency
    days: int
    """The days of the week, Sunday the first bit."""
    first: date
    last: date
    at: time
    lasts: timedelta
    zone: tzinfo

    def between(
        self, start: datetime, end: datetime
    ) -> Iterator[tuple[date, datetime, datetime]]:
        """Return the day, start and end of each occurrence that lies in a period, or reaches into it."""
        day = max(self.first, (start - self.lasts - _MARGIN).date())
        last = min(self.last, (end + _MARGIN).date())
        while day <= last:
            if self._is_on(day):
                # By the clock on the wall: a night ends in the morning, also when the clocks are changed in it.
                local = datetime.combine(day, self.at)
                begins = local.replace(tzinfo=self.zone).astimezone(UTC)
                ends = (local + self.lasts).replace(tzinfo=self.zone).astimezone(UTC)
                # What begins in an hour that is left out, and ends with it, does not happen on that day.
                if begins < ends and begins < end and ends > start:
                    yield day, begins, ends
            day += _DAY

    def _is_on(self, day: date) -> bool:
        """Return whether it recurs on a day; a day that a month does not have is left out."""
        match self.frequency:
            case _Frequency.MONTHLY:
                return day.day == self.first.day
            case _Frequency.YEARLY:
                return (day.month, day.day) == (self.first.month, self.first.day)
        return bool(self.days >> day.isoweekday() % 7 & 1)


def local(value: Any, zone: tzinfo) -> datetime | None:
    """Return a time by the clocks of a zone, in which one without offset is; None for what is none."""
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value.strip())
        if parsed.tzinfo is not None:
            parsed = parsed.astimezone(zone).replace(tzinfo=None)
    except ValueError, OverflowError:
        return None
    return parsed


def _day(value: Any, zone: tzinfo) -> date | None:
    """Return a day, None where there is none or nobody set one."""
    parsed = local(value, zone)
    return None if parsed is None or parsed.year == _UNSET else parsed.date()


def series(wire: WireRecurringEntry, zone: tzinfo) -> Series:
    """Return when an entry recurs; raises NotUnderstood for a pattern of which that is not documented."""
    begins = local(wire.re_occurrencestarttime, zone)
    own_day = _day(wire.re_occurrencestarttime, zone)
    first = _day(wire.re_rangestartdate, zone) or own_day
    ticks = number(wire.re_occurrencedurationticks)
    frequency = number(wire.re_patternfrequency)
    days = number(wire.re_patterndaysofweek) or 0
    if begins is None or first is None or ticks is None or frequency is None:
        raise NotUnderstood
    if not 0 < ticks <= LONGEST // timedelta(microseconds=1) * _TICK:
        raise NotUnderstood
    if frequency not in _Frequency or not 0 <= days <= _EVERY_DAY:
        raise NotUnderstood
    match _Frequency(frequency):
        case _Frequency.DAILY:
            days = days or _EVERY_DAY
        case _Frequency.WEEKLY if not days:
            raise NotUnderstood
        case _Frequency.MONTHLY | _Frequency.YEARLY if days or first != own_day:
            # The second Tuesday of a month, or every Tuesday of it: it is not told.
            raise NotUnderstood
    return Series(
        frequency=_Frequency(frequency),
        days=days,
        first=first,
        last=_last(wire, zone),
        at=begins.time(),
        lasts=timedelta(microseconds=ticks // _TICK),
        zone=zone,
    )


def _last(wire: WireRecurringEntry, zone: tzinfo) -> date:
    """Return the last day on which an entry may recur; raises NotUnderstood where it ends after a number that is not told."""
    limit = number(wire.re_rangelimit)
    if limit == _NO_LIMIT:
        return date.max
    last = _day(wire.re_rangeenddate, zone)
    if limit != _BY_DATE or last is None:
        raise NotUnderstood
    return last
