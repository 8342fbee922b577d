"""Access control run by vendor clouds."""

from aiohttp import DummyCookieJar
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.helpers.device_registry import AnyDeviceEntry
from homeassistant.helpers.typing import ConfigType

from .booking_actions import async_setup_booking_actions
from .booking_keeper import CONTENT as RESERVATIONS
from .bookings import CONTENT as BOOKINGS
from .call_actions import async_setup_call_actions
from .callback_actions import async_setup_callback_actions
from .callback_removal import async_remove_callbacks
from .const import CONF_VENDOR, DOMAIN
from .coordinator import LatchkeyConfigEntry, LatchkeyCoordinator
from .delivery_actions import async_setup_delivery_actions
from .device_actions import async_setup_device_actions
from .devices import account_identifier, identifier
from .directory_actions import async_setup_directory_actions
from .grant_actions import async_setup_grant_actions
from .holder_actions import async_setup_holder_actions
from .holders import CONTENT as HOLDERS
from .key_actions import async_setup_key_actions
from .ledger_actions import async_setup_ledger_actions
from .ledger_store import LedgerStore
from .locker_actions import async_setup_locker_actions
from .log_memory import CONTENT as LOG
from .push_repairs import async_delete_issues
from .room_actions import async_setup_room_actions
from .schedule_actions import async_setup_schedule_actions
from .schedule_keeper import CONTENT as HOLDS
from .services import async_setup_services
from .setting_keeper import CONTENT as SETTINGS
from .site_actions import async_setup_site_actions
from .vendors import VENDORS
from .vendors.vendor import KeepsSession

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.CALENDAR,
    Platform.EVENT,
    Platform.LOCK,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.TEXT,
]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions."""
    async_setup_services(hass)
    async_setup_grant_actions(hass)
    async_setup_holder_actions(hass)
    async_setup_delivery_actions(hass)
    async_setup_device_actions(hass)
    async_setup_booking_actions(hass)
    async_setup_room_actions(hass)
    async_setup_schedule_actions(hass)
    async_setup_callback_actions(hass)
    async_setup_site_actions(hass)
    async_setup_locker_actions(hass)
    async_setup_call_actions(hass)
    async_setup_key_actions(hass)
    async_setup_directory_actions(hass)
    async_setup_ledger_actions(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: LatchkeyConfigEntry) -> bool:
    """Set up an account."""
    spec = VENDORS[entry.data[CONF_VENDOR]]
    # No cookies: two accounts at one cloud must not share a session there.
    session = async_create_clientsession(hass, cookie_jar=DummyCookieJar())
    coordinator = LatchkeyCoordinator(
        hass, entry, spec, spec.connect(session, entry.data)
    )
    if coordinator.log_memory:
        await coordinator.log_memory.async_load()
    await coordinator.async_config_entry_first_refresh()
    if coordinator.grants:
        await coordinator.grants.async_load()
    if coordinator.holders:
        await coordinator.holders.async_load()
    if coordinator.bookings:
        await coordinator.bookings.async_load()
    if coordinator.reservations:
        await coordinator.reservations.async_load()
    if coordinator.schedules:
        await coordinator.schedules.async_load()
    if coordinator.settings:
        await coordinator.settings.async_load()
    entry.runtime_data = coordinator
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    if coordinator.grants:
        coordinator.grants.async_start()
    if coordinator.callbacks:
        coordinator.callbacks.async_start()
    if coordinator.hints:
        coordinator.hints.async_start()
    if coordinator.subscriptions:
        coordinator.subscriptions.async_start()
    coordinator.async_start()
    return True


async def async_unload_entry(hass: HomeAssistant, entry: LatchkeyConfigEntry) -> bool:
    """Unload an account, once its grants and bookings that are under way are answered."""
    if grants := entry.runtime_data.grants:
        await grants.async_close()
    if holders := entry.runtime_data.holders:
        await holders.async_close()
    if bookings := entry.runtime_data.bookings:
        await bookings.async_close()
    if reservations := entry.runtime_data.reservations:
        await reservations.async_close()
    if schedules := entry.runtime_data.schedules:
        await schedules.holds.close()
    if not await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        return False
    if callbacks := entry.runtime_data.callbacks:
        callbacks.async_stop()
    if subscriptions := entry.runtime_data.subscriptions:
        subscriptions.async_stop()
    async_delete_issues(hass, entry.entry_id)
    # While requests can still be sent: Home Assistant lets go of the client together with the rest.
    await entry.runtime_data.async_shutdown()
    if memory := entry.runtime_data.log_memory:
        await memory.async_close()
    return True


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: LatchkeyConfigEntry, device_entry: AnyDeviceEntry
) -> bool:
    """Let the user remove a device that the account no longer has."""
    if entry.state is not ConfigEntryState.LOADED:
        return False
    coordinator = entry.runtime_data
    kept = {identifier(entry, each): each for each in coordinator.data.devices}
    for key in device_entry.identifiers & kept.keys():
        if not coordinator.async_forget(kept[key]):
            return False
    return account_identifier(entry) not in device_entry.identifiers


async def async_remove_entry(hass: HomeAssistant, entry: LatchkeyConfigEntry) -> None:
    """Remove what is kept of an account that is removed, here and at the vendor."""
    session = async_create_clientsession(
        hass, auto_cleanup=False, cookie_jar=DummyCookieJar()
    )
    try:
        vendor = VENDORS[entry.data[CONF_VENDOR]].connect(session, entry.data)
        await async_remove_callbacks(hass, entry, vendor)
        if isinstance(vendor, KeepsSession):
            await vendor.close()
    finally:
        session.detach()
    async_delete_issues(hass, entry.entry_id)
    await LedgerStore(hass, entry.entry_id).async_remove()
    await LedgerStore(hass, entry.entry_id, HOLDERS).async_remove()
    await LedgerStore(hass, entry.entry_id, BOOKINGS).async_remove()
    await LedgerStore(hass, entry.entry_id, RESERVATIONS).async_remove()
    await LedgerStore(hass, entry.entry_id, SETTINGS).async_remove()
    await LedgerStore(hass, entry.entry_id, HOLDS).async_remove()
    await LedgerStore(hass, entry.entry_id, LOG).async_remove()
