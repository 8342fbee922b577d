"""The actions on keys beside granting, for administrators."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers.service import async_register_admin_service

from . import fields, grant_search
from .const import ATTR_ACCESS, ATTR_CONFIRM, ATTR_GRANT_ID, ATTR_ORDER, DOMAIN
from .coordinator import LatchkeyConfigEntry
from .errors import KEY_ERRORS, ORDERING_ERRORS, vendor_errors
from .key_keeper import KeyKeeper
from .key_rows import details_row
from .ledger import Record
from .vendors.keys import ManagesKeys
from .vendors.vendor import (
    Impossible,
    InvalidField,
    NotFound,
    OutcomeUnknown,
    VendorError,
)

type Row = dict[str, Any]

_KEYS: Final = "keys"


@dataclass(frozen=True, slots=True)
class _Key:
    """A key that an action is about, with its account."""

    entry: LatchkeyConfigEntry
    keeper: KeyKeeper
    record: Record
    id: str

    @property
    def vendor(self) -> ManagesKeys:
        """Return who manages it."""
        return self.keeper.vendor

    @property
    def name(self) -> str:
        """Return what an error calls it."""
        return self.record.terms.name or self.record.access_name

    @asynccontextmanager
    async def changing(
        self, errors: Mapping[type[VendorError], str] = KEY_ERRORS
    ) -> AsyncIterator[None]:
        """Have nobody else change a key meanwhile, and look afterwards at what there is then."""
        with vendor_errors(self.name, errors):
            async with self.keeper.turn:
                try:
                    yield
                except NotFound, OutcomeUnknown:
                    # What there is tells more than the error.
                    self.look()
                    raise
        self.look()

    @callback
    def look(self) -> None:
        """Compare the grants, and read the inventory soon."""
        coordinator = self.entry.runtime_data
        if coordinator.grants:
            coordinator.grants.async_changed(self.record.scope)
        coordinator.async_read_inventory_soon()


type Action = Callable[[ServiceCall, _Key], Awaitable[Row]]


@callback
def async_setup_key_actions(hass: HomeAssistant) -> None:
    """Register the actions; each answers with the key that it is about."""
    actions: dict[str, tuple[Action, tuple[str, ...]]] = {
        "get_key": (_get_key, ()),
        "order_key": (_order_key, ()),
        "return_key": (_return_key, (ATTR_CONFIRM,)),
        "block_key": (_block_key, ()),
        "unblock_key": (_unblock_key, ()),
        "add_access": (_add_access, (ATTR_ACCESS, ATTR_ORDER)),
        "remove_access": (_remove_access, (ATTR_ACCESS, ATTR_ORDER)),
    }
    for name, (action, keys) in actions.items():
        taken = (ATTR_GRANT_ID, ATTR_CONFIG_ENTRY_ID, *keys)
        async_register_admin_service(
            hass,
            DOMAIN,
            name,
            partial(_run, hass, action, taken),
            schema=fields.schema(taken),
            supports_response=SupportsResponse.OPTIONAL,
        )


async def _run(
    hass: HomeAssistant, action: Action, keys: tuple[str, ...], call: ServiceCall
) -> ServiceResponse:
    fields.only(call, keys)
    # An account that is named and has no keys is refused before anything is asked.
    fields.accounts_with(hass, call, _KEYS)
    if not (grant_id := fields.text(call, ATTR_GRANT_ID)):
        raise fields.invalid(ATTR_GRANT_ID, "empty")
    entry, record = await grant_search.issued(hass, call, grant_id)
    if (keeper := entry.runtime_data.keys) is None:
        raise fields.invalid(ATTR_GRANT_ID, "no_keys", account=entry.title)
    if record.vendor_id is None:
        raise fields.invalid(ATTR_GRANT_ID, "no_key_there", state=record.state.value)
    key = _Key(entry, keeper, record, record.vendor_id)
    return {"key": {ATTR_GRANT_ID: grant_id, **await action(call, key)}}


async def _get_key(call: ServiceCall, key: _Key) -> Row:
    """Tell what is known of a key."""
    with vendor_errors(key.name, KEY_ERRORS):
        return details_row(await key.vendor.key(key.id))


async def _order_key(call: ServiceCall, key: _Key) -> Row:
    """Have what is planned for a key programmed into it."""
    async with key.changing():
        programming = await key.vendor.order(key.id)
    return {"ordered": True, "programming": programming and programming.value}


async def _return_key(call: ServiceCall, key: _Key) -> Row:
    """Take a key back, which deletes it."""
    fields.confirmed(call, "confirm_return_key", name=key.name)
    async with key.changing():
        await key.vendor.return_key(key.id)
    return {"returned": True}


async def _block_key(call: ServiceCall, key: _Key) -> Row:
    """Put a key on the blocklist."""
    async with key.changing():
        await key.vendor.block(key.id)
    return {"blocked": True}


async def _unblock_key(call: ServiceCall, key: _Key) -> Row:
    """Take a key off the blocklist."""
    async with key.changing():
        await key.vendor.unblock(key.id)
    return {"blocked": False}


async def _add_access(call: ServiceCall, key: _Key) -> Row:
    """Give a key one more access right."""
    return await _change_access(call, key, key.vendor.add_access)


async def _remove_access(call: ServiceCall, key: _Key) -> Row:
    """Take an access right from a key."""
    return await _change_access(call, key, key.vendor.remove_access)


async def _change_access(
    call: ServiceCall, key: _Key, change: Callable[[str, str], Awaitable[None]]
) -> Row:
    """Change the access rights of a key, and order it, where that is wanted and can be done."""
    if not (named := fields.text(call, ATTR_ACCESS)):
        raise fields.invalid(ATTR_ACCESS, "empty")
    order = fields.flag(call, ATTR_ORDER, default=True)
    try:
        access_id = key.vendor.access_id(named)
    except InvalidField as err:
        raise fields.invalid(err.field, err.reason) from None
    async with key.changing():
        await change(key.id, access_id)
    row: Row = {"access_id": access_id, "ordered": False}
    if not order:
        return row
    async with key.changing(ORDERING_ERRORS):
        try:
            programming = await key.vendor.order(key.id)
        except Impossible as err:
            # What was changed waits for somebody who can have it programmed.
            return row | {"obstacle": err.obstacle.value}
    return row | {"ordered": True, "programming": programming and programming.value}
