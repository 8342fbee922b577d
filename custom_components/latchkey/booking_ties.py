"""How a grant is tied to a booking: by how much its times differ from the booked ones."""

from datetime import datetime

from .ledger import Terms, Tie
from .vendors.bookings import Booking


def period(booking: Booking, access_id: str) -> tuple[datetime, datetime]:
    """Return from when to when a booking has what a grant opens: a room's own times, else those of the whole."""
    for stay in booking.stays:
        if stay.room.id == access_id:
            return stay.start, stay.end
    return booking.start, booking.end


def is_room(booking: Booking, access_id: str) -> bool:
    """Return whether what a grant opens is one of the rooms that are booked."""
    return any(stay.room.id == access_id for stay in booking.stays)


def tie(booking: Booking, access_id: str, terms: Terms) -> Tie:
    """Return how a grant of these terms follows a booking."""
    start, end = period(booking, access_id)
    return Tie(
        booking_id=booking.id,
        place_id=booking.place_id,
        is_room=is_room(booking, access_id),
        starts_after=(terms.start or start) - start,
        ends_after=(terms.end or end) - end,
    )


def is_untold(tied: Tie, booking: Booking, access_id: str) -> bool:
    """Return whether a booking does not tell if it still has the room that a grant opens."""
    return (
        tied.is_room
        and not (booking.rooms_known or booking.is_over)
        and not is_room(booking, access_id)
    )


def wanted(
    tied: Tie, booking: Booking, access_id: str
) -> tuple[datetime, datetime] | None:
    """Return from when to when a grant is to open as its booking is now; None where it is to open no more."""
    if booking.is_over or (tied.is_room and not is_room(booking, access_id)):
        return None
    start, end = period(booking, access_id)
    opens, closes = start + tied.starts_after, end + tied.ends_after
    return (opens, closes) if opens < closes else (start, end)
