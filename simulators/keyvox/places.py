"""Places, the units in them, and the plans by which units are let."""

from dataclasses import dataclass, field
from typing import Any

from simulators.keyvox.ids import new_id

PLACE_TYPES = ("hotel", "locker", "doubleLocker", "vendingMachine")
UTC_OFFSET = 9

# The list of units writes these types in another way than the list of places.
_UNIT_PLACE_TYPES = {"locker": "locker_single", "doubleLocker": "locker_double"}


@dataclass
class Site:
    """A place, such as a building; called a site here, since a place is also what a credential opens."""

    name: str
    type: str = "hotel"
    address: str = ""
    telephone: str = ""
    id: str = field(default_factory=new_id)

    @property
    def type_of_units(self) -> str:
        """Return the type as the list of units writes it."""
        return _UNIT_PLACE_TYPES.get(self.type, "facility")


@dataclass
class Unit:
    """A door or a room: what PINs are issued for, and what is let."""

    name: str
    site_id: str
    lock_ids: list[str] = field(default_factory=list)
    type: str | None = None
    state: str = "D"
    """A letter whose meaning no source tells."""
    business_type: str = "rentalSpace"
    id: str = field(default_factory=new_id)

    def as_row(self, site: Site) -> dict[str, Any]:
        """Return the unit as getUnits tells of it; what it has not is not in it."""
        told = {
            "unitId": self.id,
            "placeName": site.name,
            "unitName": self.name,
            "unitState": self.state,
            "placeType": site.type_of_units,
        }
        if self.type is not None:
            told["unitType"] = self.type
        if self.lock_ids:
            told["lockIds"] = ",".join(self.lock_ids)
        return told

    def as_reservable(self) -> dict[str, Any]:
        """Return the unit as the operations for reservations tell of it, without its locks."""
        return {
            "unitId": self.id,
            "unitName": self.name,
            "placeId": self.site_id,
            "deviceNum": len(self.lock_ids),
        }


@dataclass
class Plan:
    """A plan by which units of a place are let."""

    name: str
    site_id: str
    id: str = field(default_factory=new_id)

    def as_row(self) -> dict[str, Any]:
        """Return the plan as the list of plans tells of it."""
        return {
            "commodityId": self.id,
            "commodityName": self.name,
            "placeId": self.site_id,
        }
