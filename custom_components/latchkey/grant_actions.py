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

from . import fields, grant_bookings, grant_doubts, grant_fields
from .const import (
    ATTR_ACCESS,
    ATTR_CODE,
    ATTR_CONFIRM,
    ATTR_CREDENTIAL,
    ATTR_END,
    ATTR_GRANT_ID,
    ATTR_NAME,
    ATTR_START,
    DOMAIN,
)
from .coordinator import LatchkeyConfigEntry
from .grant_issue import issue
from .grant_list import get_grants
from .grant_rows import Place, Row, terms_row
from .grant_search import find, issued, refuse_final
from .ledger import Record
from .vendors.granting import TellsCodes
from .vendors.grants import Credential, GrantState
from .vendors.vendor import Conflict

type Action = Callable[[HomeAssistant, ServiceCall], Awaitable[list[Row]]]

_TARGET: Final = (ATTR_DEVICE_ID, ATTR_ACCESS, ATTR_CONFIG_ENTRY_ID)
_LIMITS: Final = (ATTR_NAME, ATTR_START, ATTR_END)
_PIN: Final = grant_fields.extra_keys(lambda field: Credential.PIN in field.credentials)
_KEY: Final = grant_fields.extra_keys(
    lambda field: not field.credentials <= {Credential.PIN}
)
_CHANGES: Final = grant_fields.extra_keys(lambda field: field.changes)
_CHANGEABLE: Final = (GrantState.PENDING, GrantState.ACTIVE, GrantState.EXPIRED)


@callback
def async_setup_grant_actions(hass: HomeAssistant) -> None:
    """Register the actions; they are for administrators."""
    actions: dict[str, tuple[Action, tuple[str, ...]]] = {
        "issue_pin": (_issue_pin, (*_TARGET, *_LIMITS, *_PIN, ATTR_CODE)),
        "issue_key": (
            _issue_key,
            (*_TARGET, *_LIMITS, *_KEY, ATTR_CODE, ATTR_CREDENTIAL),
        ),
        "update_grant": (
            _update,
            (ATTR_GRANT_ID, *_LIMITS, *_CHANGES, ATTR_CODE, ATTR_CONFIRM),
        ),
        "revoke_grant": (
            _revoke,
            (
                *(ATTR_GRANT_ID, ATTR_CONFIG_ENTRY_ID),
                *(ATTR_CODE, ATTR_CREDENTIAL, ATTR_CONFIRM),
            ),
        ),
        "get_grants": (get_grants, _TARGET),
    }
    for name, (action, keys) in actions.items():
        async_register_admin_service(
            hass,
            DOMAIN,
            name,
            partial(_answered, hass, action, keys),
            schema=fields.schema(keys),
            supports_response=SupportsResponse.OPTIONAL,
        )
    async_register_admin_service(
        hass,
        DOMAIN,
        "get_code",
        partial(_answered, hass, _get_code, (ATTR_GRANT_ID,)),
        schema=fields.schema((ATTR_GRANT_ID,)),
        supports_response=SupportsResponse.ONLY,
    )


async def _answered(
    hass: HomeAssistant,
    action: Action,
    keys: tuple[str, ...],
    call: ServiceCall,
) -> ServiceResponse:
    """Answer with a row per access; an action that fails for every row, or unseen for one, raises."""
    fields.only(call, keys)
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
    return await issue(hass, call, partial(grant_fields.credential, call))


def _place(hass: HomeAssistant, entry: LatchkeyConfigEntry, record: Record) -> Place:
    keeper = grant_fields.keeper_of(entry, ATTR_CONFIG_ENTRY_ID)
    return Place.of(hass, entry, keeper, record.access)


def _known(record: Record) -> Row:
    """Return what a row says of a grant that could not be changed."""
    return {
        ATTR_GRANT_ID: record.grant_id,
        **terms_row(record.terms, record.credential),
    }


