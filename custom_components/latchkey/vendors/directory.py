"""The directory of a vendor: whom and what grants are for, as lists."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody whom a vendor knows by name."""

    id: str
    name: str
    is_active: bool | None
    external_id: str = ""
    """The id that somebody else's system has for this person."""
    email: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    person_code: str = field(default="", repr=False)
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFields:
    """What somebody shall be; None leaves it as it is, or empty."""

    name: str | None = None
    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    person_code: str | None = field(default=None, repr=False)
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAccess:
    """An access right."""

    id: str
    name: str
    description: str = ""
    kind: str | None = None
    """By the vendor's own word, put into small letters: `standard`, `api`, `key`."""
    state: str | None = None
    zone_id: str | None = None
    real_estate_id: str | None = None
    system_id: str | None = None
    """The system in which it opens, where an account has several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A part of what a vendor manages, to which persons, keys and locks belong."""

    id: str
    name: str
    description: str
    kind: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RealEstate:
    """A building or a group of them; the one that all others are in has no parent."""

    id: str
    name: str
    parent_id: str | None


@runtime_checkable
class ListsAccesses(Protocol):
    """A vendor that tells what grants can open."""

    async def list_accesses(self) -> Sequence[ListedAccess]:
        """Return all access rights; what is named afterwards is looked for among them."""
        ...


@runtime_checkable
class KeepsDirectory(ListsAccesses, Protocol):
    """A vendor that keeps persons, zones, real estates and access rights.

    What it does not list where the account is raises NotAvailable, what the account's user may not see NoRight.
    A change is sent once; what is in doubt is read back, and OutcomeUnknown is raised where that shows nothing.
    """

    async def list_zones(self) -> Sequence[Zone]:
        """Return all zones."""
        ...

    async def list_real_estates(self) -> Sequence[RealEstate]:
        """Return all real estates."""
        ...

    async def list_persons(self) -> Sequence[Person]:
        """Return all persons."""
        ...

    async def person(self, person_id: str) -> Person:
        """Return a person; raises NotFound."""
        ...

    def zone_id(self, text: str) -> str:
        """Return the id of the zone that a name or an id means; raises InvalidField for none or several."""
        ...

    async def create_person(self, fields: PersonFields, zone_id: str | None) -> Person:
        """Add a person, to a zone where one is named, and return who it is."""
        ...

    async def update_person(self, person_id: str, fields: PersonFields) -> Person:
        """Change a person, and return who it is then; raises NotFound."""
        ...

    async def delete_person(self, person_id: str) -> None:
        """Delete a person; raises NotFound, and Impossible where something hangs on this person."""
        ...
