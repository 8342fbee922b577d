"""What the entities of readings have in common."""

from datetime import datetime
from typing import override

from homeassistant.helpers.entity import EntityDescription

from .coordinator import LatchkeyCoordinator
from .entity import DeviceEntity
from .vendors.model import Device
from .vendors.readings import Reading

READING = "reading"


class ReadingEntity(DeviceEntity):
    """What a device measures or reports."""

    def __init__(
        self,
        coordinator: LatchkeyCoordinator,
        device: Device,
        reading: Reading,
        description: EntityDescription,
    ) -> None:
        """Initialize with the first value that was seen."""
        super().__init__(coordinator, device, reading.id, READING)
        self.entity_description = description
        self._attr_translation_key = description.key
        self._attr_translation_placeholders = {"number": reading.number}
        self._reading_id = reading.id

    @property
    def value(self) -> float | str | bool | datetime | None:
        """Return the last value, None where it is not known any more."""
        return self.coordinator.readings.values[self.device.id][self._reading_id].value

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the device's readings."""
        await super().async_added_to_hass()
        changed = self.coordinator.readings.changed[self.device.id]
        self.async_on_remove(changed.async_listen(self.async_show))
