"""How the keys that are grants stand: their rows, and what each of them opens (facts sheet 3.3, 3.4)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from ..grants import Access, Followed, GrantState, IssuedGrant
from ..vendor import AnswerNotUnderstood, InvalidRequest, NotFound, VendorError
from . import followed, key_bodies
from .accesses import PLANNED, Accesses
from .key_bodies import Period
from .people import key_id_of
from .wire import WireHeldAccesses, WireKey, WireLimits

ONE_BY_ONE: Final = 5
"""How many keys are asked for one by one; of more the whole list is read."""
_HELD: Final = "GET Keys/{id}/SecurityAccesses"
_LIMITS: Final = "GET Keys/{id}/TimeLimitTitles"


class Listing(Accesses):
    """The keys of a locking system, as far as they are told of."""

    @property
    def _is_v1(self) -> bool:
        return self._client.session.is_v1

    async def issued(self, scope: str, *, ours: bool = False) -> list[IssuedGrant]:
        """Return all keys (GET Keys); what each of them opens is not told there."""
        keys, _ = await self._client.rows(WireKey, "GET Keys")
        rows = (self._listed(key, self._system_access) for key in keys)
        return [row for row in rows if not row.gone]

    def _listed(self, key: WireKey, access: Access) -> IssuedGrant:
        row = followed.listed(key, access, self._zone, is_v1=self._is_v1)
        # The vendor has taken it back; a lock may not have learned of that.
        return replace(row, leaving=row.vendor_id in (self._blocked or ()))

    async def followed(
        self, scope: str, grants: Sequence[Followed]
    ) -> dict[str, IssuedGrant | None]:
        """Return how keys stand, by GET Keys/{id} for a few and GET Keys for many."""
        asked = {
            grant.vendor_id or key_id_of(grant.grant_id): grant
            for grant in grants
            if grant.in_doubt or grant.state is not GrantState.REVOKED
        }
        keys = await (
            self._each(asked) if len(asked) <= ONE_BY_ONE else self._among_all(asked)
        )
        return {
            asked[key_id].grant_id: await self._told_of(asked[key_id], key)
            for key_id, key in keys.items()
        }

    async def _each(self, key_ids: Iterable[str]) -> dict[str, WireKey | None]:
        """Return keys by their ids: None where there is none, left out where that cannot be read."""
        found: dict[str, WireKey | None] = {}
        for key_id in key_ids:
            try:
                raw = await self._client.read("GET Keys/{id}", key_id)
                found[key_id] = WireKey.parse(raw)
            except NotFound:
                found[key_id] = None
            except AnswerNotUnderstood, InvalidRequest:
                # One that cannot be read hides no other.
                continue
        return found

    async def _among_all(self, key_ids: Iterable[str]) -> dict[str, WireKey | None]:
        """Return keys out of the list of all; one that it lacks is asked for by itself, some of them each time."""
        keys, _ = await self._client.rows(WireKey, "GET Keys")
        by_id = {key.fnkey_id.casefold(): key for key in keys}
        found = {key_id: by_id[key_id] for key_id in key_ids if key_id in by_id}
        missing = [key_id for key_id in key_ids if key_id not in found]
        return found | await self._each(missing[:ONE_BY_ONE])

    async def _told_of(
        self, grant: Followed, key: WireKey | None
    ) -> IssuedGrant | None:
        """Return a grant with all that is told of its key."""
        if key is None:
            return None
        row = replace(
            self._listed(key, grant.access),
            grant_id=grant.grant_id,
            credential=grant.credential,
            start=grant.start,
            revision=grant.revision,
        )
        asks_access = followed.is_unsettled(grant, row)
        # The end stands in two places, which a change that was cut short leaves at odds.
        asks_period = grant.in_doubt or not key_bodies.same(
            row.end, grant.end, self._zone
        )
        if row.gone or self._is_v1 or not (asks_access or asks_period):
            return self._revised(grant, row)
        period = None
        try:
            if asks_access:
                access, is_all = await self._held_by(row.vendor_id)
                row = replace(row, access=access if is_all else row.access)
            if asks_period:
                limits = await self._limits_of(row.vendor_id)
                period = key_bodies.period(limits, self._zone)
        except NotFound:
            return None
        except VendorError:
            # It is not told then.
            row = replace(row, limits_told=row.limits_told and not asks_period)
        return self._revised(grant, row, period)

    def _revised(
        self, grant: Followed, row: IssuedGrant, period: Period | None = None
    ) -> IssuedGrant:
        """Return a row with the revision that it is of: a key has no mark, but what was to change tells."""
        end_told = row.end
        if period is not None:
            # Changed in part, the later end is the one until which it may open.
            ends = [each for each in (period[1], row.end) if each is not None]
            end = max(ends) if len(ends) == len(period) else None
            row = replace(row, start=period[0], end=end)
        if (wanted := grant.wanted) is None:
            return row
        if not row.limits_told or (period is None and not self._is_v1):
            return replace(row, revision=None)
        told = (wanted.start, end_told) if period is None else period
        is_done = row.name == wanted.name and all(
            key_bodies.same(one, other, self._zone)
            for one, other in (
                (told[0], wanted.start),
                (told[1], wanted.end),
                (end_told, wanted.end),
            )
        )
        return replace(row, revision=grant.revision - (not is_done))

    async def _limits_of(self, key_id: str) -> WireLimits:
        return WireLimits.parse(await self._client.read(_LIMITS, key_id, query=PLANNED))

    async def _held_by(self, key_id: str) -> tuple[Access, bool]:
        """Return what a key opens, and whether that is all of it."""
        raw = await self._client.read(_HELD, key_id, query=PLANNED)
        found, is_all = WireHeldAccesses.parse(raw).held()
        return self._held(found), is_all
