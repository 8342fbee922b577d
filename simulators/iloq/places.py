"""Zones and real estates, among which things are spread."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from simulators.iloq.fields import Record

ROOT_ID: Final = "00000000-0000-0000-0000-000000000000"
"""The id of the real estate in which all others are."""


class ZoneType(IntEnum):
    """What a zone is for."""

    CUSTOMER = 1
    DEFAULT = 2
    DEFAULT_FOR_KEYS = 4
    GENERAL = 8


@dataclass(frozen=True)
class Zone:
    """A zone."""

    id: str
    name: str
    type: ZoneType
    time_zone: str

    def as_json(self) -> Record:
        """Return the zone as answers write it."""
        return {
            "Zone_ID": self.id,
            "Name": self.name,
            "Description": "",
            "Type": int(self.type),
            "TimeZone_ID": self.time_zone,
        }


@dataclass(frozen=True)
class RealEstate:
    """A real estate."""

    id: str
    name: str
    parent_id: str | None

    def as_json(self) -> Record:
        """Return the real estate as answers write it."""
        return {
            "RealEstate_ID": self.id,
            "Name": self.name,
            "ParentRealEstate_ID": self.parent_id,
        }
