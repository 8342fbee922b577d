"""The fields of actions on bookings of rooms: read, checked before anything is sent, refused with their names."""

from dataclasses import dataclass
import re
from typing import Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall

from . import fields
from .booking_keeper import BookingKeeper
from .const import ATTR_ACCESS, ATTR_BOOKING_ID, ATTR_GUESTS, ATTR_PLAN
from .coordinator import LatchkeyConfigEntry
from .devices import async_device_entry
from .errors import BOOKING_CHANGE_ERRORS, ROOM_BOOKING_ERRORS, vendor_errors
from .vendors.bookings import Booking, Plan, Room
from .vendors.model import Capability, Device
from .vendors.vendor import Conflict, InvalidRequest, NoRight, NotAvailable, NotFound

RESERVATIONS: Final = "reservations"
_WHOLE: Final = re.compile(r"[0-9]{1,4}")
_MOST_GUESTS: Final = 1000
_NOT_HERE: Final = (Conflict, InvalidRequest, NoRight, NotFound)
"""How a vendor says that a booking is not one of a place's."""
_NO_PLANS: Final = (NoRight, NotAvailable, NotFound)


@dataclass(frozen=True, slots=True)
class Place:
    """A place whose rooms are let, found before anything is sent."""

    entry: LatchkeyConfigEntry
    keeper: BookingKeeper
    device: Device
    registered_id: str | None
    """What Home Assistant knows it by."""

    @property
    def id(self) -> str:
        """Return the vendor's id."""
        return self.device.id

    @property
    def name(self) -> str:
        """Return what an error calls it."""
        return self.device.name or self.device.label


def places(hass: HomeAssistant, call: ServiceCall) -> list[Place]:
    """Return the places that are named, each once, else all of the accounts that can be meant."""
    found: dict[tuple[str, str], Place] = {}
    for device_id in fields.texts(call, ATTR_DEVICE_ID):
        entry, device = fields.device_of(hass, device_id)
        keeper = entry.runtime_data.reservations
        if keeper is None or Capability.BOOKINGS not in device.capabilities:
            raise fields.invalid(
                ATTR_DEVICE_ID, "no_place", name=device.name or device.label
            )
        found[entry.entry_id, device.id] = Place(entry, keeper, device, device_id)
    if found:
        return list(found.values())
    all_places = []
    for entry in fields.accounts_with(hass, call, RESERVATIONS):
        keeper = entry.runtime_data.reservations
        assert keeper is not None
        for device in entry.runtime_data.data.devices.values():
            if Capability.BOOKINGS in device.capabilities:
                registered = async_device_entry(hass, entry, device)
                place_id = registered.id if registered else None
                all_places.append(Place(entry, keeper, device, place_id))
    if not all_places:
        raise fields.invalid(ATTR_CONFIG_ENTRY_ID, "which_account")
    return all_places


def place_and_rooms(
    hass: HomeAssistant, call: ServiceCall
) -> tuple[Place, tuple[Room, ...]]:
    """Return the one place that is meant, and the rooms in it; without a name the only one that it has."""
    named = fields.texts(call, ATTR_DEVICE_ID)
    if len(named) > 1:
        raise fields.invalid(ATTR_DEVICE_ID, "several_devices")
    names = fields.texts(call, ATTR_ACCESS)
    if not named and not names:
        raise fields.invalid(ATTR_ACCESS, "empty")
    candidates = places(hass, call)
    if not names:
        (place,) = candidates
        if len(place.device.rooms) != 1:
            raise fields.invalid(
                ATTR_ACCESS, "which_room", allowed=_list(place.device.rooms)
            )
        return place, place.device.rooms
    rooms: dict[str, Room] = {}
    meant: set[int] = set()
    for name in names:
        number, room = _room(candidates, name)
        meant.add(number)
        rooms[room.id] = room
    if len(meant) > 1:
        raise fields.invalid(ATTR_ACCESS, "several_places")
    return candidates[meant.pop()], tuple(rooms.values())


