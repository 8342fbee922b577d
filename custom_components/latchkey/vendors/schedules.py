"""Schedules: what happens at doors by a calendar that the vendor keeps."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from .bookings import without_contact
from .model import Device


class EntryKind(StrEnum):
    """What an entry of a schedule is for."""

    HELD_OPEN = "held_open"
    """The relays are on while it lasts."""
    CODE = "code"
    """The relays come on after the code of a group."""
    KEY_CODE = "key_code"
    """The lock asks for the code of a key."""
    KEY_TIMES = "key_times"
    """Keys open while it lasts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """What a schedule controls."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A calendar of a system."""

    id: str
    name: str
    relays: tuple[Relay, ...] | None = None
    """What it controls; None where that is not told to us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleList:
    """The schedules of a system."""

    schedules: tuple[Schedule, ...]
    complete: bool = True
    """Whether every one could be read; only then does an absence mean anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One period of a schedule; what recurs is an entry each time."""

    id: str
    kind: EntryKind
    start: datetime
    end: datetime
    title: str = field(default="", repr=False)
    """What somebody wrote to it, which may be a name."""

    @property
    def shown_title(self) -> str:
        """Return the title; one that is an address or a number is shown to nobody."""
        return without_contact(self.title)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryList:
    """The entries of a schedule in a period, by their starts."""

    entries: tuple[Entry, ...]
    left_out: int = 0
    """How many of the vendor's own could not be understood: they may mean anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """An entry of ours, for whose time the relays of a schedule are on; its id is made by us."""

    id: str
    schedule_id: str
    start: datetime
    end: datetime


@runtime_checkable
class KeepsSchedules(Protocol):
    """A vendor that keeps schedules, to which entries can be added by which doors are held open.

    Commands are sent once: OutcomeUnknown is the answer to a doubt, never a repetition.
    """

    async def schedules(self, device: Device) -> ScheduleList:
        """Return the schedules of a system, with what they control."""
        ...

    async def entries(
        self, schedule_id: str, start: datetime, end: datetime
    ) -> EntryList:
        """Return the entries that lie in a period, or reach into it."""
        ...

    async def open_until(self, hold: Hold) -> None:
        """Add an entry of ours."""
        ...

    async def change_hold(self, hold: Hold) -> None:
        """Give an entry of ours other times."""
        ...

    async def cancel_hold(self, hold: Hold) -> None:
        """Delete an entry of ours; raises NotFound where there is none of that id."""
        ...

    async def hold(self, hold: Hold) -> Hold | None:
        """Return an entry of ours as the vendor has it, None where there is none of that id."""
        ...
