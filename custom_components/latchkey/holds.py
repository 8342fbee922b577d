"""Doors held open by entries of ours in a vendor's schedules: each written down before it is asked for, and read back after."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
import logging
from typing import Any, Final
import uuid

from .hold_records import HoldDiffers, HoldError, HoldRecord, Step, is_same
from .ledger import LedgerError
from .vendors.schedules import Hold, KeepsSchedules
from .vendors.vendor import NotFound, OutcomeUnknown, VendorError

_LOGGER = logging.getLogger(__name__)

LATE: Final = timedelta(minutes=2)
"""How long a command that nobody answered may still reach the vendor."""
KEPT: Final = timedelta(days=1)
"""How long after its end an entry of ours is remembered."""
LONGEST_CLOSE: Final = 20.0
"""Seconds that an unload waits for a command that is under way."""


class HoldBook:
    """Makes, changes and cancels entries of ours, one after the other, and remembers them."""

    def __init__(
        self,
        vendor: KeepsSchedules,
        write: Callable[[dict[str, Any]], Awaitable[None]],
        clock: Callable[[], datetime],
    ) -> None:
        """Initialize with what writes to disk, and raises LedgerError where it cannot."""
        self._vendor = vendor
        self._write = write
        self._clock = clock
        self._turn = asyncio.Lock()
        self._closed = False
        self._records: dict[str, HoldRecord] = {}

    def load(self, data: dict[str, Any] | None) -> None:
        """Take in what was written."""
        for raw in (data or {}).get("holds", []):
            try:
                record = HoldRecord.from_dict(raw)
            except ValueError, TypeError, LookupError, AttributeError:
                _LOGGER.error("An entry that was made here is not understood any more")
            else:
                self._records[record.id] = record

    async def close(self) -> None:
        """Let what is under way be answered, and begin nothing more."""
        self._closed = True
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_CLOSE), self._turn:
                pass

    @property
    def is_in_doubt(self) -> bool:
        """Return whether it is to be looked for something."""
        return any(record.step is not Step.NONE for record in self._records.values())

    def of(self, schedule_id: str) -> list[Hold]:
        """Return the entries of ours in a schedule that are not over, as far as that is known."""
        return [record.hold for record in self._of(schedule_id)]

    def _of(self, schedule_id: str) -> list[HoldRecord]:
        now = self._clock()
        return [
            record
            for record in self._records.values()
            if record.schedule_id == schedule_id
            and (record.end > now or record.step is not Step.NONE)
        ]

    # Commands

    async def open(
        self, schedule_id: str, start: datetime | None, end: datetime
    ) -> Hold:
        """Hold open from a time, now unless told, until another; an entry of ours that it meets with is changed to that.

        Raises HoldError and LedgerError with nothing sent, HoldDiffers where the vendor took other times.
        """
        async with self._in_turn():
            now = self._clock().replace(microsecond=0)
            begins = start or now
            met = [
                record
                for record in await self._settled(schedule_id)
                if record.start <= end and begins <= record.end
            ]
            if len(met) > 1:
                raise HoldError("several_holds")
            if not met:
                hold = Hold(
                    id=str(uuid.uuid4()),
                    schedule_id=schedule_id,
                    start=begins,
                    end=end,
                )
                await self._command(
                    Step.OPEN, hold, None, partial(self._vendor.open_until, hold)
                )
                return hold
            before = met[0].hold
            # What has begun goes on.
            hold = replace(before, start=start or min(before.start, now), end=end)
            if hold != before:
                await self._command(
                    Step.CHANGE, hold, before, partial(self._vendor.change_hold, hold)
                )
            return hold

    async def cancel(self, schedule_id: str) -> list[Hold]:
        """Delete the entries of ours in a schedule that are not over, as many as can be; raises HoldError where there are none.

        Raises what keeps one of them, once the others were tried: a door stays open for none of that.
        """
        async with self._in_turn():
            holds = [record.hold for record in await self._settled(schedule_id)]
            if not holds:
                raise HoldError("no_hold")
            failures = []
            for hold in holds:
                cancel = partial(self._vendor.cancel_hold, hold)
                try:
                    await self._command(Step.CANCEL, hold, hold, cancel)
                except NotFound:
                    # Somebody else may have done it.
                    continue
                except VendorError as err:
                    failures.append(err)
            if failures:
                raise failures[0]
            return holds

    @asynccontextmanager
    async def _in_turn(self) -> AsyncIterator[None]:
        """Wait for earlier calls; raises LedgerError, with nothing sent, once the book is closed."""
        async with self._turn:
            if self._closed:
                raise LedgerError("closed")
            yield

    async def _command(
        self,
        step: Step,
        wanted: Hold,
        before: Hold | None,
        command: Callable[[], Awaitable[None]],
    ) -> None:
        """Send a command, once it is written down, and read back what came of it; what is in doubt stays in the book."""
        self._put(wanted, step)
        try:
            await self._save()
        except LedgerError:
            self._take(wanted.id, before)
            raise
        doubt: OutcomeUnknown | None = None
        try:
            await command()
        except OutcomeUnknown as err:
            doubt = err
        except VendorError as err:
            # Nothing was done; of what is not found there is nothing.
            self._take(wanted.id, None if isinstance(err, NotFound) else before)
            await self._save_if_possible()
            raise
        goal = None if step is Step.CANCEL else wanted
        try:
            found = await self._vendor.hold(wanted)
        except VendorError:
            if doubt:
                raise doubt from None
            # It was accepted, and is not to be lost for that.
            found = goal
        if is_same(found, goal):
            self._take(wanted.id, goal)
            await self._save_if_possible()
        elif found is None or step is Step.CANCEL or is_same(found, before):
            # It may still be on its way.
            raise doubt or OutcomeUnknown("accepted, not shown")
        else:
            self._take(wanted.id, found)
            await self._save_if_possible()
            raise HoldDiffers(found)

    # What became of them

    async def settle(self) -> None:
        """Look for all that is in doubt; raises VendorError."""
        async with self._turn:
            for record in list(self._records.values()):
                if record.step is not Step.NONE and not self._closed:
                    await self._look(record)

    async def _settled(self, schedule_id: str) -> list[HoldRecord]:
        """Return the entries of ours in a schedule as they are now; raises HoldError where that is not clear yet."""
        for record in self._of(schedule_id):
            await self._look(record)
        records = self._of(schedule_id)
        if any(record.step is not Step.NONE for record in records):
            raise HoldError("hold_in_doubt")
        return records

    async def _look(self, record: HoldRecord) -> None:
        """Take in an entry of ours as the vendor has it, as far as no command to it may be on its way."""
        found = await self._vendor.hold(record.hold)
        is_on_its_way = (
            record.step is not Step.NONE
            and record.asked_at <= self._clock() < record.asked_at + LATE
        )
        if found == record.hold and record.step is Step.NONE:
            return
        if found is None:
            if is_on_its_way and record.step is not Step.CANCEL:
                return
            self._take(record.id, None)
        elif is_on_its_way and record.step is not Step.OPEN:
            return
        else:
            self._take(record.id, found)
        await self._save_if_possible()

    # What is kept

    def _put(self, hold: Hold, step: Step) -> None:
        self._records[hold.id] = HoldRecord(
            id=hold.id,
            schedule_id=hold.schedule_id,
            start=hold.start,
            end=hold.end,
            step=step,
            asked_at=self._clock(),
        )

    def _take(self, hold_id: str, hold: Hold | None) -> None:
        """Hold what is known now, or that there is none."""
        if hold is None:
            self._records.pop(hold_id, None)
        else:
            self._put(hold, Step.NONE)

    async def _save_if_possible(self) -> None:
        """Write what was done, which must not be lost where that fails: a restart finds it by its id."""
        try:
            await self._save()
        except LedgerError as err:
            _LOGGER.warning("An entry that was made here could not be written: %s", err)

    async def _save(self) -> None:
        """Write all entries of ours, less those that have long been over."""
        oldest = self._clock() - KEPT
        self._records = {
            record.id: record
            for record in self._records.values()
            if record.end > oldest
        }
        await self._write(
            {"holds": [record.to_dict() for record in self._records.values()]}
        )
