"""Doors that are opened by a command to a gateway, which may be carried out minutes later, or never."""

from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.event import EventEntity
from homeassistant.components.lock import LockEntity, LockEntityFeature
from homeassistant.core import CALLBACK_TYPE, HassJob, callback
from homeassistant.helpers.event import async_call_later

from .coordinator import LatchkeyCoordinator
from .entity import DeviceEntity
from .errors import OPENING_ERRORS, vendor_errors
from .opening_keeper import OpeningKeeper
from .vendors.model import Device
from .vendors.openings import End

HOLD: Final = 8.0
"""Seconds for which a door is shown as open once that is proven."""


class RemoteDoor(DeviceEntity, LockEntity):
    """A lock behind a gateway; it reports no bolt, so that its rest is assumed."""

    can_be_spared = False

    _attr_assumed_state = True
    _attr_name = None
    _attr_supported_features = LockEntityFeature.OPEN

    def __init__(
        self, coordinator: LatchkeyCoordinator, openings: OpeningKeeper, device: Device
    ) -> None:
        """Initialize with who follows its openings."""
        super().__init__(coordinator, device, "door")
        self._openings = openings
        self._hold: CALLBACK_TYPE | None = None

    @property
    @override
    def is_locked(self) -> bool:
        """Return whether it is at rest."""
        return not self.is_open

    @property
    @override
    def is_opening(self) -> bool:
        """Return whether an opening is under way that nothing has proven yet."""
        return self.device.id in self._openings.under_way

    @property
    @override
    def is_open(self) -> bool:
        """Return whether an opening was proven just now."""
        return self._hold is not None

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the door's openings."""
        await super().async_added_to_hass()
        device_id = self.device.id
        self.async_on_remove(
            self._openings.changed[device_id].async_listen(self.async_show)
        )
        self.async_on_remove(
            self._openings.ended[device_id].async_listen(self._handle_end)
        )
        self.async_on_remove(self._end_hold)

    @override
    async def async_open(self, **kwargs: Any) -> None:
        """Ask for one passage; somebody has to touch the lock within five minutes."""
        device = self.coordinator.data.devices.get(self.device.id, self.device)
        with vendor_errors(device.name or device.label, OPENING_ERRORS):
            await self._openings.async_open(device)

    @override
    async def async_unlock(self, **kwargs: Any) -> None:
        """Ask for one passage, as open does: nothing else is known to the platform."""
        await self.async_open()

    @override
    async def async_lock(self, **kwargs: Any) -> None:
        """Cancel an opening that is still pending; at rest there is nothing to do."""
        with vendor_errors(self.device.name or self.device.label, OPENING_ERRORS):
            await self._openings.async_cancel(self.device)

    @callback
    def _handle_end(self, end: End, is_fresh: bool) -> None:
        if end is End.OPENED and is_fresh:
            self._end_hold()
            self._hold = async_call_later(
                self.hass, HOLD, HassJob(self._hold_ended, cancel_on_shutdown=True)
            )
        self.async_show()

    @callback
    def _hold_ended(self, _: datetime) -> None:
        self._hold = None
        self.async_show()

    @callback
    def _end_hold(self) -> None:
        if self._hold:
            self._hold()
            self._hold = None


class OpeningEvent(DeviceEntity, EventEntity):
    """What became of an opening."""

    _attr_event_types = [end.value for end in End]  # noqa: RUF012  Home Assistant's own form
    _attr_translation_key = "opening"

    def __init__(
        self, coordinator: LatchkeyCoordinator, openings: OpeningKeeper, device: Device
    ) -> None:
        """Initialize with who follows the door's openings."""
        super().__init__(coordinator, device, "opening")
        self._openings = openings

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the ends of openings."""
        await super().async_added_to_hass()
        self.async_on_remove(
            self._openings.ended[self.device.id].async_listen(self._handle_end)
        )

    @callback
    def _handle_end(self, end: End, is_fresh: bool) -> None:
        self._trigger_event(end.value)
        self.async_write_ha_state()
