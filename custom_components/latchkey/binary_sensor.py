"""Inputs, and what devices report that is so or is not, as binary sensors."""

from functools import partial
from typing import override

from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .box_entities import BoxProblem, of_boxes
from .coordinator import LatchkeyConfigEntry
from .entity import PointEntity, seen_id, unique_id
from .follow import Seen, Wanted, async_follow_points, async_follow_seen
from .occupancy import BOOKING, RoomOccupancy
from .reading_binary_sensor import READING_BINARY_SENSORS, ReadingBinarySensor
from .reading_entity import READING
from .schedule_entities import SCHEDULE, relays_of
from .vendors.model import Device

# Nothing is sent.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: LatchkeyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up a binary sensor for each input, for each such reading, for each box, for each room that is let, and for each relay of a schedule."""
    async_follow_points(
        entry,
        async_add_entities,
        Platform.BINARY_SENSOR,
        InputBinarySensor,
        lambda device: device.inputs,
        beside=lambda devices: of_boxes(entry, devices.values(), BoxProblem),
    )
    coordinator = entry.runtime_data

    def readings(device: Device) -> Wanted:
        return {
            seen_id(READING, unique_id(entry, device, reading.id)): partial(
                ReadingBinarySensor, coordinator, device, reading
            )
            for reading in coordinator.readings.values[device.id].values()
            if reading.kind in READING_BINARY_SENSORS
        }

    async_follow_seen(
        entry,
        async_add_entities,
        Platform.BINARY_SENSOR,
        READING,
        Seen(coordinator.readings.found.async_listen, readings),
    )
    if schedules := coordinator.schedules:
        async_follow_seen(
            entry,
            async_add_entities,
            Platform.BINARY_SENSOR,
            SCHEDULE,
            Seen(
                schedules.found.async_listen,
                partial(relays_of, coordinator, schedules),
                lambda device: schedules.known.is_whole(device.id),
            ),
        )
    if keeper := coordinator.reservations:

        def rooms(device: Device) -> Wanted:
            return {
                seen_id(BOOKING, unique_id(entry, device, room.id)): partial(
                    RoomOccupancy, coordinator, device, room, keeper
                )
                for room in device.rooms
            }

        async_follow_seen(
            entry,
            async_add_entities,
            Platform.BINARY_SENSOR,
            BOOKING,
            Seen(
                coordinator.async_add_listener,
                rooms,
                lambda _: coordinator.inventory.settled,
            ),
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
