"""Bookings made and changed: each command once, and what became of it read back; never two for one, never none unnoticed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from enum import StrEnum
import secrets
from typing import Final

from .booking_looks import BookingLooks, Known
from .vendors.bookings import Booking, BookingState, BookingTerms, KeepsBookings
from .vendors.vendor import (
    Conflict,
    InvalidRequest,
    OutcomeUnknown,
    RateLimited,
    ServiceUnavailable,
    VendorError,
)

_MAY_BE_REPLACED: Final = (BookingState.BOOKED, BookingState.REQUESTED)
"""The states of a booking of which nobody has made use yet."""
_PAUSES: Final = (2.0, 5.0, 15.0)
"""Seconds after which what was certainly not done is tried again, where a booking would be lost otherwise."""


class Replacement(StrEnum):
    """How the making anew of a booking can go wrong, once nothing else is left to change it."""

    CANCEL_IN_DOUBT = "cancel_in_doubt"
    """It may be cancelled, and nothing else was made."""
    NEW_IN_DOUBT = "new_in_doubt"
    """It is cancelled, and the new one may have been made."""
    OLD_IN_DOUBT = "old_in_doubt"
    """It is cancelled, the new one was refused, and the old one may have been made again."""
    RESTORED = "restored"
    """The new one was refused, and the old one was made again, with another id."""
    LOST = "lost"
    """It is cancelled, and neither the new one nor the old one can be made."""


class ReplacementFailed(Exception):
    """A booking was to be made anew, and is not what it was to be; there may be another one, or none."""

    def __init__(
        self, outcome: Replacement, cause: VendorError, restored: Booking | None = None
    ) -> None:
        """Initialize with what there is now, and why."""
        super().__init__(f"{outcome}: {cause}")
        self.outcome = outcome
        self.cause = cause
        self.restored = restored


class BookingChanges:
    """Makes and changes the bookings of a vendor's places; calls must come one after the other."""

    def __init__(
        self,
        vendor: KeepsBookings,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Initialize with the account's client."""
        self._vendor = vendor
        self._looks = BookingLooks(vendor)
        self._sleep = sleep

    async def create(self, place_id: str, terms: BookingTerms) -> Booking:
        """Make a booking; where no answer came, the one is returned that is there since.

        Raises OutcomeUnknown where that cannot be told, any other error where there is none.
        """
        return await self._create(
            place_id, terms, await self._looks.listed(place_id, terms)
        )

    async def _create(
        self, place_id: str, terms: BookingTerms, known: Known
    ) -> Booking:
        terms = replace(terms, reference=f"latchkey-{secrets.token_hex(8)}")
        try:
            booking_id = await self._vendor.create_booking(place_id, terms)
        except OutcomeUnknown:
            found = await self._looks.found(place_id, terms, known)
            if found is None:
                raise
            return found
        except InvalidRequest:
            if await self._looks.is_taken(place_id, terms):
                raise Conflict("period") from None
            raise
        try:
            return await self._vendor.booking(place_id, booking_id)
        except VendorError:
            # It is made, and its id must not be lost for that.
            return _promised(booking_id, place_id, terms)

    async def change(self, booking: Booking, terms: BookingTerms) -> Booking:
        """Change a booking; one that the vendor will not change is cancelled and made anew, with another id.

        Raises ReplacementFailed where that went wrong on its way.
        """
        if booking.is_over:
            raise Conflict("over")
        doubt: OutcomeUnknown | None = None
        was_met = terms.is_met_by(booking)
        try:
            await self._vendor.change_booking(booking, terms)
        except OutcomeUnknown as err:
            doubt = err
        except InvalidRequest as err:
            return await self._replaced(booking, terms, err)
        try:
            now = await self._vendor.booking(booking.place_id, booking.id)
        except VendorError as err:
            raise doubt or OutcomeUnknown("not read back") from err
        if not terms.is_met_by(now) or (doubt and was_met):
            raise doubt or OutcomeUnknown("accepted, not shown")
        return now

    async def cancel(self, booking: Booking) -> Booking:
        """Cancel a booking."""
        if booking.state is BookingState.CANCELLED:
            return booking
        return await self._done(
            booking, self._vendor.cancel_booking(booking), BookingState.CANCELLED
        )

    async def check_in(self, booking: Booking, room_id: str) -> Booking:
        """Note that the guests of a room have come."""
        return await self._done(
            booking, self._vendor.check_in(booking, room_id), BookingState.CHECKED_IN
        )

    async def check_out(self, booking: Booking, room_id: str) -> Booking:
        """Note that the guests of a room have gone; a booking is over once those of all rooms have."""
        wanted = BookingState.CHECKED_OUT
        return await self._done(
            booking,
            self._vendor.check_out(booking, room_id),
            wanted,
            also=BookingState.CHECKED_IN if len(booking.stays) > 1 else None,
        )

    async def _done(
        self,
        booking: Booking,
        command: Awaitable[bool],
        wanted: BookingState,
        *,
        also: BookingState | None = None,
    ) -> Booking:
        """Send a command, and return the booking as it is then; the state that is wanted proves an answer that was lost.

        What else may be after a success proves nothing, since it may have been so before.
        """
        doubt: OutcomeUnknown | None = None
        changed = False
        try:
            changed = await command
        except OutcomeUnknown as err:
            doubt = err
        try:
            now = await self._vendor.booking(booking.place_id, booking.id)
        except VendorError as err:
            if doubt or not changed:
                raise doubt or Conflict("nothing changed") from err
            return booking if also else replace(booking, state=wanted)
        if now.state is wanted and (doubt is None or booking.state is not wanted):
            return now
        if doubt:
            raise doubt
        if not changed and now.state is not also:
            raise Conflict("nothing changed")
        if now.state is also:
            return now
        raise OutcomeUnknown("accepted, not shown")

    # What cannot be changed

    async def _replaced(
        self, booking: Booking, terms: BookingTerms, refusal: InvalidRequest
    ) -> Booking:
        """Cancel a booking and make it anew; where that is refused, make it again as it was."""
        if await self._looks.is_taken(booking.place_id, terms, but_for=booking):
            raise Conflict("period")
        now = await self._vendor.booking(booking.place_id, booking.id)
        if now.state not in _MAY_BE_REPLACED or not now.stays:
            raise refusal
        old = BookingTerms(
            start=now.start,
            end=now.end,
            stays=now.stays,
            guest=now.guest,
            guests=now.guests or terms.guests,
            plan=terms.plan,
        )
        known = await self._looks.listed(booking.place_id, terms)
        known_before = await self._looks.listed(booking.place_id, old)
        try:
            await self.cancel(now)
        except OutcomeUnknown as err:
            raise ReplacementFailed(Replacement.CANCEL_IN_DOUBT, err) from None
        try:
            return await self._create(booking.place_id, terms, known)
        except OutcomeUnknown as err:
            raise ReplacementFailed(Replacement.NEW_IN_DOUBT, err) from None
        except VendorError as err:
            cause = err
        try:
            restored = await self._restored(booking.place_id, old, known_before)
        except OutcomeUnknown:
            raise ReplacementFailed(Replacement.OLD_IN_DOUBT, cause) from None
        except VendorError:
            raise ReplacementFailed(Replacement.LOST, cause) from None
        raise ReplacementFailed(Replacement.RESTORED, cause, restored)

    async def _restored(
        self, place_id: str, terms: BookingTerms, known: Known
    ) -> Booking:
        """Make a booking again, with some patience: there is none now."""
        for pause in _PAUSES:
            try:
                return await self._create(place_id, terms, known)
            except RateLimited, ServiceUnavailable:
                await self._sleep(pause)
        return await self._create(place_id, terms, known)


def _promised(booking_id: str, place_id: str, terms: BookingTerms) -> Booking:
    """Return a booking that was made and could not be read."""
    return Booking(
        id=booking_id,
        place_id=place_id,
        state=BookingState.UNKNOWN,
        start=terms.start,
        end=terms.end,
        stays=terms.stays,
        guest=terms.guest,
        guests=terms.guests,
        plan_ids=(terms.plan.id,) if terms.plan else (),
        reference=terms.reference,
    )
