"""Lists grants: the vendor's, joined with what the ledger knows of them."""

import asyncio
from collections.abc import Iterable
from typing import Any

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.util import dt as dt_util

from . import grant_fields, grant_targets
from .const import ATTR_CREDENTIAL, ATTR_NAME
from .coordinator import LatchkeyConfigEntry
from .grant_keeper import GrantKeeper
from .grant_rows import Place, Row
from .ledger import Record, Terms
from .vendors.granting import FollowsGrants, KnowsCodes
from .vendors.grants import Access, GrantState, IssuedGrant


async def get_grants(hass: HomeAssistant, call: ServiceCall) -> list[Row]:
    """List the grants of what is named, else of all that there is."""
    listed = await asyncio.gather(
        *(
            _listed(hass, entry, scope)
            for entry, scope in grant_targets.scopes(hass, call)
        )
    )
    return [row for rows in listed for row in rows]


async def _listed(
    hass: HomeAssistant, entry: LatchkeyConfigEntry, whole: Access
) -> list[Row]:
    keeper = grant_fields.keeper_of(entry, ATTR_CONFIG_ENTRY_ID)
    scope = whole.id
    holders = entry.runtime_data.holders
    rows: list[Row] = []
    places: dict[str | None, Place] = {}

    def row_of(record: Record, **told: Any) -> Row:
        shown_at = keeper.vendor.device_of(record.access)
        if shown_at not in places:
            places[shown_at] = Place.of(hass, entry, keeper, record.access)
        return places[shown_at].grant(record, **told)

    async def read() -> Row:
        if keeper.ledger.of_scope(scope):
            await keeper.book.reconcile(scope)
        issued = await keeper.vendor.issued(scope)
        records = keeper.ledger.of_scope(scope)
        known = {record.vendor_id: record for record in records if record.vendor_id}
        for grant in issued:
            if record := known.pop(grant.vendor_id, None):
                rows.append(row_of(record, managed=True))
                continue
            elsewhere = record_of(grant, f"{scope}:{grant.vendor_id}")
            told: Row = {"managed": False}
            if grant.credential:
                told[ATTR_CREDENTIAL] = grant.credential.value
            if holders and grant.holder_id:
                told[ATTR_NAME] = holders.name(grant.holder_id) or ""
            rows.append(row_of(elsewhere, **told))
        rows.extend(
            row_of(record, managed=True)
            for record in records
            if (record.vendor_id is None or record.vendor_id in known)
            and _is_there_unlisted(keeper, record)
        )
        return {}

    failed = await Place.of(hass, entry, keeper, whole).tried(read())
    return [failed] if failed else rows


def _is_there_unlisted(keeper: GrantKeeper, record: Record) -> bool:
    """Return whether there is or may be a grant although the vendor does not list it."""
    state = keeper.state(record)
    if isinstance(keeper.vendor, FollowsGrants) and record.vendor_id:
        # There may be no list.
        return not record.is_gone and state is not GrantState.EXPIRED
    # The vendor has forgotten it, the door has not.
    is_left = state is GrantState.REVOKING and record.is_gone
    if isinstance(keeper.vendor, KnowsCodes):
        return is_left or record.is_unseen
    return is_left or record.state is GrantState.UNKNOWN


def record_of(grant: IssuedGrant, grant_id: str) -> Record:
    """Return the record of a grant that was issued elsewhere."""
    now = dt_util.utcnow()
    return Record(
        grant_id=grant_id,
        access_id=grant.access.id,
        access_name=grant.access.name,
        scope=grant.access.scope,
        credential=None,
        terms=Terms(name=grant.name, start=grant.start, end=grant.end),
        state=_state_of(grant),
        vendor_id=grant.vendor_id,
        holder_id=grant.holder_id,
        lives_on=grant.lives_on,
        created_at=now,
        asked_at=now,
        changed_at=now,
    )


async def granted_to(
    keeper: GrantKeeper, scopes: Iterable[str], holder_id: str
) -> list[Record]:
    """Return all that somebody may open, or may still, whoever granted it."""
    records = [
        record
        for record in keeper.ledger.records.values()
        if record.holder_id == holder_id
    ]
    known = {record.vendor_id for record in records}
    for scope in scopes:
        records += [
            record_of(grant, grant.vendor_id)
            for grant in await keeper.vendor.issued(scope)
            if grant.holder_id == holder_id and grant.vendor_id not in known
        ]
    return records


def _state_of(grant: IssuedGrant) -> GrantState:
    if grant.leaving:
        return GrantState.REVOKING
    if grant.delivered is None:
        return GrantState.UNKNOWN
    return GrantState.ACTIVE if grant.delivered else GrantState.PENDING
