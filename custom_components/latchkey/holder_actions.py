"""The actions on those whom grants are for, for administrators."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
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
from homeassistant.util import dt as dt_util

from . import fields, grant_fields
from .const import (
    ATTR_CONFIRM,
    ATTR_EMAIL,
    ATTR_INVITATION,
    ATTR_INVITATION_ID,
    ATTR_NAME,
    ATTR_OPERATING_DEVICE_ID,
    ATTR_PHONE,
    ATTR_USER_ID,
    DOMAIN,
)
from .coordinator import LatchkeyConfigEntry
from .errors import (
    DELETION_ERRORS,
    DEVICE_ERRORS,
    GRANT_ERRORS,
    HOLDER_ERRORS,
    INVITATION_ERRORS,
    vendor_errors,
)
from .grant_holders import TOLD, invite
from .grant_list import granted_to
from .grant_rows import grant_errors
from .holders import HolderBook
from .vendors.grants import Credential
from .vendors.holders import Holder
from .vendors.vendor import InvalidField, NotFound

type Row = dict[str, Any]
type Action = Callable[[ServiceCall, LatchkeyConfigEntry, HolderBook], Awaitable[Row]]

_INVITATION: Final = (
    ATTR_INVITATION,
    "invitation_format",
    "invitation_days",
    ATTR_PHONE,
    ATTR_EMAIL,
)


@callback
def async_setup_holder_actions(hass: HomeAssistant) -> None:
    """Register the actions."""
    actions: dict[str, tuple[Action, tuple[str, ...]]] = {
        "get_users": (_get_users, ()),
        "name_user": (_name_user, (ATTR_USER_ID, ATTR_NAME)),
        "invite_user": (_invite_user, (ATTR_USER_ID, *_INVITATION)),
        "revoke_invitation": (_revoke_invitation, (ATTR_INVITATION_ID,)),
        "delete_user": (_delete_user, (ATTR_USER_ID, ATTR_CONFIRM)),
        "delete_operating_device": (_delete_device, (ATTR_OPERATING_DEVICE_ID,)),
    }
    for name, (action, keys) in actions.items():
        taken = (ATTR_CONFIG_ENTRY_ID, *keys)
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
    entry = fields.account_with(hass, call, "holders")
    assert entry.runtime_data.holders is not None
    answer = await action(call, entry, entry.runtime_data.holders)
    return answer if call.return_response else None


async def _holder(call: ServiceCall, holders: HolderBook) -> Holder:
    """Return the holder who is named."""
    holder_id = fields.vendor_id(call, ATTR_USER_ID)
    with grant_errors(holder_id, HOLDER_ERRORS):
        try:
            return await holders.vendor.holder(holder_id)
        except NotFound:
            raise fields.invalid(ATTR_USER_ID, "unknown_user") from None


def _row(holders: HolderBook, holder: Holder) -> Row:
    return {
        ATTR_USER_ID: holder.id,
        ATTR_NAME: holders.name(holder.id),
        "is_administrator": holder.is_administrator,
        "operating_devices": list(holder.devices),
        "invitations": [
            {
                ATTR_INVITATION_ID: invitation_id,
                "ends": ends_at and dt_util.as_local(ends_at).isoformat(),
            }
            for invitation_id, ends_at in holders.open_invitations(holder.id).items()
        ],
    }


async def _get_users(
    call: ServiceCall, entry: LatchkeyConfigEntry, holders: HolderBook
) -> Row:
    """List all whom the vendor knows, with the names that are known here."""
    with vendor_errors(entry.title):
        found = await holders.vendor.holders()
    return {"users": [_row(holders, holder) for holder in found]}


async def _name_user(
    call: ServiceCall, entry: LatchkeyConfigEntry, holders: HolderBook
) -> Row:
    """Know somebody by a name, also one who was made elsewhere."""
    name = grant_fields.name(call)
    holder = await _holder(call, holders)
    await holders.async_name(holder.id, name)
    return {"users": [_row(holders, holder)]}


async def _invite_user(
    call: ServiceCall, entry: LatchkeyConfigEntry, holders: HolderBook
) -> Row:
    """Invite somebody to set the app up, once more or for the first time."""
    keeper = grant_fields.keeper_of(entry, ATTR_CONFIG_ENTRY_ID)
    invitation = grant_fields.extra(call, keeper.vendor, Credential.APP)
    if not invitation.get(ATTR_INVITATION):
        raise fields.invalid(ATTR_INVITATION, "empty")
    try:
        holders.vendor.check_invitation(invitation)
    except InvalidField as err:
        raise fields.invalid(err.field, err.reason) from None
    if invitation[ATTR_INVITATION] == TOLD and not call.return_response:
        raise fields.invalid(ATTR_INVITATION, "code_would_be_lost")
    holder = await _holder(call, holders)
    return {ATTR_INVITATION: await invite(holders, holder.id, invitation)}


async def _revoke_invitation(
    call: ServiceCall, entry: LatchkeyConfigEntry, holders: HolderBook
) -> Row:
    """Take an invitation back that was not accepted yet."""
    invitation_id = fields.vendor_id(call, ATTR_INVITATION_ID)
    with grant_errors(entry.title, INVITATION_ERRORS):
        try:
            await holders.async_revoke_invitation(invitation_id)
        except NotFound:
            raise fields.invalid(ATTR_INVITATION_ID, "unknown_invitation") from None
    return {ATTR_INVITATION: {ATTR_INVITATION_ID: invitation_id}}


async def _delete_user(
    call: ServiceCall, entry: LatchkeyConfigEntry, holders: HolderBook
) -> Row:
    """Delete somebody with all that was granted."""
    holder = await _holder(call, holders)
    name = holders.name(holder.id) or holder.id
    if holder.is_administrator:
        raise fields.invalid(ATTR_USER_ID, "is_administrator")
    fields.confirmed(call, "confirm_delete_user", name=name)
    async with _lost_keys(entry, holder.id) as may_open:
        with grant_errors(name, DELETION_ERRORS):
            await holders.async_delete(holder.id)
    return {"users": [_row(holders, holder) | may_open]}


async def _delete_device(
    call: ServiceCall, entry: LatchkeyConfigEntry, holders: HolderBook
) -> Row:
    """Delete what somebody opens with, such as the app of a phone that is lost."""
    device_id = fields.vendor_id(call, ATTR_OPERATING_DEVICE_ID)
    unknown = fields.invalid(ATTR_OPERATING_DEVICE_ID, "unknown_operating_device")
    with vendor_errors(entry.title):
        found = await holders.vendor.holders()
    owners = [holder.id for holder in found if device_id in holder.devices]
    if not owners:
        raise unknown
    async with _lost_keys(entry, owners[0]) as may_open:
        with grant_errors(entry.title, DEVICE_ERRORS):
            try:
                await holders.async_delete_device(device_id)
            except NotFound:
                raise unknown from None
    told = {ATTR_OPERATING_DEVICE_ID: device_id, ATTR_USER_ID: owners[0]}
    return told | may_open


@asynccontextmanager
async def _lost_keys(entry: LatchkeyConfigEntry, holder_id: str) -> AsyncIterator[Row]:
    """Look at all grants after something is deleted; tell until when keys may open that a phone has already."""
    keeper = grant_fields.keeper_of(entry, ATTR_CONFIG_ENTRY_ID)
    with vendor_errors(entry.title, GRANT_ERRORS):
        records = await granted_to(keeper, entry.runtime_data.data.devices, holder_id)
    told: Row = {}
    try:
        yield told
    finally:
        keeper.async_hint()
    now = dt_util.utcnow()
    ends = [until for each in records if (until := each.may_open_until(now))]
    if ends:
        told["may_open_until"] = dt_util.as_local(max(ends)).isoformat()
