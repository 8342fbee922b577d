"""What devices report that is so or is not, as binary sensors."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory

from .coordinator import LatchkeyCoordinator
from .reading_entity import ReadingEntity
from .vendors.model import Device
from .vendors.readings import Reading, ReadingKind

READING_BINARY_SENSORS: Final[Mapping[ReadingKind, BinarySensorEntityDescription]] = (
    MappingProxyType(
        {
            ReadingKind.ACTIVATED: BinarySensorEntityDescription(
                key="activated", entity_category=EntityCategory.DIAGNOSTIC
            ),
            ReadingKind.BATTERY_LOW: BinarySensorEntityDescription(
                key="battery_low",
                device_class=BinarySensorDeviceClass.BATTERY,
                entity_category=EntityCategory.DIAGNOSTIC,
            ),
            ReadingKind.CONNECTED: BinarySensorEntityDescription(
                key="connected",
                device_class=BinarySensorDeviceClass.CONNECTIVITY,
                entity_category=EntityCategory.DIAGNOSTIC,
            ),
            ReadingKind.DOOR: BinarySensorEntityDescription(
                key="door", device_class=BinarySensorDeviceClass.DOOR
            ),
            ReadingKind.RE_KEYING_DUE: BinarySensorEntityDescription(
                key="re_keying_due",
                device_class=BinarySensorDeviceClass.PROBLEM,
                entity_category=EntityCategory.DIAGNOSTIC,
            ),
            ReadingKind.REVOKED: BinarySensorEntityDescription(
                key="revoked",
                device_class=BinarySensorDeviceClass.PROBLEM,
                entity_category=EntityCategory.DIAGNOSTIC,
            ),
            ReadingKind.SYNC_LATE: BinarySensorEntityDescription(
                key="sync_late",
                device_class=BinarySensorDeviceClass.PROBLEM,
                entity_category=EntityCategory.DIAGNOSTIC,
            ),
        }
    )
)


class ReadingBinarySensor(ReadingEntity, BinarySensorEntity):
    """What a device reports that is so or is not."""

    def __init__(
        self, coordinator: LatchkeyCoordinator, device: Device, reading: Reading
    ) -> None:
        """Initialize with the first value that was seen."""
        super().__init__(
            coordinator, device, reading, READING_BINARY_SENSORS[reading.kind]
        )

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether it is so."""
        return None if self.value is None else self.value is True
