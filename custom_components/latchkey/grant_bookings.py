"""The booking that a call names for a grant, and that a changed grant goes on to follow."""

from homeassistant.core import ServiceCall

from . import booking_ties, fields
from .booking_keeper import BookingKeeper
from .const import ATTR_BOOKING_ID
from .coordinator import LatchkeyConfigEntry
from .errors import BOOKING_CHANGE_ERRORS, vendor_errors
from .ledger import Record, Terms, Tie
from .vendors.bookings import Booking
from .vendors.vendor import NotFound, VendorError


async def named(call: ServiceCall, entry: LatchkeyConfigEntry) -> Booking | None:
    """Return the booking that a call names, None for none; one that is over is refused."""
    if fields.text(call, ATTR_BOOKING_ID) is None:
        return None
    booking_id = fields.vendor_id(call, ATTR_BOOKING_ID)
    keeper = entry.runtime_data.reservations
    if keeper is None:
        raise fields.invalid(ATTR_BOOKING_ID, "no_reservations", account=entry.title)
    booking = keeper.find(booking_id)
    with vendor_errors(entry.title, BOOKING_CHANGE_ERRORS):
        if booking:
            booking = await _with_rooms(keeper, booking)
        for place_id in () if booking else keeper.place_ids:
            try:
                booking = await keeper.vendor.booking(place_id, booking_id)
            except NotFound:
                continue
            break
    if booking is None:
        raise fields.invalid(ATTR_BOOKING_ID, "unknown_booking")
    if booking.is_over:
        raise fields.invalid(ATTR_BOOKING_ID, "booking_over")
    return booking


async def tied_again(
    entry: LatchkeyConfigEntry, record: Record, terms: Terms
) -> Tie | None:
    """Return how a grant follows its booking once it has other terms; None where it follows none, or as before."""
    keeper = entry.runtime_data.reservations
    if keeper is None or record.tie is None:
        return None
    try:
        booking = await keeper.async_get(record.tie.place_id, record.tie.booking_id)
        booking = await _with_rooms(keeper, booking)
    except VendorError:
        return None
    return booking_ties.tie(booking, record.access_id, terms)


async def _with_rooms(keeper: BookingKeeper, booking: Booking) -> Booking:
    """Return a booking with its rooms, which not every list tells: whether a grant is for one of them is kept."""
    if booking.rooms_known or booking.is_over:
        return booking
    return await keeper.vendor.booking(booking.place_id, booking.id)
