"""Time profiles: weekly hours that have a name, and are given to keys."""

from collections.abc import Mapping
from dataclasses import dataclass
import re
from typing import TYPE_CHECKING, Any

from simulators.iloq.dates import Dates
from simulators.iloq.fields import Model, Record, known
from simulators.iloq.refusals import found, not_now, wrong_value
from simulators.registry import Registry, new_id

if TYPE_CHECKING:
    from simulators.iloq.group import LockGroup

_TITLE = Model(
    text="Name Description",
    guid="TimeLimitTitle_ID RealEstate_ID Zone_ID",
    whole="OptionMask",
    lg="StartDateLg EndDateLg",
    required="TimeLimitTitle_ID RealEstate_ID Zone_ID",
)
_DATA = Model(
    text="StartTime EndTime",
    guid="TimeLimitData_ID",
    whole="WeekDayMask",
    required="StartTime EndTime",
)
_DURATION = re.compile(r"(\d{1,2}):(\d\d)(?::00)?")
_MOST_LINES = 10
_ALL_DAYS = 127
DYNAMIC = 8

type Hours = frozenset[tuple[int, int, int]]
"""Weekly hours: from which to which millisecond of the day, on which days."""


@dataclass
class Title:
    """A time profile."""

    id: str
    record: Record
    data: list[Record]

    @property
    def dynamic(self) -> bool:
        """Tell whether a key may have other hours than the profile."""
        return bool(self.record["OptionMask"] & DYNAMIC)

    @property
    def hours(self) -> Hours:
        """Return the weekly hours."""
        return frozenset(
            (_ms(line["StartTime"]), _ms(line["EndTime"]), line["WeekDayMask"])
            for line in self.data
        )

    def fits(self, slot: Record) -> bool:
        """Tell whether a key's time limit is as the profile says, if it must be so."""
        return self.dynamic or (
            self.record["StartDateLg"] == slot["TimeLimitTitleStartDateLg"]
            and self.record["EndDateLg"] == slot["TimeLimitTitleEndDateLg"]
            and self.hours
            == {
                (line["StartTimeMS"], line["EndTimeMS"], line["WeekDayMask"])
                for line in slot["TimeLimitData"]
            }
        )

    def as_json(self, dates: Dates) -> Record:
        """Return the profile as answers write it."""
        return _TITLE.write(self.record, dates)


class Titles(Registry[Title]):
    """The time profiles of a lock group."""

    def __init__(self, group: LockGroup) -> None:
        """Start without any."""
        super().__init__()
        self._group = group

    def insert(self, body: Mapping[str, Any], dates: Dates) -> Title:
        """Add a profile as a request describes it."""
        title = self._read(body, dates)
        if title.id in self:
            raise wrong_value(title.id, "TimeLimitTitle.TimeLimitTitle_ID")
        self[title.id] = title
        return title

    def edit(self, body: Mapping[str, Any], dates: Dates) -> None:
        """Write a profile and its hours."""
        title = self._read(body, dates)
        found(self, title.id, "TimeLimitTitle.TimeLimitTitle_ID")
        self[title.id] = title

    def can_delete(self, title: Title) -> int:
        """Return 0 if a profile can be deleted, or why not."""
        used = any(
            slot["TimeLimitTitle_ID"] == title.id
            for key in self._group.keys.values()
            for slot in (*key.planned.slots, *key.programmed.slots)
        )
        return 1 if used else 0

    def delete(self, title: Title) -> None:
        """Delete a profile that no key has."""
        if reason := self.can_delete(title):
            raise not_now(f"Time profile cannot be deleted: {reason}")
        del self[title.id]

    def _read(self, body: Mapping[str, Any], dates: Dates) -> Title:
        """Return the profile in a body, all of whose ids refer to something."""
        record = _TITLE.read(body.get("TimeLimitTitle"), dates, "TimeLimitTitle")
        group, where = self._group, "TimeLimitTitle."
        known([record["RealEstate_ID"]], group.real_estates, where + "RealEstate_ID")
        known([record["Zone_ID"]], group.zones, where + "Zone_ID")
        data = _DATA.read_all(body.get("TimeLimitData"), dates, "TimeLimitData")
        if len(data) > _MOST_LINES:
            raise wrong_value(len(data), "TimeLimitData")
        for line in data:
            start, end = _ms(line["StartTime"]), _ms(line["EndTime"])
            if start >= end or not 0 < line["WeekDayMask"] <= _ALL_DAYS:
                raise wrong_value(line["WeekDayMask"], "TimeLimitData")
            line["TimeLimitData_ID"] = line["TimeLimitData_ID"] or new_id()
            line["TimeLimitTitle_ID"] = record["TimeLimitTitle_ID"]
        return Title(record["TimeLimitTitle_ID"], record, data)


def _ms(duration: str) -> int:
    """Return a time of day such as 8:00 in milliseconds since midnight."""
    parts = _DURATION.fullmatch(duration)
    if not parts or int(parts[1]) > 24 or int(parts[2]) > 59:
        raise wrong_value(duration, "TimeLimitData")
    return (int(parts[1]) * 60 + int(parts[2])) * 60_000
