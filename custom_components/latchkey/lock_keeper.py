"""An account's locks in Home Assistant: the clock, the rhythm of looks, the errors, and who is told."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
import logging
from typing import TYPE_CHECKING, Final

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from .bolt import Bolt
from .const import CONF_LOCKED_WORDS, CONF_UNLOCKED_WORDS
from .errors import LOCKING_ERRORS, UNLOCKING_ERRORS, door_errors
from .listeners import Listeners
from .lock_book import LockBook
from .rhythm import Rhythm
from .timers import Timers
from .vendors.locks import LocksDoors, LockStatus
from .vendors.model import Capability, Device
from .vendors.readings import ReadingKind
from .vendors.vendor import RateLimited, VendorError

if TYPE_CHECKING:
    from .coordinator import LatchkeyCoordinator

_LOGGER: Final = logging.getLogger(__name__)


class LockKeeper:
    """Binds an account's locks to Home Assistant."""

    def __init__(self, coordinator: LatchkeyCoordinator) -> None:
        """Initialize with nothing read."""
        self._coordinator = coordinator
        self._timers: Timers[str] = Timers(coordinator.hass)
        self._unreachable: set[str] = set()
        self.changed: defaultdict[str, Listeners[[]]] = defaultdict(Listeners)
        """Told when a lock may show something else, by device."""
        self._book = LockBook(
            self._vendor,
            words=_words(coordinator.config_entry.options),
            schedule=self._schedule,
            changed=self._tell,
            told=self._take,
            clock=dt_util.utcnow,
        )
        self.rhythm = Rhythm(
            coordinator, "locks", Capability.LOCK, self._book.look, self._interval
        )

    @callback
    def async_stop(self) -> None:
        """Look at nothing any more."""
        self._timers.async_stop()

    def bolt(self, device_id: str) -> Bolt:
        """Return what is known of a lock."""
        return self._book.bolt(device_id)

    async def async_set(self, device: Device, *, locked: bool) -> None:
        """Lock or unlock, once, and return when it is done; refused while an unlocking is under way."""
        keys = LOCKING_ERRORS if locked else UNLOCKING_ERRORS
        name = device.name or device.label
        with door_errors(name, keys, self._coordinator.async_doubt):
            await (self._book.lock if locked else self._book.unlock)(device)
        if self._coordinator.log:
            # It is a passage, too.
            self._coordinator.log.async_hint(device.id)

    @property
    def _vendor(self) -> LocksDoors:
        vendor = self._coordinator.vendor
        assert isinstance(vendor, LocksDoors)
        return vendor

    def _interval(self, device_id: str) -> float:
        return max(self._vendor.status_interval, self._coordinator.interval(device_id))

    @callback
    def _take(self, device: Device, status: LockStatus) -> None:
        self._coordinator.readings.async_take(device.id, status.readings)

    @callback
    def _tell(self, device: Device) -> None:
        """Tell of a lock that may show something else, once in the log where it cannot be reached."""
        is_reachable = self.bolt(device.id).is_reachable
        if is_reachable is (device.id in self._unreachable):
            name = f"{self._coordinator.name}: device {device.id}"
            if is_reachable:
                self._unreachable.discard(device.id)
                _LOGGER.info("%s is back", name)
            else:
                self._unreachable.add(device.id)
                _LOGGER.warning("%s cannot be reached", name)
                self._disconnect(device)
        self.changed[device.id].async_tell()

    @callback
    def _disconnect(self, device: Device) -> None:
        """Show a lock that told to be connected as one that is not."""
        readings = self._coordinator.readings
        held = readings.values[device.id].values()
        readings.async_take(
            device.id,
            [
                replace(reading, value=False)
                for reading in held
                if reading.kind is ReadingKind.CONNECTED
            ],
        )

    async def _step(self, device: Device) -> None:
        """Look at a lock after a command; what fails is looked at again, by its rhythm at the latest."""
        try:
            await self._book.step(device)
        except VendorError as err:
            _LOGGER.debug("%s: lock not read: %s", self._coordinator.name, err)
            self._coordinator.async_doubt(err)
            if isinstance(err, RateLimited):
                self._coordinator.async_pause(err.wait)

    @callback
    def _schedule(self, device: Device, seconds: float) -> None:
        """Have the next look at a lock in some seconds."""

        @callback
        def due() -> None:
            self._coordinator.config_entry.async_create_background_task(
                self._coordinator.hass,
                self._step(device),
                f"{self._coordinator.name}: lock {device.id}",
            )

        self._timers.async_set(device.id, seconds, due)


def _words(options: Mapping[str, list[str]]) -> dict[str, bool]:
    """Return whether a lock is locked by the words that the user has named."""
    return {
        word: locked
        for key, locked in ((CONF_LOCKED_WORDS, True), (CONF_UNLOCKED_WORDS, False))
        for word in options.get(key, [])
    }
