"""The bookings of an account's places, read again and again, and changed from here."""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from datetime import timedelta
from itertools import count
import logging
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .booking_changes import BookingChanges, ReplacementFailed
from .const import CONF_SHOW_HOLDERS, DOMAIN
from .ledger import LedgerError
from .ledger_store import LedgerStore
from .listeners import Listeners
from .rhythm import Rhythm
from .vendors.bookings import Booking, BookingList, BookingState, KeepsBookings
from .vendors.model import Capability, Device
from .vendors.vendor import (
    AnswerNotUnderstood,
    InvalidRequest,
    NotAvailable,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    VendorError,
)

if TYPE_CHECKING:
    from .coordinator import LatchkeyCoordinator

_LOGGER = logging.getLogger(__name__)

CONTENT: Final = "reservations"
INTERVAL: Final = 600.0
"""Seconds between two readings of a place."""
INTERRUPTED: Final = "booking_interrupted"
LATE: Final = 60.0
"""Seconds after which a change in doubt is looked for once more: the vendor may have been slow."""
SPACING: Final = 10.0
"""Seconds at least between two readings for which somebody else gives the reason."""
LONGEST_CLOSE: Final = 20.0
"""Seconds that an unload waits for a change that is being made."""
BACK: Final = timedelta(days=7)
AHEAD: Final = timedelta(days=400)
MOST_LOOKUPS: Final = 25
"""How many bookings that a list lacks are read one by one with it."""
PATIENCE: Final = 2
"""How many readings in a row have to fail before what was read before them is no longer shown."""


