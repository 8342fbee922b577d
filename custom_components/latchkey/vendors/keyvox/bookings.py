"""KEYVOX's reservations of the units of a place (facts sheet 2.4)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from ..bookings import Booking, BookingList, BookingState, BookingTerms, Plan, Room
from ..vendor import AnswerNotUnderstood, NotFound, OutcomeUnknown
from .client import KeyvoxClient
from .part import Part
from .wire import number, seconds
from .wire_bookings import WireOrder, WirePlan, WireRoom, checked_id

DETAILS: Final = 25
"""How many reservations are read in full with one list, which tells of one unit each; the others come with the next."""
DETAIL_KEPT: Final = timedelta(days=30)
"""How long after its end a reservation is remembered."""
DETAIL_AGE: Final = timedelta(hours=6)
"""After which a reservation whose row has not changed is read in full again: its row does not tell all."""


class Reservations(Part):
    """The reservations of an organisation's places."""

    def __init__(self, client: KeyvoxClient, clock: Callable[[], datetime]) -> None:
        """Initialize with nothing read."""
        super().__init__(client, clock)
        self._detailed: dict[str, tuple[Booking, Booking, datetime]] = {}
        """What was read in full: the row of that time, the reservation, and when."""

    async def bookings(
        self, place_id: str, start: datetime, end: datetime
    ) -> BookingList:
        """Return the reservations of a place (/bacsorder/list, of the portal alone).

        `total` 0 asks for the cancelled ones, too. Its rows may lack the list of units: those that
        have not ended are then read in full, the nearest first.
        """
        rows = await self._client.pages(
            "listBookings",
            {
                "placeId": place_id,
                "fromDate": seconds(start),
                "toDate": seconds(end),
                "total": "0",
            },
        )
        orders, complete = WireOrder.parse_all(rows)
        found: dict[str, Booking] = {}
        for order in orders:
            if order.placeid not in ("", place_id):
                continue
            try:
                booking = order.booking(place_id, self._room_names)
            except AnswerNotUnderstood:
                complete = False
                continue
            if booking.start <= end and start <= booking.end:
                found[booking.id] = booking
        left = DETAILS
        self._forget_old()
        bookings = []
        for row in sorted(found.values(), key=_urgency):
            if left and self._is_wanted(row):
                left -= 1
                try:
                    await self.booking(place_id, row.id, row)
                except NotFound, AnswerNotUnderstood:
                    # Its row is what there is to tell; the list is not wrong for that.
                    complete = False
            bookings.append(self._full(row))
        return BookingList(bookings=tuple(bookings), complete=complete)

    async def booking(
        self, place_id: str, booking_id: str, row: Booking | None = None
    ) -> Booking:
        """Return a reservation as it is (getBookingDetails), and remember it for its row of a list."""
        data = await self._client.read(
            "getBookingDetails", {"placeId": place_id, "orderId": booking_id}
        )
        order = WireOrder.parse(data)
        if order.orderid != booking_id or order.placeid not in ("", place_id):
            raise AnswerNotUnderstood("another reservation")
        booking = order.booking(place_id, self._room_names)
        if row is not None:
            self._detailed[booking_id] = (row, booking, self._clock())
        return booking

    async def create_booking(self, place_id: str, terms: BookingTerms) -> str:
        """Make a reservation (createBooking); its units get a PIN each, which is dropped here."""
        body = {"placeId": place_id, **_body(terms)}
        if terms.reference:
            body["channelOrderNo"] = terms.reference
        data = await self._client.command("createBooking", body)
        try:
            return checked_id(WireOrder.parse(data).orderid)
        except AnswerNotUnderstood:
            raise OutcomeUnknown("no orderId") from None

    async def change_booking(self, booking: Booking, terms: BookingTerms) -> None:
        """Change a reservation (updateBooking, with all by which one is made); often refused with E0005."""
        await self._command("updateBooking", booking, _body(terms))

    async def cancel_booking(self, booking: Booking) -> bool:
        """Cancel a reservation (cancelBooking), and its PINs with it."""
        return await self._command("cancelBooking", booking, {})

    async def check_in(self, booking: Booking, room_id: str) -> bool:
        """Check guests in (checkIn)."""
        return await self._command("checkIn", booking, {"unitId": room_id})

    async def check_out(self, booking: Booking, room_id: str) -> bool:
        """Check guests out (checkOut)."""
        return await self._command("checkOut", booking, {"unitId": room_id})

    async def free_rooms(
        self, place_id: str, start: datetime, end: datetime
    ) -> tuple[Room, ...]:
        """Return the units that nobody has in a period (getAvailableRooms)."""
        data = await self._client.read(
            "getAvailableRooms",
            {"placeId": place_id, "fromTime": seconds(start), "toTime": seconds(end)},
        )
        rows = data.get("unitAvailableList") if isinstance(data, dict) else data
        rooms, all_read = WireRoom.parse_all([] if rows is None else rows)
        if not all_read:
            raise AnswerNotUnderstood("unit")
        return tuple({each.unitid: each.room() for each in rooms}.values())

    async def plans(self, place_id: str) -> tuple[Plan, ...]:
        """Return the plans of a place (getRoomPlans)."""
        rows = await self._client.pages("getRoomPlans", {"placeId": place_id})
        plans, all_read = WirePlan.parse_all(rows)
        if not all_read:
            raise AnswerNotUnderstood("plan")
        return tuple({each.commodityid: each.plan() for each in plans}.values())

    async def _command(
        self, operation: str, booking: Booking, more: Mapping[str, Any]
    ) -> bool:
        """Send what changes a reservation; return whether it changed any record, where that is told."""
        data = await self._client.command(
            operation, {"placeId": booking.place_id, "orderId": booking.id, **more}
        )
        self._detailed.pop(booking.id, None)
        told = data if isinstance(data, int | str) and not isinstance(data, bool) else 1
        return number(str(told)) != 0

    def _is_wanted(self, row: Booking) -> bool:
        """Return whether a reservation has to be read in full to know its units."""
        held = self._detailed.get(row.id)
        return not (row.rooms_known or row.is_over) and (
            held is None or held[0] != row or abs(self._clock() - held[2]) >= DETAIL_AGE
        )

    def _full(self, row: Booking) -> Booking:
        """Return a reservation with the units that it was last known to have."""
        held = self._detailed.get(row.id)
        if held is None or row.rooms_known:
            return row
        if held[0] == row:
            return held[1]
        if (row.start, row.end) != (held[0].start, held[0].end):
            return row
        return replace(held[1], state=row.state, guest=row.guest, guests=row.guests)

    def _forget_old(self) -> None:
        oldest = self._clock() - DETAIL_KEPT
        self._detailed = {
            booking_id: held
            for booking_id, held in self._detailed.items()
            if held[0].end > oldest
        }

    @property
    def _room_names(self) -> Mapping[str, str]:
        return {unit.id: unit.name for unit in self._units.values()}


