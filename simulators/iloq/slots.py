"""The slots of a key's time limits: start, end, and profiles of weekly hours."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Final

from simulators.iloq.dates import Dates
from simulators.iloq.fields import Record
from simulators.iloq.models import SLOT, SLOT_DATA
from simulators.iloq.refusals import not_now, wrong_value
from simulators.iloq.titles import Title

START, END, FIRST_PROFILE = range(3)
_QUARTER_MS: Final = 15 * 60 * 1000
_DAY_MS: Final = 24 * 3600 * 1000
_ALL_DAYS: Final = 127
_DATA = "TimeLimitData"


def read_slots(bodies: object, dates: Dates, where: str) -> list[Record]:
    """Return the slots in a list, each with its weekly hours."""
    slots = SLOT.read_all(bodies, dates, where)
    if isinstance(bodies, list):
        for body, slot in zip(bodies, slots, strict=True):
            slot[_DATA] = SLOT_DATA.read_all(body.get(_DATA), dates, f"{where}.{_DATA}")
    return slots


def read_slot(body: object, dates: Dates, where: str) -> Record:
    """Return one slot."""
    return read_slots([body], dates, where)[0]


def written(slots: Iterable[Record], dates: Dates) -> list[Record]:
    """Return slots as answers write them."""
    return [SLOT.write(slot, dates) for slot in slots]


def problem_of(slot: Record, titles: Mapping[str, Title]) -> int:
    """Return why a slot is not taken, as CanAddTimeLimit counts the reasons, or 0."""
    data, title_id = slot[_DATA], slot["TimeLimitTitle_ID"]
    if slot["SlotNo"] < FIRST_PROFILE:
        return 8 if data or title_id or slot["SlotNo"] < 0 else 0
    if title_id is None:
        return 9
    if title_id not in titles or slot["LimitDateLg"] is not None:
        return 14
    title = titles[title_id]
    start, end = slot["TimeLimitTitleStartDateLg"], slot["TimeLimitTitleEndDateLg"]
    if start and end and start >= end:
        return 13
    if not data:
        return 10 if title.dynamic else 11
    if problem := next(filter(None, map(_problem_of_hours, data)), 0):
        return problem
    return 0 if title.fits(slot) else 11


def check_slots(
    slots: Iterable[Record], titles: Mapping[str, Title], most: int
) -> None:
    """Refuse slots that a key does not take."""
    kept = list(slots)
    for slot in kept:
        if slot["TimeLimitTitle_ID"] not in (None, *titles):
            raise wrong_value(slot["TimeLimitTitle_ID"], "TimeLimitTitle_ID")
        if problem := problem_of(slot, titles):
            raise not_now(f"Time limit cannot be added: {problem}")
    fixed = [slot["SlotNo"] for slot in kept if slot["SlotNo"] < FIRST_PROFILE]
    if len(fixed) != len(set(fixed)) or taken(kept) > most:
        raise not_now("Time limit cannot be added: 12")


def taken(slots: Iterable[Record]) -> int:
    """Return how many slots of a key's memory are needed; each date and each line of weekly hours takes one."""
    return sum(
        1
        if slot["SlotNo"] < FIRST_PROFILE
        else len(slot[_DATA])
        + (slot["TimeLimitTitleStartDateLg"] is not None)
        + (slot["TimeLimitTitleEndDateLg"] is not None)
        for slot in slots
    )


def allow(slots: Iterable[Record], at: datetime, zone: tzinfo) -> bool:
    """Tell whether a key with these slots is good at an instant: within its dates and, if there are any, its hours."""
    hours: list[bool] = []
    for slot in slots:
        limit = slot["LimitDateLg"]
        if slot["SlotNo"] == START and limit and at < limit:
            return False
        if slot["SlotNo"] == END and limit and at >= limit:
            return False
        if slot["SlotNo"] >= FIRST_PROFILE:
            start, end = (
                slot["TimeLimitTitleStartDateLg"],
                slot["TimeLimitTitleEndDateLg"],
            )
            within = (not start or at >= start) and (not end or at < end)
            hours.append(within and in_hours(slot[_DATA], at, zone))
    return not hours or any(hours)


def in_hours(data: Iterable[Record], at: datetime, zone: tzinfo) -> bool:
    """Tell whether an instant is within weekly hours."""
    local = at.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    ms = (local.replace(tzinfo=None) - midnight) / timedelta(milliseconds=1)
    day = 1 << local.weekday()
    return any(
        line["WeekDayMask"] & day and line["StartTimeMS"] <= ms < line["EndTimeMS"]
        for line in data
    )


def _problem_of_hours(line: Record) -> int:
    """Return why a line of weekly hours is not taken, or 0."""
    start, end = line["StartTimeMS"], line["EndTimeMS"]
    if start % _QUARTER_MS or end % _QUARTER_MS:
        return 7
    if start >= end:
        return 13
    return (
        0
        if start >= 0 and end <= _DAY_MS and 0 < line["WeekDayMask"] <= _ALL_DAYS
        else 14
    )