class BookingKeeper:
    """Reads the bookings of places, tells what changed, and has changes made one after the other."""

    def __init__(self, coordinator: LatchkeyCoordinator, vendor: KeepsBookings) -> None:
        """Initialize with nothing read."""
        self.vendor = vendor
        self.changes = BookingChanges(vendor)
        self._coordinator = coordinator
        entry = coordinator.config_entry
        self._store = LedgerStore(coordinator.hass, entry.entry_id, CONTENT)
        self.show_guests: bool = entry.options.get(CONF_SHOW_HOLDERS, False)
        self._bookings: defaultdict[str, dict[str, Booking]] = defaultdict(dict)
        self._made: dict[str, str] = {}
        """The places of the bookings that were made here, which some vendors tell by their ids alone."""
        self._lookups: dict[str, int] = {}
        """The bookings that were looked up one by one, numbered in that order."""
        self._count = count(1)
        self._whole: set[str] = set()
        self._failures: dict[str, int] = {}
        self._read_at: dict[str, float] = {}
        self._turn = asyncio.Lock()
        self._changed_at: defaultdict[str, int] = defaultdict(int)
        self._closed = False
        self._under_way: str | None = None
        self._doubtful: set[str] = set()
        self._issue_id = f"{INTERRUPTED}_{entry.entry_id}"
        self.changed: Listeners[[]] = Listeners()
        """Told when anything that is shown may be another."""
        self.replaced: Listeners[[str, Booking]] = Listeners()
        """Told of the id of a booking that was made anew, and of what there is instead."""
        self.rhythm = Rhythm(
            coordinator,
            "bookings",
            Capability.BOOKINGS,
            self._async_read,
            lambda _: INTERVAL,
        )

    # What is known

    def of_place(self, place_id: str) -> list[Booking]:
        """Return the bookings of a place that are known, the first ones first."""
        return sorted(
            self._bookings[place_id].values(), key=lambda each: (each.start, each.id)
        )

    def find(self, booking_id: str) -> Booking | None:
        """Return a booking that is known."""
        for bookings in self._bookings.values():
            if booking_id in bookings:
                return bookings[booking_id]
        return None

    @property
    def place_ids(self) -> list[str]:
        """Return the places that there are."""
        return [device.id for device in self.rhythm.devices]

    async def async_get(self, place_id: str, booking_id: str) -> Booking:
        """Return a booking, read where it is not known; raises NotFound where there is none."""
        return self.find(booking_id) or await self.vendor.booking(place_id, booking_id)

    def is_known(self, place_id: str) -> bool:
        """Return whether a place's bookings could be read lately."""
        return self._failures.get(place_id, PATIENCE) < PATIENCE

    def is_whole(self, place_id: str) -> bool:
        """Return whether it is known of all rooms who is there: whoever is not known of is not there."""
        return place_id in self._whole and all(
            booking.rooms_known
            for booking in self._bookings[place_id].values()
            if booking.state is BookingState.CHECKED_IN
        )

    @callback
    def async_hint(self, place_id: str) -> None:
        """Read a place's bookings soon: something happened there."""
        now = self._coordinator.hass.loop.time()
        earliest = self._read_at.get(place_id, now - SPACING) + SPACING
        self.rhythm.async_hurry(place_id, max(0.0, earliest - now))

    # Changes from here

    async def async_load(self) -> None:
        """Load which bookings were made here, and whether Home Assistant stopped while one was."""
        data = await self._store.async_load() or {}
        self._made = {
            str(raw["booking_id"]): str(raw["place_id"])
            for raw in data.get("bookings", [])
        }
        if place_id := data.get("under_way"):
            place = self._coordinator.data.devices.get(place_id)
            name = place.name or place.label if place else self._coordinator.name
            ir.async_create_issue(
                self._coordinator.hass,
                DOMAIN,
                self._issue_id,
                is_fixable=False,
                severity=ir.IssueSeverity.WARNING,
                translation_key=INTERRUPTED,
                translation_placeholders={"name": name},
            )

    async def async_close(self) -> None:
        """Let a change that is under way be answered, and begin none."""
        self._closed = True
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_CLOSE), self._turn:
                pass

    async def async_change(
        self,
        place_id: str,
        change: Coroutine[Any, Any, Booking],
        of: Booking | None = None,
    ) -> Booking:
        """Have a change made, of a booking that there is or of none; it goes on where its caller is stopped, since it may be half done.

        Raises LedgerError, with nothing sent, where the account is being unloaded.
        """
        return await asyncio.shield(
            self._coordinator.hass.async_create_task(
                self._async_change(place_id, change, of),
                f"{self._coordinator.name}: booking",
            )
        )

    async def _async_change(
        self,
        place_id: str,
        change: Coroutine[Any, Any, Booking],
        of: Booking | None,
    ) -> Booking:
        async with self._turn:
            try:
                await self._async_begin(place_id)
            except LedgerError:
                change.close()
                raise
            try:
                booking = await change
                self._note(booking, of)
            except ReplacementFailed as err:
                if err.restored:
                    self._note(err.restored, of)
                self._doubtful.add(place_id)
                raise
            except OutcomeUnknown:
                self._doubtful.add(place_id)
                raise
            finally:
                # What was asked for before it is not to be believed after it.
                self._changed_at[place_id] += 1
                self.rhythm.async_hurry(place_id)
                self.rhythm.async_tick()
                await self._async_end()
            return booking

    async def _async_begin(self, place_id: str) -> None:
        """Write down that a change is under way, so that a stop in the middle of it is known."""
        if self._closed:
            raise LedgerError("closed")
        self._under_way = place_id
        try:
            await self._async_save()
        except LedgerError:
            self._under_way = None
            raise

    async def _async_end(self) -> None:
        """Write down that no change is under way, and which bookings are there, without what they are."""
        self._under_way = None
        ir.async_delete_issue(self._coordinator.hass, DOMAIN, self._issue_id)
        try:
            await self._async_save()
        except LedgerError as err:
            # What was done must not be lost for that.
            _LOGGER.warning("The end of a change could not be written: %s", err)

    @callback
    def _note(self, booking: Booking, of: Booking | None) -> None:
        """Take in a booking as it is after a change, perhaps in the place of another one."""
        if of is not None and of.id != booking.id:
            self.replaced.async_tell(of.id, booking)
        self._take(booking)
        self._made[booking.id] = booking.place_id
        self.changed.async_tell()

    async def _async_save(self) -> None:
        await self._store.async_write(
            {
                "bookings": [
                    {"booking_id": booking_id, "place_id": place_id}
                    for booking_id, place_id in self._made.items()
                ],
                "under_way": self._under_way,
            }
        )

    # Readings

    async def _async_read(self, device: Device) -> None:
        place_id = device.id
        self._read_at[place_id] = self._coordinator.hass.loop.time()
        changed_at = self._changed_at[place_id]
        try:
            listed, whole = await self._async_listed(place_id)
            found = {each.id: each for each in listed}
            gone, kept = await self._async_missing(place_id, found)
        except RateLimited:
            raise
        except VendorError:
            # What was never read is not known at all.
            self._failures[place_id] = self._failures.get(place_id, PATIENCE) + 1
            self.changed.async_tell()
            raise
        if changed_at != self._changed_at[place_id] or self._under_way == place_id:
            # It may be half done; another reading follows the change.
            return
        self._failures[place_id] = 0
        if whole:
            self._whole.add(place_id)
        else:
            self._whole.discard(place_id)
        for booking in (*listed, *kept):
            self._take(booking)
        await self._async_forget(place_id, gone)
        if place_id in self._doubtful:
            self._doubtful.discard(place_id)
            self.rhythm.async_hurry(place_id, LATE)
        self.changed.async_tell()

    async def _async_listed(self, place_id: str) -> tuple[tuple[Booking, ...], bool]:
        """Return the bookings of the time that is shown, and whether those are all."""
        now = dt_util.utcnow()
        try:
            found: BookingList = await self.vendor.bookings(
                place_id, now - BACK, now + AHEAD
            )
        except NotAvailable:
            return (), False
        return found.bookings, found.complete

    async def _async_missing(
        self, place_id: str, found: Iterable[str]
    ) -> tuple[set[str], list[Booking]]:
        """Return which of the bookings that were not listed are gone, and what the others are now."""
        oldest = dt_util.utcnow() - BACK
        held = self._bookings[place_id]
        made = {each for each, place in self._made.items() if place == place_id}
        missing = (held.keys() | made) - set(found)
        gone: set[str] = set()
        kept: list[Booking] = []
        lookups = 0
        # Those that were not looked up for the longest time come first.
        for booking_id in sorted(missing, key=lambda each: self._lookups.get(each, 0)):
            before = held.get(booking_id)
            if before and before.end < oldest:
                gone.add(booking_id)
            elif before and before.is_over:
                # Nothing comes after that; not every list has it.
                continue
            elif lookups < MOST_LOOKUPS:
                lookups += 1
                self._lookups[booking_id] = next(self._count)
                try:
                    kept.append(await self.vendor.booking(place_id, booking_id))
                except NotFound:
                    gone.add(booking_id)
                except AnswerNotUnderstood, InvalidRequest:
                    # It stays as it was, and keeps none of the others from being read.
                    continue
        gone |= {each.id for each in kept if each.end < oldest}
        return gone, [each for each in kept if each.id not in gone]

    async def _async_forget(self, place_id: str, gone: set[str]) -> None:
        for booking_id in gone:
            self._lookups.pop(booking_id, None)
            self._bookings[place_id].pop(booking_id, None)
        if gone & self._made.keys():
            for booking_id in gone:
                self._made.pop(booking_id, None)
            with suppress(LedgerError):
                await self._async_save()

    @callback
    def _take(self, booking: Booking) -> None:
        self._bookings[booking.place_id][booking.id] = booking
