"""The callbacks that the vendor keeps for us: registered, looked after, removed."""

import asyncio
from collections import defaultdict
from http import HTTPStatus
import logging
import secrets
from typing import TYPE_CHECKING, Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from .addresses import Addresses
from .const import CONF_WEBHOOK_MISSED, CONF_WEBHOOK_SECRET, CONF_WEBHOOK_URL
from .listeners import Listeners
from .push_health import Health
from .push_repairs import PushRepairs
from .rhythm import Rhythm
from .vendors.model import Capability, Device
from .vendors.push import PushesStatus
from .vendors.vendor import OutcomeUnknown, VendorError
from .webhook import Receiver

if TYPE_CHECKING:
    from .coordinator import LatchkeyCoordinator

_LOGGER = logging.getLogger(__name__)

HEALTHY_INTERVAL: Final = 3600.0
UNHEALTHY_INTERVAL: Final = 600.0


class Callbacks:
    """Looks after the callbacks of an account's devices."""

    def __init__(self, coordinator: LatchkeyCoordinator) -> None:
        """Initialize with nothing registered."""
        self._coordinator = coordinator
        self._entry: ConfigEntry[Any] = coordinator.config_entry
        self._hass = coordinator.hass
        self._repairs = PushRepairs(coordinator)
        self._tested: set[str] = set()
        self._out_of_reach: str | None = None
        self._started = False
        self._read: set[str] = set()
        self._testing: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.health: defaultdict[str, Health] = defaultdict(Health)
        self.changed: defaultdict[str, Listeners[[]]] = defaultdict(Listeners)
        """Told when a device's callback fares otherwise, by device."""
        self.found: Listeners[[]] = Listeners()
        """Told when a device has a callback of ours for the first time."""
        self.rhythm = Rhythm(
            coordinator,
            "callbacks",
            Capability.PUSH,
            self._async_look_after,
            lambda device_id: (
                HEALTHY_INTERVAL if self.is_healthy(device_id) else UNHEALTHY_INTERVAL
            ),
        )
        self.receiver = Receiver(coordinator, self)
        self.addresses = Addresses(self._hass, self._entry, self._moved)

    @property
    def vendor(self) -> PushesStatus:
        """Return the account's client, in what it can do here."""
        vendor = self._coordinator.vendor
        assert isinstance(vendor, PushesStatus)
        return vendor

    @callback
    def async_start(self) -> None:
        """Be ready for calls, and ask for them once Home Assistant can be called."""
        data = dict(self._entry.data)
        data.setdefault(CONF_WEBHOOK_ID, secrets.token_hex(32))
        data.setdefault(CONF_WEBHOOK_SECRET, secrets.token_hex(32))
        self._hass.config_entries.async_update_entry(self._entry, data=data)
        self.receiver.async_start()

        @callback
        def started(_: HomeAssistant) -> None:
            self.addresses.async_follow()
            self._started = True
            self.rhythm.async_hurry_all()

        self._entry.async_on_unload(async_at_started(self._hass, started))

    @callback
    def async_stop(self) -> None:
        """Tell nobody any more."""
        self.rhythm.async_stop()
        self._repairs.async_stop()

    def is_known(self, device: Device) -> bool:
        """Return whether it has been read which callback a device has."""
        return device.id in self._read

    def is_healthy(self, device_id: str) -> bool:
        """Return whether changes of a device are called in, so that hardly anything must be asked."""
        health = self.health.get(device_id)
        if health is None or health.callback is None or not health.works:
            return False
        was_called = health.callback.last_success_at or self.receiver.heard_at.get(
            device_id
        )
        return bool(was_called) and device_id not in self.missed

    @property
    def missed(self) -> dict[str, list[str]]:
        """Return what changed of which device without a call, and none since; it outlives a restart."""
        return dict(self._entry.data.get(CONF_WEBHOOK_MISSED, {}))

    @callback
    def _set_missed(self, missed: dict[str, list[str]]) -> None:
        data = {**self._entry.data, CONF_WEBHOOK_MISSED: missed}
        self._hass.config_entries.async_update_entry(self._entry, data=data)

    @callback
    def async_missed(self, device_id: str, points: frozenset[str]) -> None:
        """Note that a change of a device was not called in; it ends with a call about a change of the same."""
        if self.is_healthy(device_id):
            _LOGGER.debug("%s: %s did not call", self._coordinator.name, device_id)
            self._set_missed(self.missed | {device_id: sorted(points)})
            self.rhythm.async_hurry(device_id)

    @callback
    def async_heard(
        self, device_id: str, *, signed: bool, points: frozenset[str] | None = None
    ) -> None:
        """Note that a call about a device came through; only a signed one proves that the vendor's do.

        It is about changes of some points, none for a test; None where that is not known.
        """
        health = self.health[device_id]
        missed = self.missed
        if device_id in missed and (points is None or points & {*missed[device_id]}):
            del missed[device_id]
            self._set_missed(missed)
        if signed:
            health.heard(dt_util.utcnow())
            self._out_of_reach = None
            self._judge()
        self.changed[device_id].async_tell()

    async def async_test(self, device: Device) -> bool:
        """Have the vendor call; return whether the call came through, in whatever state."""
        async with self._testing[device.id]:
            self._tested.add(device.id)
            health = self.health[device.id]
            with self.receiver.expecting(device.id) as came:
                try:
                    status = await self.vendor.test_callback(device)
                except OutcomeUnknown:
                    # It may call for longer than we wait for its answer: an address that nobody answers at.
                    status = None
                except VendorError:
                    self._tested.discard(device.id)
                    raise
                health.test_status = status
                if status is not None and status < HTTPStatus.MULTIPLE_CHOICES:
                    await self.receiver.async_wait(came)
            health.test_failed = not came.is_set()
            health.tested_at = dt_util.utcnow()
            await self._async_read(device)
            self._judge()
            return not health.test_failed

    async def async_take_over(self, device: Device) -> bool:
        """Register our callback in the place of somebody else's; return whether calls come through."""
        address = await self.addresses.async_address()
        if address is None:
            return False
        await self._async_register(device, address)
        return await self.async_test(device)

    async def async_renew(self) -> bool:
        """Register all anew and test them; return whether every one of them works now."""
        address = await self.addresses.async_address()
        if address is None:
            return False
        self._out_of_reach = None
        for device in self.rhythm.devices:
            await self._async_read(device)
            if self.health[device.id].foreign_host is None:
                await self._async_register(device, address)
                if not await self.async_test(device):
                    # They all have the same address.
                    return False
        return True

    @callback
    def _moved(self) -> None:
        """Look after all callbacks at once: there is another address."""
        self._tested.clear()
        self._out_of_reach = None
        self.rhythm.async_hurry_all()

    async def _async_look_after(self, device: Device) -> None:
        """Bring the callback of a device in order, and see how it fares."""
        if not self._started:
            return
        address = await self.addresses.async_address()
        if address is None and CONF_WEBHOOK_URL not in self._entry.data:
            return
        await self._async_read(device)
        health = self.health[device.id]
        if health.foreign_host is not None:
            self._judge()
            return
        if address is None:
            if health.callback:
                await self.vendor.remove_callback(device)
                await self._async_read(device)
            self._judge()
            return
        held = health.callback
        if held is None or held.address != address or not held.active:
            await self._async_register(device, address)
            self._tested.discard(device.id)
            held = None
        is_proven = held is not None and held.last_success_at is not None
        if (
            not is_proven
            and device.id not in self._tested
            # They all have the same address.
            and self._out_of_reach != address
            and not await self.async_test(device)
        ):
            self._out_of_reach = address
        if self.is_healthy(device.id) and not health.was_healthy:
            # What changed before the first call is seen at the next poll.
            self._coordinator.async_read_next(device.id)
        health.was_healthy = self.is_healthy(device.id)
        self._judge()

    async def _async_register(self, device: Device, address: str) -> None:
        data = self._entry.data
        if data.get(CONF_WEBHOOK_URL) != address:
            # Before it is sent, so that we know it for ours whatever happens.
            self.addresses.async_remember(address)
        await self.vendor.set_callback(device, address, data[CONF_WEBHOOK_SECRET])
        await self._async_read(device)

    async def _async_read(self, device: Device) -> None:
        held = await self.vendor.callback(device)
        self._read.add(device.id)
        health = self.health[device.id]
        is_new = health.callback is None
        health.take(
            held, ours=held is not None and self.addresses.is_ours(held.address)
        )
        self._repairs.async_foreign(device, health.foreign_host)
        if (health.callback is None) is not is_new:
            self.found.async_tell()
        self.changed[device.id].async_tell()

    @callback
    def _judge(self) -> None:
        """Have a repair where calls do not come through."""
        failing = [
            device
            for device in self.rhythm.devices
            if (health := self.health.get(device.id)) and health.fails
        ]
        self._repairs.async_failing(failing)
