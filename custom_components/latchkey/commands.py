"""Commands to outputs: sent once, one at a time for a device, followed by a look at their effect."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
import logging
from typing import TYPE_CHECKING, Final

from homeassistant.core import callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .timers import Timers
from .vendors.expectation import Expectation, overlaid
from .vendors.model import Device, Status
from .vendors.vendor import (
    OutcomeUnknown,
    ReportsStatus,
    SwitchesOutputs,
    VendorError,
    WrongCredentials,
)

if TYPE_CHECKING:
    from .coordinator import LatchkeyCoordinator

_LOGGER = logging.getLogger(__name__)

LONGEST_WAIT: Final = 5.0
"""Seconds for which a command waits for earlier ones of its device."""
COMMAND: Final = "command"
SETTLING_TIME: Final = 2.0
"""Seconds after which a command's effect is looked for."""


class Commands:
    """Sends an account's commands and holds what they lead one to expect."""

    def __init__(self, coordinator: LatchkeyCoordinator) -> None:
        """Initialize with the account."""
        self._coordinator = coordinator
        self._expected: defaultdict[str, dict[str, Expectation]] = defaultdict(dict)
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._timers: Timers[tuple[str, ...]] = Timers(coordinator.hass)

    @callback
    def async_stop(self) -> None:
        """Cancel all that was still to happen."""
        self._timers.async_stop()

    def overlaid(self, root_id: str, status: Status) -> Status:
        """Return a reported status with what is expected in the place of what is older."""
        expected = self._expected.get(root_id)
        return overlaid(status, expected, dt_util.utcnow()) if expected else status

    async def async_set(self, device: Device, output_id: str, *, on: bool) -> None:
        """Turn an output on or off until further notice."""
        vendor = self._coordinator.vendor
        assert isinstance(vendor, SwitchesOutputs)
        await self._async_send(
            device,
            output_id,
            partial(vendor.set_output, device, output_id, on=on),
            on=on,
        )

    async def async_pulse(self, device: Device, output_id: str, seconds: int) -> None:
        """Turn an output on for some seconds."""
        vendor = self._coordinator.vendor
        assert isinstance(vendor, SwitchesOutputs)
        await self._async_send(
            device,
            output_id,
            partial(vendor.pulse_output, device, output_id, seconds),
            on=True,
            pulse=timedelta(seconds=seconds),
        )

    async def _async_send(
        self,
        device: Device,
        output_id: str,
        send: Callable[[], Awaitable[datetime]],
        *,
        on: bool,
        pulse: timedelta | None = None,
    ) -> None:
        root_id = device.root_id
        async with self.turn(device):
            vendor_accepted_at = await self._async_accepted(
                device, output_id, send, on=on, pulse=pulse
            )
            self._expected[root_id][output_id] = Expectation(
                on=on,
                accepted_at=dt_util.utcnow(),
                vendor_accepted_at=vendor_accepted_at,
                pulse=pulse,
            )
        self._coordinator.async_publish()
        self.async_look_later(device)
        key = (root_id, output_id)
        self._timers.async_cancel(key)
        if pulse:
            self._timers.async_set(
                key, pulse.total_seconds(), lambda: self._pulse_ended(device)
            )

    @asynccontextmanager
    async def turn(self, device: Device) -> AsyncIterator[None]:
        """Wait until a device's earlier commands are answered, but not for long."""
        lock = self._locks[device.root_id]
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                await lock.acquire()
        except TimeoutError:
            # Sent now, it would open a door long after somebody asked for it.
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="device_busy",
                translation_placeholders={"name": device.name or device.label},
            ) from None
        try:
            yield
        finally:
            lock.release()

    async def _async_accepted(
        self,
        device: Device,
        output_id: str,
        send: Callable[[], Awaitable[datetime]],
        *,
        on: bool,
        pulse: timedelta | None,
    ) -> datetime:
        """Send a command and return when the vendor accepted it; what is in doubt is read back."""
        shown = self._coordinator.data.statuses.get(device.root_id)
        was_on = shown.outputs.get(output_id) if shown else None
        try:
            return await send()
        except asyncio.CancelledError:
            # It may be on its way; what it did is to be seen soon.
            self.async_look_later(device)
            raise
        except OutcomeUnknown:
            self.async_look_later(device)
            # A pulse can be told from what was before only where the output was off.
            if pulse and was_on is not False:
                raise
            status = await self._async_look(device)
            if (
                status is None
                or status.cached
                or status.outputs.get(output_id) is not on
            ):
                raise
            return status.observed_at or dt_util.utcnow()
        except WrongCredentials:
            self._coordinator.config_entry.async_create_background_task(
                self._coordinator.hass,
                self._coordinator.async_request_refresh(),
                f"{self._coordinator.name}: are the credentials wrong?",
            )
            raise

    def is_pulsing(self, device: Device, output_id: str) -> bool:
        """Return whether a pulse that was sent here is still running."""
        expectation = self._expected[device.root_id].get(output_id)
        return (
            expectation is not None
            and expectation.pulse is not None
            and expectation.value(dt_util.utcnow())
        )

    @callback
    def _pulse_ended(self, device: Device) -> None:
        self._coordinator.async_publish()
        self.async_look_later(device)

    @callback
    def async_look_later(
        self, device: Device, delay: float = SETTLING_TIME, reason: str = COMMAND
    ) -> bool:
        """Read a device's status soon; several times for one reason lead to one reading. Return whether to another one.

        After several commands it is the time of the last that counts, else that of the first.
        """
        key = (device.root_id, "", reason)
        if reason != COMMAND and key in self._timers:
            return False

        async def look() -> None:
            await self._async_look(device)
            self._coordinator.async_publish()

        @callback
        def due() -> None:
            self._coordinator.config_entry.async_create_background_task(
                self._coordinator.hass,
                look(),
                f"{self._coordinator.name}: status of {device.root_id}",
            )

        self._timers.async_set(key, delay, due)
        return True

    async def _async_look(self, device: Device) -> Status | None:
        """Read a device's status, where it can be read."""
        vendor = self._coordinator.vendor
        if not isinstance(vendor, ReportsStatus):
            return None
        before = self._coordinator.reported.get(device.root_id)
        try:
            status = await vendor.status(device)
        except VendorError as err:
            _LOGGER.debug("%s: no status: %s", self._coordinator.name, err)
            self._coordinator.async_read_next(device.root_id)
            return None
        self._coordinator.async_take_status(device.root_id, status, before)
        return status
