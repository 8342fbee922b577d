"""Bookings: reserved periods."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingOrder:
    """What shall be reserved, from when to when."""

    booking_object: int
    start: datetime
    end: datetime
    phone: str | None = field(default=None, repr=False)
    """Whose number opens in that time."""


@runtime_checkable
class MakesBookings(Protocol):
    """A vendor at which something can be booked."""

    async def book(self, order: BookingOrder) -> str:
        """Make a booking, sent once; return the vendor's id.

        Raises OutcomeUnknown where it may have been made, Conflict where the period is taken.
        """
        ...
