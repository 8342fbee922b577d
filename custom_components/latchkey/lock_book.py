"""Commands to locks: each sent once, one at a time for a lock, followed by looks at what came of it."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

from .bolt import Bolt, Command
from .door import OpeningError
from .vendors.locks import LocksDoors, LockStatus, normalised
from .vendors.model import Device
from .vendors.vendor import DeviceUnreachable, OutcomeUnknown, VendorError

LONGEST_WAIT: Final = 5.0
"""Seconds after which an unlocking that waits for its turn is not sent any more."""
LOOKS: Final = (3.0, 7.0, 20.0)
"""Seconds between the looks after a command: the first comes before the second, and so on."""


class LockBook:
    """The locks of an account, by whoever's clock calls for the next look."""

    def __init__(
        self,
        vendor: LocksDoors,
        *,
        words: Mapping[str, bool],
        schedule: Callable[[Device, float], None],
        changed: Callable[[Device], None],
        told: Callable[[Device, LockStatus], None],
        clock: Callable[[], datetime],
    ) -> None:
        """Initialize with the words of which the user has said whether they mean locked.

        `schedule` has `step` called for a lock in some seconds, in the place of any call before; `changed` is told
        of each lock that may show something else, `told` of what was read.
        """
        self._vendor = vendor
        self._words = {normalised(word): locked for word, locked in words.items()}
        self._schedule = schedule
        self._changed = changed
        self._told = told
        self._clock = clock
        self._bolts: defaultdict[str, Bolt] = defaultdict(Bolt)

    def bolt(self, device_id: str) -> Bolt:
        """Return what is known of a lock."""
        return self._bolts[device_id]

    # Commands

    async def lock(self, device: Device) -> None:
        """Lock, after whatever is under way."""
        bolt = self._bolts[device.id]
        async with bolt.turn:
            await self._send(device, bolt, locked=True)

    async def unlock(self, device: Device) -> None:
        """Unlock; raises OpeningError while another unlocking is under way, or an earlier command is unanswered."""
        bolt = self._bolts[device.id]
        if bolt.is_unlock_asked:
            raise OpeningError("already_opening")
        bolt.is_unlock_asked = True
        try:
            async with _soon(bolt.turn):
                await self._send(device, bolt, locked=False)
        finally:
            bolt.is_unlock_asked = False

    async def _send(self, device: Device, bolt: Bolt, *, locked: bool) -> None:
        """Send a command; where no answer came, what the lock tells decides whether it was done."""
        bolt.begin(locked, self._now())
        self._changed(device)
        try:
            await self._vendor.set_locked(device, locked=locked)
        except OutcomeUnknown:
            if not await self._is_proven(device, bolt, bolt.end(self._now())):
                bolt.expect_no_more()
                raise
        except BaseException as err:
            if isinstance(err, VendorError) and not isinstance(err, DeviceUnreachable):
                bolt.refuse()
            else:
                # It may be on its way, even if nobody waits for it any more.
                bolt.end(self._now())
                bolt.expect_no_more()
            raise
        else:
            bolt.end(self._now())
        finally:
            bolt.looks = list(LOOKS)
            self._look_later(device, bolt)
            self._changed(device)

    async def _is_proven(self, device: Device, bolt: Bolt, command: Command) -> bool:
        """Read once whether a lock stands as it was told to."""
        try:
            status = await self._read(device, bolt)
        except VendorError:
            return False
        return command.is_proven(self._locked(status), status.reported_at)

    # Readings

    async def step(self, device: Device) -> None:
        """Look at what came of the last command, and again later; raises VendorError."""
        bolt = self._bolts[device.id]
        command = bolt.doubted
        try:
            await self.look(device)
        finally:
            if bolt.sending is None and bolt.doubted in (command, None):
                self._look_later(device, bolt)

    async def look(self, device: Device) -> None:
        """Read how a lock stands, unless a command is under way, which is followed by looks; raises VendorError."""
        bolt = self._bolts[device.id]
        if bolt.sending is None:
            try:
                await self._read(device, bolt)
            finally:
                self._changed(device)

    async def _read(self, device: Device, bolt: Bolt) -> LockStatus:
        asked = bolt.ask()
        try:
            status = await self._vendor.lock_status(device)
        except VendorError as err:
            bolt.fail(asked, err)
            raise
        if bolt.take(asked, self._locked(status), status, self._now()):
            self._told(device, status)
        return status

    def _locked(self, status: LockStatus) -> bool | None:
        """Return whether a lock is locked: by the user's word for it, else by the vendor's."""
        return self._words.get(normalised(status.told), status.locked)

    def _look_later(self, device: Device, bolt: Bolt) -> None:
        if bolt.looks:
            self._schedule(device, bolt.looks.pop(0))
        elif bolt.awaited is not None:
            bolt.expect_no_more()
            self._changed(device)

    def _now(self) -> datetime:
        """Return the time by the vendor's clock."""
        return self._clock() + self._vendor.ahead


@asynccontextmanager
async def _soon(turn: asyncio.Lock) -> AsyncIterator[None]:
    """Wait for a turn, but not for long: sent later, it would open a door long after somebody asked for it."""
    try:
        async with asyncio.timeout(LONGEST_WAIT):
            await turn.acquire()
    except TimeoutError:
        raise OpeningError("device_busy") from None
    try:
        yield
    finally:
        turn.release()
