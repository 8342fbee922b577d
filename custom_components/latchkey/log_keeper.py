"""An account's access logs, read in overlapping pieces; each new line is told once."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from .listeners import Listeners
from .rhythm import Rhythm
from .vendors.model import Capability, Device
from .vendors.passages import KeepsLog, LogLine, LogWindow, NumbersLog

if TYPE_CHECKING:
    from .coordinator import LatchkeyCoordinator

INTERVAL: Final = 60.0
AFTER_PUSH: Final = (5.0, 30.0, 60.0)
"""Seconds between the readings of a log when its device told of a change: a line may come later than the change."""
AT_ONCE: Final = (0.0,)
"""The same where the vendor tells of the line itself, which it has."""
SPACING: Final = 15.0
"""Seconds at least between two readings of a log."""
OVERLAP: Final = timedelta(minutes=15)
MOST_KNOWN: Final = 5000
"""How many lines of a numbered log are remembered."""
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
        self._marks: dict[str, str] = {}
        self._known: defaultdict[str, dict[tuple[str, ...], None]] = defaultdict(dict)
        self._read_to: dict[str, datetime] = {}
        self._deep_at: dict[str, datetime] = {}
        self._read_at: dict[str, float] = {}
        self._looks: dict[str, list[float]] = {}
        self.lines: defaultdict[str, Listeners[[LogLine]]] = defaultdict(Listeners)
        """Told of each new line, by device."""
        self.rhythm = Rhythm(
            coordinator, "log", Capability.LOG, self._async_read, self._interval
        )

    @callback
    def async_hint(self, device_id: str, after: Iterable[float] = AFTER_PUSH) -> None:
        """Read a device's log soon: something happened there."""
        self._looks[device_id] = list(after)
        self._look_again(device_id)

    @callback
    def _look_again(self, device_id: str) -> None:
        if looks := self._looks.get(device_id):
            now = self._coordinator.hass.loop.time()
            earliest = self._read_at.get(device_id, now - SPACING) + SPACING
            self.rhythm.async_hurry(device_id, max(looks.pop(0), earliest - now))

    def _interval(self, device_id: str) -> float:
        return max(INTERVAL, self._coordinator.interval(device_id))

    async def _async_read(self, device: Device) -> None:
        vendor = self._coordinator.vendor
        assert isinstance(vendor, KeepsLog)
        self._read_at[device.id] = self._coordinator.hass.loop.time()
        self._look_again(device.id)
        if isinstance(vendor, NumbersLog):
            mark = self._marks.get(device.id)
            lines, self._marks[device.id] = await vendor.log_after(device, mark)
            new = self._unknown(device.id, lines, is_first=mark is None)
        else:
            new = await self._async_overlapping(vendor, device)
        for line in new:
            self.lines[device.id].async_tell(line)

    def _unknown(
        self, device_id: str, lines: Iterable[LogLine], *, is_first: bool
    ) -> list[LogLine]:
        """Return the lines that were not read before; the first reading is a starting point, not news."""
        known = self._known[device_id]
        new = [line for line in lines if line.key not in known]
        known.update(dict.fromkeys(line.key for line in new))
        for key in list(known)[:-MOST_KNOWN]:
            del known[key]
        return [] if is_first else sorted(new, key=lambda line: line.occurred_at)

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
