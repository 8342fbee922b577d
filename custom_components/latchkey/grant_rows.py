"""The rows of the grant actions' answers; they never hold a code but the one that was just made."""

from collections.abc import Awaitable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from .const import (
    ATTR_ACCESS,
    ATTR_BOOKING_ID,
    ATTR_CREDENTIAL,
    ATTR_END,
    ATTR_FAULT,
    ATTR_GRANT_ID,
    ATTR_NAME,
    ATTR_PERSON_ID,
    ATTR_REASON,
    ATTR_START,
    ATTR_USER_ID,
    DOMAIN,
)
from .coordinator import LatchkeyConfigEntry
from .devices import async_device_entry
from .errors import GRANT_ERRORS, vendor_errors
from .grant_keeper import GrantKeeper
from .ledger import LedgerError, Record, Terms
from .vendors.grants import Access, Credential, Delivered
from .vendors.holders import KnowsHolders
from .vendors.vendor import VendorError

type Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row's grant is; found before anything is sent, so that no answer is lost with the account's unloading."""

    keeper: GrantKeeper
    access: Access
    device_id: str | None

    @classmethod
    def of(
        cls,
        hass: HomeAssistant,
        entry: LatchkeyConfigEntry,
        keeper: GrantKeeper,
        access: Access,
    ) -> Place:
        """Return the place of an access of an account that is running."""
        shown_at = keeper.vendor.device_of(access)
        device = entry.runtime_data.data.devices.get(shown_at or "")
        registered = async_device_entry(hass, entry, device) if device else None
        return cls(keeper, access, registered.id if registered else None)

    def grant(self, record: Record, **values: Any) -> Row:
        """Return the row of a grant."""
        told: Row = {}
        if record.holder_id is not None:
            knows_holders = isinstance(self.keeper.vendor, KnowsHolders)
            told[ATTR_USER_ID if knows_holders else ATTR_PERSON_ID] = record.holder_id
        if record.booking_id is not None:
            told[ATTR_BOOKING_ID] = record.booking_id
        if record.fault is not None:
            told[ATTR_FAULT] = record.fault.value
        if record.deliveries and not record.is_gone:
            told["deliveries"] = [_delivered(each) for each in record.deliveries]
        if until := record.outlives(dt_util.utcnow()):
            told["may_open_until"] = _local(until)
        return {
            ATTR_GRANT_ID: record.grant_id,
            "device_id": self.device_id,
            ATTR_ACCESS: record.access_name,
            **terms_row(record.terms, record.credential),
            "state": self.keeper.state(record).value,
            **told,
            **values,
        }

    async def tried(self, work: Awaitable[Row], **values: Any) -> Row:
        """Return a row, or one with the error that stood in its way and what else is known."""
        try:
            with grant_errors(self.access.name):
                return await work
        except HomeAssistantError as err:
            error = err
        return {
            ATTR_GRANT_ID: None,
            "device_id": self.device_id,
            ATTR_ACCESS: self.access.name,
            **values,
            "error": error,
        }


@contextmanager
def grant_errors(
    name: str, keys: Mapping[type[VendorError], str] = GRANT_ERRORS
) -> Iterator[None]:
    """Turn the errors of a vendor and of the ledger into those that the user is told."""
    try:
        with vendor_errors(name, keys):
            yield
    except LedgerError as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="ledger_not_written"
        ) from err


def terms_row(terms: Terms, credential: Credential | None) -> Row:
    """Return the part of a row that says what a grant is or was to be."""
    return {
        ATTR_NAME: terms.name,
        ATTR_CREDENTIAL: credential and credential.value,
        ATTR_START: _local(terms.start),
        ATTR_END: _local(terms.end),
    }


def _delivered(delivery: Delivered) -> Row:
    """Return how far a grant is with a system."""
    row: Row = {"system": delivery.system, "state": delivery.state.value}
    if delivery.reason:
        row[ATTR_REASON] = delivery.reason
    if delivery.since:
        row["since"] = _local(delivery.since)
    return row


def _local(moment: datetime | None) -> str | None:
    return dt_util.as_local(moment).isoformat() if moment else None
