"""An account's remote openings: asked for once, followed to their end, taken up again after a restart."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable
from datetime import datetime, timedelta
from functools import partial
import logging
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import CALLBACK_TYPE, HassJob, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .listeners import Listeners
from .vendors.model import Capability, Device
from .vendors.openings import GRACE, End, Opening, OpensDoors, RemoteOpening
from .vendors.vendor import Conflict, NotFound, VendorError

if TYPE_CHECKING:
    from .coordinator import LatchkeyCoordinator

_LOGGER = logging.getLogger(__name__)

SOON: Final = 5.0
"""Seconds between two looks in the first minute, when somebody is likely to be at the door."""
LATER: Final = 12.0
MINUTE: Final = timedelta(minutes=1)
FRESH: Final = timedelta(minutes=1)
"""How old the proof of an opening may be for the door to be shown as open."""
RETRY: Final = 60.0


class OpeningKeeper:
    """Asks for openings and follows them; there is at most one for a door."""

    def __init__(self, coordinator: LatchkeyCoordinator) -> None:
        """Initialize with nothing under way."""
        self._coordinator = coordinator
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._timers: dict[str, CALLBACK_TYPE] = {}
        self._ahead = timedelta()
        """By how much the vendor's clock is ahead of ours."""
        self._stopped = False
        self.under_way: dict[str, Opening] = {}
        self.changed: defaultdict[str, Listeners[[]]] = defaultdict(Listeners)
        """Told when an opening begins or goes on, by device."""
        self.ended: defaultdict[str, Listeners[[End, bool]]] = defaultdict(Listeners)
        """Told of what became of an opening, and whether that was just now, by device."""

    @property
    def vendor(self) -> OpensDoors:
        """Return the account's client, in what it can do here."""
        vendor = self._coordinator.vendor
        assert isinstance(vendor, OpensDoors)
        return vendor

    @callback
    def async_start(self) -> None:
        """Take up what is under way at the vendor."""
        self._schedule("", self._async_take_up, 0.0)

    @callback
    def async_stop(self) -> None:
        """Follow nothing any more; the vendor's own list tells of it after a restart."""
        self._stopped = True
        for cancel in self._timers.values():
            cancel()
        self._timers.clear()

    async def async_open(self, device: Device) -> None:
        """Ask for an opening; refused while one is under way, here or at the vendor, which may still open."""
        async with self._turns[device.id]:
            listed = [] if device.id in self.under_way else await self._async_listed()
            for opening in await self._async_pending(listed, device.id):
                self._follow(opening)
                break
            if device.id in self.under_way:
                raise self._error("already_opening", device)
            known = {remote.id for remote in listed}
            remote = await self.vendor.open_door(device, known)
            self._ahead = remote.issued_at - dt_util.utcnow()
            self._follow(Opening(remote))

    async def async_cancel(self, device: Device) -> None:
        """Cancel the opening that is under way, if it is not too late."""
        async with self._turns[device.id]:
            if (opening := self.under_way.get(device.id)) is None:
                return
            try:
                await self.vendor.cancel_opening(opening.remote)
            except Conflict, NotFound:
                await self._async_look(device.id)
                if opening.remote.cancelled_at is None:
                    raise self._error("too_late_to_cancel", device) from None
            except VendorError:
                await self._async_look(device.id)
                if opening.remote.cancelled_at is None:
                    raise
            else:
                await self._async_look(device.id)

    async def _async_listed(self) -> list[RemoteOpening]:
        """Return the vendor's openings, the newest first."""
        listed = await self.vendor.openings()
        return sorted(listed, key=lambda remote: remote.issued_at, reverse=True)

    async def _async_pending(
        self, listed: Iterable[RemoteOpening], device_id: str
    ) -> list[Opening]:
        """Return the openings of a door that nothing has ended yet."""
        pending = []
        for remote in listed:
            if (
                remote.device_id == device_id
                and remote.cancelled_at is None
                and self._now() < remote.valid_until + GRACE
            ):
                opening = Opening(remote)
                opening.take(remote, self._now())
                if remote.acknowledged_at is not None:
                    for proof in await self.vendor.proofs(remote):
                        opening.prove(proof)
                if opening.end(self._now()) is None:
                    pending.append(opening)
        return pending

    @callback
    def _error(self, key: str, device: Device) -> HomeAssistantError:
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders={"name": device.name or device.label},
        )

    @callback
    def _follow(self, opening: Opening) -> None:
        device_id = opening.remote.device_id
        self.under_way[device_id] = opening
        self._look_later(device_id)
        self.changed[device_id].async_tell()

    async def _async_take_up(self) -> None:
        """Go on with what is under way at the vendor; what has ended meanwhile was told before, or is in the logs."""
        try:
            listed = await self._async_listed()
            for device in list(self._coordinator.inventory.devices.values()):
                if Capability.OPEN not in device.capabilities:
                    continue
                async with self._turns[device.id]:
                    if device.id not in self.under_way:
                        for opening in await self._async_pending(listed, device.id):
                            self._follow(opening)
                            break
        except VendorError as err:
            _LOGGER.debug("%s: openings not read: %s", self._coordinator.name, err)
            self._schedule("", self._async_take_up, RETRY)

    async def _async_look(self, device_id: str) -> None:
        """Read how an opening stands, and what proves it; end it where that is clear."""
        if (opening := self.under_way.get(device_id)) is None:
            return
        try:
            remote = await self.vendor.opening(opening.remote.id)
            opening.take(remote, self._now())
            if remote.acknowledged_at is not None:
                for proof in await self.vendor.proofs(remote):
                    opening.prove(proof)
        except VendorError as err:
            _LOGGER.debug("%s: an opening not read: %s", self._coordinator.name, err)
        if (end := opening.end(self._now())) is None:
            self._look_later(device_id)
            self.changed[device_id].async_tell()
            return
        self._end(opening, end)

    @callback
    def _end(self, opening: Opening, end: End) -> None:
        device_id = opening.remote.device_id
        del self.under_way[device_id]
        if cancel := self._timers.pop(device_id, None):
            cancel()
        at = opening.proven_at
        is_fresh = at is None or self._now() - at < FRESH
        self.changed[device_id].async_tell()
        self.ended[device_id].async_tell(end, is_fresh)

    def _now(self) -> datetime:
        """Return the time by the vendor's clock."""
        return dt_util.utcnow() + self._ahead

    @callback
    def async_hint(self, opening_id: str) -> None:
        """Look at an opening at once: something became of it."""
        for device_id, opening in self.under_way.items():
            if opening.remote.id == opening_id:
                self._schedule(device_id, partial(self._async_due, device_id), 0.0)

    @callback
    def _look_later(self, device_id: str) -> None:
        remote = self.under_way[device_id].remote
        now = self._now()
        delay = SOON if now < remote.issued_at + MINUTE else LATER
        # Its end is not to be told late.
        for at in (remote.valid_until, remote.valid_until + GRACE):
            if now < at:
                delay = min(delay, (at - now).total_seconds())
                break
        self._schedule(device_id, lambda: self._async_due(device_id), delay)

    async def _async_due(self, device_id: str) -> None:
        async with self._turns[device_id]:
            await self._async_look(device_id)

    @callback
    def _schedule(
        self, key: str, action: Callable[[], Coroutine[Any, Any, None]], delay: float
    ) -> None:
        @callback
        def due(_: datetime) -> None:
            del self._timers[key]
            self._coordinator.config_entry.async_create_background_task(
                self._coordinator.hass, action(), f"{self._coordinator.name}: opening"
            )

        if cancel := self._timers.pop(key, None):
            cancel()
        if not self._stopped:
            self._timers[key] = async_call_later(
                self._coordinator.hass, delay, HassJob(due, cancel_on_shutdown=True)
            )
