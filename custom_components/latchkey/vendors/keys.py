"""Keys: what a vendor tells of each of them, and what can be done with one beside granting."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from typing import Protocol, runtime_checkable

from .vendor import Obstacle


class KeyState(StrEnum):
    """What has become of a key among people."""

    PLANNED = "planned"
    HANDED_OVER = "handed_over"
    HIDDEN = "hidden"
    DELETED = "deleted"
    RETURNED = "returned"


class Programming(StrEnum):
    """How far what is planned for a key has come on its way into it."""

    PLANNED = "planned"
    ORDERED = "ordered"
    FETCHED = "fetched"
    TRANSFERRED = "transferred"
    """It is on the programming key."""
    PROGRAMMED = "programmed"
    CLEARED = "cleared"
    CANCELLED = "cancelled"
    OBSOLETE = "obsolete"
    FAILED = "failed"


class KeyKind(StrEnum):
    """What a key is."""

    PHONE = "phone"
    TAG = "tag"
    FOB = "fob"
    VIRTUAL = "virtual"


class KeyTask(StrEnum):
    """What a vendor can be asked about beforehand."""

    ORDER = "order"
    RETURN = "return"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Named:
    """Something with an id and a name, which is empty where it is not told."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Hours:
    """Some hours of some days of the week, of which Monday is 0; an end at midnight is the day's end."""

    days: tuple[int, ...]
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class TimeProfile:
    """When a key opens within its period."""

    id: str
    name: str
    hours: tuple[Hours, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOutline:
    """What the list of all keys tells of one; None for what it does not tell."""

    name: str
    state: KeyState | None
    programming: Programming | None
    expires_at: datetime | None
    is_blocked: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyDetails:
    """All that is told of a key but for what could be copied from it; None for what is not told."""

    id: str
    outline: KeyOutline
    kind: KeyKind | None
    model: str | None
    person_id: str | None
    real_estate: Named | None
    zones: tuple[Named, ...] | None
    main_zone: Named | None
    accesses: tuple[Named, ...] | None
    accesses_unseen: int
    """How many access rights lie outside the zones of the account's user."""
    starts_at: datetime | None
    ends_at: datetime | None
    profiles: tuple[TimeProfile, ...] | None
    tasks: Mapping[KeyTask, Obstacle | None] = field(default_factory=dict)
    """What stands in the way of each task that the vendor could be asked about."""


@runtime_checkable
class ManagesKeys(Protocol):
    """A vendor whose keys are ordered, returned and blocked from here, and given single access rights.

    Whether something can be done is asked first: Impossible says why not, and nothing was done. Then it is sent
    once; what is in doubt is read back, and OutcomeUnknown is raised where that shows nothing. NotFound stands for a
    key that the vendor does not know, NotAvailable for what its generation of the vendor's interface lacks.
    """

    async def key(self, key_id: str) -> KeyDetails:
        """Return what is known of a key."""
        ...

    def access_id(self, text: str) -> str:
        """Return the id of the access right that a name or an id means; raises InvalidField for none or several."""
        ...

    async def order(self, key_id: str) -> Programming | None:
        """Have what is planned for a key programmed into it; return how far that is, where it is told."""
        ...

    async def return_key(self, key_id: str) -> None:
        """Take a key back, which deletes it."""
        ...

    async def block(self, key_id: str) -> None:
        """Put a key on the blocklist."""
        ...

    async def unblock(self, key_id: str) -> None:
        """Take a key off the blocklist."""
        ...

    async def add_access(self, key_id: str, access_id: str) -> None:
        """Give a key one more access right, which counts once the key is ordered; nothing is sent where it has it."""
        ...

    async def remove_access(self, key_id: str, access_id: str) -> None:
        """Take an access right from a key, which counts once the key is ordered."""
        ...


@runtime_checkable
class ListsKeys(Protocol):
    """A vendor that tells of all its keys with the inventory."""

    async def outlines(self) -> Mapping[str, KeyOutline] | None:
        """Return the keys of the last inventory that are not deleted, by id; None where not all were told.

        Others have their turn in between: there may be very many.
        """
        ...
