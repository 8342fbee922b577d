"""What has happened at doors, and the history of it as far as it has come to the cloud."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from itertools import islice
from typing import Any

from simulators.intserv.identifications import Identity
from simulators.intserv.instants import written
from simulators.intserv.keys import Person
from simulators.intserv.options import Options

type Order = tuple[datetime, str, int, int]

_FIRST_DENIED = 200


class EventType(IntEnum):
    """The types that the vendor lists (facts sheet, section 3.5)."""

    GRANTED = 100
    GRANTED_CODE = 101
    GRANTED_CARD = 102
    GRANTED_CARD_PIN = 103
    EXIT_BUTTON = 104
    COMMON_CODE = 105
    DENIED = 200
    UNKNOWN_KEY = 201
    OUTSIDE_VALIDITY = 202
    BLACKLISTED = 203
    DISABLED = 204
    PIN_NOT_SET = 205
    NOT_AUTHORISED = 206
    OUTSIDE_SCHEDULE = 207


@dataclass(frozen=True, slots=True)
class Event:
    """One event, with what was known of the access key; that all who see the system see whose it was is assumed."""

    at: datetime
    system_id: str
    sequence_id: int
    number: int
    """In which order the simulator made its events, so that no two are at the same place."""
    type: int
    door_name: str
    key_id: str | None = None
    identity: Identity | None = None
    person: Person | None = None
    subject: str | None = None
    category: str | None = None

    @property
    def order(self) -> Order:
        """Return the place in the history."""
        return self.at, self.system_id, self.sequence_id, self.number

    @property
    def granted(self) -> bool:
        """Tell whether somebody was let in."""
        return self.type < _FIRST_DENIED

    def as_json(self, options: Options) -> dict[str, Any]:
        """Return the event as answers write it; the word for a refusal and what a subject has are assumed."""
        usual = "accessgranted" if self.granted else "accessdenied"
        key = self.identity
        spelling = key.in_hex if key and options.event_keys == "hex" else None
        return {
            "event_time": written(self.at, options.time_form),
            "sequence_id": self.sequence_id,
            "category": self.category or usual,
            "type": int(self.type),
            "system_id": self.system_id,
            "door_name": self.door_name,
            "key_id": self.key_id,
            "key": key and key.as_json(spelling),
            "person": self.person and self.person.as_json(),
            "subject": self.subject and {"name": self.subject},
        }


@dataclass(frozen=True)
class Query:
    """Which events are asked for; both ends of the period are part of it, which is assumed."""

    since: datetime
    until: datetime
    system_ids: frozenset[str]
    granted: bool = True
    denied: bool = True

    def wants(self, event: Event) -> bool:
        """Tell whether an event of the period is asked for."""
        return event.system_id in self.system_ids and (
            self.granted if event.granted else self.denied
        )


class History:
    """All events that have come, by when they happened."""

    def __init__(self) -> None:
        """Start without any."""
        self._events: list[Event] = []

    def __len__(self) -> int:
        """Return how many events have come."""
        return len(self._events)

    def __iter__(self) -> Iterator[Event]:
        """Return the events, the oldest first."""
        return iter(self._events)

    def add(self, event: Event) -> None:
        """Take an event to its place, which is not the end if it comes late."""
        insort(self._events, event, key=lambda other: other.order)

    def load(self, events: Iterable[Event]) -> None:
        """Take many events at once."""
        self._events.extend(events)
        self._events.sort(key=lambda event: event.order)

    def page(
        self, query: Query, after: Order | None, limit: int, *, newest: bool
    ) -> tuple[list[Event], bool]:
        """Return so many events from behind a place on, and whether there are more."""
        found = list(islice(self._wanted(query, after, newest), limit + 1))
        return found[:limit], len(found) > limit

    def _wanted(
        self, query: Query, after: Order | None, newest: bool
    ) -> Iterator[Event]:
        """Go through the events of a query from behind a place on."""
        events = self._events
        first = bisect_left(events, query.since, key=lambda event: event.at)
        end = bisect_right(events, query.until, key=lambda event: event.at)
        if after and newest:
            end = bisect_left(events, after, key=lambda event: event.order)
        elif after:
            first = bisect_right(events, after, key=lambda event: event.order)
        places = range(first, end)
        for place in reversed(places) if newest else places:
            if query.wants(events[place]):
                yield events[place]
