"""Lines of the log as the two ways to read it have them (facts sheet 3.3, 3.4), and what is made of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntFlag
import re
from typing import Any, Final

from ..passages import HIDDEN, LogLine, Outcome, without_numbers
from ..wire import Wire
from .times import moment
from .wire import WireKey, number

AHEAD: Final = timedelta(hours=1)
"""By how much a lock's clock may be ahead of the server's; what happened later than it came was not then."""


class Told(IntFlag):
    """What a line tells of, by the bits of its mask (3.4)."""

    FAILED = 1
    LOCK_PROGRAMMED = 2
    SUCCESSFUL = 4
    UNKNOWN_KEY = 4096
    SNAP_OPEN = 8192
    KEY_PROGRAMMING = 32768
    NO_DATE = 131072


class KeyKind(IntFlag):
    """What a key is, by the bits of its mask (3.4)."""

    S10 = 1
    PHONE = 4
    ILOQ = 8
    MIFARE = 16
    DESFIRE = 32
    OTHER = 128


_WORDS: Final = {
    Told.LOCK_PROGRAMMED: "lock programmed",
    Told.SNAP_OPEN: "snap open",
    Told.KEY_PROGRAMMING: "key programming",
}
"""The vendor's words for what is no passage."""
_NOT_SURE_WHO: Final = 1
"""The bit of a key's options with which nobody can be named (3.3)."""


@dataclass
class WireLine(Wire):
    """A line as the queries by dates answer it, which names lock and key by their ids."""

    devicelog_id: str
    accesstypemask: Any = None
    errorcode: Any = None
    errordescription: str = ""
    flock_id: str = ""
    fnkey_id: str = ""
    goingdate: Any = None
    timestamputc: Any = None


@dataclass
class WireTrailKey(Wire):
    """The key in a line of the audit trail."""

    fnkeyid: str = ""
    description: str = ""
    keytypemask: Any = None
    optionmask: Any = None
    personname: str = ""
    stamp: str = ""


@dataclass
class WireTrail(Wire):
    """A line of the audit trail of a lock."""

    devicelog_id: str
    errcode: Any = None
    errordescription: str = ""
    fnkey: WireTrailKey | None = None
    goingdateutc: Any = None
    typemask: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What both have in common; ids in lower case."""

    id: str
    key_id: str
    mask: Told
    happened_at: datetime | None
    """By the lock's clock; None where that is not to be used."""
    arrived_at: datetime
    """When the server had it; as of its happening, where that is not told."""
    fault: str
    """The vendor's words for what went wrong."""
    lock_id: str = ""
    holder: str = field(default="", repr=False)
    kind: KeyKind | None = None

    @property
    def outcome(self) -> Outcome:
        """Return what the line tells of; nobody is said to have come in where there is a doubt."""
        if self.mask & Told.FAILED:
            return Outcome.DENIED
        if self.mask & Told.SUCCESSFUL:
            return Outcome.GRANTED
        return Outcome.DENIED if self.mask & Told.UNKNOWN_KEY else Outcome.OTHER

    @property
    def occurred_at(self) -> datetime:
        """Return when it happened, or when it came where the lock did not know the time."""
        return self.happened_at or self.arrived_at

    def line(self, device_id: str, *, prefix: str = "") -> LogLine:
        """Return what is told of it."""
        words = [word for bit, word in _WORDS.items() if self.mask & bit]
        text = ", ".join(filter(None, (*words, without_numbers(self.fault))))
        is_unknown = self.outcome is Outcome.DENIED and self.mask & Told.UNKNOWN_KEY
        return LogLine(
            device_id=device_id,
            outcome=self.outcome,
            occurred_at=self.occurred_at,
            recorded_at=self.arrived_at,
            text=": ".join(filter(None, (without_numbers(prefix), text))),
            holder=self.holder or None,
            method=method(self.kind),
            reason="unknown_key" if is_unknown else None,
            key=(self.id,),
        )


def method(kind: KeyKind | None) -> str | None:
    """Return what a kind of key is called, None for what is not known."""
    if not kind:
        return None
    if kind & KeyKind.PHONE:
        return "phone"
    if kind & (KeyKind.ILOQ | KeyKind.S10):
        return "key"
    if kind & (KeyKind.OTHER | KeyKind.MIFARE | KeyKind.DESFIRE):
        return "tag"
    return None


def kind_of(value: Any) -> KeyKind | None:
    """Return the kind of a key, None where it is not told."""
    mask = number(value)
    return KeyKind(mask) if mask is not None and mask >= 0 else None


def nameable(text: str, secrets: Iterable[str]) -> str:
    """Return a name or a description with every number masked that identifies a key, and all that could open something."""
    for secret in filter(None, secrets):
        text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", HIDDEN, text)
    return without_numbers(text)


def numbers_of(key: WireKey) -> tuple[str, ...]:
    """Return what identifies a key, and is shown to nobody."""
    return (key.stamp, key.rom_id, key.tagkey, key.tagkeyhex)


def row_of(wire: WireLine, now: datetime) -> Row:
    """Return a line of a query by dates; what tells no time of its coming has just come."""
    arrived_at = moment(wire.timestamputc) or now
    mask = _told(wire.accesstypemask)
    return Row(
        id=wire.devicelog_id.casefold(),
        lock_id=wire.flock_id.casefold(),
        key_id=wire.fnkey_id.casefold(),
        mask=mask,
        happened_at=_usable(moment(wire.goingdate), mask, arrived_at),
        arrived_at=arrived_at,
        fault=wire.errordescription if number(wire.errorcode) else "",
    )


def row_of_trail(wire: WireTrail, keys: Mapping[str, WireKey]) -> Row | None:
    """Return a line of the audit trail, None for one without a time."""
    if (at := moment(wire.goingdateutc)) is None:
        return None
    key = wire.fnkey or WireTrailKey()
    known = keys.get(key.fnkeyid.casefold())
    numbers = (key.stamp, *(numbers_of(known) if known else ()))
    is_sure = not (number(key.optionmask) or 0) & _NOT_SURE_WHO
    who = (key.personname or key.description) if is_sure else ""
    return Row(
        id=wire.devicelog_id.casefold(),
        key_id=key.fnkeyid.casefold(),
        mask=_told(wire.typemask),
        happened_at=at,
        arrived_at=at,
        fault=wire.errordescription if number(wire.errcode) else "",
        holder=nameable(who, numbers),
        kind=kind_of(key.keytypemask),
    )


def _told(value: Any) -> Told:
    mask = number(value)
    return Told(mask if mask is not None and mask >= 0 else 0)


def _usable(at: datetime | None, mask: Told, arrived_at: datetime) -> datetime | None:
    """Return a time by a lock's clock, unless it is said or seen to be wrong."""
    if at is None or mask & Told.NO_DATE or at > arrived_at + AHEAD:
        return None
    return at
