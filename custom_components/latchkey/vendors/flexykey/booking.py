"""FlexyKey's bookings, of which the guide shows the body alone."""

from datetime import UTC
from http import HTTPMethod
from typing import Any

from ..bookings import BookingOrder
from ..vendor import AnswerNotUnderstood, OutcomeUnknown
from . import paths
from .part import Part
from .wire_more import WireBooked


class Bookings(Part):
    """The bookings of an account's booking objects (guide 14)."""

    async def book(self, order: BookingOrder) -> str:
        """Make a booking; return its bookingId (14; method and path are assumed, see paths.BOOKINGS)."""
        body: dict[str, Any] = {
            "bookingObjectId": order.booking_object,
            "startDate": order.start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "endDate": order.end.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        if order.phone:
            body["phone1"] = order.phone
        answer = await self._client.command(HTTPMethod.POST, paths.BOOKINGS, body)
        try:
            booking_id = WireBooked.parse(answer).bookingid
        except AnswerNotUnderstood:
            booking_id = ""
        if not booking_id:
            raise OutcomeUnknown("no bookingId")
        return booking_id