async def _update(hass: HomeAssistant, call: ServiceCall) -> list[Row]:
    """Change a grant that was issued here."""
    if not (grant_id := fields.text(call, ATTR_GRANT_ID)):
        raise fields.invalid(ATTR_GRANT_ID, "empty")
    if (found := find(hass, grant_id)) is None:
        raise fields.invalid(ATTR_GRANT_ID, "grant_not_from_here")
    entry, record = found
    place = _place(hass, entry, record)
    keeper = place.keeper
    grant_fields.given_again(call, record)
    if grant_doubts.is_by_code(keeper, record):
        again = grant_doubts.issue_again(call, entry, place, record)
        return [await place.tried(again, **_known(record))]
    can_change = (
        record.state in _CHANGEABLE
        or (record.state is GrantState.FAILED and not record.is_ended)
        or grant_doubts.is_repeated(keeper, record)
    )
    if record.credential is None or not can_change:
        raise fields.invalid(
            ATTR_GRANT_ID, "grant_cannot_change", state=record.state.value
        )
    rule = keeper.vendor.codes[record.credential]
    refuse_final(keeper, record.credential, record.terms.end)
    code = (
        grant_fields.code(call, rule) if call.data.get(ATTR_CODE) is not None else None
    )
    if code is not None and not rule.can_change:
        raise fields.invalid(ATTR_CODE, "code_cannot_change")
    terms = partial(grant_fields.terms, call, keeper, record.credential)
    tie = await grant_bookings.tied_again(entry, record, terms(record.terms))

    async def update() -> Row:
        if code is not None:
            listed = await keeper.vendor.issued(record.scope)
            if any(
                grant.code == code and grant.vendor_id != record.vendor_id
                for grant in listed
            ):
                raise Conflict
        updated = await keeper.book.update(record.grant_id, terms, code, tie=tie)
        holders = entry.runtime_data.holders
        if holders and updated.holder_id and call.data.get(ATTR_NAME) is not None:
            await holders.async_name(updated.holder_id, updated.terms.name)
        keeper.async_changed(record.scope)
        shown = {} if code is None else {ATTR_CODE: code}
        return place.grant(updated, **shown)

    return [await place.tried(update(), **_known(record))]


async def _revoke(hass: HomeAssistant, call: ServiceCall) -> list[Row]:
    """Take grants back, also such as were issued elsewhere."""
    grant_ids = fields.texts(call, ATTR_GRANT_ID)
    if not grant_ids and fields.text(call, ATTR_CODE):
        return [await grant_doubts.revoke_code(hass, call)]
    if not grant_ids:
        raise fields.invalid(ATTR_GRANT_ID, "empty")
    found = [
        await issued(hass, call, grant_id) for grant_id in dict.fromkeys(grant_ids)
    ]

    def checked(entry: LatchkeyConfigEntry, record: Record) -> str | None:
        keeper = grant_fields.keeper_of(entry, ATTR_CONFIG_ENTRY_ID)
        refuse_final(keeper, record.credential, record.terms.end)
        return grant_doubts.code_to_revoke(call, keeper, record)

    async def revoke(place: Place, entry: LatchkeyConfigEntry, record: Record) -> Row:
        code = checked(entry, record)
        revoked = await place.keeper.book.revoke(record, code)
        place.keeper.async_changed(record.scope)
        return place.grant(revoked)

    # One that is refused keeps no other one from being taken back.
    return await asyncio.gather(
        *(
            place.tried(revoke(place, entry, record), **_known(record))
            for entry, record in found
            for place in [_place(hass, entry, record)]
        )
    )


async def _get_code(hass: HomeAssistant, call: ServiceCall) -> list[Row]:
    """Tell the code of a grant, in the answer alone."""
    if not (grant_id := fields.text(call, ATTR_GRANT_ID)):
        raise fields.invalid(ATTR_GRANT_ID, "empty")
    entry, record = await issued(hass, call, grant_id)
    place = _place(hass, entry, record)
    vendor = place.keeper.vendor
    if not isinstance(vendor, TellsCodes):
        raise fields.invalid(ATTR_GRANT_ID, "codes_not_told", account=entry.title)
    if (vendor_id := record.vendor_id) is None or record.is_gone:
        state = place.keeper.state(record).value
        raise fields.invalid(ATTR_GRANT_ID, "no_code_there", state=state)

    async def told() -> Row:
        if (code := await vendor.code(vendor_id)) is None:
            raise fields.invalid(ATTR_GRANT_ID, "code_hidden")
        return place.grant(record, **{ATTR_CODE: code})

    return [await place.tried(told(), **_known(record))]
