"""When an account's vendor last called, as a sensor."""

from datetime import datetime
from typing import Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity
from homeassistant.const import EntityCategory

from .coordinator import LatchkeyCoordinator
from .entity import DeviceEntity
from .push_sensor import PUSH
from .subscription_keeper import SubscriptionKeeper
from .vendors.model import Device

LAST_PUSH: Final = "last_push"


class LastCallSensor(DeviceEntity, SensorEntity):
    """When the vendor last called."""

    _attr_device_class = SensorDeviceClass.TIMESTAMP
    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_translation_key = LAST_PUSH

    def __init__(
        self,
        coordinator: LatchkeyCoordinator,
        device: Device,
        subscriptions: SubscriptionKeeper,
    ) -> None:
        """Initialize with what is told of the calls."""
        super().__init__(coordinator, device, LAST_PUSH, PUSH)
        self._subscriptions = subscriptions

    @property
    @override
    def native_value(self) -> datetime | None:
        """Return when a call last came."""
        return self._subscriptions.heard_at

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the calls."""
        await super().async_added_to_hass()
        self.async_on_remove(self._subscriptions.changed.async_listen(self.async_show))
