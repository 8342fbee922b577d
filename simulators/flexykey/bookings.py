"""Bookings of rooms and the like; the guide's section 14 shows the body of a request and no more."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from simulators.clock import from_iso
from simulators.errors import Conflict, Invalid, Missing


@dataclass(frozen=True)
class Booking:
    """A booking with the body by which it was made."""

    id: int
    object_id: int
    start: datetime
    end: datetime
    body: Mapping[str, Any]

    def overlaps(self, other: Booking) -> bool:
        """Tell whether two bookings are of one object at one time; one may begin when another ends."""
        return (
            self.object_id == other.object_id
            and self.start < other.end
            and other.start < self.end
        )

    def as_json(self) -> dict[str, Any]:
        """Return the booking with everything that was said about it."""
        return {"bookingId": self.id, **self.body}

    def answer(self) -> dict[str, Any]:
        """Return the booking as it is answered, without telephone numbers."""
        return {
            name: value
            for name, value in self.as_json().items()
            if not name.startswith("phone")
        }


class Bookings:
    """All bookings of the cloud."""

    def __init__(self) -> None:
        """Start with the guide's object, and no bookings."""
        self.objects = {123}
        self._ids = count(1)
        self._bookings: list[Booking] = []

    def all(self) -> list[dict[str, Any]]:
        """Return all bookings in the order in which they were made."""
        return [booking.as_json() for booking in self._bookings]

    def create(self, body: Mapping[str, Any]) -> Booking:
        """Book an object, or say why that is not possible."""
        object_id = body.get("bookingObjectId")
        if type(object_id) is not int:
            raise Invalid("bookingObjectId must be a number")
        for name in ("startDate", "endDate", "phone1"):
            if not isinstance(body.get(name), str):
                raise Invalid(f"{name} must be a string")
        start, end = (from_iso(body[name], name) for name in ("startDate", "endDate"))
        if end <= start:
            raise Invalid("endDate must be after startDate")
        if object_id not in self.objects:
            raise Missing("Booking object not found")
        booking = Booking(next(self._ids), object_id, start, end, dict(body))
        if any(booking.overlaps(other) for other in self._bookings):
            raise Conflict("The booking object is booked already")
        self._bookings.append(booking)
        return booking
