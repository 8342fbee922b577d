"""The status that a unit sends, in the vendor's strings and in the vendor's JSON."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from zoneinfo import ZoneInfo

from simulators.clock import iso
from simulators.flexykey.documents import INPUTS, MAIN_INPUTS, MAIN_RELAYS, RELAYS

_DATABASE_ZONE = ZoneInfo("Europe/Stockholm")


def database_time(at: datetime) -> str:
    """Write an instant in the naive Swedish time of the vendor's database."""
    return at.astimezone(_DATABASE_ZONE).strftime("%Y-%m-%d %H:%M:%S")


class InputState(TypedDict):
    """An input in a status answer."""

    input: str
    state: str


class OutputState(TypedDict):
    """A relay in a status answer."""

    output: str
    state: str


class StatusAnswer(TypedDict):
    """The answer of GET /v1/Control."""

    unitId: int
    serialNumber: str
    statusTimestamp: str
    statusTimestampIso: str
    rawStatus: str
    inputs: list[InputState]
    fOutputs: list[OutputState]
    xOutputs: list[OutputState]
    xInputsStatusTimestamp: str | None
    xInputsStatusTimestampIso: str | None
    rawXInputsStatus: str | None
    xInputs: list[InputState]
    isCached: bool


@dataclass(frozen=True)
class Status:
    """What a unit sent at one instant: one ASTAT and, with inputs on expansions, one INSTAT."""

    at: datetime
    on: frozenset[str]
    listed: frozenset[str]
    """The relays and inputs that the cloud lists in its JSON."""
    reported: frozenset[str]
    """The relays and inputs that the unit reports in its strings."""
    temperatures: Mapping[str, float | None]

    def astat(self) -> str:
        """Return the string for the main inputs, the main relays, the relays of expansions, and the temperatures."""
        states = ",".join(map(self._digits, (MAIN_INPUTS, MAIN_RELAYS, RELAYS)))
        temperatures = " ".join(
            f"{name}={'--' if value is None else value}"
            for name, value in self.temperatures.items()
        )
        return f"ASTAT:{states}, {temperatures}"

    def instat(self) -> str | None:
        """Return the string for the main inputs and the inputs of expansions, if there are any of the latter."""
        if self.reported.isdisjoint(INPUTS):
            return None
        return f"INSTAT:{self._digits(MAIN_INPUTS)},{self._digits(INPUTS)}"

    def answer(self, unit_id: int, serial_number: str, *, cached: bool) -> StatusAnswer:
        """Return the answer of GET /v1/Control that carries this status."""
        local, instant, instat = (
            database_time(self.at),
            iso(self.at),
            self.instat(),
        )
        return {
            "unitId": unit_id,
            "serialNumber": serial_number,
            "statusTimestamp": local,
            "statusTimestampIso": instant,
            "rawStatus": self.astat(),
            "inputs": self._inputs(MAIN_INPUTS),
            "fOutputs": self._outputs(MAIN_RELAYS),
            "xOutputs": self._outputs(RELAYS),
            "xInputsStatusTimestamp": local if instat else None,
            "xInputsStatusTimestampIso": instant if instat else None,
            "rawXInputsStatus": instat,
            "xInputs": self._inputs(INPUTS),
            "isCached": cached,
        }

    def _digits(self, names: Iterable[str]) -> str:
        """Write one character for each name: on, off, or not reported."""
        return "".join(
            str(int(name in self.on)) if name in self.reported else "-"
            for name in names
        )

    def _state(self, name: str) -> str:
        """Write a state as the vendor's JSON does."""
        return "on" if name in self.on else "off"

    def _inputs(self, names: Iterable[str]) -> list[InputState]:
        """List the inputs among the names that the JSON shows."""
        return [
            {"input": name, "state": self._state(name)}
            for name in names
            if name in self.listed
        ]

    def _outputs(self, names: Iterable[str]) -> list[OutputState]:
        """List the relays among the names that the JSON shows."""
        return [
            {"output": name, "state": self._state(name)}
            for name in names
            if name in self.listed
        ]
