"""Bookings: reserved periods."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
import re
from typing import Final, Protocol, runtime_checkable

_CONTACT: Final = re.compile(r"@|(?:[0-9][ ().+/-]*){6}")
"""What makes a text an address or a telephone number rather than a name."""


def without_contact(text: str) -> str:
    """Return a text that somebody wrote; none where it holds an address or a number by which somebody is reached."""
    return "" if _CONTACT.search(text) else text


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


class BookingState(StrEnum):
    """How far a booking has come."""

    REQUESTED = "requested"
    REJECTED = "rejected"
    BOOKED = "booked"
    CHECKED_IN = "checked_in"
    CHECKED_OUT = "checked_out"
    CANCELLED = "cancelled"
    MAINTENANCE = "maintenance"
    """Nobody is expected, and nobody else can have the rooms."""
    UNKNOWN = "unknown"


OFF: Final = frozenset({BookingState.REJECTED, BookingState.CANCELLED})
"""The states of a booking that is none any more."""
OVER: Final = OFF | {BookingState.CHECKED_OUT}
"""The states of a booking that has its rooms no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What is let in a place, as a whole."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """The part of a booking that is one room's."""

    room: Room
    start: datetime
    end: datetime
    guest: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """Rooms of a place that are reserved for somebody."""

    id: str
    place_id: str
    state: BookingState
    start: datetime
    end: datetime
    stays: tuple[Stay, ...]
    guest: str = field(default="", repr=False)
    guests: int | None = None
    """How many come."""
    rooms_known: bool = True
    """Whether it has no other rooms than those that are told."""
    plan_ids: tuple[str, ...] = ()
    """The plans by which it was made, where the vendor tells."""
    reference: str = ""
    """What whoever made it marked it with, where the vendor tells."""

    @property
    def shown_guest(self) -> str:
        """Return the guest's name; what is an address or a number rather than a name is shown to nobody."""
        return without_contact(self.guest)

    @property
    def is_off(self) -> bool:
        """Return whether there is no such booking any more."""
        return self.state in OFF

    @property
    def is_over(self) -> bool:
        """Return whether others can have its rooms."""
        return self.state in OVER


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingList:
    """The bookings of a place in a period."""

    bookings: tuple[Booking, ...]
    complete: bool = True
    """Whether every one could be read; only then does an absence mean anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """By what rooms of a place are let, and at which price."""

    id: str
    name: str
    price: str = "0"
    price_tax: str = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingTerms:
    """What a booking shall be."""

    start: datetime
    end: datetime
    stays: tuple[Stay, ...]
    guest: str = field(repr=False)
    guests: int
    plan: Plan | None = None
    reference: str = ""
    """What it is marked with, so that it can be told from others."""

    @property
    def room_ids(self) -> frozenset[str]:
        """Return the rooms that it takes."""
        return frozenset(stay.room.id for stay in self.stays)

    def is_met_by(self, booking: Booking) -> bool:
        """Return whether a booking is what it shall be, as far as that can be read."""
        return (
            (booking.start, booking.end) == (self.start, self.end)
            and booking.guest == self.guest
            and booking.guests in (None, self.guests)
            and {(each.room.id, each.start, each.end) for each in booking.stays}
            == {(each.room.id, each.start, each.end) for each in self.stays}
        )


@runtime_checkable
class KeepsBookings(Protocol):
    """A vendor that knows the bookings of places, and changes them.

    Commands are sent once: OutcomeUnknown is the answer to a doubt, never a repetition. Those that
    return a bool return False where the vendor says that nothing was changed.
    """

    async def bookings(
        self, place_id: str, start: datetime, end: datetime
    ) -> BookingList:
        """Return the bookings of a place in a period; raises NotAvailable where they cannot be listed."""
        ...

    async def booking(self, place_id: str, booking_id: str) -> Booking:
        """Return one booking as it is now; raises NotFound where there is none of that id."""
        ...

    async def create_booking(self, place_id: str, terms: BookingTerms) -> str:
        """Make a booking; return the vendor's id."""
        ...

    async def change_booking(self, booking: Booking, terms: BookingTerms) -> None:
        """Change a booking in all that it is; raises InvalidRequest where the vendor will not."""
        ...

    async def cancel_booking(self, booking: Booking) -> bool:
        """Cancel a booking, for good."""
        ...

    async def check_in(self, booking: Booking, room_id: str) -> bool:
        """Note that the guests of a room have come."""
        ...

    async def check_out(self, booking: Booking, room_id: str) -> bool:
        """Note that the guests of a room have gone."""
        ...

    async def free_rooms(
        self, place_id: str, start: datetime, end: datetime
    ) -> tuple[Room, ...]:
        """Return the rooms of a place that nobody has in a period."""
        ...

    async def plans(self, place_id: str) -> tuple[Plan, ...]:
        """Return the plans by which rooms of a place are let."""
        ...
