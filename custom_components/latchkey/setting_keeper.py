"""An account's settings: read now and then, changed at the vendor, brought to the device by a delivery."""

import asyncio
from collections import defaultdict
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from .deliveries import Deliveries
from .ledger import LedgerError
from .ledger_store import LedgerStore
from .listeners import Listeners
from .rhythm import Rhythm
from .vendors.model import Capability, Device
from .vendors.settings import HasSettings, Setting
from .vendors.vendor import OutcomeUnknown

if TYPE_CHECKING:
    from .coordinator import LatchkeyCoordinator

LOOK_AFTER: Final = 10.0
CONTENT: Final = "settings"
INTERVAL: Final = 3600.0


class SettingKeeper:
    """Keeps the settings of each device."""

    def __init__(self, coordinator: LatchkeyCoordinator) -> None:
        """Initialize with nothing read."""
        self._coordinator = coordinator
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.values: dict[str, dict[str, Setting]] = {}
        """By device; one that could not be read yet is absent."""
        self._store = LedgerStore(
            coordinator.hass, coordinator.config_entry.entry_id, CONTENT
        )
        self._undelivered: set[str] = set()
        self._taken_up: set[str] = set()
        self.changed: defaultdict[str, Listeners[[]]] = defaultdict(Listeners)
        """Told of new values, by device."""
        self.found: Listeners[[]] = Listeners()
        """Told when a device turns out to have other settings than before."""
        self.rhythm = Rhythm(
            coordinator,
            "settings",
            Capability.SETTINGS,
            self._async_read,
            lambda _: INTERVAL,
        )

    async def async_load(self) -> None:
        """Take up the deliveries that a restart has interrupted."""
        data = await self._store.async_load() or {}
        self._undelivered = set(data.get("undelivered", []))

    async def async_change(
        self, device: Device, setting: Setting, value: float | str | bool
    ) -> None:
        """Change a setting at the vendor, and have the device learn of it."""
        vendor = self._coordinator.vendor
        assert isinstance(vendor, HasSettings)
        # Not the commands' own turn: a door does not wait for a setting.
        async with self._locks[device.id]:
            # Before it is sent: what a crash leaves behind is a delivery that finds nothing, at worst.
            self._undelivered.add(device.id)
            self._taken_up.add(device.id)
            await self._async_save()
            try:
                await vendor.change_setting(device, setting, value)
            except OutcomeUnknown:
                # It may stand at the server: it shows soon, and is delivered if so.
                self.rhythm.async_hurry(device.id, LOOK_AFTER)
                raise
        self.values[device.id] = {
            **self.values[device.id],
            setting.id: replace(setting, value=value),
        }
        self.changed[device.id].async_tell()
        self._deliver(device.id)

    def _deliver(self, device_id: str) -> None:
        if deliveries := self._deliveries:
            deliveries.request(device_id, insist=True)

    @property
    def _deliveries(self) -> Deliveries | None:
        grants = self._coordinator.grants
        return grants.deliveries if grants else None

    async def _async_save(self) -> None:
        """Keep which devices are still to learn of a change; without that only a restart would forget it."""
        with suppress(LedgerError):
            await self._store.async_write({"undelivered": sorted(self._undelivered)})

    async def _async_read(self, device: Device) -> None:
        vendor = self._coordinator.vendor
        assert isinstance(vendor, HasSettings)
        before = self.values.get(device.id)
        read = {setting.id: setting for setting in await vendor.settings(device)}
        if self.values.get(device.id) is not before:
            # Somebody changed one meanwhile; what was read may be from before.
            return
        self.values[device.id] = read
        if before is None or before.keys() != read.keys():
            self.found.async_tell()
        self.changed[device.id].async_tell()
        await self._async_take_up(device.id, is_news=before not in (None, read))

    async def _async_take_up(self, device_id: str, *, is_news: bool) -> None:
        """Go on with a delivery that a restart or a doubt has interrupted; forget one that has come to its end."""
        if device_id not in self._undelivered or self._deliveries is None:
            return
        insists = self._deliveries.insists(device_id)
        is_idle = self._deliveries.idle(device_id)
        if device_id not in self._taken_up or (is_idle and (insists or is_news)):
            self._taken_up.add(device_id)
            self._deliver(device_id)
        elif not insists:
            self._undelivered.discard(device_id)
            await self._async_save()
