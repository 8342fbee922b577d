"""Remote openings of doors: asked for once, one at a time for a door, followed to an end that is proven or has its reason."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any, Final

from .door import HOLD, LONGEST_DOUBT, Door, Ended, OpeningError, Shown, is_fresh
from .opening_looks import LATER, SOON, read, read_proofs, until_next
from .vendors.model import Device
from .vendors.openings import End, Opening, OpensDoors, RemoteOpening
from .vendors.vendor import OutcomeUnknown, RateLimited, VendorError

LONGEST_WAIT: Final = 5.0
"""Seconds after which a command is not sent any more."""
RETRY: Final = 60.0
"""Seconds after which what is under way at the vendor is asked for again, where that failed."""
ALL: Final = ""
"""The key of the step that is about all doors."""


class OpeningBook:
    """The openings of an account's doors, looked after a step at a time, by whoever's clock calls for the next one."""

    def __init__(
        self,
        vendor: OpensDoors,
        *,
        doors: Callable[[], Iterable[str]],
        schedule: Callable[[str, float], None],
        changed: Callable[[str], None],
        ended: Callable[[str, Ended], None],
        failed: Callable[[VendorError], None],
        clock: Callable[[], datetime],
    ) -> None:
        """Initialize with what has `step` called for a key in some seconds, in the place of any call before.

        `changed` is told of each door that may show something else, `ended` of what became of an opening, and
        `failed` of a reading that failed and that nobody waits for.
        """
        self._vendor = vendor
        self._ids = doors
        self._schedule = schedule
        self._changed = changed
        self._ended = ended
        self._failed = failed
        self._clock = clock
        self._doors: defaultdict[str, Door] = defaultdict(Door)
        self._is_taken_up = False
        self._ends = 0
        """Counts what has ended, so that a list is known to be older than an end."""

    def shows(self, device_id: str) -> Shown:
        """Return what a door shows at this moment."""
        return self._doors[device_id].shows(self._clock())

    @property
    def under_way(self) -> dict[str, Opening]:
        """Return the openings that are followed, by door."""
        return {
            device_id: door.opening
            for device_id, door in self._doors.items()
            if door.opening is not None
        }

    def memory(self, device_id: str) -> dict[str, Any]:
        """Return what is to be known of a door after a restart, so that each end is told, and told once."""
        return self._doors[device_id].memory()

    def recall(self, device_id: str, memory: Mapping[str, Any]) -> None:
        """Know what was known of a door before a restart."""
        if not self._is_taken_up:
            self._doors[device_id].recall(memory)

    # Commands

    async def open(self, device: Device) -> None:
        """Ask for an opening, once; raises OpeningError while one is under way, here or at the vendor, or may be."""
        door = self._doors[device.id]
        async with AsyncExitStack() as stack:
            listed: Sequence[RemoteOpening] = ()
            try:
                async with asyncio.timeout(LONGEST_WAIT):
                    await stack.enter_async_context(door.turn)
                    if door.opening is None:
                        listed = await self._compare_one(device.id)
            except TimeoutError:
                # Sent now, it would open a door long after somebody asked for it.
                raise OpeningError("device_busy") from None
            if door.opening is not None:
                raise OpeningError("already_opening")
            if door.doubted_at is not None:
                raise OpeningError("opening_in_doubt")
            known = {remote.id for remote in listed}
            try:
                remote = await self._vendor.open_door(device, known)
            except BaseException as err:
                # What is no clear refusal may be on its way, even if nobody waits for it any more.
                if isinstance(err, OutcomeUnknown) or not isinstance(err, VendorError):
                    door.doubted_at = self._clock()
                    self._schedule(device.id, SOON)
                raise
            self._follow(device.id, door.made(remote))

    async def cancel(self, device: Device) -> None:
        """Cancel the opening that is under way, if there is one; raises OpeningError where it is too late."""
        door = self._doors[device.id]
        async with door.turn:
            if door.opening is None and (door.doubted_at or not self._is_taken_up):
                await self._compare_one(device.id)
            if (opening := door.opening) is None:
                if door.doubted_at is not None:
                    raise OutcomeUnknown("it may be on its way")
                return
            failure: VendorError | None = None
            try:
                await self._vendor.cancel_opening(opening.remote)
            except VendorError as err:
                failure = err
            # Whatever was answered: how it stands is read back.
            try:
                await read(self._vendor, opening, self._clock)
            except VendorError as err:
                self._failed(err)
            self._settle(device.id, opening)
            end = opening.end(self._now())
            if end in (End.CANCELLED, End.EXPIRED, End.DENIED):
                return
            if end is not None or opening.remote.acknowledged_at is not None:
                raise OpeningError("too_late_to_cancel") from failure
            raise failure or OutcomeUnknown("not read back")

    # Steps

    async def step(self, key: str) -> None:
        """Do what is due for a door, or for all."""
        if key == ALL:
            if not self._is_taken_up:
                # Before anything is read: that may take long, and fail.
                self._schedule(ALL, RETRY)
                for device_id, door in self._doors.items():
                    if door.doubted_at is not None:
                        self._schedule(device_id, SOON)
                self._is_taken_up = await self._compare_all(list(self._ids()))
            return
        door = self._doors[key]
        if door.opening is not None:
            await self._look(key, door, door.opening)
            return
        self._changed(key)
        if (left := door.hold_left(self._clock())) > 0:
            # One clock runs a little faster than the other.
            self._schedule(key, left)
        elif door.doubted_at is not None:
            if self._clock() >= door.doubted_at + LONGEST_DOUBT:
                door.doubted_at = None
                return
            self._schedule(key, LATER)
            await self._compare_all([key])

    def hurry(self, opening_id: str) -> None:
        """Look at an opening at once, if it is followed."""
        for device_id, opening in self.under_way.items():
            if opening.remote.id == opening_id:
                self._schedule(device_id, 0.0)

    async def _look(self, device_id: str, door: Door, opening: Opening) -> None:
        """Read how an opening stands, and what proves it; end it where that is clear."""
        # However long the reading takes, the end is told in time.
        self._look_later(device_id, opening)
        pause = 0.0
        if not door.is_looking:
            door.is_looking = True
            try:
                await read(self._vendor, opening, self._clock)
            except VendorError as err:
                if isinstance(err, RateLimited):
                    pause = err.wait
                self._failed(err)
            finally:
                door.is_looking = False
        self._settle(device_id, opening, pause)

    # Readings

    async def _compare_one(self, device_id: str) -> Sequence[RemoteOpening]:
        """Read what is under way, and follow what is for a door whose turn is held; return all that is listed."""
        read_at, ends = self._clock(), self._ends
        listed = await self._vendor.openings()
        await self._compare(device_id, listed, read_at, ends)
        return listed

    async def _compare_all(self, device_ids: Iterable[str]) -> bool:
        """Read what is under way, and follow what is for some doors; return whether that could be read."""
        read_at, ends = self._clock(), self._ends
        is_read = True
        try:
            listed = await self._vendor.openings()
        except VendorError as err:
            self._failed(err)
            return False
        for device_id in device_ids:
            async with self._doors[device_id].turn:
                try:
                    await self._compare(device_id, listed, read_at, ends)
                except VendorError as err:
                    self._failed(err)
                    is_read = False
        return is_read

    async def _compare(
        self,
        device_id: str,
        listed: Sequence[RemoteOpening],
        read_at: datetime,
        ends: int,
    ) -> None:
        """Follow what a list shows to be under way for a door; the newest, if there are several.

        What was ended before the list was read, and is pending in it, was ended by a wrong clock.
        """
        door = self._doors[device_id]
        door.clear_doubt(read_at, self._clock())
        if door.opening is not None:
            return
        at = read_at + self._vendor.ahead
        door.clear(at)
        # The oldest first, so that its lines are not taken for a newer one's.
        own = [
            remote
            for remote in sorted(listed, key=lambda each: each.issued_at)
            if remote.device_id == device_id
            and (
                remote.id not in door.ended
                or (remote.is_live(at) and door.ended_no.get(remote.id, 0) <= ends)
            )
        ]
        for remote in own:
            if remote.acknowledged_at is not None and at >= remote.valid_until:
                door.expect_late(remote)
        found: Opening | None = None
        for remote in own:
            is_resumed = remote.id == door.resumed_id
            is_over = remote.cancelled_at is not None or at >= remote.valid_until
            if is_over and not is_resumed:
                continue
            opening = door.made(remote)
            opening.take(remote, at)
            try:
                await read_proofs(self._vendor, opening)
            except VendorError as err:
                if not is_resumed:
                    raise
                # Time ends it in any case.
                self._failed(err)
            end = opening.end(self._now())
            if end is None:
                if remote.acknowledged_at is not None and remote is not own[-1]:
                    # Its line may be yet to come, and is not to be taken for the newer one's.
                    door.expect_late(remote)
                if found is None or found.remote.id != door.resumed_id:
                    found = opening
            elif is_resumed:
                self._end(device_id, opening, end)
            else:
                self._over(door, opening, end)
        if door.resumed_id is not None and door.resumed_id not in {
            remote.id for remote in own
        }:
            self._ended(device_id, Ended(door.resumed_id, End.UNCONFIRMED))
        door.resumed_id = None
        if found is not None:
            self._follow(device_id, found)

    # What changes

    def _follow(self, device_id: str, opening: Opening) -> None:
        self._doors[device_id].follow(opening)
        self._look_later(device_id, opening)
        self._changed(device_id)

    def _settle(self, device_id: str, opening: Opening, pause: float = 0.0) -> None:
        """End an opening where that is clear; else look again, after a pause."""
        if self._doors[device_id].opening is not opening:
            return
        if (end := opening.end(self._now())) is None:
            self._look_later(device_id, opening, pause)
        else:
            self._end(device_id, opening, end)

    def _over(self, door: Door, opening: Opening, end: End) -> None:
        self._ends += 1
        door.end(opening, end)
        door.ended_no[opening.remote.id] = self._ends

    def _end(self, device_id: str, opening: Opening, end: End) -> None:
        door = self._doors[device_id]
        self._over(door, opening, end)
        if end is End.OPENED and is_fresh(opening, self._now()):
            door.open_until = self._clock() + HOLD
            self._schedule(device_id, HOLD.total_seconds())
        elif door.doubted_at is not None:
            self._schedule(device_id, SOON)
        self._changed(device_id)
        self._ended(device_id, Ended(opening.remote.id, end))

    # Times

    def _now(self) -> datetime:
        """Return the time by the vendor's clock."""
        return self._clock() + self._vendor.ahead

    def _look_later(self, device_id: str, opening: Opening, pause: float = 0.0) -> None:
        self._schedule(device_id, until_next(opening, self._now(), pause))
