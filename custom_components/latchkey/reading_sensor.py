"""What devices measure and report, as sensors."""

from collections.abc import Mapping
from datetime import datetime
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
    UnitOfPressure,
    UnitOfTemperature,
)

from .coordinator import LatchkeyCoordinator
from .reading_entity import ReadingEntity
from .vendors.model import Device
from .vendors.readings import Reading, ReadingKind

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
            ReadingKind.BATTERY_LEVEL: SensorEntityDescription(
                key="battery_level",
                device_class=SensorDeviceClass.BATTERY,
                entity_category=EntityCategory.DIAGNOSTIC,
                native_unit_of_measurement=PERCENTAGE,
                suggested_display_precision=0,
                state_class=SensorStateClass.MEASUREMENT,
            ),
            ReadingKind.BEARER: SensorEntityDescription(
                key="bearer", entity_category=EntityCategory.DIAGNOSTIC
            ),
            ReadingKind.CERTIFICATE_END: SensorEntityDescription(
                key="certificate_end",
                device_class=SensorDeviceClass.TIMESTAMP,
                entity_category=EntityCategory.DIAGNOSTIC,
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
            **{
                kind: SensorEntityDescription(
                    key=kind.value, state_class=SensorStateClass.MEASUREMENT
                )
                for kind in (
                    ReadingKind.KEYS_BLOCKED,
                    ReadingKind.KEYS_HANDED_OVER,
                    ReadingKind.KEYS_PLANNED,
                    ReadingKind.KEYS_RETURNED,
                )
            },
            ReadingKind.LAST_CONTACT: SensorEntityDescription(
                key="last_contact",
                device_class=SensorDeviceClass.TIMESTAMP,
                entity_category=EntityCategory.DIAGNOSTIC,
            ),
            ReadingKind.LAST_PASSAGE: SensorEntityDescription(
                key="last_passage", device_class=SensorDeviceClass.TIMESTAMP
            ),
            ReadingKind.LEAST_SYNC_TIME: SensorEntityDescription(
                key="least_sync_time",
                device_class=SensorDeviceClass.TIMESTAMP,
                entity_category=EntityCategory.DIAGNOSTIC,
            ),
            ReadingKind.LICENCE_END: SensorEntityDescription(
                key="licence_end",
                device_class=SensorDeviceClass.TIMESTAMP,
                entity_category=EntityCategory.DIAGNOSTIC,
            ),
            ReadingKind.MANUFACTURING_CERTIFICATE_END: SensorEntityDescription(
                key="manufacturing_certificate_end",
                device_class=SensorDeviceClass.TIMESTAMP,
                entity_category=EntityCategory.DIAGNOSTIC,
            ),
            ReadingKind.MODEM_TEMPERATURE: SensorEntityDescription(
                key="modem_temperature",
                device_class=SensorDeviceClass.TEMPERATURE,
                entity_category=EntityCategory.DIAGNOSTIC,
                native_unit_of_measurement=UnitOfTemperature.CELSIUS,
                suggested_display_precision=0,
                state_class=SensorStateClass.MEASUREMENT,
            ),
            ReadingKind.PHYSICAL_STATE: SensorEntityDescription(
                key="physical_state",
                device_class=SensorDeviceClass.ENUM,
                entity_category=EntityCategory.DIAGNOSTIC,
                options=["planned", "installed", "not_in_use", "hidden"],
            ),
            ReadingKind.PRESSURE: SensorEntityDescription(
                key="pressure",
                device_class=SensorDeviceClass.ATMOSPHERIC_PRESSURE,
                native_unit_of_measurement=UnitOfPressure.HPA,
                state_class=SensorStateClass.MEASUREMENT,
            ),
            ReadingKind.RELATED_BATTERY: SensorEntityDescription(
                key="related_battery",
                device_class=SensorDeviceClass.BATTERY,
                entity_category=EntityCategory.DIAGNOSTIC,
                native_unit_of_measurement=PERCENTAGE,
                suggested_display_precision=0,
                state_class=SensorStateClass.MEASUREMENT,
            ),
            ReadingKind.REPORTED_STATUS: SensorEntityDescription(
                key="reported_status", entity_category=EntityCategory.DIAGNOSTIC
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


class ReadingSensor(ReadingEntity, SensorEntity):
    """What a device measures or reports, as a value."""

    def __init__(
        self, coordinator: LatchkeyCoordinator, device: Device, reading: Reading
    ) -> None:
        """Initialize with the first value that was seen."""
        super().__init__(coordinator, device, reading, READING_SENSORS[reading.kind])
        if reading.name:
            self._attr_name = reading.name
        device_class = self.entity_description.device_class
        if device_class is None or reading.unit in DEVICE_CLASS_UNITS.get(
            device_class, ("",)
        ):
            self._attr_native_unit_of_measurement = (
                reading.unit or self.entity_description.native_unit_of_measurement
            )
        elif any(reading.unit in units for units in DEVICE_CLASS_UNITS.values()):
            # It measures something else than was thought.
            self._attr_native_unit_of_measurement = reading.unit
            self._attr_device_class = None

    @property
    @override
    def native_value(self) -> float | str | datetime | None:
        """Return the last value."""
        return self.value
