"""An account's settings: read now and then, changed at the vendor, brought to the device by a delivery."""

import asyncio
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from .listeners import Listeners
from .rhythm import Rhythm
from .vendors.model import Capability, Device
from .vendors.settings import HasSettings, Setting

if TYPE_CHECKING:
    from .coordinator import LatchkeyCoordinator

INTERVAL: Final = 3600.0


class SettingKeeper:
    """Keeps the settings of each device."""

    def __init__(self, coordinator: LatchkeyCoordinator) -> None:
        """Initialize with nothing read."""
        self._coordinator = coordinator
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.values: dict[str, dict[str, Setting]] = {}
        """By device; one that could not be read yet is absent."""
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

    async def async_change(
        self, device: Device, setting: Setting, value: float | str | bool
    ) -> None:
        """Change a setting at the vendor, and have the device learn of it."""
        vendor = self._coordinator.vendor
        assert isinstance(vendor, HasSettings)
        # Not the commands' own turn: a door does not wait for a setting.
        async with self._locks[device.id]:
            await vendor.change_setting(device, setting, value)
        self.values[device.id] = {
            **self.values[device.id],
            setting.id: replace(setting, value=value),
        }
        self.changed[device.id].async_tell()
        grants = self._coordinator.grants
        if grants and grants.deliveries:
            grants.deliveries.request(device.id, insist=True)

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
