"""The values in FlexyKey's texts: status strings, messages, and the unit information."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from math import isfinite
import re
from typing import Any, Final

from ..readings import Reading, ReadingKind
from ..vendor import AnswerNotUnderstood
from .wire import WireUnit
from .wire_more import WireMeasure

_TOKEN: Final = re.compile(
    r"(?<!\S)([A-Za-z]+)(\d*)\s*[=:]\s*(-?\d+(?:\.\d+)?|[A-Za-z]+)(?!\S)"
)

_KINDS: Final = {
    "T": ReadingKind.TEMPERATURE,
    "P": ReadingKind.PRESSURE,
    "H": ReadingKind.HUMIDITY,
    "B": ReadingKind.BATTERY,
    "C": ReadingKind.COUNTER,
}
_OF_MODEM: Final = re.compile(r"\d{3,}")
"""T7600 is the temperature of a modem of the type SIM7600; sensors have numbers of one or two digits."""
_NO_GSM_SIGNAL: Final = 99
"""What modems report for not known."""
_PARTS: Final = {"sensors": "TPHB", "counters": "C"}


def measured(text: Any, at: datetime | None) -> tuple[Reading, ...]:
    """Return the readings in a status string or a message (guide 6.2 and 7.3).

    T is a temperature in °C, P a pressure in hPa, H a relative humidity and B a battery in per cent, C a counter;
    the number tells the sensor. What the guide does not explain is inferred from its examples. `--` is no value.
    """
    readings: dict[str, Reading] = {}
    if not isinstance(text, str):
        return ()
    for letters, number, value in _TOKEN.findall(text):
        if (reading := _reading(letters, number, value, at)) is not None:
            readings[reading.id] = reading
    return tuple(readings.values())


def _reading(
    letters: str, number: str, value: str, at: datetime | None
) -> Reading | None:
    kind = _KINDS.get(letters)
    if kind and number and _is_number(value):
        if kind is ReadingKind.TEMPERATURE and _OF_MODEM.fullmatch(number):
            return _one(ReadingKind.MODEM_TEMPERATURE, float(value), at)
        return Reading(
            id=f"{letters}{number}",
            kind=kind,
            number=number,
            value=float(value),
            observed_at=at,
        )
    if number:
        return None
    match letters:
        case "T" if _is_number(value):
            return _one(ReadingKind.MODEM_TEMPERATURE, float(value), at)
        case "Rssi" if _is_number(value) and float(value) != _NO_GSM_SIGNAL:
            return _one(ReadingKind.SIGNAL, float(value), at)
        case "RssiW" if _is_number(value) and float(value) != 0:
            return _one(ReadingKind.WIFI_SIGNAL, float(value), at)
        case "CN" if value.isalpha():
            return _one(ReadingKind.BEARER, value.lower(), at)
    return None


def _one(kind: ReadingKind, value: float | str, at: datetime | None) -> Reading:
    return Reading(id=kind.value, kind=kind, value=value, observed_at=at)


def _is_number(text: str) -> bool:
    return not text[-1].isalpha() and isfinite(float(text))


def names(unit: WireUnit) -> dict[str, tuple[str, str]]:
    """Return the name and the unit of measurement of each sensor and counter that a unit lists (guide 5)."""
    found: dict[str, tuple[str, str]] = {}
    for collection, letters in _PARTS.items():
        try:
            measures, _ = WireMeasure.parse_all(getattr(unit, collection))
        except AnswerNotUnderstood:
            continue
        for measure in measures:
            number = measure.globalnumber or measure.localnumber
            name = measure.description or measure.name
            # A bare number can only be a counter's; of a sensor it does not say what is measured.
            if number.isdecimal() and letters == "C":
                number = f"C{number}"
            found[number] = ("" if name == number else name, measure.unit)
    return found


def named(
    readings: Iterable[Reading], known: Mapping[str, tuple[str, str]]
) -> tuple[Reading, ...]:
    """Return readings with the names and units that the vendor gives them."""
    return tuple(
        replace(reading, name=known[reading.id][0], unit=known[reading.id][1])
        if reading.id in known
        else reading
        for reading in readings
    )
