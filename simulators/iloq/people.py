"""Persons, to whom keys are given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulators.iloq.dates import Dates
from simulators.iloq.fields import Record, guids, known
from simulators.iloq.keys import Key
from simulators.iloq.models import PERSON
from simulators.iloq.refusals import found, not_now, wrong_value
from simulators.registry import Registry, new_id

if TYPE_CHECKING:
    from simulators.iloq.group import LockGroup

_CODE_LENGTH = 20


@dataclass
class Person:
    """A person."""

    id: str
    record: Record
    zones: list[str] = field(default_factory=list)
    role_ids: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Return the whole name."""
        names = (self.record["FirstName"], self.record["LastName"])
        return " ".join(filter(None, names))

    def as_json(self, dates: Dates, v1: bool = False) -> Record:
        """Return the person as answers write it."""
        told = PERSON.write(self.record, dates)
        if v1:
            del told["LanguageCode"]
        return told


class Persons(Registry[Person]):
    """The persons of a lock group."""

    def __init__(self, group: LockGroup) -> None:
        """Start without any."""
        super().__init__()
        self._group = group

    def insert(self, body: Mapping[str, Any], dates: Dates) -> Person:
        """Add a person as a request describes it."""
        record = self._read(body, dates)
        if record["PersonCode"] is None:
            raise wrong_value("", "Person.PersonCode")
        record["Person_ID"] = record["Person_ID"] or new_id()
        if record["Person_ID"] in self:
            raise wrong_value(record["Person_ID"], "Person.Person_ID")
        zones = guids(body.get("ZoneIds"), "ZoneIds")
        known(zones, self._group.zones, "ZoneIds")
        person = Person(
            record["Person_ID"], record, zones or [self._group.default_zone.id]
        )
        self[person.id] = person
        return person

    def edit(self, body: Mapping[str, Any], dates: Dates) -> None:
        """Write all fields of a person."""
        record = self._read(body, dates)
        person = found(self, record["Person_ID"] or "", "Person.Person_ID")
        person.record = record

    def by_external_ids(self, external_ids: list[str]) -> list[Person]:
        """Return the persons of some external ids, each of which somebody must have."""
        chosen = []
        for external_id in external_ids:
            person = self._external(external_id)
            if person is None:
                raise wrong_value(external_id, "externalPersonIds")
            chosen.append(person)
        return chosen

    def keys_of(self, person: Person) -> list[Key]:
        """Return the keys of a person."""
        return [
            key
            for key in self._group.keys.values()
            if key.record["Person_ID"] == person.id
        ]

    def can_delete(self, person: Person) -> int:
        """Return 0 if a person can be deleted, or why not."""
        return 1 if self.keys_of(person) else 0

    def delete(self, person: Person) -> None:
        """Delete a person who has no key."""
        if reason := self.can_delete(person):
            raise not_now(f"Person cannot be deleted: {reason}")
        del self[person.id]

    def _external(self, external_id: str) -> Person | None:
        """Return the person of an external id."""
        return next(
            (
                person
                for person in self.values()
                if person.record["ExternalPersonId"] == external_id
            ),
            None,
        )

    def _read(self, body: Mapping[str, Any], dates: Dates) -> Record:
        """Return the fields of a person, whose external id nobody else has."""
        record = PERSON.read(body.get("Person"), dates, "Person")
        if external_id := record["ExternalPersonId"]:
            other = self._external(external_id)
            if other and other.id != record["Person_ID"]:
                raise wrong_value(external_id, "Person.ExternalPersonId")
        if len(record["PersonCode"] or "") > _CODE_LENGTH:
            raise wrong_value(record["PersonCode"], "Person.PersonCode")
        return record
