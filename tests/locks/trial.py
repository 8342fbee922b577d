"""A lock, the cloud before it, and its book, by a clock of ours; what is asked waits until a test answers it."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from custom_components.latchkey.bolt import Bolt
from custom_components.latchkey.door import OpeningError
from custom_components.latchkey.lock_book import LockBook
from custom_components.latchkey.vendors.locks import LockStatus
from custom_components.latchkey.vendors.model import Device, DeviceKind
from custom_components.latchkey.vendors.vendor import (
    DeviceUnreachable,
    InvalidRequest,
    OutcomeUnknown,
    RateLimited,
    ServiceUnavailable,
    VendorError,
)

type Answer = Literal[
    "done", "lost", "lost before", "late", "unreached", "refused", "cancelled"
]
type Told = Literal["told", "outage", "limit", "unreached"]

LOCK = Device(id="lock", label="lock", kind=DeviceKind.LOCK, name="Front")
FAILURES: dict[str, VendorError] = {
    "lost": OutcomeUnknown(),
    "lost before": OutcomeUnknown(),
    "late": DeviceUnreachable(),
    "unreached": DeviceUnreachable(),
    "refused": InvalidRequest(),
    "outage": ServiceUnavailable(),
    "limit": RateLimited(None),
}


@dataclass(eq=False)
class Command:
    """A command that waits for its answer."""

    locked: bool
    answer: asyncio.Future[None]
    task: asyncio.Task[Any]


@dataclass(eq=False)
class Question:
    """A status that is asked for, as it is to be told."""

    no: int
    status: LockStatus
    answer: asyncio.Future[LockStatus]


class Trial:
    """A lock whose cloud tells its last report, or asks it each time."""

    status_interval = 180.0

    def __init__(
        self,
        *,
        live: bool = False,
        dated: bool = True,
        ahead: timedelta = timedelta(),
        lag: float = 1.0,
        early: float = 0.0,
    ) -> None:
        """Start locked, with a report of that, by a lock whose clock may be early."""
        self.loop = asyncio.new_event_loop()
        self.now = datetime(2026, 1, 2, 3, 4, 5, 250_000, tzinfo=UTC)
        self.ahead = ahead
        self.locked = True
        self.turns = [True]
        """How it has really stood, one after the other."""
        self.commands: list[Command] = []
        self.questions: list[Question] = []
        self.sent: Counter[asyncio.Task[Any]] = Counter()
        self.presses: list[asyncio.Task[Any]] = []
        self.last: Command | None = None
        """The last command that may have had an effect."""
        self.last_at = self.now
        """When that was answered."""
        self.newest: Question | None = None
        """The newest question that was answered of those asked after that."""
        self._last_turn = 0
        self._asked = self._before = 0
        self._live, self._dated, self._lag = live, dated, lag
        self._early = timedelta(seconds=early)
        self._report = (self.now, True)
        self._agenda: list[tuple[datetime, bool | None]] = []
        self._due: datetime | None = None
        self._steps: set[asyncio.Task[Any]] = set()
        self.book = LockBook(
            self,
            words={},
            schedule=self._schedule,
            changed=lambda _: None,
            told=lambda *_: None,
            clock=lambda: self.now - self.ahead,
        )

    @property
    def bolt(self) -> Bolt:
        """Return what is known of the lock."""
        return self.book.bolt(LOCK.id)

    @property
    def shown(self) -> str:
        """Return what is shown, in the order in which a lock's states count."""
        if not self.bolt.is_reachable:
            return "unavailable"
        if self.bolt.is_locking:
            return "locking"
        if self.bolt.is_unlocking:
            return "unlocking"
        return {True: "locked", False: "unlocked", None: "unknown"}[self.bolt.is_locked]

    # The vendor

    async def set_locked(self, device: Device, *, locked: bool) -> None:
        """Take a command, and wait until a test answers it."""
        task = asyncio.current_task()
        assert task is not None
        self.sent[task] += 1
        assert not self.commands, "two at once"
        command = Command(locked, self.loop.create_future(), task)
        self.commands.append(command)
        try:
            await command.answer
        finally:
            self.commands.remove(command)

    async def lock_status(self, device: Device) -> LockStatus:
        """Take a question, note what it is to tell, and wait until a test lets it."""
        self._asked += 1
        at, locked = (self.now, self.locked) if self._live else self._report
        told_at = (at + self._early).replace(microsecond=0) if self._dated else None
        status = LockStatus(locked=locked, reported_at=told_at)
        question = Question(self._asked, status, self.loop.create_future())
        self.questions.append(question)
        try:
            return await question.answer
        finally:
            self.questions.remove(question)

    # What a test does

    def press(self, *, locked: bool) -> asyncio.Task[Any]:
        """Have somebody lock or unlock."""
        task = self._begin((self.book.lock if locked else self.book.unlock)(LOCK))
        self.presses.append(task)
        self.settle()
        return task

    def poll(self) -> None:
        """Look at the lock as its rhythm does."""
        self._steps.add(self._begin(self.book.look(LOCK)))
        self.settle()

    def answer(self, answer: Answer, late: float = 30) -> None:
        """Answer the command that is under way."""
        command = self.commands[0]
        if answer in {"done", "lost", "cancelled"}:
            self._turn(command.locked)
        elif answer == "late":
            at = self.now + timedelta(seconds=late)
            self._agenda.append((at, command.locked))
        if answer != "refused":
            self.last, self.last_at = command, self.now
            self.newest = None
            self._last_turn = len(self.turns) - 1
            self._before = self._asked
        if answer == "cancelled":
            command.task.cancel()
        elif error := FAILURES.get(answer):
            command.answer.set_exception(error)
        else:
            command.answer.set_result(None)
        self.settle()

    def tell(self, told: Told = "told", place: int = 0) -> None:
        """Answer a question."""
        question = self.questions[place]
        if told == "told":
            is_news = question.no > max(self._before, getattr(self.newest, "no", 0))
            if is_news:
                self.newest = question
            question.answer.set_result(question.status)
        else:
            question.answer.set_exception(FAILURES[told])
        self.settle()

    def tell_all(self) -> None:
        """Answer all questions, the oldest first."""
        while self.questions:
            self.tell()

    def report(self) -> None:
        """Have the lock report of its own accord."""
        self._report = (self.now, self.locked)

    def turn_knob(self, *, locked: bool) -> None:
        """Have somebody at the door lock or unlock."""
        self._turn(locked)

    def wait(self, seconds: float) -> None:
        """Let time pass, and have happen what is due by then, in its order."""
        end = self.now + timedelta(seconds=seconds)
        while True:
            due = [at for at, _ in self._agenda] + ([self._due] if self._due else [])
            if not due or (at := min(due)) > end:
                break
            self.now = max(self.now, at)
            for event in [each for each in self._agenda if each[0] <= at]:
                self._agenda.remove(event)
                if event[1] is None:
                    self._report = (self.now, self.locked)
                else:
                    self._turn(event[1])
            if self._due and self._due <= at:
                self._due = None
                self._steps.add(self._begin(self.book.step(LOCK)))
            self.settle()
        self.now = end

    def settle(self) -> None:
        """Let all go on until it waits for an answer."""

        async def spin() -> None:
            for _ in range(12):
                await asyncio.sleep(0)

        self.loop.run_until_complete(spin())
        for task in [each for each in self._steps if each.done()]:
            self._steps.remove(task)
            if not isinstance(task.exception(), VendorError | None):
                task.result()

    def close(self) -> None:
        """End what still waits."""
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.settle()
        for task in self.presses:
            if task.done() and not task.cancelled():
                assert isinstance(task.exception(), VendorError | OpeningError | None)
        self.loop.close()

    def _begin(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        return self.loop.create_task(coroutine)

    def _turn(self, locked: bool) -> None:
        """Lock or unlock, of which the cloud hears a little later."""
        self.locked = locked
        self.turns.append(locked)
        self._agenda.append((self.now + timedelta(seconds=self._lag), None))

    def _schedule(self, _device: Device, seconds: float) -> None:
        self._due = self.now + timedelta(seconds=seconds)

    @property
    def was_locked(self) -> bool:
        """Return whether it has been locked at some time since the last command was answered."""
        return any(self.turns[self._last_turn :])
