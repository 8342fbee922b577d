"""Locks that are locked and unlocked by command, and tell how they stand."""

from typing import Any, override

from homeassistant.components.lock import LockEntity
from homeassistant.core import callback

from .coordinator import LatchkeyCoordinator
from .entity import DeviceEntity
from .lock_keeper import LockKeeper
from .vendors.model import Device
from .vendors.passages import PASSAGES, LogLine


class SmartLock(DeviceEntity, LockEntity):
    """A lock whose state is what it tells itself, unknown where its words are."""

    can_be_spared = False

    _attr_name = None

    def __init__(
        self, coordinator: LatchkeyCoordinator, locks: LockKeeper, device: Device
    ) -> None:
        """Initialize with who looks after it."""
        super().__init__(coordinator, device, "lock")
        self._locks = locks
        self._bolt = locks.bolt(device.id)

    @property
    @override
    def available(self) -> bool:
        """Return whether the vendor's cloud reaches the lock."""
        return super().available and self._bolt.is_reachable

    @property
    @override
    def is_locked(self) -> bool | None:
        """Return whether it is locked."""
        return self._bolt.is_locked

    @property
    @override
    def is_locking(self) -> bool:
        """Return whether a command to lock is under way, or its effect not seen yet."""
        return self._bolt.is_locking

    @property
    @override
    def is_unlocking(self) -> bool:
        """Return whether a command to unlock is under way, or its effect not seen yet."""
        return self._bolt.is_unlocking

    @override
    def _shown(self) -> tuple[object, ...]:
        return (*super()._shown(), self.changed_by)

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to what is read of the lock, and to who was there."""
        await super().async_added_to_hass()
        changed = self._locks.changed[self.device.id]
        self.async_on_remove(changed.async_listen(self.async_show))
        if log := self.coordinator.log:
            lines = log.lines[self.device.id]
            self.async_on_remove(lines.async_listen(self._handle_line))

    @override
    async def async_lock(self, **kwargs: Any) -> None:
        """Lock."""
        await self._async_set(locked=True)

    @override
    async def async_unlock(self, **kwargs: Any) -> None:
        """Unlock until somebody locks, or the lock does so by itself."""
        await self._async_set(locked=False)

    async def _async_set(self, *, locked: bool) -> None:
        device = self.coordinator.data.devices.get(self.device.id, self.device)
        await self._locks.async_set(device, locked=locked)

    @callback
    def _handle_line(self, line: LogLine) -> None:
        if line.outcome in PASSAGES:
            self._attr_changed_by = line.holder
            self.async_show()
