"""A unit: its relays with their pulses, its inputs, the status it last sent, and what the cloud keeps of it."""

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter
from typing import Literal, Protocol, get_args

from simulators.clock import Clock
from simulators.errors import Invalid
from simulators.flexykey.documents import (
    EVVA,
    Expansion,
    UnitDocument,
    check_expansion,
    check_unit,
    ios,
    is_relay,
    sort_key,
)
from simulators.flexykey.sensors import Sensors
from simulators.flexykey.status import Status

type Offline = Literal["stale", "error"]


@dataclass(frozen=True)
class Command:
    """A command that the unit has executed."""

    output: str
    action: str
    at: datetime


class Reporter(Protocol):
    """Who hears of what a unit reports unasked."""

    def reported(self, status: Status) -> None:
        """Hear of a status that the unit sends because something has changed."""

    def pulsing(self) -> None:
        """Hear that something is to come, such as the end of a pulse, for which somebody must ask."""


class Unit:
    """One unit; pulses end when the clock has passed their end and anything is asked of the unit."""

    def __init__(
        self,
        document: UnitDocument,
        clock: Clock,
        *,
        on: Iterable[str] = (),
        unregistered: Iterable[str] = (),
        temperatures: Mapping[str, float | None] | None = None,
    ) -> None:
        """Start a unit that has just sent its first status; unregistered inputs and relays show in its strings alone."""
        self._fit(deepcopy(document))
        self.sensors = Sensors(temperatures or {})
        self.commands: list[Command] = []
        self.offline: Offline | None = None
        self.hidden: frozenset[str] = frozenset()
        self.frozen: Status | None = None
        self.reporter: Reporter | None = None
        self.reports_changes = True
        self.secure = True
        """Whether secure communication is enabled, without which the cloud calls no webhook."""
        self._clock = clock
        self._unregistered = frozenset(unregistered)
        self._on = set(on)
        # A pulse's end stands under its relay's name, anything else under an object of its own.
        self._agenda: dict[object, tuple[datetime, Callable[[datetime], None]]] = {}
        self._answered: Status | None = None
        self._status = self._snapshot(clock())

    @property
    def unit_id(self) -> int:
        """Return the vendor's number of the unit."""
        return self.document["unitId"]

    @property
    def serial_number(self) -> str:
        """Return the serial number, leading zeros included."""
        return self.document["serialnumber"]

    @property
    def is_evva(self) -> bool:
        """Tell whether this is the kind of unit that has no relays, no inputs and no messages."""
        return self.document.get("unitType") == EVVA

    @property
    def last_status(self) -> Status:
        """Return the status that the unit sent last."""
        self._settle()
        return self._status

    def is_on(self, name: str) -> bool:
        """Tell whether a relay or an input is on at this moment."""
        self._settle()
        return name in self._on

    def remaining(self, name: str) -> float | None:
        """Return the seconds that a relay's pulse still lasts, or nothing where none runs."""
        now = self._settle()
        end = self._agenda[name][0] if name in self._agenda else None
        return (end - now).total_seconds() if end else None

    def next_end(self) -> float | None:
        """Return the seconds until the unit does something by itself, or nothing where nothing is to come."""
        end = min((at for at, _ in self._agenda.values()), default=None)
        return None if end is None else (end - self._clock()).total_seconds()

    def read(self, cache_seconds: float) -> tuple[Status, bool]:
        """Return the status that the cloud answers with, and whether it is one that was kept."""
        now = self._settle()
        if self.frozen:
            return self.frozen, True
        if self.offline:
            return self._status, True
        if self._answered and now - self._answered.at < timedelta(
            seconds=cache_seconds
        ):
            return self._answered, True
        self._send(now)
        self._answered = self._status
        return self._status, False

    def execute(self, output: str, action: str) -> None:
        """Execute ON, OFF or a pulse's seconds as the cloud passes it on; a unit that is offline never hears of it."""
        now = self._settle()
        if self.offline:
            return
        self.commands.append(Command(output, action, now))
        self._agenda.pop(output, None)
        self._switch(output, action != "OFF", now)
        if action not in ("ON", "OFF"):
            self._pulse(output, now + timedelta(seconds=int(action)))

    def switch_by_hand(self, name: str, on: bool) -> None:
        """Switch a relay or an input as somebody on site does."""
        now = self._settle()
        self._agenda.pop(name, None)
        self._switch(name, on, now)

    def pulse_by_hand(self, relay: str, seconds: float) -> None:
        """Pulse a relay from the unit's own keypad, telephone or reader, whether it reaches the cloud or not."""
        now = self._settle()
        self._switch(relay, True, now)
        self._pulse(relay, now + timedelta(seconds=seconds))

    def set_offline(self, mode: Offline | None) -> None:
        """Cut the unit from the cloud in one of two ways, or bring it back, upon which it sends its status."""
        if mode not in (None, *get_args(Offline.__value__)):
            raise Invalid("offline is null, stale or error")
        self._settle()
        self.offline = mode
        self._changed()

    def freeze(self, frozen: bool) -> None:
        """Let the cloud answer with the present status from now on, whatever happens, or end that."""
        self._settle()
        self.frozen = (self.frozen or self._status) if frozen else None
        self._changed()

    def hide(self, names: Iterable[str]) -> None:
        """Leave relays and inputs out of every status."""
        self.hidden = frozenset(names)
        self._changed()

    def set_temperatures(self, temperatures: Mapping[str, float | None]) -> None:
        """Set what the unit's status string shows."""
        self._settle()
        self.sensors.set_temperatures(temperatures)
        self._changed()

    def set_sensors(self, values: Mapping[str, float | None]) -> None:
        """Set what the unit measures; some of it shows in its status string as well."""
        self._settle()
        self.sensors.set_values(values)
        self._changed()

    def set_counters(self, counters: Mapping[str, int]) -> None:
        """Set what the unit has counted."""
        self._settle()
        self.sensors.set_counters(counters)

    def plan(self, at: datetime, act: Callable[[datetime], None]) -> None:
        """Do something at an instant to come; what is done then must not ask for the present."""
        self._plan(object(), at, act)

    def settle(self) -> None:
        """Do what was due."""
        self._settle()

    def report(self, at: datetime) -> Status | None:
        """Send the status at an instant, and return it unless the unit cannot reach the cloud."""
        self._send(at)
        self._tell(asked=True)
        return None if self.offline else self._status

    def add_expansion(self, expansion: Expansion) -> None:
        """Fit an expansion module."""
        expansions = [*self.document["expansions"], check_expansion(expansion)]
        self._fit(
            {
                **self.document,
                "expansions": sorted(expansions, key=itemgetter("number")),
            }
        )
        self._changed()

    def remove_expansion(self, number: int) -> bool:
        """Take an expansion module away, and tell whether there was one of this number."""
        before = set(self.names)
        left = [
            expansion
            for expansion in self.document["expansions"]
            if expansion["number"] != number
        ]
        found = len(left) < len(self.document["expansions"])
        self._fit({**self.document, "expansions": left})
        for name in before.difference(self.names):
            self._on.discard(name)
            self._agenda.pop(name, None)
        self._changed()
        return found

    def _fit(self, document: UnitDocument) -> None:
        """Take a document, and with it the global numbers that the unit has."""
        self.document = check_unit(document)
        self.names = sorted((io["globalNumber"] for io in ios(document)), key=sort_key)
        self.relays = list(filter(is_relay, self.names))
        self.inputs = [name for name in self.names if not is_relay(name)]

    def _settle(self) -> datetime:
        """End the pulses that are over and do what was planned, each at its own time, and return the present time."""
        now = self._clock()
        due = [(key, *plan) for key, plan in self._agenda.items() if plan[0] <= now]
        for key, at, act in sorted(due, key=itemgetter(1)):
            del self._agenda[key]
            act(at)
        return now

    def _switch(self, name: str, on: bool, at: datetime) -> None:
        """Change a state; the unit sends its status if that is a change."""
        if on != (name in self._on):
            (self._on.add if on else self._on.discard)(name)
            self._send(at)
            self._tell()

    def _changed(self) -> None:
        """Send a status after a change that is not one of states, and have the cloud answer with it at once."""
        self._answered = None
        self._send(self._settle())
        self._tell()

    def _pulse(self, relay: str, end: datetime) -> None:
        """Note when a pulse ends."""
        self._plan(relay, end, partial(self._switch, relay, False))

    def _plan(self, key: object, at: datetime, act: Callable[[datetime], None]) -> None:
        """Note what is to come, and say so to whoever must ask for it."""
        self._agenda[key] = at, act
        if self.reporter:
            self.reporter.pulsing()

    def _tell(self, *, asked: bool = False) -> None:
        """Pass on the status that was sent, unless nothing of it gets beyond the unit or its cloud."""
        cut = self.offline or self.frozen
        reports = (asked or self.reports_changes) and self.secure
        if self.reporter and reports and not cut:
            self.reporter.reported(self._status)

    def _send(self, at: datetime) -> None:
        """Send the status to the cloud, unless the unit cannot reach it."""
        if not self.offline:
            self._status = self._snapshot(at)

    def _snapshot(self, at: datetime) -> Status:
        """Return the status of this moment."""
        listed = frozenset(self.names) - self.hidden
        return Status(
            at,
            frozenset(self._on),
            listed,
            listed | self._unregistered,
            self.sensors.temperatures,
        )
