"""A book of a door's openings at the model of the platform, under a clock that moves when told to."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from typing import Any

from custom_components.latchkey.door import Ended, OpeningError, Shown
from custom_components.latchkey.openings import ALL, OpeningBook
from custom_components.latchkey.vendors.model import Device, DeviceKind
from custom_components.latchkey.vendors.vendor import VendorError
from tests.openings.model import GATEWAY, LATE, LOCK, Command, Platform

DEVICE = Device(
    id=LOCK, label=LOCK, kind=DeviceKind.LOCKING_DEVICE, name="Front", via_id=GATEWAY
)
AT_ONCE = timedelta()


class Call:
    """Something that somebody asks for, and waits for."""

    def __init__(self, pending: set[str], task: asyncio.Task[None]) -> None:
        """Initialize with the commands that were pending before."""
        self.pending = pending
        self.task = task

    @property
    def outcome(self) -> str | None:
        """Return what came of it, None while it is waited for."""
        if not self.task.done():
            return None
        if self.task.cancelled():
            return "given up"
        match self.task.exception():
            case None:
                return "done"
            case OpeningError(key=key) | VendorError(key=key):
                return key
            case err:
                raise err


class Trial:
    """A door, its book, the platform and a clock of ours."""

    def __init__(
        self,
        lag: timedelta = AT_ONCE,
        *,
        ended: Callable[[Ended], None] = lambda _: None,
        observe: Callable[[], None] = lambda: None,
    ) -> None:
        """Start, by a clock that may be late, with who is told of ends and who looks after each thing that happens."""
        self.loop = asyncio.new_event_loop()
        self.platform = Platform()
        self.told: list[Ended] = []
        self.changes = 0
        self.failures: list[VendorError] = []
        self.calls: list[Call] = []
        self.lag = lag
        self._tell = ended
        self._observe = observe
        self._timers: dict[str, datetime] = {}
        self._steps: set[asyncio.Task[None]] = set()
        self.start({})

    def clock(self) -> datetime:
        """Return the time by our clock."""
        return self.platform.now - self.lag

    def shows(self) -> Shown:
        """Return what the door shows."""
        return self.book.shows(LOCK)

    @property
    def command(self) -> Command:
        """Return the last command."""
        return list(self.platform.commands.values())[-1]

    def start(self, memory: Mapping[str, Any]) -> None:
        """Start Home Assistant with what is known of before."""
        self.vendor = self.platform.account(self.clock)
        self.book = OpeningBook(
            self.vendor,
            doors=lambda: (LOCK,),
            schedule=self._schedule,
            changed=self._changed,
            ended=self._ended,
            failed=self.failures.append,
            clock=self.clock,
        )
        self.book.recall(LOCK, memory)
        self._step(ALL)
        self.settle()

    def tell_time(self, ahead: timedelta) -> None:
        """Have the vendor's clock be told wrongly, until its next answer."""
        self.vendor._client.transport.ahead = ahead  # noqa: SLF001  no answer of the model's is wrong

    def let_real_time_pass(self, seconds: float) -> None:
        """Let what is bounded by real time come to its end."""
        self.loop.run_until_complete(asyncio.sleep(seconds))
        self.settle()

    def restart(
        self, seconds: float = 0, memory: Mapping[str, Any] | None = None
    ) -> None:
        """Stop, and start again after a while, with what was known before or, as after a crash, with another memory."""
        is_crash = memory is not None
        if memory is None:
            memory = self.book.memory(LOCK)
        for task in (*self._steps, *(call.task for call in self.calls)):
            task.cancel()
        self.settle()
        self._timers.clear()
        self.platform.held.clear()
        if self.platform.agenda and is_crash:
            # What is still on its way arrives before Home Assistant has started, which takes longer than to reload.
            seconds = max(seconds, LATE.total_seconds() + 1)
        self.wait(seconds, is_running=False)
        self.start(memory)

    def _schedule(self, key: str, seconds: float) -> None:
        # Whatever our clock is set to, timers go on.
        self._timers[key] = self.platform.now + timedelta(seconds=seconds)

    def _changed(self, device_id: str) -> None:
        assert device_id == LOCK
        self.changes += 1

    def _ended(self, device_id: str, ended: Ended) -> None:
        assert device_id == LOCK
        self.told.append(ended)
        self._tell(ended)

    def _step(self, key: str) -> None:
        self._steps.add(self.loop.create_task(self.book.step(key)))

    def open(self) -> Call:
        """Ask for an opening."""
        return self._call(self.book.open(DEVICE))

    def cancel(self) -> Call:
        """Cancel it."""
        return self._call(self.book.cancel(DEVICE))

    def _call(self, coroutine: Coroutine[Any, Any, None]) -> Call:
        pending = {
            each.id
            for each in self.platform.commands.values()
            if self.platform.is_pending(each)
        }
        call = Call(pending, self.loop.create_task(coroutine))
        self.calls.append(call)
        self.settle()
        return call

    def touch(
        self,
        execution: Any = "granted",
        delay: timedelta = AT_ONCE,
        *,
        wait: float = 0,
    ) -> None:
        """Touch the lock, and wait."""
        self.platform.touch(execution, delay, delay, AT_ONCE)
        self.wait(wait)

    def settle(self) -> None:
        """Let all go on until it waits for an answer."""

        async def spin() -> None:
            for _ in range(12):
                await asyncio.sleep(0)

        self.loop.run_until_complete(spin())
        for step in [each for each in self._steps if each.done()]:
            self._steps.remove(step)
            if not step.cancelled() and (err := step.exception()):
                raise err
        self.calls = [call for call in self.calls if call.outcome is None]

    def mend(self) -> None:
        """Have all in order again, and what hangs go on."""
        self.platform.mend()
        self.settle()

    def wait(self, seconds: float, *, is_running: bool = True) -> None:
        """Let time pass, and everything happen that is due by then, in its order."""
        platform = self.platform
        end = platform.now + timedelta(seconds=seconds)
        while True:
            due = [
                *self._timers.values(),
                *(at for at, _ in platform.held),
                *(at for at, _ in platform.agenda),
            ]
            if not due or min(due) > end:
                break
            platform.now = max(platform.now, min(due))
            if is_running:
                self._observe()
            platform.happen()
            for key in [key for key, at in self._timers.items() if at <= platform.now]:
                del self._timers[key]
                self._step(key)
            self.settle()
            if is_running:
                self._observe()
        platform.now = end

    def close(self) -> None:
        """End all that is under way."""
        for task in (*self._steps, *(call.task for call in self.calls)):
            task.cancel()
        self.settle()
        self.loop.close()
