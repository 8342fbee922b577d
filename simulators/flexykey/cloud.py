"""The state of the simulated cloud, and a plain method for everything that can be done to it."""

from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any, override

from aiohttp import web
from aiohttp.typedefs import Middleware

from simulators.clock import Clock, utc_now
from simulators.errors import Invalid, Missing
from simulators.flexykey.access import User
from simulators.flexykey.api import authenticate, routes
from simulators.flexykey.api.subjects import unit_of
from simulators.flexykey.control import control_routes
from simulators.flexykey.documents import Expansion, UnitDocument, ios
from simulators.flexykey.entries import Row
from simulators.flexykey.fleet import (
    Shape,
    evva_unit,
    example_unit,
    generate_unit,
    guide_units,
)
from simulators.flexykey.grant_control import grant_control_routes
from simulators.flexykey.memory import Attempt, Held
from simulators.flexykey.program import Program
from simulators.flexykey.recording import RecordingCloud
from simulators.flexykey.status import StatusAnswer
from simulators.flexykey.sync import Ending, EndingKind, SyncAnswer
from simulators.flexykey.unit import Offline, Unit
from simulators.flexykey.unit_control import unit_control_routes
from simulators.flexykey.webhook_control import webhook_control_routes

# The id in the guide's example of a sync state is the first one.
_FIRST_ENTRY_ID = 506757


