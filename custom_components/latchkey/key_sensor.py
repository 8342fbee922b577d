"""A sensor for each key, where the user wants that: how it stands, neither whose it is nor what could be copied."""

from functools import partial
from typing import Any, Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity
from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from .coordinator import LatchkeyConfigEntry, LatchkeyCoordinator
from .entity import DeviceEntity, seen_id, unique_id
from .follow import BESIDE, MOST_ENABLED, Wanted
from .key_keeper import KeyKeeper
from .vendors.keys import KeyState
from .vendors.model import Device, DeviceKind

KEY: Final = "key"
_STATES: Final = [state.value for state in KeyState if state is not KeyState.DELETED]


def of_system(entry: LatchkeyConfigEntry, keys: KeyKeeper, device: Device) -> Wanted:
    """Return the sensors of all keys, which belong to the system as a whole; what is too many starts disabled."""
    if device.kind is not DeviceKind.SYSTEM or not keys.shows_each:
        return {}
    coordinator = entry.runtime_data
    most = MOST_ENABLED - BESIDE * len(coordinator.data.devices)
    return {
        seen_id(KEY, unique_id(entry, device, key_id)): partial(
            KeySensor, coordinator, keys, device, key_id, spared=place >= most
        )
        for place, key_id in enumerate(keys.outlines)
    }


class KeySensor(DeviceEntity, SensorEntity):
    """How a key stands."""

    _attr_device_class = SensorDeviceClass.ENUM
    _attr_options = _STATES
    _attr_translation_key = KEY

    def __init__(
        self,
        coordinator: LatchkeyCoordinator,
        keys: KeyKeeper,
        device: Device,
        key_id: str,
        *,
        spared: bool,
    ) -> None:
        """Initialize with the key."""
        super().__init__(coordinator, device, key_id, KEY)
        self._keys = keys
        self._key_id = key_id
        self._attr_translation_placeholders = {"label": key_id[:8]}
        if spared:
            self.async_start_disabled()
        self._take()

    @callback
    def _take(self) -> None:
        """Take what is told of the key; of one that is gone, it is the last."""
        if (outline := self._keys.outlines.get(self._key_id)) is None:
            return
        if outline.name:
            self._attr_name = outline.name
        elif hasattr(self, "_attr_name"):
            del self._attr_name
        self._attr_native_value = outline.state and outline.state.value
        expires_at = outline.expires_at
        self._attr_extra_state_attributes: dict[str, Any] = {
            "programming": outline.programming and outline.programming.value,
            "expires_at": expires_at and dt_util.as_local(expires_at).isoformat(),
            "blocked": outline.is_blocked,
        }

    @override
    def _shown(self) -> tuple[object, ...]:
        return (*super()._shown(), self.extra_state_attributes)

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to what is told of the key."""
        await super().async_added_to_hass()
        changed = self._keys.changed[self._key_id]
        self.async_on_remove(changed.async_listen(self._told))

    @callback
    def _told(self) -> None:
        self._take()
        self.async_show()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Show whether the account can be reached, and nothing else: there may be very many keys."""
        if self.available != self._written[0]:
            self.async_show()
