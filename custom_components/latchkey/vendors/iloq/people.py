"""Persons, to whom keys belong: found by their id or e-mail address, or made (facts sheet 3.3)."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final
from uuid import UUID, uuid5

from ..grants import Credential, Order
from ..holders import name_parts
from ..vendor import (
    AnswerNotUnderstood,
    Conflict,
    InvalidField,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    ServiceUnavailable,
    VendorError,
)
from .part import Part
from .wire import WirePerson, number

_OURS: Final = UUID("6b0a2a57-5d0c-4f0e-9a34-3f6f2f5f6c1e")
"""The namespace in which the ids of what is made here are derived from the grant's: they are known before, and after a crash."""
_GONE: Final = 1


def key_id_of(grant_id: str) -> str:
    """Return the id of the key that a grant is."""
    return str(uuid5(_OURS, f"key {grant_id}"))


def person_id_of(grant_id: str) -> str:
    """Return the id of the person who is made for a grant."""
    return str(uuid5(_OURS, f"person {grant_id}"))


class People(Part):
    """The persons of a locking system."""

    async def _check_person(self, person_id: str) -> None:
        """Raise InvalidField where nobody has an id, or somebody who is no longer in use."""
        try:
            raw = await self._client.read("GET Persons/{id}", person_id)
        except NotFound:
            raise InvalidField("person_id", "unknown_person") from None
        if number(WirePerson.parse(raw).state) == _GONE:
            raise InvalidField("person_id", "person_not_in_use")

    async def _person_with(self, email: str) -> str | None:
        """Return the id of the person with an e-mail address, if there is one; raises InvalidField for several."""
        people, complete = await self._client.rows(WirePerson, "GET Persons")
        wanted = email.casefold()
        found = [each for each in people if each.email.casefold() == wanted]
        if len(found) > 1:
            raise InvalidField("email", "several_persons")
        if found and number(found[0].state) == _GONE:
            raise InvalidField("email", "person_not_in_use")
        if not found and not complete:
            # It may be the one that could not be read.
            raise AnswerNotUnderstood("persons")
        return found[0].person_id.casefold() if found else None

    async def _person_for(
        self, order: Order, zone_ids: Sequence[str]
    ) -> tuple[str | None, bool]:
        """Return the id of the person of an order, and whether the person was made for it; None where it has none."""
        fields = order.fields
        if "person_id" in fields:
            return fields["person_id"].casefold(), False
        if "email" not in fields and order.credential is not Credential.PHONE:
            return None, False
        try:
            # Another call may have made the same person since this one looked.
            if "email" in fields and (
                there := await self._person_with(fields["email"])
            ):
                return there, False
        except InvalidField as err:
            raise Conflict(err.reason) from None
        person_id = person_id_of(order.grant_id)
        body = {"Person": _person(person_id, order), "ZoneIds": list(zone_ids)}
        try:
            await self._client.command("POST Persons", body=body)
        except (Conflict, InvalidRequest, OutcomeUnknown) as err:
            # What is passed on twice is refused the second time.
            if not await self._is_person(person_id):
                await self._discard_person(person_id)
                if isinstance(err, OutcomeUnknown):
                    # There is no key for certain, which is what it is about.
                    raise ServiceUnavailable("person") from None
                raise
        return person_id, True

    async def _is_person(self, person_id: str) -> bool:
        """Return whether a person is known to be there."""
        try:
            await self._client.read("GET Persons/{id}", person_id)
        except VendorError:
            return False
        return True

    async def _discard_person(self, person_id: str) -> None:
        """Delete a person who was made for a key that is not there, if that can be done."""
        with suppress(VendorError):
            await self._client.command("DELETE Persons/{id}", person_id)


def split(name: str) -> dict[str, str]:
    """Return the parts of a name as a person has them."""
    first, last = name_parts(name)
    return {"FirstName": first, "LastName": last}


def _person(person_id: str, order: Order) -> Mapping[str, Any]:
    """Return a new person; PersonCode must be there, and may be empty (3.3)."""
    fields = order.fields
    number_given = order.code if order.credential is Credential.PHONE else None
    return {
        "Person_ID": person_id,
        **split(order.name),
        "PersonCode": fields.get("person_code", ""),
        "eMail": fields.get("email", ""),
        "Phone1": fields.get("phone") or number_given or "",
        "Address": "",
    }
