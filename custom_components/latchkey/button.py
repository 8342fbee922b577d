"""Buttons: have a device report, have its callback tested, open a box."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, override

from homeassistant.components.button import ButtonEntity
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .box_entities import OpenBoxButton, of_boxes
from .callbacks import Callbacks
from .const import DOMAIN
from .coordinator import LatchkeyConfigEntry, LatchkeyCoordinator
from .entity import DeviceEntity, LatchkeyEntity, seen_id, unique_id
from .errors import READING_ERRORS, vendor_errors
from .follow import Seen, Wanted, async_follow_inventory, async_follow_seen
from .push_sensor import PUSH
from .vendors.model import Capability, Device

# The vendor's own limits are kept behind them.
PARALLEL_UPDATES = 0

_REFRESH: Final = "refresh"
_TEST: Final = "test_push"


async def async_setup_entry(
    hass: HomeAssistant,
    entry: LatchkeyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up a button for what a device can be asked for."""
    coordinator = entry.runtime_data

    def reporting(devices: Mapping[str, Device]) -> Wanted:
        found: dict[str, Callable[[], LatchkeyEntity]] = {
            unique_id(entry, device, _REFRESH): partial(
                RefreshButton, coordinator, device, _REFRESH
            )
            for device in devices.values()
            if Capability.REQUESTS in device.capabilities
        }
        return found | of_boxes(entry, devices.values(), OpenBoxButton)

    async_follow_inventory(entry, async_add_entities, Platform.BUTTON, reporting)
    if callbacks := coordinator.callbacks:

        def called_back(device: Device) -> Wanted:
            if callbacks.health[device.id].callback is None:
                return {}
            return {
                seen_id(PUSH, unique_id(entry, device, _TEST)): partial(
                    PushTestButton, coordinator, device, callbacks
                )
            }

        async_follow_seen(
            entry,
            async_add_entities,
            Platform.BUTTON,
            PUSH,
            Seen(callbacks.found.async_listen, called_back, callbacks.is_known),
        )


class RefreshButton(DeviceEntity, ButtonEntity):
    """Has a device report all it can, within the vendor's limits."""

    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_translation_key = _REFRESH

    @override
    async def async_press(self) -> None:
        """Ask the device; what it answers shows in its readings."""
        name = self.device.name or self.device.label
        with vendor_errors(name, READING_ERRORS):
            requested = await self.coordinator.readings.async_request(self.device)
        refused = set(requested.skipped.values()) - {"fresh"}
        if not requested.queued and refused:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="readings_refused",
                translation_placeholders={
                    "name": name,
                    "reason": ", ".join(sorted(refused)),
                },
            )


class PushTestButton(DeviceEntity, ButtonEntity):
    """Has the vendor call, and tells whether the call came through."""

    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_translation_key = _TEST

    def __init__(
        self, coordinator: LatchkeyCoordinator, device: Device, callbacks: Callbacks
    ) -> None:
        """Initialize with who looks after the callback."""
        super().__init__(coordinator, device, _TEST, PUSH)
        self._callbacks = callbacks

    @override
    async def async_press(self) -> None:
        """Test; a call that does not come through is an error that says how far it came."""
        name = self.device.name or self.device.label
        with vendor_errors(name):
            came_through = await self._callbacks.async_test(self.device)
        if came_through:
            return
        status = self._callbacks.health[self.device.id].test_status
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="push_unreachable" if status is None else "push_refused",
            translation_placeholders={"name": name, "status": str(status)},
        )
