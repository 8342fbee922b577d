"""The actions that issue, change, revoke and list grants."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.service import async_register_admin_service
from probatio import Secret
import voluptuous as vol

from . import grant_fields as fields
from .const import (
    ATTR_ACCESS,
    ATTR_CODE,
    ATTR_CREDENTIAL,
    ATTR_END,
    ATTR_GRANT_ID,
    ATTR_NAME,
    ATTR_START,
    DOMAIN,
)
from .errors import vendor_errors
from .grant_issue import issue
from .grant_keeper import GrantKeeper
from .grant_rows import (
    Account,
    Row,
    account_keeper,
    get_grants,
    grant_row,
    record_of,
    tried,
)
from .ledger import Record
from .vendors import VENDORS
from .vendors.grants import Credential, GrantState
from .vendors.vendor import Conflict

_TARGET: Final = (ATTR_DEVICE_ID, ATTR_ACCESS, ATTR_CONFIG_ENTRY_ID)
_EXTRA: Final = tuple(
    dict.fromkeys(field.key for spec in VENDORS.values() for field in spec.grant_fields)
)
_TERMS: Final = (ATTR_NAME, ATTR_START, ATTR_END, *_EXTRA)


def _schema(*keys: str) -> vol.Schema:
    """Return a schema that takes everything: the fields are checked where errors can be translated."""
    return vol.Schema(
        {vol.Optional(Secret(key) if key == ATTR_CODE else key): object for key in keys}
    )


@callback
def async_setup_grant_actions(hass: HomeAssistant) -> None:
    """Register the actions; they are for administrators."""
    actions: dict[str, tuple[Callable[..., Awaitable[list[Row]]], vol.Schema]] = {
        "issue_pin": (_issue_pin, _schema(*_TARGET, *_TERMS, ATTR_CODE)),
        "issue_key": (
            _issue_key,
            _schema(*_TARGET, *_TERMS, ATTR_CODE, ATTR_CREDENTIAL),
        ),
        "update_grant": (_update, _schema(ATTR_GRANT_ID, *_TERMS, ATTR_CODE)),
        "revoke_grant": (_revoke, _schema(ATTR_GRANT_ID, ATTR_CONFIG_ENTRY_ID)),
        "get_grants": (get_grants, _schema(*_TARGET, *_EXTRA)),
    }
    for name, (action, schema) in actions.items():
        async_register_admin_service(
            hass,
            DOMAIN,
            name,
            partial(_answered, hass, action),
            schema=schema,
            supports_response=SupportsResponse.OPTIONAL,
        )


async def _answered(
    hass: HomeAssistant,
    action: Callable[[HomeAssistant, ServiceCall], Awaitable[list[Row]]],
    call: ServiceCall,
) -> ServiceResponse:
    """Answer with a row per access; an action that fails for every row, or unseen for one, raises."""
    rows = await action(hass, call)
    errors = [row["error"] for row in rows if "error" in row]
    if errors and (len(errors) == len(rows) or not call.return_response):
        if len(rows) == 1:
            raise rows[0]["error"]
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="grants_failed",
            translation_placeholders={
                "count": str(len(rows)),
                "failed": str(len(errors)),
                "errors": " · ".join(str(error) for error in errors),
            },
        )
    if not call.return_response:
        return None
    return {
        "grants": [
            row | {"error": str(row["error"])} if "error" in row else row
            for row in rows
        ]
    }


async def _issue_pin(hass: HomeAssistant, call: ServiceCall) -> list[Row]:
    """Issue a PIN for each access."""
    return await issue(hass, call, lambda keeper: Credential.PIN)


async def _issue_key(hass: HomeAssistant, call: ServiceCall) -> list[Row]:
    """Issue another credential for each access."""
    return await issue(hass, call, partial(fields.credential, call))


def _find(hass: HomeAssistant, grant_id: str) -> tuple[Account, Record] | None:
    """Return the grant of this id, whichever account it is of."""
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        keeper: GrantKeeper | None = entry.runtime_data.grants
        if keeper and (record := keeper.ledger.records.get(grant_id)):
            return entry, record
    return None


async def _update(hass: HomeAssistant, call: ServiceCall) -> list[Row]:
    """Change a grant that was issued here."""
    if not (grant_id := fields.text(call, ATTR_GRANT_ID)):
        raise fields.invalid(ATTR_GRANT_ID, "empty")
    if (found := _find(hass, grant_id)) is None:
        raise fields.invalid(ATTR_GRANT_ID, "unknown_grant")
    entry, record = found
    keeper = account_keeper(entry)
    if record.credential is None or record.state not in (
        GrantState.PENDING,
        GrantState.ACTIVE,
    ):
        raise fields.invalid(ATTR_GRANT_ID, "grant_cannot_change", state=record.state)
    rule = keeper.vendor.codes[record.credential]
    code = fields.code(call, rule) if ATTR_CODE in call.data else None
    terms = fields.terms(call, keeper, record.terms)

    async def update() -> Row:
        if code is not None:
            issued = await keeper.vendor.issued(record.scope)
            if any(
                grant.code == code and grant.vendor_id != record.vendor_id
                for grant in issued
            ):
                raise Conflict
        updated = await keeper.book.update(record.grant_id, terms, code)
        keeper.async_changed(record.scope)
        shown = {} if code is None else {ATTR_CODE: code}
        return grant_row(hass, entry, updated, **shown)

    return [await tried(hass, entry, record.access, update())]


async def _revoke(hass: HomeAssistant, call: ServiceCall) -> list[Row]:
    """Take grants back, also such as were issued elsewhere."""
    if not (grant_ids := fields.texts(call, ATTR_GRANT_ID)):
        raise fields.invalid(ATTR_GRANT_ID, "empty")
    found = [
        _find(hass, grant_id) or await _issued_elsewhere(hass, call, grant_id)
        for grant_id in dict.fromkeys(grant_ids)
    ]

    async def revoke(entry: Account, record: Record) -> Row:
        keeper = account_keeper(entry)
        revoked = await keeper.book.revoke(record)
        keeper.async_changed(record.scope)
        return grant_row(hass, entry, revoked)

    return await asyncio.gather(
        *(
            tried(hass, entry, record.access, revoke(entry, record))
            for entry, record in found
        )
    )


async def _issued_elsewhere(
    hass: HomeAssistant, call: ServiceCall, grant_id: str
) -> tuple[Account, Record]:
    """Return a grant that the vendor lists and the ledger does not know, as get_grants names it."""
    scope, _, vendor_id = grant_id.partition(":")
    for entry in fields.accounts(hass, call):
        if not vendor_id or scope not in entry.runtime_data.data.devices:
            continue
        with vendor_errors(entry.title):
            issued = await account_keeper(entry).vendor.issued(scope)
        for grant in issued:
            if grant.vendor_id == vendor_id:
                return entry, record_of(grant, grant_id)
    raise fields.invalid(ATTR_GRANT_ID, "unknown_grant")
