"""Whether somebody has come to a room that is let, as binary sensors."""

from typing import Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
)
from homeassistant.core import callback

from .booking_keeper import BookingKeeper
from .coordinator import LatchkeyCoordinator
from .entity import DeviceEntity
from .vendors.bookings import BookingState, Room
from .vendors.model import Device

BOOKING: Final = "booking"
"""The kind of entities that what is let in a place has."""


class RoomOccupancy(DeviceEntity, BinarySensorEntity):
    """A room, while a booking of it is checked in."""

    _attr_device_class = BinarySensorDeviceClass.OCCUPANCY

    def __init__(
        self,
        coordinator: LatchkeyCoordinator,
        device: Device,
        room: Room,
        keeper: BookingKeeper,
    ) -> None:
        """Initialize with the account's bookings."""
        super().__init__(coordinator, device, room.id, BOOKING)
        self._room = room
        self._keeper = keeper
        self._attr_name = room.name

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the bookings."""
        await super().async_added_to_hass()
        self.async_on_remove(self._keeper.changed.async_listen(self.async_show))

    @property
    @override
    def available(self) -> bool:
        """Return whether the place's bookings could be read."""
        return super().available and self._keeper.is_known(self.device.id)

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether somebody has come; unknown where there may be bookings that cannot be read."""
        if any(
            booking.state is BookingState.CHECKED_IN
            and any(stay.room.id == self._room.id for stay in booking.stays)
            for booking in self._keeper.of_place(self.device.id)
        ):
            return True
        return False if self._keeper.is_whole(self.device.id) else None

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Take the room's name as it is now."""
        place = self.coordinator.data.devices.get(self.device.id, self.device)
        for room in place.rooms:
            if room.id == self._room.id:
                self._attr_name = room.name
        super()._handle_coordinator_update()
