"""What is known of an account's schedules."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from .vendors.schedules import (
    Entry,
    EntryKind,
    EntryList,
    Hold,
    Relay,
    Schedule,
    ScheduleList,
)

PATIENCE: Final = 2
"""How many readings in a row have to fail before what was read before them is no longer shown."""


class KnownSchedules:
    """The schedules of an account's systems, and what each of them holds."""

    def __init__(self) -> None:
        """Initialize with nothing known."""
        self._schedules: defaultdict[str, dict[str, Schedule]] = defaultdict(dict)
        """By system, then by id."""
        self._missing: set[str] = set()
        """The schedules that the last list lacked."""
        self._whole: set[str] = set()
        self._entries: dict[str, EntryList] = {}
        self._failures: dict[str, int] = {}

    def of(self, system_id: str) -> list[Schedule]:
        """Return the schedules of a system."""
        return list(self._schedules[system_id].values())

    def is_whole(self, system_id: str) -> bool:
        """Return whether a system has no other schedules than those that are known."""
        return system_id in self._whole

    def is_known(self, schedule_id: str) -> bool:
        """Return whether a schedule's entries could be read lately."""
        return self._failures.get(schedule_id, PATIENCE) < PATIENCE

    def entries(self, schedule_id: str) -> tuple[Entry, ...]:
        """Return what a schedule holds, the first entries first."""
        held = self._entries.get(schedule_id)
        return held.entries if held else ()

    def left_out(self, schedule_id: str) -> int:
        """Return how much of a schedule could not be understood."""
        held = self._entries.get(schedule_id)
        return held.left_out if held else 0

    def relays(self, system_id: str) -> dict[str, Relay]:
        """Return what the schedules of a system control, by id."""
        return {
            relay.id: relay
            for schedule in self.of(system_id)
            for relay in schedule.relays or ()
        }

    def holds_open(self, system_id: str, relay_id: str, now: datetime) -> bool | None:
        """Return whether a schedule has a relay on at a moment; None where that is not certain."""
        is_certain = True
        for schedule in self.of(system_id):
            if schedule.relays is None:
                is_certain = False
            elif any(relay.id == relay_id for relay in schedule.relays):
                known = self.is_known(schedule.id)
                if known and any(
                    each.kind is EntryKind.HELD_OPEN and each.start <= now < each.end
                    for each in self.entries(schedule.id)
                ):
                    return True
                is_certain = is_certain and known and not self.left_out(schedule.id)
        return False if is_certain else None

    def next_change(self, now: datetime) -> datetime | None:
        """Return when a door next begins or ends to be held open."""
        coming = (at for at in self._times() if at > now)
        return min(coming, default=None)

    def _times(self) -> Iterator[datetime]:
        for held in self._entries.values():
            for entry in held.entries:
                if entry.kind is EntryKind.HELD_OPEN:
                    yield entry.start
                    yield entry.end

    def take_list(self, system_id: str, listed: ScheduleList) -> None:
        """Take in what schedules there are; one is gone that two lists lack."""
        found = {each.id: each for each in listed.schedules}
        held = self._schedules[system_id]
        if not listed.complete:
            self._whole.discard(system_id)
            held.update(found)
            return
        missing = held.keys() - found.keys()
        gone = missing & self._missing
        self._missing = (self._missing | missing) - gone - found.keys()
        self._schedules[system_id] = found | {
            schedule_id: held[schedule_id] for schedule_id in missing - gone
        }
        for schedule_id in gone:
            self._entries.pop(schedule_id, None)
            self._failures.pop(schedule_id, None)
        self._whole.add(system_id)

    def take(self, schedule_id: str, told: EntryList) -> None:
        """Take in what a schedule holds."""
        self._entries[schedule_id] = told
        self._failures[schedule_id] = 0

    def fail(self, schedule_id: str, times: int = 1) -> None:
        """Take note that a schedule could not be read; what was never read is not known at all."""
        failures = self._failures.get(schedule_id, PATIENCE)
        self._failures[schedule_id] = failures + times

    def show(self, schedule_id: str, hold: Hold, *, gone: bool = False) -> None:
        """Hold an entry of ours as it is now, before it is read."""
        if (held := self._entries.get(schedule_id)) is None:
            return
        entries = [each for each in held.entries if each.id != hold.id]
        if not gone:
            kind = EntryKind.HELD_OPEN
            entries.append(Entry(id=hold.id, kind=kind, start=hold.start, end=hold.end))
        entries.sort(key=lambda each: (each.start, each.id))
        self._entries[schedule_id] = replace(held, entries=tuple(entries))
