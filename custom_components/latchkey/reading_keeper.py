"""An account's readings: the last value of each, and how new ones are asked for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from homeassistant.core import callback

from .listeners import Listeners
from .rhythm import Rhythm
from .vendors.model import Capability, Device
from .vendors.readings import Reading, ReportsReadings, Requested, RequestsReadings
from .vendors.vendor import NotFound, VendorError

if TYPE_CHECKING:
    from .coordinator import LatchkeyCoordinator

LOOKS: Final = (4.0, 8.0, 15.0, 30.0, 60.0)
"""Seconds between the looks for an answer to a request."""


class ReadingKeeper:
    """Keeps the last value of each reading of each device."""

    def __init__(self, coordinator: LatchkeyCoordinator) -> None:
        """Initialize with nothing read."""
        self._coordinator = coordinator
        self._undated: dict[tuple[str, str], object] = {}
        self._waiting: dict[str, tuple[set[str], list[float]]] = {}
        self.values: defaultdict[str, dict[str, Reading]] = defaultdict(dict)
        self.changed: defaultdict[str, Listeners[[]]] = defaultdict(Listeners)
        """Told of new values, by device."""
        self.found: Listeners[[]] = Listeners()
        """Told of readings that were not there before."""
        self.rhythm = Rhythm(
            coordinator,
            "readings",
            Capability.READINGS,
            self._async_read,
            lambda _: self._interval,
        )

    @callback
    def async_take(self, device_id: str, readings: Iterable[Reading]) -> None:
        """Take in what is newer than what is held; a value without a time counts once it is another one."""
        self.async_take_all({device_id: readings})

    @callback
    def async_take_all(self, readings: Mapping[str, Iterable[Reading]]) -> None:
        """Take in readings of several devices, and tell once of those that were not there before: it takes a look at all."""
        found = [self._take(device_id, told) for device_id, told in readings.items()]
        if any(found):
            self.found.async_tell()

    def _take(self, device_id: str, readings: Iterable[Reading]) -> bool:
        """Take in a device's readings; return whether there are some that were not there before."""
        values = self.values[device_id]
        found = changed = False
        for reading in readings:
            held = values.get(reading.id)
            if held is None and reading.value is None:
                # Not every device has all that its vendor knows of.
                continue
            if reading.observed_at is None:
                before = self._undated.get((device_id, reading.id))
                self._undated[device_id, reading.id] = reading.value
                if held is not None and before == reading.value:
                    continue
            elif (
                held is not None
                and held.observed_at is not None
                and reading.observed_at < held.observed_at
            ):
                continue
            found = found or held is None
            changed = changed or held is None or held.value != reading.value
            values[reading.id] = reading
        if changed:
            self.changed[device_id].async_tell()
        return found

    @property
    def _interval(self) -> float:
        vendor = self._coordinator.vendor
        assert isinstance(vendor, ReportsReadings)
        return vendor.report_interval

    async def async_request(self, device: Device, name: str | None = None) -> Requested:
        """Ask a device for readings, all that there are unless one is named, and look for its answer."""
        vendor = self._coordinator.vendor
        assert isinstance(vendor, RequestsReadings)
        if name is None:
            names = await vendor.requestable()
            if not names:
                raise NotFound("nothing can be requested")
            name = names[0]
        requested = await vendor.request_readings(device, name)
        if requested.queued:
            self._waiting[device.id] = (set(requested.queued), list(LOOKS))
            self._look_again(device.id)
        return requested

    async def _async_read(self, device: Device) -> None:
        vendor = self._coordinator.vendor
        assert isinstance(vendor, ReportsReadings)
        try:
            report = await vendor.report(device)
        except VendorError:
            self._look_again(device.id)
            raise
        self.async_take(device.id, report.readings)
        waiting, _ = self._waiting.get(device.id, (set(), []))
        if waiting & report.answered:
            waiting -= report.answered
            if not waiting:
                del self._waiting[device.id]
            # It told of its outputs and inputs, too.
            self._coordinator.commands.async_look_later(device, 0.0, "report")
        self._look_again(device.id)

    @callback
    def _look_again(self, device_id: str) -> None:
        waiting, looks = self._waiting.get(device_id, (set(), []))
        if waiting and looks:
            self.rhythm.async_hurry(device_id, looks.pop(0))
        else:
            self._waiting.pop(device_id, None)