class FlexyKeyCloud(RecordingCloud):
    """A cloud with the guide's units, and one user who may reach all of them."""

    base_path = "/v1/"

    def __init__(
        self,
        *,
        clock: Clock = utc_now,
        username: str = "demo",
        password: str = "demo",
        cache_seconds: float = 1.0,
    ) -> None:
        """Start the cloud; a status answered less than `cache_seconds` ago is answered again as it was."""
        super().__init__(clock)
        self.cache_seconds = cache_seconds
        self._entry_ids = count(_FIRST_ENTRY_ID)
        self.users: dict[str, User] = {}
        self.set_user(username, password)
        for document in guide_units():
            self.add_unit(document)
        example = example_unit()
        self.add_unit(example.pop("unit"), **example)

    @override
    def routes(self) -> Iterable[web.RouteDef]:
        """Return the vendor's routes."""
        return routes(self)

    @override
    def middlewares(self) -> Iterable[Middleware]:
        """Return the check of the credentials."""
        return [authenticate(self)]

    @override
    def control_routes(self) -> Iterable[web.RouteDef]:
        """Return the routes that steer this cloud."""
        return [
            *control_routes(self),
            *grant_control_routes(self),
            *webhook_control_routes(self),
            *unit_control_routes(self),
        ]

    @override
    def subject(self, request: web.Request, body: bytes) -> str | None:
        """Return the unit that a request concerns."""
        return unit_of(request, body)

    def add_unit(
        self,
        document: UnitDocument,
        *,
        on: Iterable[str] = (),
        unregistered: Iterable[str] = (),
        temperatures: Mapping[str, float | None] | None = None,
    ) -> Unit:
        """Add a unit."""
        unit = Unit(
            document,
            self.clock,
            on=on,
            unregistered=unregistered,
            temperatures=temperatures,
        )
        if unit.unit_id in self.units or unit.serial_number in {
            other.serial_number for other in self.units.values()
        }:
            raise Invalid("there is a unit of this id or serial number already")
        self.units[unit.unit_id] = unit
        self._pushes.watch(unit)
        self._inform(unit)
        self.programs[unit.unit_id] = Program(
            unit, self._entry_ids, self.options, self.clock
        )
        return unit

    def add_evva_unit(self, unit_id: int, name: str) -> Unit:
        """Add a unit of the other kind."""
        return self.add_unit(evva_unit(unit_id, name))

    def generate_units(self, count: int = 1, shape: Shape | None = None) -> list[Unit]:
        """Add generated units of one shape, under the ids that follow the highest."""
        first = max(self.units, default=0) + 1
        return [
            self.add_unit(generate_unit(unit_id, shape))
            for unit_id in range(first, first + count)
        ]

    def remove_unit(self, unit_id: int) -> None:
        """Remove a unit."""
        self.unit(unit_id)
        self._pushes.forget(unit_id)
        del self.units[unit_id]
        del self.programs[unit_id]
        del self._information[unit_id]

    def set_user(
        self,
        username: str,
        password: str,
        units: Iterable[int] | None = None,
        *,
        api: bool = True,
    ) -> User:
        """Add a user or change one: the password, the company's units, the API privilege."""
        user = self.users[username] = User(
            username, password, None if units is None else frozenset(units), api
        )
        return user

    def set_input(self, unit_id: int, name: str, on: bool) -> None:
        """Move an input."""
        unit = self.unit(unit_id)
        if name not in unit.inputs:
            raise Missing(f"no input {name}")
        unit.switch_by_hand(name, on)

    def set_output(self, unit_id: int, name: str, on: bool) -> None:
        """Switch a relay as a person on site does."""
        self._unit_with_output(unit_id, name).switch_by_hand(name, on)

    def control(self, unit_id: int, output: str, action: str) -> None:
        """Have a unit execute ON, OFF or a pulse's seconds, as POST /v1/Control does."""
        self._unit_with_output(unit_id, output).execute(output, action)

    def status(self, unit_id: int) -> StatusAnswer:
        """Return what GET /v1/Control answers, with all the effects of asking."""
        unit = self.unit(unit_id)
        status, cached = unit.read(self.cache_seconds)
        return status.answer(unit.unit_id, unit.serial_number, cached=cached)

    def set_offline(self, unit_id: int, mode: Offline | None) -> None:
        """Cut a unit from the cloud, with stale answers or with errors, or bring it back."""
        self.program(unit_id).set_offline(mode)

    def freeze_status(self, unit_id: int, frozen: bool = True) -> None:
        """Let the cloud answer with an old status although commands are executed, or end that."""
        self.unit(unit_id).freeze(frozen)

    def hide(self, unit_id: int, names: Iterable[str]) -> None:
        """Leave these relays and inputs, and no others, out of a unit's status."""
        unit = self.unit(unit_id)
        names = frozenset(names)
        if strange := names.difference(unit.names):
            raise Invalid(f"not of this unit: {', '.join(sorted(strange))}")
        unit.hide(names)

    def rename(self, unit_id: int, name: str) -> None:
        """Give a unit another name."""
        self.unit(unit_id).document["name"] = name

    def describe(self, unit_id: int, descriptions: Mapping[str, str]) -> None:
        """Give relays and inputs other descriptions."""
        known = {io["globalNumber"]: io for io in ios(self.unit(unit_id).document)}
        if strange := descriptions.keys() - known.keys():
            raise Invalid(f"not of this unit: {', '.join(sorted(strange))}")
        for name, description in descriptions.items():
            known[name]["description"] = description

    def add_expansion(self, unit_id: int, expansion: Expansion) -> None:
        """Fit an expansion module to a unit."""
        self.unit(unit_id).add_expansion(expansion)

    def remove_expansion(self, unit_id: int, number: int) -> None:
        """Take an expansion module from a unit."""
        if not self.unit(unit_id).remove_expansion(number):
            raise Missing(f"no expansion {number}")

    def _unit_with_output(self, unit_id: int, name: str) -> Unit:
        """Return a unit, or say that it has no relay of this name."""
        unit = self.unit(unit_id)
        if name not in unit.relays:
            raise Missing(f"no output {name}")
        return unit

    def entries(self, unit_id: int) -> list[Row]:
        """Return the rows that the server keeps for a unit."""
        return [entry.row() for entry in self.program(unit_id).entries]

    def memory(self, unit_id: int) -> list[Held]:
        """Return what a unit itself holds."""
        return self.program(unit_id).memory.held()

    def generate_entries(self, unit_id: int, count: int = 1) -> None:
        """Add always valid entries of generated numbers, which the unit holds already."""
        self.program(unit_id).generate_entries(count)

    def type_code(self, unit_id: int, code: str) -> Attempt:
        """Have a person type a PIN, call, or hold a tag at a unit's door."""
        return self.program(unit_id).type_code(code)

    def attempts(self, unit_id: int) -> list[Attempt]:
        """Return who has tried to come in at a unit."""
        return self.program(unit_id).memory.attempts

    def sync_status(self, unit_id: int) -> SyncAnswer:
        """Return how a unit's sync stands at this moment, past the cache."""
        return self.program(unit_id).sync.status()

    def set_sync_ending(
        self,
        unit_id: int,
        ending: EndingKind | None,
        *,
        after: int = 0,
        times: int | None = None,
    ) -> None:
        """Have a unit's next syncs go wrong, so many of them or all, or have them go well again."""
        self.program(unit_id).sync.ending = (
            None if ending is None else Ending(ending, after, times)
        )

    def set_options(self, **changes: Any) -> None:
        """Choose what is the same for the whole cloud, such as the pace of syncs."""
        for program in self.programs.values():
            program.sync.settle()
        self.options.change(changes)
