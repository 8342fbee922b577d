"""The JSON objects of calendars, names in lower case (facts sheet 3.2, 3.6)."""

from dataclasses import dataclass
from typing import Any

from ..wire import Wire


@dataclass
class WireCalendar(Wire):
    """A calendar."""

    calendardatatitle_id: str
    name: str = ""
    description: str = ""


@dataclass
class WireRelayLink(Wire):
    """That a calendar controls a relay of a network module."""

    networkmoduledevicerelay_id: str = ""


@dataclass
class WireRelay(Wire):
    """A relay of a network module."""

    name: str = ""


@dataclass
class WireEntry(Wire):
    """An entry of a calendar."""

    calendardata_id: str
    calendardatatitle_id: str = ""
    startdatetime: Any = None
    enddatetime: Any = None
    subject: str = ""
    type: Any = None


@dataclass
class WireRecurringEntry(WireEntry):
    """An entry that recurs."""

    re_id: str = ""
    re_occurrencedurationticks: Any = None
    re_occurrencestarttime: Any = None
    re_patterndaysofweek: Any = None
    re_patternfrequency: Any = None
    re_rangeenddate: Any = None
    re_rangelimit: Any = None
    re_rangestartdate: Any = None


@dataclass
class WireException(WireEntry):
    """What happens in the place of one occurrence, or that it does not."""

    a_isremoved: Any = None
    originalstartdatetime: Any = None
    recurrenceid: str = ""


@dataclass
class WireEntries(Wire):
    """All entries of a calendar, as they came."""

    entries: Any = None
    recurringentries: Any = None
    recurringentryexceptions: Any = None


@dataclass
class WireOneEntry(Wire):
    """One entry, as it came."""

    entry: Any = None
