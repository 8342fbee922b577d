"""Persons, zones, real estates and access rights as lists, and persons who are added, changed and deleted (3.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final
from uuid import uuid4

from ..directory import ListedAccess, Person, PersonFields, RealEstate, Zone
from ..vendor import NotFound
from .doubts import once
from .named import meant
from .obstacles import CAN_DELETE_PERSON, ensure
from .part import Part
from .people import split
from .wire import WireAccess, WirePerson, WireRealEstate, WireZone, number

_ACCESS_KINDS: Final[Mapping[int | None, str]] = MappingProxyType(
    {0: "key", 1: "standard", 2: "mask", 3: "api"}
)
_ACCESS_STATES: Final[Mapping[int | None, str]] = MappingProxyType(
    {0: "active", 1: "not_in_use", 2: "blocked", 3: "blocked_by_key", 4: "blocked"}
)
_ZONE_KINDS: Final[Mapping[int | None, str]] = MappingProxyType(
    {1: "customer", 2: "default", 4: "default_for_keys_and_persons", 8: "general"}
)
_ACTIVE: Final = 0
_NAMES: Final = MappingProxyType(
    {
        "email": "eMail",
        "phone": "Phone1",
        "person_code": "PersonCode",
        "language": "LanguageCode",
    }
)
"""What the vendor calls the fields of a person."""


class Directory(Part):
    """Whom and what the locking system knows beside keys and locks."""

    async def list_accesses(self) -> Sequence[ListedAccess]:
        """Return all access rights."""
        found, _ = await self._client.rows(WireAccess, "GET SecurityAccesses")
        self._accesses = {each.securityaccess_id.casefold(): each for each in found}
        return [
            ListedAccess(
                id=access_id,
                name=each.name,
                description=each.description,
                kind=_ACCESS_KINDS.get(number(each.type)),
                state=_ACCESS_STATES.get(number(each.status)),
                zone_id=each.zone_id.casefold() or None,
                real_estate_id=each.realestate_id.casefold() or None,
            )
            for access_id, each in self._accesses.items()
        ]

    async def list_zones(self) -> Sequence[Zone]:
        """Return all zones."""
        found, _ = await self._client.rows(WireZone, "GET Zones")
        self._zones = {each.zone_id.casefold(): each for each in found}
        return [
            Zone(
                id=zone_id,
                name=each.name,
                description=each.description,
                kind=_ZONE_KINDS.get(number(each.type)),
            )
            for zone_id, each in self._zones.items()
        ]

    async def list_real_estates(self) -> Sequence[RealEstate]:
        """Return all real estates."""
        found, _ = await self._client.rows(WireRealEstate, "GET RealEstates")
        self._real_estates = {each.realestate_id.casefold(): each for each in found}
        return [
            RealEstate(
                id=estate_id,
                name=each.name,
                parent_id=each.parentrealestate_id.casefold() or None,
            )
            for estate_id, each in self._real_estates.items()
        ]

    async def list_persons(self) -> Sequence[Person]:
        """Return all persons."""
        found, _ = await self._client.rows(WirePerson, "GET Persons")
        return [_person(each) for each in found]

    async def person(self, person_id: str) -> Person:
        """Return a person."""
        return _person(WirePerson.parse(await self._read_person(person_id)))

    def zone_id(self, text: str) -> str:
        """Return the id of the zone that a name or an id means."""
        names = ((key, each.name) for key, each in self._zones.items())
        listed = self._client.has("GET Zones")
        return meant("zone", text, names, listed=listed)

    async def create_person(self, fields: PersonFields, zone_id: str | None) -> Person:
        """Add a person by an id of our making; in doubt, that there is one of this id shows that it was added."""
        person_id = str(uuid4())
        body: dict[str, Any] = {
            "Person": {
                "Person_ID": person_id,
                # Required, if empty (3.3).
                "PersonCode": "",
                **_sent(fields),
                "State": _ACTIVE,
            },
            "ZoneIds": [zone_id] if zone_id else [],
        }

        async def is_added() -> bool:
            return await self._is_there(person_id)

        told = await once(self._client.command("POST Persons", body=body), is_added)
        person = _person(WirePerson.parse(body["Person"]))
        return replace(person, id=_told_id(told) or person.id)

    async def update_person(self, person_id: str, fields: PersonFields) -> Person:
        """Change a person, of whom all fields are written; in doubt, the fields that were to be changed decide."""
        told = await self._read_person(person_id)
        names = {name.casefold(): name for name in told}
        sent = {
            names.get(name.casefold(), name): value
            for name, value in _sent(fields).items()
        }
        person = told | sent

        async def is_changed() -> bool:
            now = await self._read_person(person_id)
            return all((now.get(name) or "") == value for name, value in sent.items())

        await once(
            self._client.command("PUT Persons", body={"Person": person}), is_changed
        )
        return _person(WirePerson.parse(person))

    async def delete_person(self, person_id: str) -> None:
        """Delete a person; in doubt, that there is none any more shows that it was done."""
        await ensure(self._client, CAN_DELETE_PERSON, person_id)

        async def is_gone() -> bool:
            return not await self._is_there(person_id)

        await once(self._client.command("DELETE Persons/{id}", person_id), is_gone)

    async def _is_there(self, person_id: str) -> bool:
        try:
            await self._client.read("GET Persons/{id}", person_id)
        except NotFound:
            return False
        return True

    async def _read_person(self, person_id: str) -> dict[str, Any]:
        """Return all fields of a person as they are told: what is not sent back would be emptied."""
        told = await self._client.read("GET Persons/{id}", person_id)
        WirePerson.parse(told)
        return dict(told)


def _sent(fields: PersonFields) -> dict[str, str]:
    """Return the fields that are given, as the vendor calls them."""
    sent = {
        told: value
        for ours, told in _NAMES.items()
        if (value := getattr(fields, ours)) is not None
    }
    if fields.name is not None:
        sent |= split(fields.name)
    return sent


def _told_id(answer: Any) -> str | None:
    """Return the id that an answer tells: the vendor may have made another one."""
    told = answer.get("PersonIds") if isinstance(answer, dict) else None
    found = told[0] if isinstance(told, list) and told else None
    return found.casefold() if isinstance(found, str) and found else None


def _person(told: WirePerson) -> Person:
    state = number(told.state)
    return Person(
        id=told.person_id.casefold(),
        name=" ".join(filter(None, (told.firstname, told.lastname))),
        is_active=None if state is None else state == _ACTIVE,
        external_id=told.externalpersonid,
        email=told.email,
        phone=told.phone1,
        person_code=told.personcode,
        language=told.languagecode,
    )
