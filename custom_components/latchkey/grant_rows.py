"""The rows of the grant actions' answers; they never hold a code but the one that was just made."""

import asyncio
from collections.abc import Awaitable
from datetime import datetime
from typing import Any

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from . import grant_fields as fields
from .const import ATTR_ACCESS, ATTR_END, ATTR_NAME, ATTR_START, DOMAIN
from .coordinator import LatchkeyConfigEntry
from .devices import async_device_entry
from .errors import translated, vendor_errors
from .grant_keeper import GrantKeeper
from .ledger import LedgerError, Record, Terms
from .vendors.grants import Access, GrantState, IssuedGrant
from .vendors.vendor import VendorError

type Account = LatchkeyConfigEntry
type Row = dict[str, Any]


def access_row(
    hass: HomeAssistant, entry: Account, access: Access, **values: Any
) -> Row:
    """Return the part of a row that says what opens."""
    device = entry.runtime_data.data.devices.get(access.scope)
    registered = async_device_entry(hass, entry, device) if device else None
    return {
        "device_id": registered.id if registered else None,
        ATTR_ACCESS: access.name,
        **values,
    }


def grant_row(
    hass: HomeAssistant, entry: Account, record: Record, **values: Any
) -> Row:
    """Return the row of a grant."""
    return access_row(
        hass,
        entry,
        record.access,
        grant_id=record.grant_id,
        **_terms_row(record.terms.name, record.terms.start, record.terms.end),
        credential=record.credential and record.credential.value,
        state=account_keeper(entry).state(record).value,
        **values,
    )


def _terms_row(name: str, start: datetime | None, end: datetime | None) -> Row:
    return {ATTR_NAME: name, ATTR_START: _local(start), ATTR_END: _local(end)}


def _local(moment: datetime | None) -> str | None:
    return dt_util.as_local(moment).isoformat() if moment else None


def account_keeper(entry: Account) -> GrantKeeper:
    """Return the grants of an account that is running."""
    return fields.keeper_of(entry, ATTR_CONFIG_ENTRY_ID)


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
        created_at=now,
        asked_at=now,
        changed_at=now,
    )


def _state_of(grant: IssuedGrant) -> GrantState:
    if grant.leaving:
        return GrantState.REVOKING
    return GrantState.PENDING if grant.delivered is False else GrantState.ACTIVE


async def tried(
    hass: HomeAssistant, entry: Account, access: Access, work: Awaitable[Row]
) -> Row:
    """Return a row, or one with the error that stood in its way."""
    try:
        with vendor_errors(access.name):
            return await work
    except LedgerError as err:
        error: HomeAssistantError = HomeAssistantError(
            translation_domain=DOMAIN, translation_key="ledger_not_written"
        )
        error.__cause__ = err
    except HomeAssistantError as err:
        error = err
    return access_row(hass, entry, access, error=error)


async def get_grants(hass: HomeAssistant, call: ServiceCall) -> list[Row]:
    """List the vendor's grants, joined with what the ledger knows of them."""
    wanted = {
        (entry.entry_id, access.scope): (entry, access.scope)
        for entry, access in fields.targets(hass, call).values()
    }
    if not wanted:
        for entry in fields.accounts(hass, call):
            for device in entry.runtime_data.data.devices.values():
                if device.parent_id is None:
                    wanted[entry.entry_id, device.id] = (entry, device.id)
    listed = await asyncio.gather(
        *(_list(hass, entry, scope) for entry, scope in wanted.values())
    )
    return [row for rows in listed for row in rows]


async def _list(hass: HomeAssistant, entry: Account, scope: str) -> list[Row]:
    keeper = account_keeper(entry)
    device = entry.runtime_data.data.devices[scope]
    access = Access(scope, device.name or device.label, scope)
    rows: list[Row] = []
    try:
        issued = await keeper.vendor.issued(scope)
    except VendorError as err:
        error = translated(err, HomeAssistantError, access.name)
        return [access_row(hass, entry, access, error=error)]
    of_vendor = {
        record.vendor_id: record
        for record in keeper.ledger.of_scope(scope)
        if record.vendor_id
    }
    shown: set[str] = set()
    for grant in issued:
        record = keeper.ledger.records.get(grant.grant_id or "") or of_vendor.get(
            grant.vendor_id
        )
        managed = record is not None
        record = record or record_of(grant, f"{scope}:{grant.vendor_id}")
        shown.add(record.grant_id)
        rows.append(grant_row(hass, entry, record, managed=managed))
    rows += [
        grant_row(hass, entry, record, managed=True)
        for record in keeper.ledger.of_scope(scope)
        if record.grant_id not in shown
        and record.state in (GrantState.UNKNOWN, GrantState.REVOKING)
    ]
    return rows
