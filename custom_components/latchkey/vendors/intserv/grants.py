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
from ..vendor import (
    AnswerNotUnderstood,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    ServiceUnavailable,
    VendorError,
)
from . import bodies, status
from .client import IntServClient
from .levels import Levels
from .lost import Lost, is_of_interest
from .wire import WireAdded, WirePerson

LEAD: Final = timedelta(days=36525)
"""A system is told of an access key at once, be it valid ever so much later."""
MOST_ASKED: Final = 50
"""How many access keys are asked for at once; of more, those that were not for the longest time."""
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
        self._lost = Lost()
        self._seem_gone: set[str] = set()
        """The ids of access keys that look removed, although nobody answered their removal."""

    def same_code(self, credential: Credential, code: str) -> str:
        """Return what all spellings of an identification come to (3.1)."""
        found = bodies.identified(credential, code)
        return f"{found.type} {found.normal}"

    async def prepared(
        self, credential: Credential, fields: Mapping[str, str], code: str | None
    ) -> Mapping[str, str]:
        """Return the fields; raises InvalidField for a code that identifies nothing."""
        if code is not None:
            bodies.identified(credential, code)
        return fields

    async def issue(self, order: Order) -> Issued:
        """Make an access key (2): without an id, with what identifies it, and with the person whom it is for."""
        assert order.code is not None
        person = bodies.person(order)
        added = await self._added(
            {
                "key": bodies.key(order.credential, order.code),
                **bodies.wanted(order, self._now()),
                "person": person,
            }
        )
        whose = _whose(added)
        return Issued(
            vendor_id=added.id,
            holder_id=whose.id or None if whose else None,
            was_there=whose is not None and bodies.is_another(whose, person),
        )

    async def update(self, vendor_id: str, order: Order) -> None:
        """Change an access key (2): by its id, without what identifies it, and without a person, who would be ignored."""
        self._seem_gone.discard(vendor_id)
        added = await self._added(
            {"id": vendor_id, **bodies.wanted(order, self._now())}
        )
        if added.id.casefold() != vendor_id.casefold():
            raise OutcomeUnknown("another id")

    async def _added(self, body: Mapping[str, Any]) -> WireAdded:
        """Return an access key as it was made or changed; raises OutcomeUnknown where the answer has no id."""
        answer = await self._client.add_key(body)
        if not isinstance(answer.get("id"), str):
            raise OutcomeUnknown("no id")
        try:
            added = WireAdded.parse(answer)
        except AnswerNotUnderstood:
            raise OutcomeUnknown("answer not understood") from None
        if not added.id:
            raise OutcomeUnknown("no id")
        return added

    async def revoke(self, vendor_id: str) -> None:
        """Remove an access key by its id (3.2); a refusal of what is not gone is a doubt: it may be done already."""
        try:
            await self._client.remove_key({"id": vendor_id})
        except InvalidRequest, NotFound:
            if vendor_id in self._seem_gone:
                raise NotFound("key") from None
            try:
                await self._client.key_status(vendor_id)
            except InvalidRequest, NotFound:
                raise NotFound("key") from None
            except VendorError:
                pass
            raise OutcomeUnknown("refused, and not said to be gone") from None

    async def revoke_code(self, credential: Credential, code: str) -> None:
        """Remove an access key by what identifies it (3.2)."""
        try:
            await self._client.remove_key({"key": bodies.key(credential, code)})
        except InvalidRequest, NotFound:
            await self._check()
            raise NotFound("key") from None

    async def _check(self) -> None:
        """Ask what is there for everybody; where that is refused too, a refusal tells nothing of an access key."""
        try:
            await self._client.levels()
        except InvalidRequest, NotFound:
            raise ServiceUnavailable("all is refused") from None

    async def issued(self, scope: str, *, ours: bool = False) -> list[IssuedGrant]:
        """Return none: there is no list (3)."""
        return []

    async def followed(
        self, scope: str, grants: Sequence[Followed]
    ) -> dict[str, IssuedGrant | None]:
        """Return how access keys stand (3.3), of as many as are asked for at once."""
        due = sorted(
            (grant for grant in grants if grant.vendor_id and is_of_interest(grant)),
            key=lambda grant: self._asked.get(grant.grant_id, 0),
        )[:MOST_ASKED]
        self._rounds += 1
        self._asked |= {grant.grant_id: self._rounds for grant in due}
        answers = await asyncio.gather(
            *(self._one(grant) for grant in due), return_exceptions=True
        )
        found: dict[str, IssuedGrant | None] = {}
        refused: VendorError | None = None
        for grant, answer in zip(due, answers, strict=True):
            if isinstance(answer, AnswerNotUnderstood):
                # One that cannot be read hides no other.
                continue
            if isinstance(answer, VendorError):
                refused = answer
                continue
            if isinstance(answer, BaseException):
                raise answer
            found[grant.grant_id] = answer
        if refused and not found:
            raise refused
        if None in found.values():
            await self._check()
        return {} if self._lost.take(grants, found) else found

    async def _one(self, grant: Followed) -> IssuedGrant | None:
        assert grant.vendor_id is not None
        try:
            raw = await self._client.key_status(grant.vendor_id)
        except InvalidRequest, NotFound:
            # All that can be wrong with an id is that there is no such access key.
            return None
        is_doubted = grant.in_doubt and grant.state is GrantState.REVOKING
        asked = replace(grant, in_doubt=False) if is_doubted else grant
        row = status.told(asked, raw, self._client.transport.ahead)
        if not (row.gone and is_doubted):
            self._seem_gone.discard(grant.vendor_id)
            return row
        # A change before it may have been applied since: a removal that is refused once more tells.
        self._seem_gone.add(grant.vendor_id)
        return replace(row, gone=False)


def _whose(added: WireAdded) -> WirePerson | None:
    """Return the person of an access key, where one is told legibly: its id counts without."""
    try:
        return WirePerson.parse(added.person)
    except AnswerNotUnderstood:
        return None
