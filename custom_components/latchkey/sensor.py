"""Readings: what devices measure and report, how their callbacks fare, and those of grants."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Final, override

from homeassistant.components.sensor import (
    DEVICE_CLASS_UNITS,
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    PERCENTAGE,
    SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
    EntityCategory,
    Platform,
    UnitOfPressure,
    UnitOfTemperature,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .callbacks import Callbacks, Health
from .coordinator import LatchkeyConfigEntry, LatchkeyCoordinator
from .entity import DeviceEntity, LatchkeyEntity, seen_id, unique_id
from .follow import Seen, Wanted, async_follow_inventory, async_follow_seen
from .grant_sensor import GRANT_SENSORS, DeliverySensor, GrantSensor
from .vendors.model import Device
from .vendors.readings import Reading, ReadingKind

# Nothing is sent.
PARALLEL_UPDATES = 0

_READING: Final = "reading"
_PUSH: Final = "push"

READING_SENSORS: Final[Mapping[ReadingKind, SensorEntityDescription]] = (
    MappingProxyType(
        {
            ReadingKind.BATTERY: SensorEntityDescription(
                key="battery",
                device_class=SensorDeviceClass.BATTERY,
                entity_category=EntityCategory.DIAGNOSTIC,
                native_unit_of_measurement=PERCENTAGE,
                suggested_display_precision=0,
                state_class=SensorStateClass.MEASUREMENT,
            ),
            ReadingKind.BEARER: SensorEntityDescription(
                key="bearer", entity_category=EntityCategory.DIAGNOSTIC
            ),
            ReadingKind.COUNTER: SensorEntityDescription(
                key="counter",
                suggested_display_precision=0,
                state_class=SensorStateClass.TOTAL_INCREASING,
            ),
            ReadingKind.HUMIDITY: SensorEntityDescription(
                key="humidity",
                device_class=SensorDeviceClass.HUMIDITY,
                native_unit_of_measurement=PERCENTAGE,
                state_class=SensorStateClass.MEASUREMENT,
            ),
            ReadingKind.MODEM_TEMPERATURE: SensorEntityDescription(
                key="modem_temperature",
                device_class=SensorDeviceClass.TEMPERATURE,
                entity_category=EntityCategory.DIAGNOSTIC,
                native_unit_of_measurement=UnitOfTemperature.CELSIUS,
                suggested_display_precision=0,
                state_class=SensorStateClass.MEASUREMENT,
            ),
            ReadingKind.PRESSURE: SensorEntityDescription(
                key="pressure",
                device_class=SensorDeviceClass.ATMOSPHERIC_PRESSURE,
                native_unit_of_measurement=UnitOfPressure.HPA,
                state_class=SensorStateClass.MEASUREMENT,
            ),
            ReadingKind.SIGNAL: SensorEntityDescription(
                key="signal",
                entity_category=EntityCategory.DIAGNOSTIC,
                suggested_display_precision=0,
                state_class=SensorStateClass.MEASUREMENT,
            ),
            ReadingKind.TEMPERATURE: SensorEntityDescription(
                key="temperature",
                device_class=SensorDeviceClass.TEMPERATURE,
                native_unit_of_measurement=UnitOfTemperature.CELSIUS,
                state_class=SensorStateClass.MEASUREMENT,
            ),
            ReadingKind.WIFI_SIGNAL: SensorEntityDescription(
                key="wifi_signal",
                device_class=SensorDeviceClass.SIGNAL_STRENGTH,
                entity_category=EntityCategory.DIAGNOSTIC,
                native_unit_of_measurement=SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
                suggested_display_precision=0,
                state_class=SensorStateClass.MEASUREMENT,
            ),
        }
    )
)


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


async def async_setup_entry(
    hass: HomeAssistant,
    entry: LatchkeyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the readings of the account's grants, of its devices, and of their callbacks."""
    coordinator = entry.runtime_data

    def of_inventory(devices: Mapping[str, Device]) -> Wanted:
        if (grants := coordinator.grants) is None:
            return {}
        found: dict[str, Callable[[], LatchkeyEntity]] = {
            f"{entry.unique_id}_{description.key}": partial(
                GrantSensor, coordinator, grants, description
            )
            for description in GRANT_SENSORS
        }
        if grants.deliveries:
            found |= {
                unique_id(entry, device, DeliverySensor.key): partial(
                    DeliverySensor, coordinator, grants, device
                )
                for device in devices.values()
                if device.parent_id is None
            }
        return found

    def readings(device: Device) -> Wanted:
        return {
            seen_id(_READING, unique_id(entry, device, reading.id)): partial(
                ReadingSensor, coordinator, device, reading
            )
            for reading in coordinator.readings.values[device.id].values()
        }

    async_follow_inventory(entry, async_add_entities, Platform.SENSOR, of_inventory)
    async_follow_seen(
        entry,
        async_add_entities,
        Platform.SENSOR,
        _READING,
        Seen(coordinator.readings.found.async_listen, readings),
    )
    if callbacks := coordinator.callbacks:

        def push(device: Device) -> Wanted:
            if callbacks.health[device.id].callback is None:
                return {}
            return {
                seen_id(_PUSH, unique_id(entry, device, description.key)): partial(
                    PushSensor, coordinator, device, callbacks, description
                )
                for description in PUSH_SENSORS
            }

        async_follow_seen(
            entry,
            async_add_entities,
            Platform.SENSOR,
            _PUSH,
            Seen(callbacks.found.async_listen, push, callbacks.is_known),
        )


class ReadingSensor(DeviceEntity, SensorEntity):
    """What a device measures or reports."""

    def __init__(
        self, coordinator: LatchkeyCoordinator, device: Device, reading: Reading
    ) -> None:
        """Initialize with the first value that was seen."""
        super().__init__(coordinator, device, reading.id, _READING)
        self.entity_description = READING_SENSORS[reading.kind]
        self._attr_translation_key = self.entity_description.key
        self._attr_translation_placeholders = {"number": reading.number}
        self._reading_id = reading.id
        if reading.name:
            self._attr_name = reading.name
        device_class = self.entity_description.device_class
        if device_class is None or reading.unit in DEVICE_CLASS_UNITS[device_class]:
            self._attr_native_unit_of_measurement = (
                reading.unit or self.entity_description.native_unit_of_measurement
            )
        elif any(reading.unit in units for units in DEVICE_CLASS_UNITS.values()):
            # It measures something else than was thought.
            self._attr_native_unit_of_measurement = reading.unit
            self._attr_device_class = None

    @property
    @override
    def native_value(self) -> float | str:
        """Return the last value."""
        values = self.coordinator.readings.values[self.device.id]
        return values[self._reading_id].value

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the device's readings."""
        await super().async_added_to_hass()
        changed = self.coordinator.readings.changed[self.device.id]
        self.async_on_remove(changed.async_listen(self.async_show))


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
        super().__init__(coordinator, device, description.key, _PUSH)
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
