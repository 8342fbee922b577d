"""Access control systems: their doors and levels, and the access keys that they really hold."""

from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any, Final

from simulators.errors import Conflict, Invalid
from simulators.intserv.identifications import Identity, Marks
from simulators.intserv.keys import AccessKey, Rights
from simulators.intserv.uplink import Uplink
from simulators.registry import Registry, new_id

CODE_NOT_ENABLED: Final = "CodeNotEnabled"
KEY_IN_USE: Final = "KeyAlreadyInUse"
"""The name is assumed; the description of such an error is all that is known of it."""


@dataclass
class Door:
    """A door, and what its reader asks for."""

    name: str
    needs_pin: bool = False
    common_code: str | None = None
    """A code that belongs to the door and to nobody."""


@dataclass
class Level:
    """An access level: doors, and the hours of every day in UTC in which they open."""

    name: str
    system_id: str
    doors: tuple[str, ...]
    hours: tuple[time, time] | None = None
    id: str = field(default_factory=new_id)

    def as_json(self) -> dict[str, Any]:
        """Return the level as answers write it."""
        return {"id": self.id, "name": self.name, "system_id": self.system_id}

    def open_at(self, at: datetime) -> bool:
        """Tell whether the level's doors open at an instant."""
        return self.hours is None or self.hours[0] <= at.time() < self.hours[1]


@dataclass(frozen=True)
class Pace:
    """How a system applies changes: after how long, never for nothing, and with which error."""

    seconds: float | None
    error_type: str | None = None


@dataclass(frozen=True)
class Held:
    """An access key as a system holds it, which may be another than the cloud has by now."""

    key: AccessKey
    marks: Marks
    rights: Rights


@dataclass
class System:
    """One access control system."""

    id: str
    name: str
    uplink: Uplink
    code_length: int = 8
    codes_enabled: bool = True
    pace: Pace | None = None
    """Nothing stands for that of the options."""
    doors: Registry[Door] = field(default_factory=Registry)
    levels: Registry[Level] = field(default_factory=Registry)
    held: dict[str, Held] = field(default_factory=dict)
    behind: dict[str, AccessKey] = field(default_factory=dict)
    """The access keys whose latest change has not been applied here, those that were removed among them."""
    blacklisted: set[str] = field(default_factory=set)
    disabled: set[str] = field(default_factory=set)
    _owners: dict[str, str] = field(default_factory=dict)
    _local: dict[str, str] = field(default_factory=dict)

    def hold(self, key: AccessKey, rights: Rights) -> str | None:
        """Take an access key with its rights, or return the type of the error for which it is not taken."""
        marks = key.identity.at(self.code_length)
        if key.identity.kind == "code" and not self.codes_enabled:
            return CODE_NOT_ENABLED
        if any(
            mark in self._local or self._owners.get(mark, key.id) != key.id
            for mark in marks
        ):
            return KEY_IN_USE
        self.drop(key.id)
        self.held[key.id] = Held(key, marks, rights)
        self._owners.update(dict.fromkeys(marks, key.id))
        return None

    def drop(self, key_id: str) -> None:
        """Hold an access key no more."""
        if held := self.held.pop(key_id, None):
            for mark in held.marks:
                del self._owners[mark]

    def find(self, marks: Marks) -> Held | None:
        """Return the access key that has one of these marks."""
        for mark in marks:
            if key_id := self._owners.get(mark):
                return self.held[key_id]
        return None

    def add_door(
        self, name: str, needs_pin: bool = False, common_code: str | None = None
    ) -> Door:
        """Add a door."""
        if name in self.doors:
            raise Conflict("there is a door of this name")
        self.doors[name] = Door(name, needs_pin, common_code)
        return self.doors[name]

    def add_level(
        self, name: str, doors: tuple[str, ...], hours: tuple[time, time] | None = None
    ) -> Level:
        """Add an access level for some of the doors."""
        if strange := set(doors) - self.doors.keys():
            raise Invalid(f"no such door: {', '.join(sorted(strange))}")
        level = Level(name, self.id, doors, hours)
        self.levels[level.id] = level
        return level

    def add_local(self, name: str, identity: Identity) -> None:
        """Add a user who is managed in the system itself, with a card or a code."""
        marks = identity.at(self.code_length)
        if marks & (self._owners.keys() | self._local.keys()):
            raise Conflict("this card or code is in use")
        self._local.update(dict.fromkeys(marks, name))

    def local_user(self, marks: Marks) -> str | None:
        """Return the name of the user of the system itself who has one of these marks."""
        return next((self._local[mark] for mark in marks if mark in self._local), None)

    def has_mark(self, mark: str) -> bool:
        """Tell whether anybody has a card or a code here."""
        return mark in self._owners or mark in self._local
