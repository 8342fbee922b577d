"""The account's devices in the device registry."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import (
    AnyDeviceEntry,
    DeviceEntryType,
    DeviceInfo,
)
from homeassistant.helpers.typing import UNDEFINED

from .const import DOMAIN
from .inventory import InventoryTracker
from .vendors.model import Device


def identifier(entry: ConfigEntry, device_id: str) -> tuple[str, str]:
    """Return what a device is registered by."""
    return (DOMAIN, f"{entry.unique_id}_{device_id}")


def account_identifier(entry: ConfigEntry) -> tuple[str, str]:
    """Return what the account itself is registered by."""
    return (DOMAIN, str(entry.unique_id))


def account_device(entry: ConfigEntry) -> DeviceInfo:
    """Return the device that carries the account's own entities."""
    return DeviceInfo(
        identifiers={account_identifier(entry)},
        entry_type=DeviceEntryType.SERVICE,
        name=entry.title,
    )


@callback
def async_sync_devices(
    hass: HomeAssistant, entry: ConfigEntry, inventory: InventoryTracker
) -> None:
    """Register what there is, bring names and firmware up to date, remove what is gone."""
    registry = dr.async_get(hass)
    wholes = [each for each in inventory.devices.values() if each.parent_id is None]
    registered: dict[str, str] = {}
    # What others are reached through comes first.
    for device in sorted(wholes, key=lambda device: device.via_id is not None):
        via = registered.get(device.via_id or "")
        registered[device.id] = _async_register(registry, entry, device, via)
    for device in inventory.devices.values():
        if device.parent_id is not None:
            _async_register_part(registry, entry, device, registered[device.parent_id])
    if not inventory.settled:
        return
    kept = {identifier(entry, device_id) for device_id in inventory.devices}
    kept.add(account_identifier(entry))
    entries: list[AnyDeviceEntry] = [
        *dr.async_child_entries_for_config_entry(registry, entry.entry_id),
        *dr.async_entries_for_config_entry(registry, entry.entry_id),
    ]
    for device_entry in entries:
        if not device_entry.identifiers & kept:
            registry.async_remove_device(device_entry.id)


def _async_register(
    registry: dr.DeviceRegistry,
    entry: ConfigEntry,
    device: Device,
    via_device_id: str | None,
) -> str:
    return registry.async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={identifier(entry, device.id)},
        manufacturer=device.manufacturer,
        model=device.model,
        serial_number=device.serial,
        # What is not told now was told before, perhaps.
        sw_version=device.firmware or UNDEFINED,
        name=device.name or UNDEFINED,
        translation_key=None if device.name else device.kind,
        translation_placeholders={"label": device.label},
        via_device_id=via_device_id,
    ).id


def _async_register_part(
    registry: dr.DeviceRegistry, entry: ConfigEntry, device: Device, parent_id: str
) -> None:
    registry.async_get_or_create_child(
        config_entry_id=entry.entry_id,
        identifiers={identifier(entry, device.id)},
        parent_device_id=parent_id,
        name=device.name or UNDEFINED,
        translation_key=None if device.name else device.kind,
        translation_placeholders={"label": device.label},
    )


@callback
def async_device_entry(
    hass: HomeAssistant, entry: ConfigEntry, device: Device
) -> AnyDeviceEntry | None:
    """Return a device's place in the registry."""
    registry = dr.async_get(hass)
    find = (
        registry.async_get_device_by_identifier
        if device.parent_id is None
        else registry.async_get_child_device_by_identifier
    )
    return find(identifier(entry, device.id), entry.entry_id)
