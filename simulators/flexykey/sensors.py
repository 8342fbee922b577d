"""What a unit measures and counts, and how it writes that in its messages."""

from collections.abc import Mapping
import re
from types import UnionType
from typing import Literal, TypedDict

from simulators.errors import Invalid

type Value = float | None
type Kind = Literal["sensors", "counters"]

_IN_STATUS = ("T1", "T2", "T3")
_MODEM = "T7600"
_TEMPERATURE = re.compile(r"T(?:[123]|7600)")
_SENSOR = re.compile(r"([TPHB])([1-9][0-9]{0,2})")
_COUNTER = re.compile(r"(C)([1-9][0-9]{0,2})")
# The order of the guide's message: by number, then temperature, pressure, humidity, battery.
_ORDER = "TPHB"


class Measured(TypedDict):
    """A sensor or a counter as GET /v1/units lists it; the guide names the lists and shows none."""

    localNumber: int
    globalNumber: str
    description: str
    unit: str


class Sensors:
    """The values of one unit; a sensor without a value shows two dashes."""

    def __init__(self, temperatures: Mapping[str, Value]) -> None:
        """Start with the modem's temperature, without counters, and with no sensors beyond those given."""
        self._modem: Value = 30
        self._values: dict[str, Value] = {}
        self._counters: dict[str, int] = {}
        self.set_temperatures(temperatures)

    @property
    def temperatures(self) -> dict[str, Value]:
        """Return what a status string shows."""
        return {name: self._values.get(name) for name in _IN_STATUS} | {
            _MODEM: self._modem
        }

    @property
    def values(self) -> dict[str, Value]:
        """Return the sensors' values in the order of the unit's message."""
        return dict(sorted(self._values.items(), key=_sort_key))

    @property
    def counters(self) -> dict[str, int]:
        """Return the counters in their order."""
        return dict(sorted(self._counters.items(), key=_sort_key))

    def set_temperatures(self, temperatures: Mapping[str, Value]) -> None:
        """Set what a status string shows."""
        _check(temperatures, _TEMPERATURE, int | float | None)
        changes = dict(temperatures)
        self._modem = changes.pop(_MODEM, self._modem)
        self._values.update(changes)

    def set_values(self, values: Mapping[str, Value]) -> None:
        """Set sensors, those of the status string or others."""
        _check(values, _SENSOR, int | float | None)
        self._values.update(values)

    def set_counters(self, counters: Mapping[str, int]) -> None:
        """Set counters."""
        _check(counters, _COUNTER, int)
        self._counters.update(counters)

    def temperature_message(self) -> str:
        """Return the answer to CHECKTEMP, as in the guide's example."""
        return _written(self.values or dict.fromkeys(_IN_STATUS))

    def counter_message(self) -> str:
        """Return the answer to CHECKCOUNTERS, written as that to CHECKTEMP; the guide shows none."""
        return _written(self.counters or {"C1": None})

    def system_message(self, info: str) -> str:
        """Return the answer to CHECKSYS, which is the unit's own text with the modem's present temperature; the guide shows none."""
        return re.sub(r"\bT=\S+", _written({"T": self._modem}), info)


def measured(name: str, description: str, unit: str) -> tuple[Kind, Measured]:
    """Return a sensor or a counter as it is listed, and in which list."""
    match = _SENSOR.fullmatch(name) or _COUNTER.fullmatch(name)
    if match is None:
        raise Invalid(f"no sensor {name}")
    return "counters" if match[1] == "C" else "sensors", {
        "localNumber": int(match[2]),
        "globalNumber": name,
        "description": description,
        "unit": unit,
    }


def _check(
    values: Mapping[str, object], pattern: re.Pattern[str], types: UnionType | type
) -> None:
    """Refuse names that are not of a pattern, and values that are no numbers."""
    for name, value in values.items():
        if not pattern.fullmatch(name):
            raise Invalid(f"no sensor {name}")
        if isinstance(value, bool) or not isinstance(value, types):
            raise Invalid(f"not a value: {name}")


def _sort_key(item: tuple[str, object]) -> tuple[int, int]:
    """Order values by number, then by kind."""
    return int(item[0][1:]), _ORDER.find(item[0][0])


def _written(values: Mapping[str, Value]) -> str:
    """Write values as the unit does."""
    return " ".join(
        f"{name}={'--' if value is None else value}" for name, value in values.items()
    )
