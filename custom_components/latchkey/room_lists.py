"""What the actions on bookings of rooms list: rooms that are free, bookings, plans."""

from datetime import datetime
from typing import Any, Final

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.util import dt as dt_util

from . import booking_fields, fields
from .booking_fields import Place
from .booking_keeper import AHEAD
from .const import (
    ATTR_ACCESS,
    ATTR_BOOKING_ID,
    ATTR_END,
    ATTR_GUESTS,
    ATTR_NAME,
    ATTR_START,
)
from .errors import ROOM_BOOKING_ERRORS, vendor_errors
from .vendors.bookings import Booking
from .vendors.vendor import NotAvailable

type Row = dict[str, Any]

BOOKINGS: Final = "bookings"
_ROOMS: Final = "rooms"
_PLANS: Final = "plans"


async def get_availability(hass: HomeAssistant, call: ServiceCall) -> Row:
    """List the rooms that nobody has in a period."""
    start, end = fields.period(call)
    rows = []
    for place in booking_fields.places(hass, call):
        with vendor_errors(place.name, ROOM_BOOKING_ERRORS):
            free = await place.keeper.vendor.free_rooms(place.id, start, end)
        rows += [
            {
                ATTR_DEVICE_ID: place.registered_id,
                ATTR_ACCESS: room.name,
                "access_id": room.id,
            }
            for room in free
        ]
    return {_ROOMS: rows}


async def get_bookings(hass: HomeAssistant, call: ServiceCall) -> Row:
    """List the bookings of a period; where a vendor lists none, those that are known."""
    start = fields.moment(call, ATTR_START) or dt_util.utcnow()
    end = fields.moment(call, ATTR_END) or start + AHEAD
    if end.timestamp() <= start.timestamp():
        raise fields.invalid(ATTR_END, "ends_before_start")
    start, end = dt_util.as_utc(start), dt_util.as_utc(end)
    rows: list[Row] = []
    complete = True
    for place in booking_fields.places(hass, call):
        with vendor_errors(place.name, ROOM_BOOKING_ERRORS):
            try:
                listed = await place.keeper.vendor.bookings(place.id, start, end)
            except NotAvailable:
                found, complete = place.keeper.of_place(place.id), False
            else:
                found = list(listed.bookings)
                complete = complete and listed.complete
            # Of one that is over it does not matter which rooms it had.
            complete = complete and all(
                each.rooms_known or each.is_over for each in found
            )
        rows += [
            row_of(place, booking)
            for booking in sorted(found, key=lambda each: (each.start, each.id))
            if booking.start < end and start < booking.end
        ]
    return {BOOKINGS: rows, "complete": complete}


async def get_plans(hass: HomeAssistant, call: ServiceCall) -> Row:
    """List the plans by which rooms are let."""
    rows = []
    for place in booking_fields.places(hass, call):
        with vendor_errors(place.name, ROOM_BOOKING_ERRORS):
            plans = await place.keeper.vendor.plans(place.id)
        rows += [
            {
                ATTR_DEVICE_ID: place.registered_id,
                "plan_id": plan.id,
                ATTR_NAME: plan.name,
            }
            for plan in plans
        ]
    return {_PLANS: rows}


def row_of(place: Place, booking: Booking) -> Row:
    """Return the row of a booking, for administrators."""
    return {
        ATTR_BOOKING_ID: booking.id,
        ATTR_DEVICE_ID: place.registered_id,
        ATTR_ACCESS: [stay.room.name for stay in booking.stays],
        ATTR_NAME: booking.shown_guest,
        "state": booking.state.value,
        ATTR_START: _local(booking.start),
        ATTR_END: _local(booking.end),
        ATTR_GUESTS: booking.guests,
    }


def _local(moment: datetime) -> str:
    return dt_util.as_local(moment).isoformat()
