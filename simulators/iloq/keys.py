"""Keys: what is planned for each of them, and what was programmed into it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import TYPE_CHECKING, Any

from simulators.iloq.dates import Dates
from simulators.iloq.fields import Record, guids, known
from simulators.iloq.models import INSERT_KEY, SCHEDULER, TIME_LIMIT, UPDATE_KEY
from simulators.iloq.refusals import found, not_now, wrong_value
from simulators.iloq.slots import check_slots, read_slots
from simulators.registry import Registry

if TYPE_CHECKING:
    from simulators.iloq.group import LockGroup

_STAMP_LENGTH = 10
_V1_KEY_TYPE = 9
_NEW_TYPES = (9, 6, 10, 264, 384)
"""The kinds that a new key may be of."""


class KeyType(IntFlag):
    """What a key is."""

    S10 = 1
    S50 = 2
    PHONE = 4
    ILOQ = 8
    OTHER = 128
    SERIES_5 = 256


TAG = KeyType.OTHER | KeyType.SERIES_5
PROGRAMMED_TAG = int(TAG | 16)


class State(IntEnum):
    """What has become of a key among people."""

    PLANNING = 0
    HANDED_OVER = 1
    HIDDEN = 2
    DELETED = 3
    RETURNED = 4


class Programming(IntEnum):
    """How far the programming of what is planned for a key or a lock has come."""

    ERROR = -1
    PLANNING = 0
    ORDERED = 1
    FETCHED = 2
    PROGRAMMED = 3
    ZEROED = 4
    CANCELLED = 5
    OBSOLETE = 6
    ON_PROGRAMMING_KEY = 7


@dataclass(frozen=True)
class Content:
    """What is programmed into a key."""

    accesses: tuple[str, ...] = ()
    slots: tuple[Record, ...] = ()


@dataclass(slots=True)
class Key:
    """A key."""

    id: str
    record: Record
    planned: Content = field(default_factory=Content)
    programmed: Content = field(default_factory=Content)
    zones: list[str] = field(default_factory=list)
    main_zone: str | None = None
    phone: Record | None = None
    scheduler: Record | None = None
    offline_seconds: int = 0
    limits: list[Record] = field(default_factory=list)
    """The time limits of the first generation."""
    state: State = State.PLANNING
    programming: Programming = Programming.PLANNING
    is_programmed: bool = False
    ordered_once: bool = False
    blocklisted: bool = False
    location_reporting: bool = False
    forced: dict[str, int] = field(default_factory=dict)
    """What the calls that ask whether something can be done answer in place of what is true."""

    @property
    def type(self) -> KeyType:
        """Return what the key is."""
        return KeyType(self.record["KeyTypeMask"])

    @property
    def is_phone(self) -> bool:
        """Tell whether the key is a phone."""
        return KeyType.PHONE in self.type

    @property
    def is_tag(self) -> bool:
        """Tell whether the key is an external tag."""
        return TAG in self.type

    def as_json(self, dates: Dates, v1: bool = False) -> Record:
        """Return the key as answers write it."""
        record = self.record
        expires = record["ExpireDate"]
        told: Record = {
            "FNKey_ID": self.id,
            "ROM_ID": record["ROM_ID"] or "",
            "Description": record["Description"],
            "ExpireDate": None if expires is None else dates.write(expires, "date"),
            "InfoText": record["InfoText"],
            "Person_ID": record["Person_ID"],
            "RealEstate_ID": record["RealEstate_ID"],
            "Stamp": record["Stamp"],
            "State": int(self.state),
            "TagKey": record["TagKey"] or "",
            "StampSource": 0,
            "TagKeySource": 0,
            "VersionCode": record["VersionCode"],
        }
        if not v1:
            told["IsProgrammed"] = self.is_programmed
            told["KeyTypeMask"] = record["KeyTypeMask"]
            told["ProgrammingState"] = int(self.programming)
            told["TagKeyHex"] = (record["TagKey"] or "").encode().hex().upper()
        return told

    def change(self, content: Content) -> None:
        """Plan something else; that a changed key is in planning again until it is ordered is assumed."""
        if content != self.planned:
            self.planned = content
            self.programming = Programming.PLANNING


class Keys(Registry[Key]):
    """The keys of a lock group."""

    def __init__(self, group: LockGroup) -> None:
        """Start without any."""
        super().__init__()
        self._group = group
        self.gone: dict[str, Key] = {}
        """Keys that were deleted or returned, whose lines in the logs stay."""
        self.listener: Callable[[str, Key], None] | None = None

    def insert(self, body: Mapping[str, Any], dates: Dates, v1: bool) -> Key:
        """Add a key as a request describes it."""
        group = self._group
        record = INSERT_KEY.read(body.get("Key"), dates, "Key")
        if v1:
            record["KeyTypeMask"] = _V1_KEY_TYPE
        elif record["KeyTypeMask"] not in _NEW_TYPES:
            raise wrong_value(record["KeyTypeMask"], "Key.KeyTypeMask")
        self._check(record, KeyType(record["KeyTypeMask"]))
        if record["FNKey_ID"] in self or record["FNKey_ID"] in self.gone:
            raise wrong_value(record["FNKey_ID"], "Key.FNKey_ID")
        key = Key(record["FNKey_ID"], record)
        content = self.content_of(body, dates)
        key.zones = known(
            guids(body.get("ZoneIds"), "ZoneIds"), group.zones, "ZoneIds"
        ) or [group.default_zone.id]
        self.take_limits(key, body, dates, v1)
        key.change(content)
        self.add(key)
        return key

    def add(self, key: Key) -> None:
        """Keep a key, and tell of it."""
        self[key.id] = key
        if self.listener:
            self.listener("key_added", key)

    def content_of(self, body: Mapping[str, Any], dates: Dates) -> Content:
        """Return what a request plans for a key."""
        group = self._group
        accesses = known(
            guids(body.get("SecurityAccessIds"), "SecurityAccessIds"),
            group.accesses,
            "SecurityAccessIds",
        )
        slots = read_slots(body.get("TimeLimitSlots"), dates, "TimeLimitSlots")
        check_slots(slots, group.titles, group.options.most_slots)
        if len(accesses) > group.options.most_accesses:
            raise not_now("Security access cannot be added: 3")
        return Content(tuple(accesses), tuple(slots))

    def take_limits(
        self, key: Key, body: Mapping[str, Any], dates: Dates, v1: bool
    ) -> None:
        """Take how a key is renewed, and how long it is good without a connection; or what the first generation has."""
        if v1:
            key.limits = TIME_LIMIT.read_all(
                body.get("TimeLimits"), dates, "TimeLimits"
            )
            return
        scheduler = body.get("KeyScheduler")
        seconds = body.get("OfflineExpirationSeconds") or 0
        if type(seconds) is not int or seconds < 0:
            raise wrong_value(seconds, "OfflineExpirationSeconds")
        key.scheduler = (
            None
            if scheduler is None
            else SCHEDULER.read(scheduler, dates, "KeyScheduler")
        )
        key.offline_seconds = seconds

    def edit(self, body: Mapping[str, Any], dates: Dates, version_code: bool) -> None:
        """Write a key's fields, all of them but for the version code, if that is not asked for."""
        given = body.get("Key")
        record = UPDATE_KEY.read(given, dates, "Key")
        key = found(self, record["FNKey_ID"], "Key.FNKey_ID")
        self._check(record, key.type)
        state = record.pop("State")
        if isinstance(given, dict) and given.get("State") is not None:
            if state not in (State.PLANNING, State.HANDED_OVER, State.HIDDEN):
                raise wrong_value(state, "Key.State")
            key.state = State(state)
        if not version_code:
            del record["VersionCode"]
        key.record = key.record | record

    def remove(self, key: Key, state: State) -> None:
        """Have a key be gone, but for its lines in the logs."""
        del self[key.id]
        key.state = state
        self.gone[key.id] = key
        self._group.key_tags.drop(key_id=key.id)

    def _check(self, record: Record, kind: KeyType) -> None:
        """Refuse a key that refers to nothing, a phone of nobody, and a stamp that is too long."""
        if len(record["Stamp"]) > _STAMP_LENGTH:
            raise wrong_value(record["Stamp"], "Key.Stamp")
        if record["Person_ID"] is None:
            if KeyType.PHONE in kind:
                raise wrong_value("", "Key.Person_ID")
        else:
            known([record["Person_ID"]], self._group.persons, "Key.Person_ID")
        known([record["RealEstate_ID"]], self._group.real_estates, "Key.RealEstate_ID")
