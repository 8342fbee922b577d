"""Finds the grant that a field names: one of ours, or one that the vendor lists and the ledger does not know."""

from datetime import datetime

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.util import dt as dt_util

from . import fields, grant_fields, grant_targets
from .const import ATTR_GRANT_ID, DOMAIN
from .coordinator import LatchkeyConfigEntry
from .errors import GRANT_ERRORS, vendor_errors
from .grant_keeper import GrantKeeper
from .grant_list import record_of
from .ledger import Record
from .vendors.grants import Credential


async def issued(
    hass: HomeAssistant, call: ServiceCall, grant_id: str
) -> tuple[LatchkeyConfigEntry, Record]:
    """Return a grant as get_grants names it, whoever issued it."""
    return find(hass, grant_id) or await _issued_elsewhere(hass, call, grant_id)


def find(
    hass: HomeAssistant, grant_id: str
) -> tuple[LatchkeyConfigEntry, Record] | None:
    """Return the grant of this id, whichever account it is of."""
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        keeper: GrantKeeper | None = entry.runtime_data.grants
        if keeper and (record := keeper.ledger.records.get(grant_id)):
            return entry, record
    return None


def refuse_final(
    keeper: GrantKeeper, credential: Credential | None, end: datetime | None
) -> None:
    """Refuse to touch what nothing can change; the error says until when it opens."""
    rule = keeper.vendor.codes.get(credential) if credential else None
    if rule and rule.is_final and end:
        raise fields.invalid(
            ATTR_GRANT_ID, "grant_is_final", end=dt_util.as_local(end).isoformat(" ")
        )


async def _issued_elsewhere(
    hass: HomeAssistant, call: ServiceCall, grant_id: str
) -> tuple[LatchkeyConfigEntry, Record]:
    """Return a grant that the vendor lists and the ledger does not know, as get_grants names it."""
    scope, _, vendor_id = grant_id.partition(":")
    for entry in grant_fields.accounts(hass, call):
        scopes = {each.id for each in grant_targets.all_scopes(entry)}
        if not vendor_id or scope not in scopes:
            continue
        keeper = grant_fields.keeper_of(entry, ATTR_CONFIG_ENTRY_ID)
        with vendor_errors(entry.title, GRANT_ERRORS):
            listed = await keeper.vendor.issued(scope)
        for grant in listed:
            if grant.vendor_id == vendor_id:
                refuse_final(keeper, grant.credential, grant.end)
                return entry, record_of(grant, grant_id)
    raise fields.invalid(ATTR_GRANT_ID, "unknown_grant")
