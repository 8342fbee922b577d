"""What a vendor's bookings tell before one is made or changed, and after an answer was lost."""

from typing import Final

from .vendors.bookings import Booking, BookingTerms, KeepsBookings
from .vendors.vendor import NoRight, NotAvailable, NotFound, VendorError

_UNLISTED: Final = (NoRight, NotAvailable, NotFound)
"""How a vendor says that it lists no bookings to us."""

type Known = frozenset[str] | None
"""The bookings that there are, None where a vendor lists none."""


class BookingLooks:
    """Looks at the bookings of a vendor's places."""

    def __init__(self, vendor: KeepsBookings) -> None:
        """Initialize with the account's client."""
        self._vendor = vendor

    async def listed(self, place_id: str, terms: BookingTerms) -> Known:
        """Return the bookings that there are in a period."""
        try:
            listed = await self._vendor.bookings(place_id, terms.start, terms.end)
        except _UNLISTED:
            return None
        return frozenset(each.id for each in listed.bookings)

    async def found(
        self, place_id: str, terms: BookingTerms, known: Known
    ) -> Booking | None:
        """Return the one booking that is new and what it was to be, or bears its mark."""
        if known is None:
            return None
        try:
            listed = await self._vendor.bookings(place_id, terms.start, terms.end)
            new = [
                await self._vendor.booking(place_id, row.id)
                for row in listed.bookings
                if row.id not in known and row.guest == terms.guest
            ]
        except VendorError:
            return None
        marked = [each for each in new if each.reference == terms.reference]
        if not marked:
            marked = [
                each for each in new if not each.reference and terms.is_met_by(each)
            ]
        return marked[0] if len(marked) == 1 else None

    async def is_taken(
        self, place_id: str, terms: BookingTerms, but_for: Booking | None = None
    ) -> bool:
        """Return whether it is known that others have the rooms, where a vendor tells."""
        try:
            if but_for is None:
                free = await self._vendor.free_rooms(place_id, terms.start, terms.end)
                return not terms.room_ids <= {room.id for room in free}
            # While it stands, its own rooms are not free.
            listed = await self._vendor.bookings(place_id, terms.start, terms.end)
        except VendorError:
            return False
        return any(
            taken.room.id == wanted.room.id
            and taken.start < wanted.end
            and wanted.start < taken.end
            for other in listed.bookings
            if other.id != but_for.id and not other.is_over
            for taken in other.stays
            for wanted in terms.stays
        )
