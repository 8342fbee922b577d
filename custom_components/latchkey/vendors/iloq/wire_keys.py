"""The JSON objects that tell of one key, and of the blocklist (facts sheet 3.3; field names in lower case)."""

from dataclasses import dataclass
from typing import Any

from ..wire import Wire
from .wire import WireAccess, number


@dataclass
class WireKeyAccesses(Wire):
    """The access rights of a key, or of a lock."""

    securityaccesses: list[Any] | None = None
    outsideuserzonescount: Any = None

    def held(self) -> tuple[list[WireAccess], bool]:
        """Return the rights, and whether these are all that there are."""
        found, complete = WireAccess.parse_all(self.securityaccesses or [])
        return found, complete and not number(self.outsideuserzonescount)


@dataclass
class WireKeyLimits(Wire):
    """The time limits of a key."""

    keytimelimitslots: list[Any] | None = None
    keyscheduler: Any = None
    offlineexpirationseconds: Any = None
    outsideuserzonetimelimittitleslots: Any = None


@dataclass
class WireSlot(Wire):
    """A slot for a time limit: 0 is the start, 1 the end, 2 a time profile."""

    slotno: Any = None
    limitdatelg: Any = None
    timelimittitle_id: str = ""
    timelimitdata: list[Any] | None = None


@dataclass
class WireLimit(Wire):
    """Some hours of some days of the week."""

    starttimems: Any = None
    endtimems: Any = None
    weekdaymask: Any = None


@dataclass
class WireTitle(Wire):
    """A time profile."""

    timelimittitle_id: str
    name: str = ""


@dataclass
class WireKeyZones(Wire):
    """The zones of a key."""

    mainzone: str = ""
    zoneids: list[str] | None = None


@dataclass
class WireBlocklist(Wire):
    """The blocklist."""

    blacklistitems: list[Any] | None = None


@dataclass
class WireBlocked(Wire):
    """A key on the blocklist, or one that is leaving it."""

    fnkey_id: str
    changetype: Any = None
