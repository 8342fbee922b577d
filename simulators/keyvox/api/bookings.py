"""Reservations: taken, changed, cancelled, checked in and out, and listed.

Assumed: a reservation is changed by all fields by which it is taken, and its id; where there is nothing to change, the
answer is a success of no records; a list has what is let at any time from its first to its last date.
"""

from typing import TYPE_CHECKING

from simulators.bodies import Body, text
from simulators.errors import Invalid
from simulators.keyvox.api.booking_bodies import TAKEN, detailed, parsed
from simulators.keyvox.api.operation import Operation, Operations
from simulators.keyvox.api.paging import PAGE, by_page
from simulators.keyvox.bookings import Booking, Stay
from simulators.keyvox.formats import (
    EARLIEST,
    LATEST,
    flag,
    optional_moment,
    optional_text,
    unix,
)
from simulators.keyvox.notices import of_booking

if TYPE_CHECKING:
    from simulators.keyvox.cloud import KeyVoxCloud


def operations(cloud: KeyVoxCloud) -> Operations:
    """Return what answers each operation."""
    bookings, now = cloud.bookings, cloud.clock

    def booking_of(body: Body) -> Booking:
        site = cloud.sites[text(body, "placeId")]
        booking = bookings[text(body, "orderId")]
        if booking.site_id != site.id:
            raise Invalid("placeId")
        return booking

    async def create(body: Body) -> object:
        booking, wishes = parsed(cloud, body)
        bookings.create(booking, wishes, now())
        return booking.as_row(cloud.org_id)

    async def update(body: Body) -> object:
        booking = booking_of(body)
        bookings.revise(booking, *parsed(cloud, body), now())
        return booking.as_row(cloud.org_id)

    async def cancel(body: Body) -> object:
        return bookings.cancel(booking_of(body), now())

    async def check_in(body: Body) -> object:
        booking = booking_of(body)
        stay = bookings.stay(booking, text(body, "unitId"))
        done = bookings.check_in(booking, stay, now())
        return told("checked_in", booking, stay, done)

    async def check_out(body: Body) -> object:
        booking = booking_of(body)
        stay = bookings.stay(booking, text(body, "unitId"))
        done = bookings.check_out(booking, stay, now())
        return told("checked_out", booking, stay, done)

    def told(event: str, booking: Booking, stay: Stay, changed: int) -> int:
        if changed:
            cloud.webhooks.tell_booking(of_booking(cloud, event, booking, stay, now()))
        return changed

    async def detail(body: Body) -> object:
        return detailed(cloud, booking_of(body))

    async def list_bookings(body: Body) -> object:
        site = cloud.sites[text(body, "placeId")]
        start = optional_moment(body, "fromDate", EARLIEST)
        end = optional_moment(body, "toDate", LATEST)
        word = optional_text(body, "searchWord")
        open_ones = flag(body, "total", 0)
        assigned = flag(body, "isAssigned", 1)
        rows = [
            booking.as_row(cloud.org_id)
            for booking in bookings.values()
            if booking.site_id == site.id
            and booking.period[0] <= end
            and start <= booking.period[1]
            and word in booking.contact
            and not (open_ones and booking.state in "CO")
            and assigned
        ]
        return {"list": by_page(body, rows)}

    async def list_of_unit(body: Body) -> object:
        unit = cloud.units[text(body, "unitId")]
        return [
            {
                "orderId": booking.id,
                "checkIn": str(unix(stay.start)),
                "checkOut": str(unix(stay.end)),
                "pinCode": cloud.pins.shown_code(stay.pin),
            }
            for booking in bookings.values()
            for stay in booking.stays
            if stay.unit_id == unit.id and not booking.has_ended
        ]

    order = ("placeId", "orderId")
    filters = ("fromDate", "toDate", "total", "searchWord", "isAssigned")
    return {
        "createBooking": Operation(create, *TAKEN),
        "updateBooking": Operation(update, "orderId", *TAKEN),
        "cancelBooking": Operation(cancel, *order),
        "checkIn": Operation(check_in, *order, "unitId"),
        "checkOut": Operation(check_out, *order, "unitId"),
        "getBookingDetails": Operation(detail, *order),
        "bookingList": Operation(list_bookings, "placeId", *filters, *PAGE),
        "getBookingOrders": Operation(list_of_unit, "unitId"),
    }
