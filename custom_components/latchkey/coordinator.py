"""The account's one clock: polls, takes in what commands lead to, spreads what changed."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
import logging
from math import inf
from operator import is_
from typing import Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers.update_coordinator import UpdateFailed
from homeassistant.util import dt as dt_util

from .access_repairs import AccessRepairs
from .booking_grants import BookingGrants
from .booking_keeper import BookingKeeper
from .bookings import BookingBook
from .box_keeper import BoxKeeper
from .callbacks import Callbacks
from .certificate_repairs import CertificateRepairs
from .commands import Commands
from .const import CONF_PARTS, CONF_POLL_INTERVAL
from .devices import async_sync_devices
from .errors import translated
from .grant_keeper import GrantKeeper
from .hint_receiver import HintReceiver
from .holders import HolderBook
from .inventory import InventoryTracker
from .key_keeper import KeyKeeper
from .lock_keeper import LockKeeper
from .log_keeper import LogKeeper
from .log_memory import LogMemory
from .opening_keeper import OpeningKeeper
from .polling import Round
from .reading_keeper import ReadingKeeper
from .rhythm import Rhythms
from .schedule_keeper import ScheduleKeeper
from .setting_keeper import SettingKeeper
from .statuses import Statuses, Verdict, changed
from .subscription_keeper import SubscriptionKeeper
from .telling import AccountData, TellingCoordinator
from .vendors.bookings import KeepsBookings, MakesBookings
from .vendors.calls import TakesCalls
from .vendors.directory import KeepsDirectory, ListsAccesses
from .vendors.granting import IssuesGrants
from .vendors.hints import TakesHints
from .vendors.holders import KnowsHolders
from .vendors.keys import ManagesKeys
from .vendors.lockers import TellsBoxes
from .vendors.locks import LocksDoors
from .vendors.model import Device, Status
from .vendors.openings import OpensDoors
from .vendors.passages import KeepsLog, KeepsMemory
from .vendors.push import PushesStatus
from .vendors.readings import ReportsReadings
from .vendors.schedules import KeepsSchedules
from .vendors.settings import HasSettings
from .vendors.site import ManagesSite
from .vendors.subscriptions import KeepsSubscriptions
from .vendors.vendor import (
    KeepsSession,
    NoRight,
    RateLimited,
    Refused,
    ReportsStatus,
    ServiceUnavailable,
    Vendor,
    VendorError,
    VendorSpec,
    WrongCredentials,
)

_LOGGER = logging.getLogger(__name__)

INVENTORY_INTERVAL: Final = 900.0
"""Seconds after which it is read at the latest; the longest poll interval is as long."""
PATIENCE: Final = 2
"""How many polls in a row have to fail before an account that is nothing but its inventory is shown as out of reach."""
DRIFT_INTERVAL: Final = 600.0
"""Seconds between two looks at a device whose changes are called in."""

type LatchkeyConfigEntry = ConfigEntry[LatchkeyCoordinator]


class LatchkeyCoordinator(TellingCoordinator):
    """Keeps one account's data."""

    config_entry: LatchkeyConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: LatchkeyConfigEntry,
        spec: VendorSpec,
        vendor: Vendor,
    ) -> None:
        """Initialize with the account's client."""
        self._interval = timedelta(
            seconds=entry.options.get(CONF_POLL_INTERVAL, spec.poll_interval)
        )
        super().__init__(
            hass,
            _LOGGER,
            config_entry=entry,
            name=entry.title,
            update_interval=self._interval,
        )
        self.vendor = vendor
        self.grants = (
            GrantKeeper(hass, entry, vendor)
            if isinstance(vendor, IssuesGrants)
            else None
        )
        self.bookings = (
            BookingBook(hass, entry.entry_id, vendor)
            if isinstance(vendor, MakesBookings)
            else None
        )
        self.holders = (
            HolderBook(hass, entry.entry_id, vendor)
            if isinstance(vendor, KnowsHolders)
            else None
        )
        self.site = vendor if isinstance(vendor, ManagesSite) else None
        self.calls = vendor if isinstance(vendor, TakesCalls) else None
        self.directory = vendor if isinstance(vendor, KeepsDirectory) else None
        self.accesses = vendor if isinstance(vendor, ListsAccesses) else None
        self.keys = (
            KeyKeeper(entry, vendor) if isinstance(vendor, ManagesKeys) else None
        )
        self.inventory = InventoryTracker(entry.data.get(CONF_PARTS, ()))
        # What was read before a change from here must not be taken in after it.
        self._inventory_turn = asyncio.Lock()
        self.unreachable: dict[str, str] = {}
        self._next_inventory = hass.loop.time()
        self._inventory_failures = 0
        self._registered: tuple[object, ...] | None = None
        """Which devices are in the registry as they are, so that an inventory like the last one costs nothing there."""
        self.statuses = Statuses()
        self._read_at: dict[str, float] = {}
        self.paused_until = hass.loop.time()
        self.commands = Commands(self)
        self.callbacks = Callbacks(self) if isinstance(vendor, PushesStatus) else None
        self.hints = HintReceiver(self) if isinstance(vendor, TakesHints) else None
        self.subscriptions = (
            SubscriptionKeeper(self, vendor)
            if isinstance(vendor, KeepsSubscriptions)
            else None
        )
        self.openings = OpeningKeeper(self) if isinstance(vendor, OpensDoors) else None
        self.locks = LockKeeper(self) if isinstance(vendor, LocksDoors) else None
        self.log = LogKeeper(self) if isinstance(vendor, KeepsLog) else None
        self.log_memory = (
            LogMemory(hass, entry.entry_id, vendor)
            if isinstance(vendor, KeepsMemory)
            else None
        )
        self.boxes = BoxKeeper(self) if isinstance(vendor, TellsBoxes) else None
        self.readings = ReadingKeeper(self)
        self.certificates = CertificateRepairs(self)
        self._access = AccessRepairs(hass, entry, vendor)
        self.settings = SettingKeeper(self) if isinstance(vendor, HasSettings) else None
        self.reservations = (
            BookingKeeper(self, vendor) if isinstance(vendor, KeepsBookings) else None
        )
        self.schedules = (
            ScheduleKeeper(self, vendor) if isinstance(vendor, KeepsSchedules) else None
        )
        self.booking_grants = (
            BookingGrants(self, self.grants, self.reservations)
            if self.grants and self.reservations
            else None
        )
        read_behind = (
            self.locks,
            self.log,
            self.settings,
            self.callbacks,
            self.subscriptions,
            self.reservations,
            self.schedules,
            self.boxes,
            self.readings if isinstance(vendor, ReportsReadings) else None,
        )
        self._rhythms = Rhythms(self, (each.rhythm for each in read_behind if each))
        if isinstance(vendor, KeepsSession):
            # Home Assistant unloads nothing when it stops.
            entry.async_on_unload(
                hass.bus.async_listen(EVENT_HOMEASSISTANT_STOP, self._async_stopping)
            )

    async def _async_stopping(self, event: Event) -> None:
        await self.async_shutdown()

    @override
    async def async_shutdown(self) -> None:
        """Stop all that was still to happen."""
        await super().async_shutdown()
        self.commands.async_stop()
        self._rhythms.async_stop()
        if self.openings:
            self.openings.async_stop()
        if self.locks:
            self.locks.async_stop()
        if self.hints:
            self.hints.async_stop()
        if self.schedules:
            self.schedules.async_stop()
        if self.subscriptions:
            self.subscriptions.async_stop()
        if isinstance(self.vendor, KeepsSession):
            await self.vendor.close()

    @callback
    def async_start(self) -> None:
        """Begin with all that is read behind the polls, now that there is somebody to be told of it."""
        self._rhythms.async_start()
        self.certificates.async_start()
        if self.openings:
            self.openings.async_start()
        if self.booking_grants:
            self.booking_grants.async_start()

    @override
    async def async_request_refresh(self) -> None:
        """Read everything, since somebody asks for it."""
        self._read_at.clear()
        await super().async_request_refresh()

    @callback
    def async_read_inventory_soon(self) -> None:
        """Read the inventory now, or with the first poll after an outage."""
        self._next_inventory = self.hass.loop.time()
        if self.last_update_success:
            self.config_entry.async_create_background_task(
                self.hass, super().async_request_refresh(), f"{self.name}: inventory"
            )

    @callback
    def async_read_next(self, device_id: str) -> None:
        """Have a device read at the next poll, however lately it was."""
        self._read_at.pop(device_id, None)

    @callback
    def async_pause(self, seconds: float) -> None:
        """Have all wait that is read behind the polls: the vendor asks for a pause."""
        until = self.hass.loop.time() + seconds
        self.paused_until = max(self.paused_until, until)
        self._rhythms.async_pause(seconds)

    @callback
    def async_doubt(self, err: VendorError) -> None:
        """Have the next poll look whether the account works at all: something could not be read behind it.

        Where there is a status to be read, each poll sees to that anyway.
        """
        if isinstance(
            err, (ServiceUnavailable, NoRight, Refused, WrongCredentials)
        ) and not isinstance(self.vendor, ReportsStatus):
            self._next_inventory = min(self._next_inventory, self.hass.loop.time())

    def interval(self, device_id: str) -> float:
        """Return the seconds between two looks at a device: few where nothing else tells of its changes."""
        if (self.callbacks and self.callbacks.is_healthy(device_id)) or (
            self.subscriptions and self.subscriptions.tells_of_log(device_id)
        ):
            return max(DRIFT_INTERVAL, self._interval.total_seconds())
        return self._interval.total_seconds()

    @property
    def reported(self) -> dict[str, Status]:
        """Return what each device told last."""
        return self.statuses.reported

    def holder_name(self, holder_id: str) -> str | None:
        """Return the name of somebody whom the vendor knows by an id alone, where the account keeps one."""
        return self.holders.name(holder_id) if self.holders else None

    # Readings

    @override
    async def _async_update_data(self) -> AccountData:
        """Read the inventory where it is due, and the status of every device that has one."""
        self.update_interval = self._interval
        try:
            await self._async_read()
        except Refused as err:
            # Nobody knows whether it is the credentials: it is tried again, and a repair says what there is to see to.
            self._access.async_refused(err.reason)
            raise translated(err, UpdateFailed, self.name) from err
        except WrongCredentials as err:
            raise translated(err, ConfigEntryAuthFailed, self.name) from err
        except RateLimited as err:
            # Not an outage: what was read before stays, and the next poll waits.
            if not self.inventory.devices or not self.last_update_success:
                # Nothing was read that could be shown.
                failure = translated(err, UpdateFailed, self.name)
                failure.retry_after = err.wait
                raise failure from err
            _LOGGER.debug("%s: rate limited, next poll in %.0f s", self.name, err.wait)
            self.update_interval = max(self._interval, timedelta(seconds=err.wait))
            self.async_pause(err.wait)
        except VendorError as err:
            raise translated(err, UpdateFailed, self.name) from err
        else:
            self._access.async_accepted()
        return self._shown()

    async def _async_read(self) -> None:
        now = self.hass.loop.time()
        # At the next poll it might be too late.
        if now >= self._next_inventory - self._interval.total_seconds():
            async with self._inventory_turn:
                await self._async_read_inventory(now)
        before = dict(self.reported)
        round_ = Round(self.vendor)
        try:
            await round_.read(self._due(now))
        finally:
            for device_id, status in round_.statuses.items():
                self._read_at[device_id] = now
                held = before.get(device_id)
                taken = self.statuses.take_polled(device_id, status, held, now)
                shown = self.data.statuses.get(device_id)
                # What a command of ours has led to was expected.
                missed = changed(status, held) & changed(status, shown)
                if taken and self.callbacks and missed:
                    self.callbacks.async_missed(device_id, missed)
                self.readings.async_take(device_id, status.readings)
            self._take_failures(round_, before)

    def _due(self, now: float) -> list[Device]:
        """Return the devices to be read; one that calls back by itself is only checked for drift."""
        return [
            device
            for device in self._readable()
            if device.id in self.unreachable
            or device.id not in self.reported
            or self.callbacks is None
            or not self.callbacks.is_healthy(device.id)
            # Between two polls, the nearer one.
            or now - self._read_at.get(device.id, -inf)
            >= self.interval(device.id) - self._interval.total_seconds() / 2
        ]

    async def _async_read_inventory(self, now: float) -> None:
        try:
            try:
                inventory = await self.vendor.inventory()
            except WrongCredentials, Refused:
                # Polling stops for good where credentials are wrong: one refusal is not enough.
                inventory = await self.vendor.inventory()
        except WrongCredentials, Refused, RateLimited:
            raise
        except VendorError as err:
            self._inventory_failures += 1
            if not self.inventory.devices or (
                self._inventory_failures >= PATIENCE
                and not isinstance(self.vendor, ReportsStatus)
            ):
                raise
            _LOGGER.debug("%s: inventory not read: %s", self.name, err)
            return
        self._inventory_failures = 0
        self._next_inventory = now + INVENTORY_INTERVAL
        self.inventory.update(inventory)
        self._keep_parts()
        self.readings.async_take_all(inventory.readings)
        if self.keys:
            await self.keys.async_take()
        known = (self.inventory.devices, self.inventory.settled)
        if self._registered is None or not all(map(is_, self._registered, known)):
            async_sync_devices(self.hass, self.config_entry, self.inventory)
            self._registered = known
        self.certificates.async_check()

    @callback
    def _keep_parts(self) -> None:
        """Have the entry know what makes the account now, so that it is known again by that when its key is replaced.

        Nothing is reloaded: nobody listens to the entry.
        """
        entry, parts = self.config_entry, sorted(self.inventory.parts)
        if parts != sorted(entry.data.get(CONF_PARTS, ())):
            self.hass.config_entries.async_update_entry(
                entry, data={**entry.data, CONF_PARTS: parts}
            )

    async def async_read_inventory(self, deleted: str | None = None) -> None:
        """Read at once what there is, since it was changed from here; the next poll makes up for what fails."""
        async with self._inventory_turn:
            if deleted is not None:
                self.inventory.forget(deleted)
            now = self._next_inventory = self.hass.loop.time()
            try:
                await self._async_read_inventory(now)
            except VendorError as err:
                _LOGGER.debug("%s: inventory not read: %s", self.name, err)
                return
        self.async_publish()

    @callback
    def async_take_found(self, devices: Sequence[Device]) -> None:
        """Have devices that a log was the first to tell of; the next inventory has them, too."""
        self.inventory.add(devices)
        async_sync_devices(self.hass, self.config_entry, self.inventory)
        self.async_publish()

    @callback
    def async_forget(self, device_id: str) -> bool:
        """Forget a device of which logs alone tell, until one tells of it again; return whether it is one."""
        if self.log_memory is None or not self.log_memory.async_forget(device_id):
            return False
        self.inventory.drop(device_id)
        self.async_publish()
        # The registry's rest goes with it.
        self.async_read_inventory_soon()
        return True

    def _readable(self) -> list[Device]:
        """Return the devices whose status tells of an output or an input, theirs or a part's."""
        roots = {
            device.root_id
            for device in self.inventory.devices.values()
            if device.outputs or device.inputs
        }
        return [self.inventory.devices[root_id] for root_id in sorted(roots)]

    def _take_failures(self, round_: Round, before: Mapping[str, Status]) -> None:
        """Forget the status of what failed; tell of it once, and once when it is back."""
        for device_id, err in round_.failures.items():
            self.statuses.forget(device_id, before.get(device_id))
            if device_id not in self.unreachable:
                _LOGGER.warning("%s: device %s: %s", self.name, device_id, err)
            self.unreachable[device_id] = err.key
        for device_id in self.unreachable.keys() & round_.statuses.keys():
            _LOGGER.info("%s: device %s is back", self.name, device_id)
            del self.unreachable[device_id]

    # What is shown, and who is told

    def _shown(self) -> AccountData:
        """Return the data with what is expected in it; what is unchanged stays the same object."""
        statuses: dict[str, Status] = {}
        for root_id, reported in self.reported.items():
            if root_id not in self.inventory.devices:
                continue
            status = self.commands.overlaid(root_id, reported)
            held = self.data.statuses.get(root_id)
            if held and (held.outputs, held.inputs) == (status.outputs, status.inputs):
                status = held
            statuses[root_id] = status
        return AccountData(self.inventory.devices, statuses)

    @callback
    def async_take_status(
        self, root_id: str, status: Status, before: Status | None
    ) -> None:
        """Take in a status that was asked for outside a round; it is shown with the next publication."""
        self.statuses.take_polled(root_id, status, before, self.hass.loop.time())
        if self.callbacks:
            self.callbacks.receiver.async_seen(root_id, status)
        self.readings.async_take(root_id, status.readings)

    @callback
    def async_take_push(self, root_id: str, status: Status) -> Verdict:
        """Take in and show a status that a device's vendor called with, if it is newer than what is held."""
        verdict = self.statuses.take_pushed(
            root_id, status, self.hass.loop.time(), dt_util.utcnow()
        )
        if verdict is Verdict.NEWS:
            if self.unreachable.pop(root_id, None):
                _LOGGER.info("%s: device %s is back", self.name, root_id)
            self.readings.async_take(root_id, status.readings)
            self.async_publish()
        return verdict

    @callback
    def async_publish(self) -> None:
        """Show what is known now to all whom it concerns."""
        self.data = self._shown()
        self.async_update_listeners()