def _urgency(row: Booking) -> tuple[bool, datetime]:
    """Return what comes first: those whose guests are there, then the others by their start."""
    return (row.state is not BookingState.CHECKED_IN, row.start)


def _body(terms: BookingTerms) -> dict[str, Any]:
    """Return what makes a reservation (createBooking, 2.4); its times are Unix seconds, its numbers texts.

    Assumed: a plan is named once for each unit, by the first day.
    """
    plan = terms.plan
    return {
        "checkin": seconds(terms.start),
        "checkout": seconds(terms.end),
        "orderContact": terms.guest,
        "customerNum": str(terms.guests),
        "payTypeCode": "offlinePayment",
        "earlyTime": "0",
        "extendTime": "0",
        "unitNum": str(len(terms.stays)),
        "unitList": [
            {
                "unitId": stay.room.id,
                "checkin": seconds(stay.start),
                "checkout": seconds(stay.end),
                "contactName": stay.guest or terms.guest,
                "customerNum": str(terms.guests),
            }
            for stay in terms.stays
        ],
        "commodityList": [
            {
                "commodityId": plan.id,
                "commodityName": plan.name,
                "commodityCategory": "Plan",
                "commodityDate": seconds(stay.start),
                "commodityNum": "1",
                "price": plan.price,
                "priceTax": plan.price_tax,
                "unitId": stay.room.id,
            }
            for stay in terms.stays
            if plan
        ],
    }
