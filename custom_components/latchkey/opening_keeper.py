"""An account's remote openings in Home Assistant: the clock, the errors, and who is told."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from functools import partial
import logging
from typing import TYPE_CHECKING, Final

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from .door import Ended
from .errors import CANCEL_ERRORS, OPENING_ERRORS, door_errors
from .listeners import Listeners
from .openings import ALL, OpeningBook
from .timers import Timers
from .vendors.model import Capability, Device
from .vendors.openings import End, Opening, OpensDoors
from .vendors.vendor import RateLimited, VendorError

if TYPE_CHECKING:
    from .coordinator import LatchkeyCoordinator

_LOGGER: Final = logging.getLogger(__name__)

_TELLS_OF_IT: Final = (End.OPENED, End.DENIED)
"""What became of openings that a log tells of."""


class OpeningKeeper:
    """Binds an account's openings to Home Assistant."""

    def __init__(self, coordinator: LatchkeyCoordinator) -> None:
        """Initialize with nothing under way."""
        vendor = coordinator.vendor
        assert isinstance(vendor, OpensDoors)
        self._coordinator = coordinator
        self._timers: Timers[str] = Timers(coordinator.hass)
        self.changed: defaultdict[str, Listeners[[]]] = defaultdict(Listeners)
        """Told when a door may show something else, by device."""
        self.ended: defaultdict[str, Listeners[[Ended]]] = defaultdict(Listeners)
        """Told of what became of an opening, by device."""
        self.book = OpeningBook(
            vendor,
            doors=self._doors,
            schedule=self._schedule,
            changed=lambda device_id: self.changed[device_id].async_tell(),
            ended=self._tell_end,
            failed=self._failed,
            clock=dt_util.utcnow,
        )

    @callback
    def async_start(self) -> None:
        """Take up what is under way at the vendor."""
        self._step(ALL)

    @callback
    def async_stop(self) -> None:
        """Follow nothing any more; the vendor's own list tells of it after a restart."""
        self._timers.async_stop()

    @property
    def under_way(self) -> dict[str, Opening]:
        """Return the openings that are followed, by device."""
        return self.book.under_way

    def is_under_way(self, opening_id: str) -> bool:
        """Return whether an opening is followed."""
        return any(each.remote.id == opening_id for each in self.under_way.values())

    @callback
    def async_hint(self, opening_id: str) -> None:
        """Look at an opening at once: something became of it."""
        self.book.hurry(opening_id)

    async def async_open(self, device: Device) -> None:
        """Ask for an opening; refused while one is under way, which may still open."""
        with self._errors(device, OPENING_ERRORS):
            await self.book.open(device)

    async def async_cancel(self, device: Device) -> None:
        """Cancel the opening that is under way, if it is not too late."""
        with self._errors(device, CANCEL_ERRORS):
            await self.book.cancel(device)

    def _errors(
        self, device: Device, keys: Mapping[type[VendorError], str]
    ) -> AbstractContextManager[None]:
        name = device.name or device.label
        return door_errors(name, keys, self._coordinator.async_doubt)

    def _doors(self) -> Iterable[str]:
        return [
            device.id
            for device in self._coordinator.inventory.devices.values()
            if Capability.OPEN in device.capabilities
        ]

    @callback
    def _tell_end(self, device_id: str, ended: Ended) -> None:
        """Tell what became of an opening, and have the logs read that tell who came."""
        self.ended[device_id].async_tell(ended)
        device = self._coordinator.inventory.devices.get(device_id)
        if device and self._coordinator.log and ended.end in _TELLS_OF_IT:
            for each in (device_id, device.via_id):
                if each is not None:
                    self._coordinator.log.async_hint(each)

    @callback
    def _failed(self, err: VendorError) -> None:
        _LOGGER.debug("%s: openings not read: %s", self._coordinator.name, err)
        self._coordinator.async_doubt(err)
        if isinstance(err, RateLimited):
            self._coordinator.async_pause(err.wait)

    @callback
    def _step(self, key: str) -> None:
        self._coordinator.config_entry.async_create_background_task(
            self._coordinator.hass,
            self.book.step(key),
            f"{self._coordinator.name}: opening",
        )

    @callback
    def _schedule(self, key: str, seconds: float) -> None:
        """Have the next step for a door done in some seconds."""
        self._timers.async_set(key, seconds, partial(self._step, key))
