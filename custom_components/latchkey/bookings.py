"""The bookings that were made here: kept, since no vendor has to list them."""

import asyncio
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
import logging
import secrets
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .ledger import LedgerError
from .ledger_store import LedgerStore
from .listeners import Listeners
from .vendors.bookings import BookingOrder, MakesBookings
from .vendors.vendor import OutcomeUnknown, VendorError

_LOGGER = logging.getLogger(__name__)

CONTENT: Final = "bookings"
LONGEST_CLOSE: Final = 20.0
"""Seconds that an unload waits for a booking that is being made."""
KEPT: Final = timedelta(days=400)
"""How long after its end a booking is remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A booking, or the intent to make one."""

    id: str
    booking_object: int
    start: datetime
    end: datetime
    booking_id: str | None = None
    """The vendor's; None while it is not known whether there is one."""

    def as_json(self) -> dict[str, Any]:
        """Return what is stored of it."""
        return {
            **asdict(self),
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
        }


class BookingBook:
    """Makes bookings, and remembers them."""

    def __init__(
        self, hass: HomeAssistant, entry_id: str, vendor: MakesBookings
    ) -> None:
        """Initialize with the account's client."""
        self._store = LedgerStore(hass, entry_id, CONTENT)
        self._vendor = vendor
        self._booking = asyncio.Lock()
        self._closed = False
        self.bookings: dict[str, Booking] = {}
        self.changed: Listeners[[]] = Listeners()

    async def async_load(self) -> None:
        """Load what was made before; what has long been over is forgotten."""
        data = await self._store.async_load() or {}
        for raw in data.get("bookings", []):
            start, end = (
                dt_util.parse_datetime(raw["start"]),
                dt_util.parse_datetime(raw["end"]),
            )
            if start and end and end > dt_util.utcnow() - KEPT:
                booking = Booking(**{**raw, "start": start, "end": end})
                self.bookings[booking.id] = booking

    async def async_book(self, order: BookingOrder) -> Booking:
        """Make a booking; raises LedgerError, with nothing sent, where the intent could not be written.

        One that is in doubt stays in the book without the vendor's id: nothing tells whether there is one.
        """
        async with self._booking:
            if self._closed:
                raise LedgerError("closed")
            return await self._async_book(order)

    async def async_close(self) -> None:
        """Let a booking that is under way be answered, and begin none, so that nobody writes after us."""
        self._closed = True
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_CLOSE), self._booking:
                pass

    async def _async_book(self, order: BookingOrder) -> Booking:
        booking = Booking(
            id=secrets.token_hex(8),
            booking_object=order.booking_object,
            start=order.start,
            end=order.end,
        )
        try:
            await self._async_put(booking)
        except LedgerError:
            del self.bookings[booking.id]
            self.changed.async_tell()
            raise
        try:
            booking_id = await self._vendor.book(order)
        except OutcomeUnknown:
            raise
        except VendorError:
            # Nothing was done.
            del self.bookings[booking.id]
            with suppress(LedgerError):
                await self._async_save()
            raise
        booking = replace(booking, booking_id=booking_id)
        try:
            await self._async_put(booking)
        except LedgerError as err:
            # It is made, and its answer must not be lost for that.
            _LOGGER.warning("A booking's number could not be written: %s", err)
        return booking

    async def _async_put(self, booking: Booking) -> None:
        self.bookings[booking.id] = booking
        await self._async_save()

    async def _async_save(self) -> None:
        self.changed.async_tell()
        await self._store.async_write(
            {"bookings": [booking.as_json() for booking in self.bookings.values()]}
        )
