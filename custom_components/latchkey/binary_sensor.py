"""Inputs as binary sensors."""

from typing import override

from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import LatchkeyConfigEntry
from .entity import PointEntity
from .follow import async_follow_points

# Nothing is sent.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: LatchkeyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up a binary sensor for each input."""
    async_follow_points(
        entry,
        async_add_entities,
        Platform.BINARY_SENSOR,
        InputBinarySensor,
        lambda device: device.inputs,
    )


class InputBinarySensor(PointEntity, BinarySensorEntity):
    """A contact."""

    _attr_translation_key = "input"

    @property
    @override
    def available(self) -> bool:
        """Return whether the input is reported at all."""
        status = self.status
        return (
            super().available and status is not None and self.point.id in status.inputs
        )

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether the contact is made."""
        return self.status.inputs.get(self.point.id) if self.status else None
