"""The JSON objects that tell of the hours and the zones of a key, and of the blocklist (facts sheet 3.3)."""

from dataclasses import dataclass
from typing import Any

from ..wire import Wire


@dataclass
class WireHours(Wire):
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
