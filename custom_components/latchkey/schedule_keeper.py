"""The schedules of an account's systems, read again and again, and entries of ours in them."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from .const import CONF_SHOW_HOLDERS
from .hold_records import HoldDiffers
from .holds import LATE, HoldBook
from .known_schedules import PATIENCE, KnownSchedules
from .ledger_store import LedgerStore
from .listeners import Listeners
from .rhythm import Rhythm
from .timers import Timers
from .vendors.model import Capability, Device
from .vendors.schedules import Hold, KeepsSchedules
from .vendors.vendor import (
    AnswerNotUnderstood,
    InvalidRequest,
    NoRight,
    NotFound,
    RateLimited,
    VendorError,
)

if TYPE_CHECKING:
    from .coordinator import LatchkeyCoordinator

CONTENT: Final = "holds"
INTERVAL: Final = 900.0
"""Seconds between two readings: as often as the inventory."""
BACK: Final = timedelta(days=7)
AHEAD: Final = timedelta(days=60)

_NEXT: Final = "next"
_ITS_OWN: Final = (AnswerNotUnderstood, InvalidRequest, NotFound)
"""What is wrong with one schedule, and with no other for that."""


class ScheduleKeeper:
    """Reads the schedules of an account, tells what changed, and has doors held open by them."""

    def __init__(
        self, coordinator: LatchkeyCoordinator, vendor: KeepsSchedules
    ) -> None:
        """Initialize with nothing read."""
        self._coordinator = coordinator
        self._vendor = vendor
        entry = coordinator.config_entry
        self._store = LedgerStore(coordinator.hass, entry.entry_id, CONTENT)
        self.holds = HoldBook(vendor, self._store.async_write, dt_util.utcnow)
        self.known = KnownSchedules()
        self.show_titles: bool = entry.options.get(CONF_SHOW_HOLDERS, False)
        self._changes: defaultdict[str, int] = defaultdict(int)
        self._timers = Timers[str](coordinator.hass)
        self.changed: Listeners[[]] = Listeners()
        """Told when anything that is shown may be another."""
        self.found: Listeners[[]] = Listeners()
        """Told when there may be other schedules, or other relays, than before."""
        self.rhythm = Rhythm(
            coordinator,
            "schedules",
            Capability.SCHEDULES,
            self._async_read,
            lambda _: INTERVAL,
        )

    async def async_load(self) -> None:
        """Load which entries were made here."""
        self.holds.load(await self._store.async_load())

    @callback
    def async_stop(self) -> None:
        """Do nothing more by itself."""
        self._timers.async_stop()

    # Entries of ours

    async def async_open(
        self, system_id: str, schedule_id: str, start: datetime | None, end: datetime
    ) -> Hold:
        """Have a schedule's relays on until a time; see HoldBook.open."""
        try:
            hold = await self.holds.open(schedule_id, start, end)
        except HoldDiffers as err:
            self.known.show(schedule_id, err.hold)
            raise
        else:
            self.known.show(schedule_id, hold)
            return hold
        finally:
            self._look_at(system_id, schedule_id)

    async def async_cancel(self, system_id: str, schedule_id: str) -> list[Hold]:
        """Delete the entries of ours in a schedule; see HoldBook.cancel."""
        try:
            holds = await self.holds.cancel(schedule_id)
            for hold in holds:
                self.known.show(schedule_id, hold, gone=True)
            return holds
        finally:
            self._look_at(system_id, schedule_id)

    @callback
    def _look_at(self, system_id: str, schedule_id: str) -> None:
        """Show what came of a command, and read again: what was asked for before is not to be believed after it."""
        self._changes[schedule_id] += 1
        self.rhythm.async_hurry(system_id)
        self._tell()

    # Readings

    async def _async_read(self, device: Device) -> None:
        """Read what schedules there are, what each holds, and what became of entries of ours that are in doubt."""
        read: set[str] = set()
        failure: VendorError | None = None
        try:
            self.known.take_list(device.id, await self._vendor.schedules(device))
            for schedule in self.known.of(device.id):
                try:
                    await self._async_read_entries(schedule.id)
                except _ITS_OWN as err:
                    failure = err
                else:
                    read.add(schedule.id)
            if self.holds.is_in_doubt:
                await self.holds.settle()
            if failure:
                raise failure
        except RateLimited:
            raise
        except VendorError as err:
            for schedule in self.known.of(device.id):
                if schedule.id not in read:
                    # Without the right to it nobody looks again.
                    no_right = isinstance(err, NoRight)
                    self.known.fail(schedule.id, PATIENCE if no_right else 1)
            raise
        finally:
            if self.holds.is_in_doubt:
                self.rhythm.async_hurry(device.id, LATE.total_seconds())
            self.found.async_tell()
            self._tell()

    async def _async_read_entries(self, schedule_id: str) -> None:
        changes, now = self._changes[schedule_id], dt_util.utcnow()
        told = await self._vendor.entries(schedule_id, now - BACK, now + AHEAD)
        if changes == self._changes[schedule_id]:
            self.known.take(schedule_id, told)

    @callback
    def _tell(self) -> None:
        """Tell that something may be otherwise, and again when a door next begins or ends to be held open."""
        self.changed.async_tell()
        now = dt_util.utcnow()
        if at := self.known.next_change(now):
            self._timers.async_set(_NEXT, (at - now).total_seconds(), self._tell)
        else:
            self._timers.async_cancel(_NEXT)
