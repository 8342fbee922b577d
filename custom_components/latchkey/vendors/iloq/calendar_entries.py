"""What a calendar holds in a period: what happens once, what recurs, and what happens in its place (facts sheet 3.2, 3.6)."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, tzinfo
from itertools import batched
from types import MappingProxyType
from typing import Any, Final

from ..schedules import Entry, EntryKind, EntryList
from ..wire import Wire
from .calendar_wire import WireEntries, WireEntry, WireException, WireRecurringEntry
from .recurrence import NotUnderstood, local, series
from .times import moment
from .wire import number

MOST_ENTRIES: Final = 1000
"""How many entries of a calendar are told, the first ones."""
MOST_SERIES: Final = 500
"""How many entries of a calendar that recur are worked out."""
HELD_OPEN: Final = 0
"""The type of an entry for whose time relays are on."""

_KINDS: Final[Mapping[int, EntryKind]] = MappingProxyType(
    {
        HELD_OPEN: EntryKind.HELD_OPEN,
        1: EntryKind.CODE,
        2: EntryKind.KEY_CODE,
        3: EntryKind.KEY_TIMES,
    }
)
_SOME: Final = 50
"""Entries that are worked out before others have their turn."""

type _Exceptions = Mapping[tuple[str, date], WireException]


async def worked_out(
    told: WireEntries, zone: tzinfo, start: datetime, end: datetime
) -> EntryList:
    """Return the entries of a period of at most a few months; raises AnswerNotUnderstood where there are no lists."""
    singles, lost = _read(WireEntry, told.entries)
    recurring, lost_recurring = _read(WireRecurringEntry, told.recurringentries)
    wires, lost_exceptions = _read(WireException, told.recurringentryexceptions)
    exceptions, undated = _by_day(wires, zone)
    found: list[Entry] = []
    left_out = lost + lost_recurring + lost_exceptions + undated
    left_out += max(0, len(recurring) - MOST_SERIES)
    work: list[WireEntry] = [*singles, *recurring[:MOST_SERIES]]
    for some in batched(work, _SOME, strict=False):
        for wire in some:
            try:
                if isinstance(wire, WireRecurringEntry):
                    found += _occurrences(wire, exceptions, zone, start, end)
                else:
                    found.append(entry(wire, zone))
            except NotUnderstood:
                left_out += 1
        # Whoever waits for a door does not wait for a year of reservations.
        await asyncio.sleep(0)
    for (_, day), exception in exceptions.items():
        if _is_true(exception.a_isremoved):
            continue
        try:
            moved = entry(exception, zone)
        except NotUnderstood:
            left_out += 1
        else:
            # It may bear the id of what it is an exception of.
            found.append(replace(moved, id=f"{moved.id}/{day.isoformat()}"))
    shown = {each.id: each for each in found if each.start < end and each.end > start}
    ordered = sorted(shown.values(), key=lambda each: (each.start, each.id))
    return EntryList(entries=tuple(ordered[:MOST_ENTRIES]), left_out=left_out)


def entry(wire: WireEntry, zone: tzinfo) -> Entry:
    """Return an entry that happens once, one whose times have no offset by the clocks of a zone; raises NotUnderstood."""
    begins, ends = moment(wire.startdatetime, zone), moment(wire.enddatetime, zone)
    if begins is None or ends is None or ends <= begins:
        raise NotUnderstood
    return Entry(
        id=wire.calendardata_id.casefold(),
        kind=_kind(wire),
        start=begins,
        end=ends,
        title=wire.subject,
    )


def _occurrences(
    wire: WireRecurringEntry,
    exceptions: _Exceptions,
    zone: tzinfo,
    start: datetime,
    end: datetime,
) -> list[Entry]:
    """Return what an entry that recurs comes to in a period, less what happens otherwise or not at all."""
    kind = _kind(wire)
    return [
        Entry(
            id=f"{wire.calendardata_id.casefold()}/{day.isoformat()}",
            kind=kind,
            start=begins,
            end=ends,
            title=wire.subject,
        )
        for day, begins, ends in series(wire, zone).between(start, end)
        if (wire.re_id.casefold(), day) not in exceptions
    ]


def _by_day(wires: Iterable[WireException], zone: tzinfo) -> tuple[_Exceptions, int]:
    """Return exceptions by what they are of and the day on which that would be, and how many do not tell it."""
    by_day: dict[tuple[str, date], WireException] = {}
    undated = 0
    for wire in wires:
        original = local(wire.originalstartdatetime, zone)
        if original is None or not wire.recurrenceid:
            undated += 1
        else:
            by_day[wire.recurrenceid.casefold(), original.date()] = wire
    return by_day, undated


def _kind(wire: WireEntry) -> EntryKind:
    told = number(wire.type)
    if told is None or told not in _KINDS:
        raise NotUnderstood
    return _KINDS[told]


def _is_true(value: Any) -> bool:
    return value is True or (isinstance(value, str) and value.casefold() == "true")


def _read[W: Wire](wire: type[W], raw: Any) -> tuple[list[W], int]:
    """Return the objects of a list, none where it is null, and how many cannot be read."""
    if raw is None:
        return [], 0
    found, _ = wire.parse_all(raw)
    return found, len(raw) - len(found)
