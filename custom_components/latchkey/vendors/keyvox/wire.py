"""The JSON of the API; names are matched in lower case, numbers are told as texts or as numbers (facts sheet 1.6)."""

from dataclasses import dataclass
from datetime import UTC, datetime
import re
from typing import Any, Final

from ..wire import Wire

_WHOLE: Final = re.compile(r"-?[0-9]{1,12}")
_LATEST: Final = 253402300799


def number(text: str) -> int | None:
    """Return a whole number that is told as a text, None for anything else."""
    return int(text) if _WHOLE.fullmatch(text) else None


def moment(text: str) -> datetime | None:
    """Return a time that is told in Unix seconds, None for none; 0 stands for not yet."""
    seconds = number(text)
    if seconds is None or not 0 < seconds <= _LATEST:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def seconds(at: datetime) -> str:
    """Return a time as the vendor's samples send it: Unix seconds, as a text (1.6)."""
    return str(int(at.timestamp()))


@dataclass
class WireUnit(Wire):
    """A unit of getUnits (2.1): a door or a room, with the locks on it."""

    unitid: str
    unitname: str = ""
    placename: str = ""
    placeid: str = ""
    placetype: str = ""
    lockids: Any = None

    @property
    def locks(self) -> list[str]:
        """Return the ids of its locks, which are told in one text."""
        told = self.lockids
        parts = told if isinstance(told, list) else str(told or "").split(",")
        return [part for part in (str(each).strip() for each in parts) if part]


@dataclass
class WireLock(Wire):
    """A lock of getLocks (2.1)."""

    lockid: str
    lockname: str = ""
    moduleid: str = ""
    modulename: str = ""


@dataclass
class WireLocker(Wire):
    """A locker of getLockers (2.2)."""

    deviceid: str
    devicename: str = ""


@dataclass
class WireBox(Wire):
    """A box of getLockerStatus or getAvailableBoxes (2.2)."""

    boxnum: str
    boxname: str = ""
    boxsize: str = ""
    status: str = ""


@dataclass
class WirePlace(Wire):
    """A place of getPlaces (2.4)."""

    placeid: str
    placename: str = ""
    orgid: str = ""
    placetype: str = ""


@dataclass
class WirePin(Wire):
    """A PIN of getUnitPinList (2.1)."""

    pinid: str
    pincode: Any = None
    stime: str = ""
    etime: str = ""
    targetname: str = ""


@dataclass
class WirePinStatus(Wire):
    """The answer of getLockPinStatus (2.1)."""

    status: str
    pincode: Any = None


@dataclass
class WirePinIssued(Wire):
    """The answer of createLockPin, issueLockKey or createLockerPin (2.1, 2.2)."""

    pinid: str = ""
    pincode: Any = None
    qrcode: Any = None
    shortqrurl: Any = None
