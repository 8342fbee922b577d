"""An account's access logs, read again and again; each new line is told once."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.util import dt as dt_util

from .listeners import Listeners
from .rhythm import Rhythm
from .vendors.model import Capability, Device
from .vendors.passages import KeepsLog, LogLine, LogWindow, TellsNews

if TYPE_CHECKING:
    from .coordinator import LatchkeyCoordinator

SPACING: Final = 15.0
"""Seconds at least between two readings of a log."""
OVERLAP: Final = timedelta(minutes=15)
DEEP: Final = timedelta(hours=24)
"""How far back a line may come late; looked through once an hour."""
DEEP_EVERY: Final = timedelta(hours=1)
AHEAD: Final = timedelta(hours=1)
"""By how much the vendor's clock may be ahead of ours."""


class LogKeeper:
    """Reads the logs of an account's devices."""

    def __init__(self, coordinator: LatchkeyCoordinator) -> None:
        """Initialize with nothing read."""
        self._coordinator = coordinator
        self._windows: defaultdict[str, LogWindow] = defaultdict(LogWindow)
        self._read_to: dict[str, datetime] = {}
        self._deep_at: dict[str, datetime] = {}
        self._read_at: dict[str, float] = {}
        self._looks: dict[str, list[float]] = {}
        self.lines: defaultdict[str, Listeners[[LogLine]]] = defaultdict(Listeners)
        """Told of each new line, by device."""
        self._untold: dict[str, dict[str, list[LogLine]]] = {}
        """The lines of a log's last reading about devices to which nobody listens yet: they were only just found."""
        self.rhythm = Rhythm(
            coordinator, "log", Capability.LOG, self._async_read, self._interval
        )

    @callback
    def async_listen(
        self, device_id: str, listener: Callable[[LogLine], None]
    ) -> CALLBACK_TYPE:
        """Have a listener told of each new line of a device, those first by which it was found."""
        for untold in self._untold.values():
            for line in untold.pop(device_id, ()):
                listener(line)
        return self.lines[device_id].async_listen(listener)

    @callback
    def async_hint(self, device_id: str) -> None:
        """Read a device's log soon: something happened there."""
        self._looks[device_id] = list(self._vendor.log_looks)
        self._look_again(device_id)

    @callback
    def _look_again(self, device_id: str) -> None:
        if looks := self._looks.get(device_id):
            now = self._coordinator.hass.loop.time()
            earliest = self._read_at.get(device_id, now - SPACING) + SPACING
            self.rhythm.async_hurry(device_id, max(looks.pop(0), earliest - now))

    def _interval(self, device_id: str) -> float:
        return max(self._vendor.log_interval, self._coordinator.interval(device_id))

    @property
    def _vendor(self) -> KeepsLog:
        vendor = self._coordinator.vendor
        assert isinstance(vendor, KeepsLog)
        return vendor

    def named(self, line: LogLine) -> LogLine:
        """Return a line with its holder's name, where the vendor knows none and the account does."""
        if line.holder is not None or line.holder_id is None:
            return line
        return replace(line, holder=self._coordinator.holder_name(line.holder_id))

    async def _async_read(self, device: Device) -> None:
        vendor = self._vendor
        memory = self._coordinator.log_memory
        is_first = device.id not in self._read_at
        self._read_at[device.id] = self._coordinator.hass.loop.time()
        self._look_again(device.id)
        if isinstance(vendor, TellsNews):
            news = await vendor.news(device)
            self._coordinator.readings.async_take_all(news.readings)
            new = news.lines
            if news.found:
                self._coordinator.async_take_found(news.found)
            if memory and (is_first or news.lines or news.found):
                memory.async_changed()
        else:
            new = await self._async_overlapping(vendor, device)
        if subscriptions := self._coordinator.subscriptions:
            subscriptions.async_logged(device.id, new)
        # What was untold before had a whole interval to come to listen.
        untold = self._untold[device.id] = {}
        for line in map(self.named, new):
            # A gateway's log tells of its locks, too.
            if listeners := self.lines[line.device_id]:
                listeners.async_tell(line)
            else:
                untold.setdefault(line.device_id, []).append(line)

    async def _async_overlapping(
        self, vendor: KeepsLog, device: Device
    ) -> list[LogLine]:
        now = dt_util.utcnow()
        deep_at = self._deep_at.get(device.id)
        read_to = self._read_to.get(device.id)
        # A clock that was set back must not leave a gap.
        if (
            deep_at is None
            or read_to is None
            or not deep_at <= now < deep_at + DEEP_EVERY
            or read_to > now
        ):
            start, deep_at = now - DEEP, now
            if read_to:
                # Nothing is left out, however long the vendor could not be reached.
                start = min(start, read_to - OVERLAP)
        else:
            start = read_to - OVERLAP
        lines = await vendor.log(device, start, now + AHEAD)
        self._deep_at[device.id] = deep_at
        self._read_to[device.id] = now
        # Longer than anything is looked for, so that nothing is forgotten that may be read again.
        return self._windows[device.id].take(lines, min(start, now - DEEP) - DEEP)
