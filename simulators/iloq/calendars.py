"""Calendars, their entries, and the relays and roles to which they are linked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from simulators.iloq.dates import Dates
from simulators.iloq.fields import Model, Record, known
from simulators.iloq.occurrences import Frequency, length_of, occurs, recurs
from simulators.iloq.refusals import found, wrong_value
from simulators.registry import Registry

if TYPE_CHECKING:
    from simulators.iloq.group import LockGroup

type EntryKind = Literal["Entries", "RecurringEntries", "RecurringEntryExceptions"]

_TITLE = Model(
    text="Name Description",
    guid="CalendarDataTitle_ID RealEstate_ID Zone_ID",
    whole="OptionMask ReservablePeriodLengthWeeks ReservationTargetType Type",
    required="CalendarDataTitle_ID RealEstate_ID Zone_ID",
)
_IDS = "CalendarData_ID CalendarDataTitle_ID"
_TIMES = "StartDateTime EndDateTime"
_RECURRING_TIMES = "Re_OccurrenceStartTime Re_RangeStartDate Re_RangeEndDate"
MODELS: Mapping[EntryKind, Model] = {
    "Entries": Model(
        text="Subject", guid=_IDS, whole="Type", lg=_TIMES, required=f"{_IDS} {_TIMES}"
    ),
    "RecurringEntries": Model(
        text="Subject",
        guid=f"{_IDS} Re_ID",
        whole="Type Re_OccurrenceDurationTicks Re_PatternDaysOfWeek Re_PatternFrequency Re_RangeLimit",
        lg=f"{_TIMES} {_RECURRING_TIMES}",
        required=f"{_IDS} Re_ID {_RECURRING_TIMES}",
    ),
    "RecurringEntryExceptions": Model(
        text="Subject",
        guid=f"{_IDS} RecurrenceId",
        whole="Type",
        truth="A_IsRemoved",
        lg=f"{_TIMES} OriginalStartDateTime",
        required=f"{_IDS} RecurrenceId OriginalStartDateTime",
    ),
}
"""That these dates are in the lock group's own time is assumed from the remark on all requests."""

RELAY_ON, _LAST_TYPE = 0, 3
_LONGEST = timedelta(days=366)


@dataclass
class Calendar:
    """A calendar, and the relays that follow it."""

    id: str
    record: Record
    relay_ids: list[str] = field(default_factory=list)


@dataclass
class Entry:
    """An entry of a calendar, one that recurs, or an exception from that."""

    id: str
    kind: EntryKind
    record: Record
    role_ids: list[str] = field(default_factory=list)

    def as_json(self, dates: Dates) -> Record:
        """Return the entry as answers write it."""
        return MODELS[self.kind].write(self.record, dates)


class Calendars(Registry[Calendar]):
    """The calendars of a lock group."""

    def __init__(self, group: LockGroup) -> None:
        """Start without any."""
        super().__init__()
        self._group = group
        self.entries = Registry[Entry]()

    def insert(self, body: Mapping[str, Any], dates: Dates) -> Calendar:
        """Add a calendar."""
        record = self._read(body, dates)
        if record["CalendarDataTitle_ID"] in self:
            raise wrong_value(record["CalendarDataTitle_ID"], "CalendarDataTitle_ID")
        calendar = Calendar(record["CalendarDataTitle_ID"], record)
        self[calendar.id] = calendar
        return calendar

    def edit(self, body: Mapping[str, Any], dates: Dates) -> None:
        """Write a calendar's fields."""
        record = self._read(body, dates)
        calendar = found(self, record["CalendarDataTitle_ID"], "CalendarDataTitle_ID")
        calendar.record = record

    def delete(self, calendar: Calendar) -> None:
        """Delete a calendar with its entries."""
        del self[calendar.id]
        for entry in self.of(calendar):
            del self.entries[entry.id]

    def of(self, calendar: Calendar) -> list[Entry]:
        """Return the entries of a calendar."""
        return [
            entry
            for entry in self.entries.values()
            if entry.record["CalendarDataTitle_ID"] == calendar.id
        ]

    def put_entries(self, body: Mapping[str, Any], dates: Dates, new: bool) -> None:
        """Add entries, or write those that there are; all of them or, if one is wrong, none."""
        checked = [
            self._entry(kind, record, new)
            for kind, model in MODELS.items()
            for record in model.read_all(body.get(kind), dates, kind)
        ]
        if not checked:
            raise wrong_value("", "Entries")
        for entry in checked:
            self.entries[entry.id] = entry

    def delete_entry(self, entry: Entry) -> None:
        """Delete an entry, and the exceptions from it."""
        del self.entries[entry.id]
        if entry.kind == "RecurringEntries":
            for exception in self._exceptions(entry):
                del self.entries[exception.id]

    def on(self, relay_id: str, at: datetime) -> bool:
        """Tell whether a relay is on because an entry of a calendar that it follows turns it on."""
        return any(
            entry.record["Type"] == RELAY_ON and self._occurs(entry, at)
            for calendar in self.values()
            if relay_id in calendar.relay_ids
            for entry in self.of(calendar)
        )

    def _occurs(self, entry: Entry, at: datetime) -> bool:
        """Tell whether an entry occurs at an instant."""
        match entry.kind:
            case "Entries":
                return occurs(entry.record, at)
            case "RecurringEntries":
                exceptions = [found.record for found in self._exceptions(entry)]
                return recurs(entry.record, exceptions, at, self._group.zone)
            case "RecurringEntryExceptions":
                return not entry.record["A_IsRemoved"] and occurs(entry.record, at)

    def _exceptions(self, entry: Entry) -> list[Entry]:
        """Return the exceptions from an entry."""
        return [
            other
            for other in self.entries.values()
            if other.kind == "RecurringEntryExceptions"
            and other.record["RecurrenceId"] == entry.record["Re_ID"]
        ]

    def _entry(self, kind: EntryKind, record: Record, new: bool) -> Entry:
        """Return an entry if it makes sense and is new, or there already, as it must be."""
        entry_id = record["CalendarData_ID"]
        old = self.entries.get(entry_id)
        if new is (old is not None) or (old and old.kind != kind):
            raise wrong_value(entry_id, f"{kind}.CalendarData_ID")
        title_id = record["CalendarDataTitle_ID"]
        known([title_id], self, f"{kind}.CalendarDataTitle_ID")
        if not RELAY_ON <= record["Type"] <= _LAST_TYPE:
            raise wrong_value(record["Type"], f"{kind}.Type")
        start, end = record["StartDateTime"], record["EndDateTime"]
        if start and end and start >= end:
            raise wrong_value(end.isoformat(), f"{kind}.EndDateTime")
        if kind == "RecurringEntries" and (
            record["Re_PatternFrequency"] not in set(Frequency)
            or not timedelta(0) < length_of(record) <= _LONGEST
        ):
            raise wrong_value(
                record["Re_PatternFrequency"], f"{kind}.Re_PatternFrequency"
            )
        return Entry(entry_id, kind, record, old.role_ids if old else [])

    def _read(self, body: Mapping[str, Any], dates: Dates) -> Record:
        """Return the fields of a calendar, all of which refer to something."""
        record = _TITLE.read(body, dates)
        group = self._group
        known([record["RealEstate_ID"]], group.real_estates, "RealEstate_ID")
        known([record["Zone_ID"]], group.zones, "Zone_ID")
        return record
