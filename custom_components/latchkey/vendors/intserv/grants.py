"""Access keys as grants: made, changed and removed, each with the whole state that is wanted (facts sheet 2, 3.2, 3.3)."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
import re
from typing import Any, Final

from ..grants import (
    CodeKind,
    CodeRule,
    Credential,
    Followed,
    GrantField,
    GrantState,
    Issued,
    IssuedGrant,
    Order,
)
from ..holders import name_parts
from ..vendor import (
    AnswerNotUnderstood,
    InvalidField,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    VendorError,
)
from . import identification, status
from .client import IntServClient
from .identification import Identification, InvalidIdentification
from .levels import Levels, level_ids
from .part import written
from .wire import WireAdded, WirePerson

LEAD: Final = timedelta(days=36525)
"""A system is told of an access key at once, be it valid ever so much later."""
FOR_EVER: Final = "2099-12-31T23:59:59Z"
"""The end of what has none: left out, an earlier end might stay, since what is made may be there already."""
MOST_ASKED: Final = 50
"""How many access keys are asked for at once; of more, those that were not for the longest time."""
_LONGEST_NAME: Final = 32
_CARDS: Final = frozenset({Credential.TAG, Credential.CARD})
_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")

_CARD: Final = CodeRule(
    CodeKind.IDENTIFICATION, 4, 120, can_change=False, is_listed=False
)
CODES: Final[Mapping[Credential, CodeRule]] = {
    Credential.PIN: CodeRule(
        CodeKind.DIGITS, 4, 32, generated=6, can_change=False, is_listed=False
    ),
    Credential.TAG: _CARD,
    Credential.CARD: _CARD,
}
FIELDS: Final = (
    GrantField(
        "pin",
        re.compile(r"[0-9]{4}", re.ASCII),
        credentials=_CARDS,
        reason="not_four_digits",
        again=True,
    ),
    GrantField(
        "person_id",
        _UUID,
        changes=False,
        credentials=frozenset(CODES),
        reason="not_a_guid",
    ),
)


class Grants(Levels):
    """The access keys that were made here: the vendor lists none."""

    codes = CODES
    grant_fields: Sequence[GrantField] = FIELDS
    lead = LEAD

    def __init__(self, client: IntServClient, clock: Callable[[], datetime]) -> None:
        """Initialize with no access key asked for."""
        super().__init__(client, clock)
        self._asked: dict[str, int] = {}
        """In which round an access key was last asked for."""
        self._rounds = 0
        self._seem_gone: set[str] = set()
        """The access keys that look removed, although nobody answered their removal."""

    def same_code(self, credential: Credential, code: str) -> str:
        """Return what all spellings of an identification come to (3.1)."""
        return f"{_type(credential)} {_identification(credential, code).normal}"

    async def prepared(
        self, credential: Credential, fields: Mapping[str, str], code: str | None
    ) -> Mapping[str, str]:
        """Return the fields; raises InvalidField for a code that identifies nothing."""
        if code is not None:
            _identification(credential, code)
        return fields

    async def issue(self, order: Order) -> Issued:
        """Make an access key (2): without an id, with what identifies it, and with the person whom it is for."""
        assert order.code is not None
        answer = await self._client.add_key(
            {
                "key": _key(order.credential, order.code),
                **self._wanted(order),
                "person": _person(order),
            }
        )
        try:
            added = WireAdded.parse(answer)
            person = WirePerson.parse(added.person) if added.person else None
        except AnswerNotUnderstood:
            raise OutcomeUnknown("answer not understood") from None
        if not added.id:
            raise OutcomeUnknown("no id")
        return Issued(
            vendor_id=added.id,
            holder_id=person.id or None if person else None,
            was_there=person is not None and _is_another(person, _person(order)),
        )

    async def update(self, vendor_id: str, order: Order) -> None:
        """Change an access key (2): by its id, without what identifies it, and without a person, who would be ignored."""
        answer = await self._client.add_key({"id": vendor_id, **self._wanted(order)})
        if answer.get("id") != vendor_id:
            raise OutcomeUnknown("another id")

    def _wanted(self, order: Order) -> dict[str, Any]:
        """Return all that an access key is to be; what is left out might stay as it was."""
        wanted: dict[str, Any] = {
            "access_levels": level_ids(order.access),
            "valid_from_date": written(order.start or self._now()),
            "valid_to_date": written(order.end) if order.end else FOR_EVER,
        }
        if "pin" in order.fields:
            wanted["pin"] = order.fields["pin"]
        return wanted

    async def revoke(self, vendor_id: str) -> None:
        """Remove an access key by its id (3.2)."""
        try:
            await self._client.remove_key({"id": vendor_id})
        except InvalidRequest, NotFound:
            # What is not there may be refused like what is not understood, and its status be told for ever.
            if vendor_id in self._seem_gone:
                raise NotFound("key") from None
            try:
                await self._client.key_status(vendor_id)
            except InvalidRequest, NotFound:
                raise NotFound("key") from None
            except VendorError:
                pass
            # Of two requests, the first one may have been done.
            raise OutcomeUnknown("refused, and not said to be gone") from None

    async def revoke_code(self, credential: Credential, code: str) -> None:
        """Remove an access key by what identifies it (3.2)."""
        try:
            await self._client.remove_key({"key": _key(credential, code)})
        except InvalidRequest:
            raise NotFound("key") from None

    async def issued(self, scope: str, *, ours: bool = False) -> list[IssuedGrant]:
        """Return none: there is no list (3)."""
        return []

    async def followed(
        self, scope: str, grants: Sequence[Followed]
    ) -> dict[str, IssuedGrant | None]:
        """Return how access keys stand (3.3), of as many as are asked for at once."""
        due = sorted(
            (grant for grant in grants if grant.vendor_id and _is_of_interest(grant)),
            key=lambda grant: self._asked.get(grant.grant_id, 0),
        )[:MOST_ASKED]
        self._rounds += 1
        self._asked |= {grant.grant_id: self._rounds for grant in due}
        answers = await asyncio.gather(
            *(self._one(grant) for grant in due), return_exceptions=True
        )
        found: dict[str, IssuedGrant | None] = {}
        for grant, answer in zip(due, answers, strict=True):
            if isinstance(answer, AnswerNotUnderstood):
                # One that cannot be read hides no other.
                continue
            if isinstance(answer, BaseException):
                raise answer
            found[grant.grant_id] = answer
        return found

    async def _one(self, grant: Followed) -> IssuedGrant | None:
        assert grant.vendor_id is not None
        try:
            raw = await self._client.key_status(grant.vendor_id)
        except InvalidRequest, NotFound:
            # All that can be wrong with an id is that there is no such access key.
            return None
        row = status.told(grant, raw, self._client.transport.ahead)
        if not (row.gone and grant.in_doubt):
            self._seem_gone.discard(row.vendor_id)
            return row
        # A change before it may have been applied since: what is removed once more tells.
        self._seem_gone.add(row.vendor_id)
        return replace(row, gone=False)


def _is_of_interest(grant: Followed) -> bool:
    return grant.in_doubt or grant.state not in (GrantState.REVOKED, GrantState.EXPIRED)


def _type(credential: Credential) -> str:
    is_code = credential is Credential.PIN
    return identification.CODE if is_code else identification.PROXIMITY


def _identification(credential: Credential, text: str) -> Identification:
    """Return an identification; raises InvalidField."""
    parse = (
        identification.code
        if credential is Credential.PIN
        else identification.proximity
    )
    try:
        return parse(text)
    except InvalidIdentification as err:
        raise InvalidField("code", err.fault.value) from None


def _key(credential: Credential, code: str) -> dict[str, str]:
    """Return an AccessKey (2)."""
    return {
        "identification": _identification(credential, code).text,
        "type": _type(credential),
    }


def _person(order: Order) -> dict[str, str]:
    """Return a Person (2): one who is there, or a new one of this name."""
    if "person_id" in order.fields:
        return {"id": order.fields["person_id"]}
    first, last = (part[:_LONGEST_NAME].strip() for part in name_parts(order.name))
    person = {"first_name": first}
    return person | {"last_name": last} if last else person


def _is_another(person: WirePerson, ordered: Mapping[str, str]) -> bool:
    """Return whether an access key is somebody else's: then it was there before."""
    told = {
        "id": person.id,
        "first_name": person.first_name,
        "last_name": person.last_name,
    }
    return any(
        told[name] and told[name].strip().casefold() != value.casefold()
        for name, value in ordered.items()
    )