def rooms_of(call: ServiceCall, place: Place) -> tuple[Room, ...]:
    """Return the rooms of a place that are named; none where the field is not given."""
    found = (_room([place], name)[1] for name in fields.texts(call, ATTR_ACCESS))
    return tuple({room.id: room for room in found}.values())


def booked_rooms(call: ServiceCall, booking: Booking) -> tuple[Room, ...]:
    """Return the rooms of a booking that are named, else all of them."""
    booked = tuple(stay.room for stay in booking.stays)
    names = fields.texts(call, ATTR_ACCESS)
    found: dict[str, Room] = {}
    for name in names:
        same = [room for room in booked if room.id == name] or [
            room for room in booked if room.name.casefold() == name.casefold()
        ]
        if len(same) != 1:
            raise fields.invalid(ATTR_ACCESS, "room_not_booked", allowed=_list(booked))
        found[same[0].id] = same[0]
    if not found and not booked:
        raise fields.invalid(ATTR_BOOKING_ID, "no_rooms_booked")
    return tuple(found.values()) or booked


async def booking(hass: HomeAssistant, call: ServiceCall) -> tuple[Place, Booking]:
    """Return the booking that is named as it is now, and its place."""
    booking_id = fields.vendor_id(call, ATTR_BOOKING_ID)
    candidates = places(hass, call)
    # Where it is known it need not be looked for.
    known = [each for each in candidates if _is_known(each, booking_id)]
    for place in known or candidates:
        with vendor_errors(place.name, BOOKING_CHANGE_ERRORS):
            try:
                return place, await place.keeper.vendor.booking(place.id, booking_id)
            except _NOT_HERE:
                continue
    raise fields.invalid(ATTR_BOOKING_ID, "unknown_booking")


def guests(call: ServiceCall, present: int) -> int:
    """Return how many come."""
    value = fields.text(call, ATTR_GUESTS)
    if value is None:
        return present
    if not _WHOLE.fullmatch(value) or not 0 < int(value) <= _MOST_GUESTS:
        raise fields.invalid(ATTR_GUESTS, "not_a_number")
    return int(value)


async def plan(
    call: ServiceCall, place: Place, present: tuple[str, ...] = ()
) -> Plan | None:
    """Return the plan that is named, else that of before, else the only one that the place has; None where it has none."""
    name = fields.text(call, ATTR_PLAN)
    with vendor_errors(place.name, ROOM_BOOKING_ERRORS):
        try:
            plans = await place.keeper.vendor.plans(place.id)
        except _NO_PLANS:
            plans = ()
    if name:
        same = [each for each in plans if each.id == name] or [
            each for each in plans if each.name.casefold() == name.casefold()
        ]
        if len(same) != 1:
            raise fields.invalid(ATTR_PLAN, "unknown_plan", allowed=_list(plans))
        return same[0]
    if len(before := [each for each in plans if each.id in present]) == 1:
        return before[0]
    if len(plans) > 1:
        raise fields.invalid(ATTR_PLAN, "which_plan", allowed=_list(plans))
    return plans[0] if plans else None


def _room(candidates: list[Place], name: str) -> tuple[int, Room]:
    """Return the room of an id or a name, and which of the places it is in."""
    rooms = [
        (number, room)
        for number, place in enumerate(candidates)
        for room in place.device.rooms
    ]
    found = [each for each in rooms if each[1].id == name] or [
        each for each in rooms if each[1].name.casefold() == name.casefold()
    ]
    if not found:
        raise fields.invalid(ATTR_ACCESS, "unknown_access")
    if len(found) > 1:
        raise fields.invalid(ATTR_ACCESS, "ambiguous_room")
    return found[0]


def _is_known(place: Place, booking_id: str) -> bool:
    found = place.keeper.find(booking_id)
    return found is not None and found.place_id == place.id


def _list(things: tuple[Room, ...] | tuple[Plan, ...]) -> str:
    return ", ".join(each.name for each in things) or "–"
