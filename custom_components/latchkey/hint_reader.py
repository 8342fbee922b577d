"""What is read again because of hints: each part of the account once in a while, however often it is hinted at."""

from collections.abc import Iterable
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Final

from homeassistant.core import callback

from .timers import Timers
from .vendors.hints import Part
from .vendors.model import Capability
from .webhook_calls import HINT_EVERY

if TYPE_CHECKING:
    from .coordinator import LatchkeyCoordinator

MOST_KNOWN: Final = 1000
"""How many events are remembered, since they may be told twice."""

type _What = tuple[Part, str]


class HintReader:
    """Has read again what is hinted at."""

    def __init__(self, coordinator: LatchkeyCoordinator) -> None:
        """Initialize with nothing hinted at."""
        self._coordinator = coordinator
        self._known: dict[str, None] = {}
        self._read_at: dict[_What, float] = {}
        self._timers: Timers[_What] = Timers(coordinator.hass)

    @callback
    def async_stop(self) -> None:
        """Read nothing more."""
        self._timers.async_stop()

    @callback
    def async_hint(self, parts: Iterable[_What]) -> None:
        """Have some parts of the account read again."""
        for part, subject in parts:
            if what := self._what(part, subject):
                self._read_soon(what)

    def is_new(self, *marks: str) -> bool:
        """Return whether an event was not told before, by all that tells it from others, and remember it."""
        if not self._known.keys().isdisjoint(marks):
            return False
        self._known |= dict.fromkeys(marks)
        while len(self._known) > MOST_KNOWN:
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
