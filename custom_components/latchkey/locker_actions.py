"""The action about lockers: list the boxes that are free in a period; for administrators."""

from functools import partial
from typing import Final

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers.service import async_register_admin_service

from . import fields
from .const import ATTR_END, ATTR_NAME, ATTR_NUMBER, ATTR_SIZE, ATTR_START, DOMAIN
from .coordinator import LatchkeyConfigEntry
from .devices import async_device_entry
from .errors import BOXES_ERRORS, vendor_errors
from .vendors.lockers import TellsBoxes
from .vendors.model import Capability, Device

_KEYS: Final = (ATTR_DEVICE_ID, ATTR_START, ATTR_END, ATTR_SIZE)


@callback
def async_setup_locker_actions(hass: HomeAssistant) -> None:
    """Register the action."""
    async_register_admin_service(
        hass,
        DOMAIN,
        "get_available_boxes",
        partial(_get_available_boxes, hass),
        schema=fields.schema(_KEYS),
        supports_response=SupportsResponse.OPTIONAL,
    )


async def _get_available_boxes(
    hass: HomeAssistant, call: ServiceCall
) -> ServiceResponse:
    """List the boxes of a locker that can be had from a start to an end."""
    fields.only(call, _KEYS)
    entry, locker = _locker(hass, call)
    start, end = fields.period(call)
    size = fields.vendor_id(call, ATTR_SIZE) if call.data.get(ATTR_SIZE) else None
    coordinator = entry.runtime_data
    vendor = coordinator.vendor
    assert isinstance(vendor, TellsBoxes)
    with vendor_errors(locker.name or locker.label, BOXES_ERRORS):
        boxes = await vendor.free_boxes(locker, start, end, size)
    return {
        "boxes": [
            {
                ATTR_DEVICE_ID: _registered_id(hass, entry, box.id),
                ATTR_NAME: box.name,
                ATTR_NUMBER: box.number,
                ATTR_SIZE: box.size,
            }
            for box in boxes
        ]
    }


def _locker(
    hass: HomeAssistant, call: ServiceCall
) -> tuple[LatchkeyConfigEntry, Device]:
    """Return the one locker that is named; a box stands for its locker."""
    _, entry, device = fields.one_device(hass, call)
    locker = entry.runtime_data.data.devices[device.root_id]
    if Capability.BOXES not in locker.capabilities:
        name = locker.name or locker.label
        raise fields.invalid(ATTR_DEVICE_ID, "no_locker", name=name)
    return entry, locker


def _registered_id(
    hass: HomeAssistant, entry: LatchkeyConfigEntry, box_id: str
) -> str | None:
    """Return what Home Assistant knows a box by; nothing for one that is not in the inventory yet."""
    box = entry.runtime_data.data.devices.get(box_id)
    registered = box and async_device_entry(hass, entry, box)
    return registered.id if registered else None
