"""What the newest entries of a log tell of a device itself."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from ..readings import Reading, ReadingKind
from .entries import Entry

_CLOSED: Final = "CLOSED"
"""The one word for a door that is known; all others mean open."""


def last_passage(entry: Entry) -> Reading:
    """Return when somebody was last let in (5.2, 9.2)."""
    return _told(ReadingKind.LAST_PASSAGE, entry.at, entry.at)


def battery(system: Sequence[Entry]) -> list[Reading]:
    """Return whether a lock's battery is low (5.1).

    No entry tells that a battery is good again; a later boot is taken for a new one.
    """
    for entry in system:
        name = entry.line.text.upper()
        is_low = name == "BATTERY_LOW"
        if is_low or name.startswith("BOOT"):
            return [_told(ReadingKind.BATTERY_LOW, is_low, entry.at)]
    return []


def of_gateway(system: Sequence[Entry]) -> list[Reading]:
    """Return when a gateway was last awake, and how its doors were when it last told (9.1)."""
    readings = [_told(ReadingKind.LAST_CONTACT, system[0].at, system[0].at)]
    for number in ("1", "2"):
        for entry in system:
            if state := getattr(entry.by_gateway, f"door{number}state"):
                readings.append(
                    Reading(
                        id=f"door_{number}",
                        kind=ReadingKind.DOOR,
                        number=number,
                        value=state.upper() != _CLOSED,
                        observed_at=entry.at,
                    )
                )
                break
    return readings


def firmware(system: Sequence[Entry]) -> str | None:
    """Return the version that a gateway last told (9.1)."""
    told = (entry.by_gateway.firmwareversion for entry in system if entry.by_gateway)
    return next(filter(None, told), None)


def _told(kind: ReadingKind, value: bool | datetime, at: datetime) -> Reading:
    return Reading(id=kind.value, kind=kind, value=value, observed_at=at)
