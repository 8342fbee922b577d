"""What is done for each device at an interval of its own, behind the account's polls."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
import logging
from typing import TYPE_CHECKING

from homeassistant.core import CALLBACK_TYPE, HassJob, callback
from homeassistant.helpers.event import async_call_later

from .vendors.model import Capability, Device
from .vendors.vendor import RateLimited, VendorError

if TYPE_CHECKING:
    from .coordinator import LatchkeyCoordinator

_LOGGER = logging.getLogger(__name__)

RETRY = 300.0
"""Seconds after which what failed is tried again, if not sooner anyway."""
FEW = 4
"""How many devices are read one after the other; more of them would be a burst, against which vendors have limits."""


class Rhythm:
    """Calls for each device that is due, one after the other: polls and commands come first."""

    def __init__(
        self,
        coordinator: LatchkeyCoordinator,
        name: str,
        capability: Capability,
        action: Callable[[Device], Awaitable[None]],
        interval: Callable[[str], float],
    ) -> None:
        """Initialize with what is done, and with the seconds until it is done again for a device."""
        self._coordinator = coordinator
        self._name = name
        self._capability = capability
        self._action = action
        self._interval = interval
        self._due: dict[str, float] = {}
        self._began = coordinator.hass.loop.time()
        self._running = False
        self._timer: CALLBACK_TYPE | None = None
        self._armed_at = 0.0
        self._not_before = 0.0
        self._stopped = False

    @property
    def devices(self) -> list[Device]:
        """Return the devices that have the capability."""
        return [
            device
            for device in self._coordinator.inventory.devices.values()
            if self._capability in device.capabilities
        ]

    @callback
    def async_hurry(self, device_id: str, delay: float = 0.0) -> None:
        """Have a device called for in some seconds, unless that is to happen earlier anyway."""
        at = self._coordinator.hass.loop.time() + delay
        self._due[device_id] = min(at, self._due.get(device_id, at))
        self._arm()

    @callback
    def async_hurry_all(self) -> None:
        """Have all devices called for now."""
        self._due.clear()
        self.async_tick()

    @callback
    def async_pause(self, seconds: float) -> None:
        """Do nothing for some seconds."""
        until = self._coordinator.hass.loop.time() + seconds
        self._not_before = max(self._not_before, until)

    @callback
    def async_stop(self) -> None:
        """Do nothing more by itself."""
        self._stopped = True
        if self._timer:
            self._timer()
            self._timer = None

    @callback
    def async_tick(self) -> None:
        """Call for what is due, unless that is under way."""
        now = self._coordinator.hass.loop.time()
        if self._running or self._stopped or not self._coordinator.last_update_success:
            # After an outage the account's next good poll goes on with it.
            return
        if now < self._not_before:
            self._arm()
            return
        devices = self.devices
        self._due = {each.id: self._due.get(each.id, now) for each in devices}
        if due := [each for each in devices if self._due[each.id] <= now]:
            self._running = True
            self._coordinator.config_entry.async_create_background_task(
                self._coordinator.hass,
                self._run(due),
                f"{self._coordinator.name}: {self._name}",
            )
        else:
            self._arm()

    async def _run(self, devices: list[Device]) -> None:
        try:
            for device in devices:
                # Whoever asks for haste from here on asks for another time.
                self._due[device.id] = self._next(device.id)
                try:
                    await self._action(device)
                except RateLimited as err:
                    self._due.pop(device.id, None)
                    self._coordinator.async_pause(err.wait)
                    return
                except VendorError as err:
                    self._sooner(device.id, RETRY)
                    self._coordinator.async_doubt(err)
                    _LOGGER.debug(
                        "%s: %s of %s: %s",
                        self._coordinator.name,
                        self._name,
                        device.id,
                        err,
                    )
                else:
                    # What it has learned may change how soon it is due again.
                    self._sooner(device.id, self._interval(device.id))
        finally:
            self._running = False
            # There may be what was to be done at once meanwhile.
            self.async_tick()

    def _next(self, device_id: str) -> float:
        """Return when a device is due again: after its interval, or where there are many, in its own part of that."""
        now, interval = self._coordinator.hass.loop.time(), self._interval(device_id)
        ids = [device.id for device in self.devices]
        if len(ids) <= FEW or device_id not in ids:
            return now + interval
        place = interval * ids.index(device_id) / len(ids)
        wait = (self._began + place - now) % interval
        # What would come round at once has just been done.
        return now + (wait if wait > interval / 10 else wait + interval)

    def _sooner(self, device_id: str, seconds: float) -> None:
        """Have a device called for in some seconds, if it is not to be sooner."""
        if device_id in self._due:
            at = self._coordinator.hass.loop.time() + seconds
            self._due[device_id] = min(self._due[device_id], at)

    @callback
    def _arm(self) -> None:
        """Wake for what is due first; a device that is new is found by the account's polls."""
        if self._running or self._stopped or not self._due:
            return
        at = max(self._not_before, min(self._due.values()))
        if self._timer:
            if self._armed_at <= at:
                return
            self._timer()

        @callback
        def due(_: datetime) -> None:
            self._timer = None
            self.async_tick()

        hass = self._coordinator.hass
        self._armed_at = at
        self._timer = async_call_later(
            hass,
            max(0.0, at - hass.loop.time()),
            HassJob(due, cancel_on_shutdown=True),
        )


class Rhythms:
    """All that an account reads behind its polls."""

    def __init__(
        self, coordinator: LatchkeyCoordinator, rhythms: Iterable[Rhythm]
    ) -> None:
        """Initialize with nothing begun."""
        self._coordinator = coordinator
        self._rhythms = tuple(rhythms)

    @callback
    def async_start(self) -> None:
        """Begin, and go on after each poll: there may be new devices, or an outage over."""
        self._coordinator.config_entry.async_on_unload(
            self._coordinator.async_add_listener(self._tick)
        )
        self._tick()

    @callback
    def async_stop(self) -> None:
        """Do nothing more by itself."""
        for rhythm in self._rhythms:
            rhythm.async_stop()

    @callback
    def async_pause(self, seconds: float) -> None:
        """Do nothing for some seconds."""
        for rhythm in self._rhythms:
            rhythm.async_pause(seconds)

    @callback
    def _tick(self) -> None:
        for rhythm in self._rhythms:
            rhythm.async_tick()
