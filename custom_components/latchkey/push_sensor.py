"""How the callbacks of devices fare, as sensors."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory

from .callbacks import Callbacks
from .coordinator import LatchkeyCoordinator
from .entity import DeviceEntity
from .push_health import Health
from .vendors.model import Device

PUSH: Final = "push"


@dataclass(frozen=True, kw_only=True)
class PushSensorDescription(SensorEntityDescription):
    """Describes how a callback fares."""

    value_fn: Callable[[Health, datetime | None], datetime | int | None]


PUSH_SENSORS: Final = (
    PushSensorDescription(
        key="last_push",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda health, heard_at: (
            heard_at or (health.callback.last_success_at if health.callback else None)
        ),
    ),
    PushSensorDescription(
        key="push_failures",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda health, _: (
            health.callback.failures if health.callback else None
        ),
    ),
    PushSensorDescription(
        key="push_disabled_until",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda health, _: (
            health.callback.disabled_until if health.callback else None
        ),
    ),
)


class PushSensor(DeviceEntity, SensorEntity):
    """How the callback of a device fares."""

    entity_description: PushSensorDescription

    _attr_entity_category = EntityCategory.DIAGNOSTIC

    def __init__(
        self,
        coordinator: LatchkeyCoordinator,
        device: Device,
        callbacks: Callbacks,
        description: PushSensorDescription,
    ) -> None:
        """Initialize with what is told of it."""
        super().__init__(coordinator, device, description.key, PUSH)
        self.entity_description = description
        self._attr_translation_key = description.key
        self._callbacks = callbacks

    @property
    @override
    def native_value(self) -> datetime | int | None:
        """Return what is told."""
        return self.entity_description.value_fn(
            self._callbacks.health[self.device.id],
            self._callbacks.receiver.heard_at.get(self.device.id),
        )

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the callback's health."""
        await super().async_added_to_hass()
        changed = self._callbacks.changed[self.device.id]
        self.async_on_remove(changed.async_listen(self.async_show))
