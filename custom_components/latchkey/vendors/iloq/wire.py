"""The JSON objects of the API, names in lower case (facts sheet 2, 3.3)."""

from dataclasses import dataclass, fields
from typing import Any, Self

from ..wire import Wire

ROOT_REAL_ESTATE = "00000000-0000-0000-0000-000000000000"
"""The id of the root real estate, always (3.2)."""


def number(value: Any) -> int | None:
    """Return a whole number, which may be written as a text; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            return None
    return None


class Identified(Wire):
    """An object that is nothing without its id, the first of its fields."""

    @classmethod
    def __post_deserialize__(cls, obj: Self) -> Self:
        """Refuse one without an id."""
        if not getattr(obj, fields(obj)[0].name):  # type: ignore[arg-type]  # all that inherit are dataclasses
            raise ValueError
        return obj


@dataclass
class WireLockGroup(Identified):
    """A locking system."""

    lockgroup_id: str
    name: str = ""
    state: Any = None
    expiredateutc: Any = None
    timezonestandardname: str = ""


@dataclass
class WireKey(Identified):
    """A key."""

    fnkey_id: str
    description: str = ""
    expiredate: Any = None
    isprogrammed: Any = None
    keytypemask: Any = None
    person_id: str = ""
    programmingstate: Any = None
    realestate_id: str = ""
    rom_id: str = ""
    stamp: str = ""
    state: Any = None
    tagkey: str = ""
    tagkeyhex: str = ""


@dataclass
class WireLock(Identified):
    """A lock."""

    flock_id: str
    description: str = ""
    locationcode: str = ""
    lockingobject: str = ""
    locktype: Any = None
    physicalstate: Any = None
    stamp: str = ""
    zone_id: str = ""
    realestate_id: str = ""
    swversion: str = ""
    serialnumber: str = ""


@dataclass
class WireAccess(Identified):
    """An access right."""

    securityaccess_id: str
    name: str = ""
    description: str = ""
    type: Any = None
    status: Any = None
    realestate_id: str = ""
    zone_id: str = ""


@dataclass
class WirePerson(Identified):
    """A person; everything beside the id and the name is nobody else's business."""

    person_id: str
    firstname: str = ""
    lastname: str = ""
    email: str = ""
    personcode: str = ""
    phone1: str = ""
    externalpersonid: str = ""
    languagecode: str = ""
    state: Any = None


@dataclass
class WireZone(Identified):
    """A zone."""

    zone_id: str
    name: str = ""
    description: str = ""
    type: Any = None


@dataclass
class WireRealEstate(Identified):
    """A real estate."""

    realestate_id: str
    name: str = ""
    parentrealestate_id: str = ""


@dataclass
class WireHeldAccesses(Wire):
    """The access rights of a key or a lock."""

    outsideuserzonescount: Any = None
    securityaccesses: Any = None

    def held(self) -> tuple[list[WireAccess], bool]:
        """Return the rights, and whether these are all that there are."""
        found, complete = WireAccess.parse_all(self.securityaccesses or [])
        is_told = self.securityaccesses is not None
        return found, is_told and complete and not number(self.outsideuserzonescount)


@dataclass
class WireSlot(Wire):
    """A time limit of a key: its start, its end, or one of a profile."""

    slotno: Any = None
    limitdatelg: Any = None
    timelimittitle_id: str = ""
    timelimitdata: Any = None


@dataclass
class WireLimits(Wire):
    """The time limits of a key."""

    keyscheduler: Any = None
    keytimelimitslots: Any = None
    offlineexpirationseconds: Any = None
    outsideuserzonetimelimittitleslots: Any = None
