"""The actions about the delivery of changes to devices, for administrators."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Final

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.helpers.service import async_register_admin_service

from . import fields, grant_fields
from .const import ATTR_GRANT_ID, ATTR_PART, ATTR_SYNC_STATE, DOMAIN
from .errors import vendor_errors
from .grant_keeper import GrantKeeper
from .vendors.granting import DeliversChanges, SetsSyncState
from .vendors.model import Device

SYNC_STATES: Final = ("ready_to_send", "idle_ok")
PARTS: Final = ("grants", "settings", "all")


@callback
def async_setup_delivery_actions(hass: HomeAssistant) -> None:
    """Register the actions."""
    actions: dict[
        str, tuple[Callable[..., Coroutine[Any, Any, None]], tuple[str, ...]]
    ] = {
        "deliver_changes": (_deliver, ()),
        "abort_delivery": (_abort, ()),
        "set_sync_state": (
            _set_sync_state,
            (ATTR_SYNC_STATE, ATTR_PART, ATTR_GRANT_ID),
        ),
    }
    for name, (action, keys) in actions.items():
        async_register_admin_service(
            hass,
            DOMAIN,
            name,
            partial(_run, hass, action, (ATTR_DEVICE_ID, *keys)),
            schema=fields.schema((ATTR_DEVICE_ID, *keys)),
        )


async def _run(
    hass: HomeAssistant,
    action: Callable[..., Coroutine[Any, Any, None]],
    keys: tuple[str, ...],
    call: ServiceCall,
) -> None:
    fields.only(call, keys)
    await action(hass, call)


def _targets(
    hass: HomeAssistant, call: ServiceCall
) -> list[tuple[GrantKeeper, Device]]:
    """Return the devices whose changes are delivered, each once, a part standing for its whole."""
    found: dict[tuple[str, str], tuple[GrantKeeper, Device]] = {}
    for device_id in fields.texts(call, ATTR_DEVICE_ID):
        entry, device = fields.device_of(hass, device_id)
        keeper = grant_fields.keeper_of(entry, ATTR_DEVICE_ID)
        if keeper.deliveries is None:
            raise fields.invalid(ATTR_DEVICE_ID, "no_deliveries", account=entry.title)
        root = entry.runtime_data.data.devices[device.root_id]
        found[entry.entry_id, root.id] = (keeper, root)
    if not found:
        raise fields.invalid(ATTR_DEVICE_ID, "no_device")
    return list(found.values())


async def _deliver(hass: HomeAssistant, call: ServiceCall) -> None:
    """Have the changes delivered that wait at the vendor."""
    for keeper, device in _targets(hass, call):
        if keeper.deliveries:
            keeper.deliveries.request(device.id)


async def _abort(hass: HomeAssistant, call: ServiceCall) -> None:
    """Stop deliveries; what of them was still to be sent goes with the next one."""
    for keeper, device in _targets(hass, call):
        if isinstance(keeper.vendor, DeliversChanges):
            with vendor_errors(device.name or device.label):
                await keeper.vendor.abort(device.id)


async def _set_sync_state(hass: HomeAssistant, call: ServiceCall) -> None:
    """Set what the vendor's server takes devices to have; the devices themselves learn nothing of it."""
    state = fields.text(call, ATTR_SYNC_STATE)
    if state not in SYNC_STATES:
        raise fields.invalid(
            ATTR_SYNC_STATE, "not_in_list", allowed=", ".join(SYNC_STATES)
        )
    part = fields.text(call, ATTR_PART) or PARTS[0]
    if part not in PARTS:
        raise fields.invalid(ATTR_PART, "not_in_list", allowed=", ".join(PARTS))
    grant_id = fields.text(call, ATTR_GRANT_ID) or None
    targets = _targets(hass, call)
    vendor_id = None
    if grant_id is not None:
        keeper, device = targets[0]
        record = keeper.ledger.records.get(grant_id)
        if len(targets) > 1 or part != PARTS[0]:
            raise fields.invalid(ATTR_GRANT_ID, "one_device")
        if record is None or record.scope != device.id or record.vendor_id is None:
            raise fields.invalid(ATTR_GRANT_ID, "unknown_grant")
        vendor_id = record.vendor_id
    for keeper, device in targets:
        if not isinstance(keeper.vendor, SetsSyncState):
            raise fields.invalid(ATTR_DEVICE_ID, "no_sync_state")
        with vendor_errors(device.name or device.label):
            await keeper.vendor.set_sync_state(
                device.id, part, delivered=state == SYNC_STATES[1], vendor_id=vendor_id
            )
        keeper.async_changed(device.id)
