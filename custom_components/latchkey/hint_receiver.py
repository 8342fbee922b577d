"""Calls that nobody signs: whoever makes them, they lead to a reading, and to few of those."""

import asyncio
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from math import inf
import secrets
from typing import TYPE_CHECKING, Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import callback

from .addresses import Addresses
from .timers import Timers
from .vendors.hints import Hint, Part, TakesHints
from .vendors.model import Capability
from .vendors.vendor import AnswerNotUnderstood
from .webhook_calls import HINT_EVERY, Calls

if TYPE_CHECKING:
    from .coordinator import LatchkeyCoordinator

MOST_KNOWN: Final = 1000
"""How many events are remembered, since they may be told twice."""

type _What = tuple[Part, str]


class HintReceiver:
    """Has read again what calls hint at, each part of the account once in a while."""

    def __init__(self, coordinator: LatchkeyCoordinator) -> None:
        """Initialize with nothing hinted at."""
        self._coordinator = coordinator
        self._entry: ConfigEntry[Any] = coordinator.config_entry
        self._calls = Calls(coordinator.hass, coordinator.config_entry, self._judge)
        self.counts = self._calls.counts
        self._addresses = Addresses(
            coordinator.hass, coordinator.config_entry, self._calls.async_move
        )
        self._turn = asyncio.Lock()
        self._known: dict[str, None] = {}
        self._read_at: dict[_What, float] = {}
        self._timers: Timers[_What] = Timers(coordinator.hass)

    @callback
    def async_start(self) -> None:
        """Be ready for calls until the account is unloaded."""
        if CONF_WEBHOOK_ID not in self._entry.data:
            data = {**self._entry.data, CONF_WEBHOOK_ID: secrets.token_hex(32)}
            self._coordinator.hass.config_entries.async_update_entry(
                self._entry, data=data
            )
        self._calls.async_start()

    @callback
    def async_stop(self) -> None:
        """Read nothing more."""
        self._timers.async_stop()

    async def async_address(self, *, renew: bool) -> str | None:
        """Return where the vendor is to call, another address than before where asked for; None where it cannot."""
        async with self._turn:
            if renew:
                await self._addresses.async_renew()
            return await self._addresses.async_address()

    @callback
    def _judge(
        self, _headers: Mapping[str, str], body: bytes
    ) -> tuple[str, HTTPStatus]:
        """Return what a call is worth, having acted on it."""
        vendor = self._coordinator.vendor
        assert isinstance(vendor, TakesHints)
        try:
            hints = vendor.hints(body)
        except AnswerNotUnderstood:
            return "malformed", HTTPStatus.BAD_REQUEST
        if not hints:
            return "foreign", HTTPStatus.OK
        new = [hint for hint in hints if self._is_new(hint)]
        for hint in new:
            for part, subject in hint.parts:
                if what := self._what(part, subject):
                    self._read_soon(what)
        return "hint" if new else "repeated", HTTPStatus.OK

    def _is_new(self, hint: Hint) -> bool:
        if hint.event_id in self._known:
            return False
        self._known[hint.event_id] = None
        if len(self._known) > MOST_KNOWN:
            del self._known[next(iter(self._known))]
        return True

    def _what(self, part: Part, subject: str) -> _What | None:
        """Return what can be read here; a device that tells of itself but is not known so shows that there are other ones."""
        if part in (Part.OPENING, Part.PROOF):
            openings = self._coordinator.openings
            is_followed = openings and openings.is_under_way(subject)
            return (part, subject) if is_followed else None
        if part is Part.LOG:
            device = self._coordinator.inventory.devices.get(subject)
            if device and Capability.LOG in device.capabilities:
                return part, subject
            return Part.INVENTORY, ""
        if part in (Part.BOOKINGS, Part.BOXES):
            return (
                (part, subject)
                if subject in self._coordinator.inventory.devices
                else (Part.INVENTORY, "")
            )
        return part, ""

    @callback
    def _read_soon(self, what: _What) -> None:
        """Have something read: now, or at the end of its time or of the pause that the vendor wants."""
        if self._timers.is_stopped or what in self._timers:
            # One is to come, and sees this one's reason too.
            return
        now = self._coordinator.hass.loop.time()
        last = self._read_at.get(what, -inf)
        if (at := max(last + HINT_EVERY, self._coordinator.paused_until)) <= now:
            kept = self._read_at.items()
            self._read_at = {each: at for each, at in kept if now < at + HINT_EVERY}
            self._read_at[what] = now
            self._read(*what)
            return
        self._timers.async_set(what, at - now, partial(self._read_soon, what))

    @callback
    def _read(self, part: Part, subject: str) -> None:
        coordinator = self._coordinator
        match part:
            case Part.INVENTORY:
                coordinator.async_read_inventory_soon()
            case Part.GRANTS if coordinator.grants:
                coordinator.grants.async_hint()
            case Part.BOOKINGS if coordinator.reservations:
                coordinator.reservations.async_hint(subject)
            case Part.BOXES if coordinator.boxes:
                coordinator.boxes.async_hint(subject)
            case Part.LOG:
                self._read_log(subject)
            case Part.OPENING | Part.PROOF if coordinator.openings:
                coordinator.openings.async_hint(subject)

    @callback
    def _read_log(self, device_id: str) -> None:
        coordinator = self._coordinator
        device = coordinator.inventory.devices.get(device_id)
        if device is None:
            return
        if coordinator.log and Capability.LOG in device.capabilities:
            coordinator.log.async_hint(device_id)
        if coordinator.locks and Capability.LOCK in device.capabilities:
            coordinator.locks.rhythm.async_hurry(device_id)
        # It may be what an opening has led to, granted or denied.
        if coordinator.openings and (
            opening := coordinator.openings.under_way.get(device_id)
        ):
            coordinator.openings.async_hint(opening.remote.id)
