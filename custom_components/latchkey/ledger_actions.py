"""The actions that hand out the ledger of grants, and take a copy of it in again."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers.service import async_register_admin_service
from homeassistant.util import dt as dt_util

from . import fields, grant_fields, grant_targets
from .const import ATTR_LEDGER, CONF_PARTS, CONF_VENDOR, DOMAIN
from .coordinator import LatchkeyConfigEntry
from .grant_keeper import GrantKeeper
from .grant_rows import Place, Row, grant_errors
from .ledger import Record
from .ledger_copy import CopyError, LedgerCopy
from .vendors import VENDORS
from .vendors.grants import GrantState

type Action = Callable[
    [HomeAssistant, ServiceCall, LatchkeyConfigEntry, GrantKeeper], Awaitable[Row]
]

_OVER = (GrantState.REVOKED, GrantState.EXPIRED)


@callback
def async_setup_ledger_actions(hass: HomeAssistant) -> None:
    """Register the actions; they are for administrators."""
    actions: dict[str, tuple[Action, tuple[str, ...], SupportsResponse]] = {
        "export_grants": (_export, (), SupportsResponse.ONLY),
        "import_grants": (_import, (ATTR_LEDGER,), SupportsResponse.OPTIONAL),
    }
    for name, (action, keys, response) in actions.items():
        taken = (ATTR_CONFIG_ENTRY_ID, *keys)
        async_register_admin_service(
            hass,
            DOMAIN,
            name,
            partial(_run, hass, action, taken),
            schema=fields.schema(taken),
            supports_response=response,
        )


async def _run(
    hass: HomeAssistant, action: Action, keys: tuple[str, ...], call: ServiceCall
) -> ServiceResponse:
    fields.only(call, keys)
    entry = fields.account_with(hass, call, "grants")
    keeper = grant_fields.keeper_of(entry, ATTR_CONFIG_ENTRY_ID)
    return await action(hass, call, entry, keeper)


async def _export(
    hass: HomeAssistant,
    call: ServiceCall,
    entry: LatchkeyConfigEntry,
    keeper: GrantKeeper,
) -> Row:
    """Hand out all that the ledger holds."""
    copy = LedgerCopy(
        vendor=entry.data[CONF_VENDOR],
        account=entry.unique_id or "",
        title=entry.title,
        parts=frozenset(entry.data.get(CONF_PARTS, ())),
        records=tuple(keeper.ledger.records.values()),
        unread=tuple(keeper.ledger.unread),
    )
    return {ATTR_LEDGER: copy.told(dt_util.utcnow())}


async def _import(
    hass: HomeAssistant,
    call: ServiceCall,
    entry: LatchkeyConfigEntry,
    keeper: GrantKeeper,
) -> Row:
    """Take in what a copy has and the ledger lacks."""
    value = call.data.get(ATTR_LEDGER)
    if value is None or value == "":
        raise fields.invalid(ATTR_LEDGER, "empty")
    try:
        copy = await hass.async_add_executor_job(LedgerCopy.read, value)
        _refuse_foreign(copy, entry)
        _refuse_unknown_credentials(copy.records, entry, keeper)
    except CopyError as err:
        raise fields.invalid(ATTR_LEDGER, err.key, **err.told) from None
    scopes = {scope.id for scope in grant_targets.all_scopes(entry)}
    # What the account does not have now cannot be compared; the copy keeps it for when it does.
    here = [_tied(record, entry) for record in copy.records if record.scope in scopes]
    places = {
        record.grant_id: Place.of(hass, entry, keeper, record.access) for record in here
    }
    with grant_errors(entry.title):
        added = await keeper.async_take_in(here)
    ended = [record for record in here if _is_ended(record, keeper)]
    return {
        "added": len(added),
        "kept": len(here) - len(added) - len(ended),
        "ended": len(ended),
        "elsewhere": len(copy.records) - len(here),
        "unread": len(copy.unread),
        "grants": [
            places[record.grant_id].grant(record, managed=True) for record in added
        ],
    }


def _refuse_foreign(copy: LedgerCopy, entry: LatchkeyConfigEntry) -> None:
    """Refuse a copy of another account."""
    vendor = entry.data[CONF_VENDOR]
    if copy.vendor != vendor:
        known = VENDORS.get(copy.vendor)
        raise CopyError(
            "ledger_of_other_vendor",
            account=entry.title,
            vendor=VENDORS[vendor].name,
            other=known.name if known else copy.vendor,
        )
    if not copy.is_of(entry.unique_id, entry.data.get(CONF_PARTS, ())):
        raise CopyError(
            "ledger_of_other_account", account=entry.title, other=copy.title
        )


def _refuse_unknown_credentials(
    records: Iterable[Record], entry: LatchkeyConfigEntry, keeper: GrantKeeper
) -> None:
    """Refuse what the account cannot have issued."""
    for number, record in enumerate(records, 1):
        if (
            record.credential is not None
            and record.credential not in keeper.vendor.codes
        ):
            raise CopyError(
                "ledger_credential_unknown",
                number=str(number),
                account=entry.title,
                credential=record.credential.value,
            )


def _tied(record: Record, entry: LatchkeyConfigEntry) -> Record:
    """Return a record that follows a booking only if there is one now.

    One that was made anew since has another id: to the copy it would look as if the booking were over, and the
    grant would be taken back.
    """
    bookings: Any = entry.runtime_data.reservations
    if record.tie and not (bookings and bookings.find(record.tie.booking_id)):
        return replace(record, tie=None)
    return record


def _is_ended(record: Record, keeper: GrantKeeper) -> bool:
    """Return whether a record was left out since there is no such grant any more."""
    is_over = record.is_ended or keeper.state(record) in _OVER
    return is_over and record.grant_id not in keeper.ledger.records
