"""The part of the cloud that talks with devices: what they report, what they note, and commands that take their time."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import count

from simulators.clock import Clock
from simulators.keyvox.devices import Device
from simulators.keyvox.history import BY_API, Action, Entry, Visit
from simulators.keyvox.lockers import Box, Locker
from simulators.keyvox.locks import Lock
from simulators.keyvox.organisation import OrganisationCloud
from simulators.keyvox.refusals import Unreachable

# How often a request that waits for a device looks whether it has answered.
_PAUSE = 0.005


@dataclass
class _Errand:
    """A command on its way to a device."""

    ended: bool = False
    arrived: bool = False


class DevicesCloud(OrganisationCloud):
    """A cloud whose devices answer."""

    def __init__(self, clock: Clock, api_key: str, api_secret: str) -> None:
        """Start with nothing noted."""
        super().__init__(clock, api_key, api_secret)
        self._entry_ids = count(1)

    async def operate(self, lock: Lock, action: Action) -> None:
        """Have a lock lock or unlock itself, and wait for it."""
        await self._command(lock, lambda at: self._turn(lock, action, at, BY_API))

    async def open_box(self, locker: Locker, box: Box) -> None:
        """Have a locker open a box, and wait for it."""

        def open_it(at: datetime) -> None:
            box.openings += 1
            self._note(locker, "unlock", at, BY_API)

        await self._command(locker, open_it)

    async def ask_status(self, lock: Lock) -> None:
        """Have a lock report how it stands, and wait for it."""
        await self._command(lock, lock.tell)

    async def _command(
        self, device: Device, effect: Callable[[datetime], None]
    ) -> None:
        """Send a command, and wait for the device as long as the cloud does; it arrives even if nobody waits any more."""
        now = self.settle()
        errand = _Errand()
        reachable = device.is_reachable

        def arrive(at: datetime) -> None:
            errand.ended = True
            if reachable and device.is_reachable:
                errand.arrived = True
                effect(at)

        seconds = device.seconds if reachable else self.options.offline_seconds
        self.agenda.after(now, seconds, arrive)
        latest = now + timedelta(seconds=self.options.answer_seconds)
        while self.settle() < latest and not errand.ended:
            await asyncio.sleep(_PAUSE)
        if not errand.arrived:
            raise Unreachable

    def _turn(self, lock: Lock, action: Action, at: datetime, visit: Visit) -> None:
        """Have a lock locked or unlocked, of which the cloud hears if there is a connection."""
        lock.turn(action == "unlock")
        self._note(lock, action, at, visit)
        if action == "unlock" and self.options.relock_seconds is not None:
            relock = partial(self._relock, lock, lock.turns)
            self.agenda.after(at, self.options.relock_seconds, relock)

    def _relock(self, lock: Lock, turns: int, at: datetime) -> None:
        """Have a lock lock itself, unless somebody was there in the meantime."""
        if lock.turns == turns:
            lock.turn(unlocked=False)
            self._report(lock, at)

    def _note(self, device: Device, action: Action, at: datetime, visit: Visit) -> None:
        """Have a device note what has happened, which the cloud hears later."""
        entry = Entry(next(self._entry_ids), device.id, device.name, action, at, visit)
        hear = partial(self._hear, device, entry)
        self.agenda.after(at, self.options.history_seconds, hear)

    def _hear(self, device: Device, entry: Entry, at: datetime) -> None:
        """Hear of what has happened, or have the device keep it until there is a connection."""
        if not device.is_reachable:
            device.waiting.append(entry)
            return
        # No number is known under which the history could tell of a connection.
        if entry.action != "link":
            device.history.append(entry)
        self.webhooks.tell_entry(entry)
        if isinstance(device, Lock):
            self._report(device, at)

    def _report(self, lock: Lock, at: datetime) -> None:
        """Have a lock report how it stands, if there is a connection."""
        if lock.is_reachable:
            lock.tell(at)

    def _plan_report(self, lock: Lock, at: datetime) -> None:
        """Have a lock report by itself, again and again."""

        def report(at: datetime) -> None:
            self._report(lock, at)
            self._plan_report(lock, at)

        self.agenda.after(at, self.options.report_seconds, report)

    def _connect(self, device: Device, online: bool, at: datetime) -> None:
        """Cut a device's connection, or have it tell what has happened meanwhile."""
        device.online = online
        if online:
            waiting, device.waiting = device.waiting, []
            for entry in waiting:
                self._hear(device, entry, at)
            if isinstance(device, Lock):
                self._report(device, at)
