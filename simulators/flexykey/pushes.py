"""Pushes: the statuses that units report go to their webhooks, one after the other for each unit."""

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
import json

from simulators.clock import Clock
from simulators.flexykey.calls import Calls, Push
from simulators.flexykey.options import Options
from simulators.flexykey.status import Status
from simulators.flexykey.unit import Unit
from simulators.flexykey.webhooks import Webhooks

# Enough for a test; those of a benchmark of days would fill the memory.
_KEPT = 10_000
# A clock that stands still must not have a timer go off without pause.
_SHORTEST_TIMER = 0.05


class Pushes:
    """What waits to be sent of each unit, and what was sent."""

    def __init__(self, webhooks: Webhooks, options: Options, clock: Clock) -> None:
        """Start with nothing to send."""
        self.webhooks = webhooks
        self.clock = clock
        self._options = options
        self._calls = Calls(options, clock)
        self._lines: dict[int, _Line] = {}
        self._sent: deque[tuple[int, Push]] = deque(maxlen=_KEPT)

    def watch(self, unit: Unit) -> None:
        """Send what a unit reports from now on."""
        unit.reporter = self._lines[unit.unit_id] = _Line(unit, self)

    def forget(self, unit_id: int) -> None:
        """Send nothing more of a unit."""
        self._lines.pop(unit_id).drop()
        self.webhooks.forget(unit_id)

    def follow_pulses(self, unit_id: int) -> None:
        """Send the ends of the pulses in which a unit is already."""
        self._lines[unit_id].pulsing()

    def of(self, unit_id: int) -> list[Push]:
        """Return what was sent of a unit, as far as it is among the latest pushes of the whole cloud."""
        return [push for sender, push in self._sent if sender == unit_id]

    async def send(self, unit_id: int, *, test: bool = False) -> Push | None:
        """Send a unit's present status behind what waits, and return the push, unless it was dropped."""
        return await self._lines[unit_id].send(test)

    async def deliver(self, unit: Unit, status: Status, *, test: bool) -> Push | None:
        """Call a unit's webhook if it is open, for a test also in a pause, and again after failures if that is chosen."""
        webhook = self.webhooks.get(unit.unit_id)
        if webhook is None or not (
            webhook.is_active if test else webhook.is_open(self.clock())
        ):
            return None
        answer = status.answer(unit.unit_id, unit.serial_number, cached=False)
        body = json.dumps(answer, ensure_ascii=False).encode()
        for _ in range(1 + self._options.webhook_retries):
            push = await self._calls.call(webhook, body)
            self._sent.append((unit.unit_id, push))
            if not webhook.consecutive_failures:
                break
        return push

    async def done(self) -> None:
        """Wait until nothing is left to be sent."""
        while tasks := [task for line in self._lines.values() if (task := line.work())]:
            await asyncio.gather(*tasks)

    async def close(self) -> None:
        """Drop what waits, and close the connection."""
        tasks = [task for line in self._lines.values() if (task := line.drop())]
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._calls.close()


@dataclass(frozen=True)
class _Waiting:
    """A status that is to be sent, and who waits for the end of that."""

    status: Status
    test: bool = False
    sent: asyncio.Future[Push | None] | None = None

    def end(self, push: Push | None) -> None:
        """Tell who waits."""
        if self.sent and not self.sent.done():
            self.sent.set_result(push)


class _Line:
    """What waits to be sent of one unit, and the timer for its next end of a pulse."""

    def __init__(self, unit: Unit, pushes: Pushes) -> None:
        """Start with nothing waiting."""
        self._unit = unit
        self._pushes = pushes
        self._waiting: deque[_Waiting] = deque()
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def reported(self, status: Status) -> None:
        """Send a status that the unit reports, if anybody is to be told."""
        webhook = self._pushes.webhooks.get(self._unit.unit_id)
        if webhook and webhook.is_open(self._pushes.clock()):
            self._waiting.append(_Waiting(status))
            self.work()

    def pulsing(self) -> None:
        """Have the unit end its next pulse in time, if anybody is to be told."""
        if self._timer:
            self._timer.cancel()
        self._timer = None
        seconds = self._unit.next_end()
        if seconds is not None and self._pushes.webhooks.get(self._unit.unit_id):
            with suppress(RuntimeError):
                self._timer = asyncio.get_running_loop().call_later(
                    max(seconds, _SHORTEST_TIMER), self._end_pulses
                )

    async def send(self, test: bool) -> Push | None:
        """Send the present status behind what waits."""
        sent: asyncio.Future[Push | None] = asyncio.get_running_loop().create_future()
        status = self._unit.frozen or self._unit.last_status
        self._waiting.append(_Waiting(status, test, sent))
        self.work()
        return await sent

    def work(self) -> asyncio.Task[None] | None:
        """Return the task that sends what waits, if anything does; where no loop runs, it waits for one."""
        if self._waiting and self._task is None:
            with suppress(RuntimeError):
                self._task = asyncio.get_running_loop().create_task(self._send_all())
        return self._task

    def drop(self) -> asyncio.Task[None] | None:
        """Send nothing of what waits, and return the task that is cancelled for that, if there is one."""
        if self._timer:
            self._timer.cancel()
        for waiting in self._waiting:
            waiting.end(None)
        self._waiting.clear()
        task, self._task = self._task, None
        if task:
            task.cancel()
        return task

    async def _send_all(self) -> None:
        """Send what waits until nothing does."""
        try:
            while self._waiting:
                waiting, push = self._waiting.popleft(), None
                try:
                    push = await self._pushes.deliver(
                        self._unit, waiting.status, test=waiting.test
                    )
                finally:
                    waiting.end(push)
        finally:
            # One that was dropped leaves the place to its successor.
            if self._task is asyncio.current_task():
                self._task = None

    def _end_pulses(self) -> None:
        """End the pulses that are over, and wait for the next."""
        self._unit.settle()
        self.pulsing()
