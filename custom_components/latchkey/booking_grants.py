"""Grants that follow their bookings: moved with them, and taken back when a booking is over."""

from dataclasses import replace
from datetime import datetime
import logging
from typing import TYPE_CHECKING

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from . import booking_ties
from .booking_keeper import BookingKeeper
from .grant_keeper import GrantKeeper
from .ledger import LedgerError, Record, Terms, Tie
from .vendors.bookings import Booking, BookingState
from .vendors.grants import GrantState
from .vendors.vendor import NotFound, VendorError

if TYPE_CHECKING:
    from .coordinator import LatchkeyCoordinator

_LOGGER = logging.getLogger(__name__)


class BookingGrants:
    """Brings grants in step with the bookings that they are tied to, after each reading of those.

    Whatever is left undone is found again with the next one: a tie says what a grant should be, not what changed.
    """

    def __init__(
        self,
        coordinator: LatchkeyCoordinator,
        grants: GrantKeeper,
        reservations: BookingKeeper,
    ) -> None:
        """Initialize with the account's grants and bookings."""
        self._coordinator = coordinator
        self._grants = grants
        self._reservations = reservations
        self._is_running = False
        self._again = False

    @callback
    def async_start(self) -> None:
        """Follow from now on."""
        on_unload = self._coordinator.config_entry.async_on_unload
        on_unload(self._reservations.replaced.async_listen(self._replaced))
        on_unload(self._reservations.changed.async_listen(self._follow_soon))
        self._follow_soon()

    @callback
    def _replaced(self, booking_id: str, booking: Booking) -> None:
        """Tie the grants of a booking to the one that was made in its place."""
        ledger = self._grants.ledger
        followed = [each for each in self._tied() if each[1].booking_id == booking_id]
        for record, tie in followed:
            ledger.put(record, tie=replace(tie, booking_id=booking.id))
        if followed:
            # Not to be stopped with the account: the one that it is tied to on disk is cancelled.
            self._coordinator.hass.async_create_task(
                self._async_save(), f"{self._coordinator.name}: grants of a booking"
            )

    async def _async_save(self) -> None:
        try:
            await self._grants.ledger.save(dt_util.utcnow())
        except LedgerError as err:
            _LOGGER.error("The ledger of grants could not be written: %s", err)

    def _tied(self) -> list[tuple[Record, Tie]]:
        return [
            (record, record.tie)
            for record in self._grants.ledger.records.values()
            if record.tie is not None
        ]

    @callback
    def _follow_soon(self) -> None:
        if self._is_running:
            self._again = True
            return
        if any(self._is_followed(record) for record, _ in self._tied()):
            self._is_running = True
            self._coordinator.config_entry.async_create_background_task(
                self._coordinator.hass,
                self._async_follow(),
                f"{self._coordinator.name}: grants follow their bookings",
            )

    def _is_followed(self, record: Record) -> bool:
        """Return whether there is anything of a grant that could follow."""
        return (
            not record.is_gone
            and self._grants.state(record) is not GrantState.REVOKING
            and record.credential is not None
        )

    async def _async_follow(self) -> None:
        try:
            while True:
                self._again = False
                for record, tie in self._tied():
                    if not self._is_followed(record):
                        continue
                    try:
                        await self._async_follow_one(record, tie)
                    except (VendorError, LedgerError) as err:
                        _LOGGER.debug(
                            "%s: grant %s does not follow yet: %s",
                            self._coordinator.name,
                            record.grant_id,
                            err,
                        )
                if not self._again:
                    return
        finally:
            self._is_running = False

    async def _async_follow_one(self, record: Record, tie: Tie) -> None:
        if not self._reservations.is_known(tie.place_id):
            return
        is_expired = self._grants.state(record) is GrantState.EXPIRED
        if is_expired and self._reservations.find(tie.booking_id) is None:
            # Long over: nobody is to ask for it again and again.
            return
        try:
            booking = await self._reservations.async_get(tie.place_id, tie.booking_id)
        except NotFound:
            wanted = None
        else:
            if booking.state is BookingState.UNKNOWN or booking_ties.is_untold(
                tie, booking, record.access_id
            ):
                return
            wanted = booking_ties.wanted(tie, booking, record.access_id)
        held = self._grants.ledger.records.get(record.grant_id)
        if held is None or held.tie != tie or not self._is_followed(held):
            # It changed while the booking was looked for; another round sees to that.
            return
        await self._async_bring(held, wanted)

    async def _async_bring(
        self, record: Record, wanted: tuple[datetime, datetime] | None
    ) -> None:
        """Make a grant open from when to when it is to, or no more."""
        terms = record.wanted or record.terms
        now = dt_util.utcnow()
        if wanted is None or wanted[1] <= now:
            if terms.end is None or terms.end > now:
                await self._grants.book.revoke(record)
                self._grants.async_changed(record.scope)
            return
        if (terms.start, terms.end) == wanted:
            return

        def moved(present: Terms) -> Terms:
            return replace(present, start=wanted[0], end=wanted[1])

        await self._grants.book.update(record.grant_id, moved, None)
        self._grants.async_changed(record.scope)
