"""The end of an account's callbacks."""

import asyncio
import logging
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from .addresses import Addresses
from .const import CONF_WEBHOOK_URL
from .subscription_orders import Orders
from .vendors.model import Capability, Device
from .vendors.push import PushesStatus
from .vendors.subscriptions import KeepsSubscriptions
from .vendors.vendor import NotFound, Vendor, VendorError

_LOGGER = logging.getLogger(__name__)

LONGEST_REMOVAL: Final = 30.0
"""Seconds after which the removal of an account leaves the vendor's callbacks behind."""


async def async_remove_callbacks(
    hass: HomeAssistant, entry: ConfigEntry, vendor: Vendor
) -> None:
    """Remove our callbacks and subscriptions at the vendor, and the cloudhook, of an account that is removed."""
    addresses = Addresses(hass, entry, lambda: None)
    if CONF_WEBHOOK_URL in entry.data:
        try:
            async with asyncio.timeout(LONGEST_REMOVAL):
                if isinstance(vendor, KeepsSubscriptions):
                    await Orders(hass, entry, vendor, addresses).async_end()
                if isinstance(vendor, PushesStatus):
                    for device in (await vendor.inventory()).devices:
                        if Capability.PUSH in device.capabilities:
                            await _async_remove(vendor, device, addresses, entry.title)
        except (TimeoutError, VendorError) as err:
            _LOGGER.warning("%s: callbacks stay at the vendor: %s", entry.title, err)
    await addresses.async_delete_cloudhook()


async def _async_remove(
    vendor: PushesStatus, device: Device, addresses: Addresses, title: str
) -> None:
    try:
        held = await vendor.callback(device)
        if held is not None and addresses.is_ours(held.address):
            await vendor.remove_callback(device)
    except NotFound:
        return
    except VendorError as err:
        _LOGGER.warning(
            "%s: the callback of %s stays at the vendor: %s", title, device.id, err
        )
