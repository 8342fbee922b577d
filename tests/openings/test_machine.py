"""Whatever happens around a door's openings, and in whatever order: it shows and tells nothing that is not so."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Mapping
from datetime import datetime, timedelta
import json
from typing import Any, Literal, override

from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from custom_components.latchkey.door import FRESH, HOLD, Ended, OpeningError, Shown
from custom_components.latchkey.openings import ALL, LATER, OpeningBook
from custom_components.latchkey.vendors.model import Device, DeviceKind
from custom_components.latchkey.vendors.openings import GRACE, End
from custom_components.latchkey.vendors.vendor import VendorError
from tests.openings.model import (
    ANNA,
    BERT,
    GATEWAY,
    LATE,
    LOCK,
    VALIDITY,
    Command,
    Execution,
    Loss,
    Platform,
)

EXECUTIONS: st.SearchStrategy[Execution] = st.sampled_from(
    ("granted", "granted", "denied", "denied", "nothing")
)
type Trouble = Literal["outage", "limit", "loss", "before", "after"]

TROUBLES: st.SearchStrategy[Trouble] = st.sampled_from(
    ("outage", "limit", "loss", "loss", "before", "after")
)
LOSSES: st.SearchStrategy[Loss] = st.sampled_from(
    ("with effect", "without effect", "late")
)
DELAYS = st.sampled_from((0, 0, 0, 1, 2, 5, 30, 120, 300, 900, 7200)).map(
    lambda seconds: timedelta(seconds=seconds)
)
SKEWS = st.integers(-60, 60).map(lambda seconds: timedelta(seconds=seconds))
LAGS = st.sampled_from((0, 0, 0, -1, 1, -30, 30, -900, 900)).map(
    lambda seconds: timedelta(seconds=seconds)
)
PAUSES = st.sampled_from(
    (1, 2, 5, 5, 5, 12, 12, 31, 60, 119, 120, 179, 181, 299, 300, 420, 3600)
)
DEVICE = Device(
    id=LOCK, label=LOCK, kind=DeviceKind.LOCKING_DEVICE, name="Front", via_id=GATEWAY
)
SECOND = timedelta(seconds=1)


class Openings(RuleBasedStateMachine):
    """A door, the book of its openings, the platform, and all who have to do with them."""

    def __init__(self) -> None:
        """Start with nothing under way."""
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.platform = Platform(issued=self.check_issued)
        self.lag = timedelta()
        self.timers: dict[str, datetime] = {}
        self.steps: set[asyncio.Task[None]] = set()
        self.calls: dict[asyncio.Task[None], set[str]] = {}
        """What is asked for here and not answered yet, and the commands that were pending when it was."""
        self.told: dict[str, tuple[End, datetime]] = {}
        """The end of each opening, and when it was told."""
        self.last: str | None = None
        """The opening whose end was told last."""
        self.failures: list[str] = []
        self.answers: Counter[str] = Counter()

    def clock(self) -> datetime:
        """Return the time by our clock."""
        return self.platform.now - self.lag

    @initialize(lag=LAGS)
    def begin(self, lag: timedelta) -> None:
        """Start Home Assistant with a clock that may be wrong."""
        self.lag = lag
        self.start({})

    def start(self, memory: Mapping[str, Any]) -> None:
        """Start Home Assistant."""
        self.book = OpeningBook(
            self.platform.account(self.clock),
            doors=lambda: (LOCK,),
            schedule=self.schedule,
            changed=lambda _: None,
            ended=self.take_end,
            failed=lambda _: None,
            clock=self.clock,
        )
        self.book.recall(LOCK, memory)
        self.step(ALL)
        self.settle()

    def schedule(self, key: str, seconds: float) -> None:
        """Note when a step is due."""
        self.timers[key] = self.clock() + timedelta(seconds=seconds)

    def step(self, key: str) -> None:
        """Begin a step."""
        task = self.loop.create_task(self.book.step(key))
        self.steps.add(task)

    def settle(self) -> None:
        """Let all go on until it waits for an answer."""

        async def spin() -> None:
            for _ in range(12):
                await asyncio.sleep(0)

        self.loop.run_until_complete(spin())
        for step in [each for each in self.steps if each.done()]:
            self.steps.remove(step)
            if not step.cancelled() and (err := step.exception()):
                raise err
        for call in [each for each in self.calls if each.done()]:
            del self.calls[call]
        assert self.failures == []

    # What is done here

    def call(self, name: str, coroutine: Coroutine[Any, Any, None]) -> None:
        """Have somebody ask for something here."""
        pending = {
            each.id
            for each in self.platform.commands.values()
            if self.platform.is_pending(each)
        }

        async def answered() -> None:
            try:
                await coroutine
            except (VendorError, OpeningError) as err:
                self.answers[f"{name}: {err}"] += 1
            else:
                self.answers[f"{name}: done"] += 1

        self.calls[self.loop.create_task(answered())] = pending
        self.settle()

    @precondition(lambda self: len(self.calls) < 3)
    @rule()
    def open(self) -> None:
        """Ask for an opening."""
        self.call("open", self.book.open(DEVICE))

    @precondition(lambda self: len(self.calls) < 3)
    @rule()
    def cancel(self) -> None:
        """Cancel it."""
        self.call("cancel", self.book.cancel(DEVICE))

    @precondition(lambda self: self.calls)
    @rule()
    def give_up(self) -> None:
        """Have the first who waits for an answer wait no longer."""
        next(iter(self.calls)).cancel()
        self.settle()

    @rule()
    def hint(self) -> None:
        """Be told by the platform that something became of its last command, whatever it is."""
        if self.platform.commands:
            self.book.hurry(list(self.platform.commands)[-1])
            self.pass_time(0)

    @rule(seconds=st.sampled_from((0, 1, 20, 90, 400)), crash=st.booleans())
    def restart(self, seconds: int, crash: bool) -> None:
        """Stop, and start after a while; what was known is known then, unless it was a crash."""
        memory = {} if crash else self.book.memory(LOCK)
        for task in (*self.steps, *self.calls):
            task.cancel()
        self.settle()
        self.timers.clear()
        self.platform.held.clear()
        if self.platform.agenda:
            # What is still on its way arrives before Home Assistant has started.
            seconds = max(seconds, int(LATE.total_seconds()) + 1)
        self.pass_time(seconds, check=False)
        self.start(json.loads(json.dumps(memory)))

    # What is done elsewhere

    @rule()
    def somebody_else_asks(self) -> None:
        """Another administrator asks for the same door, which proves nothing for ours."""
        self.platform.issue(BERT)

    @rule()
    def somebody_else_cancels(self) -> None:
        """Another administrator cancels all that can be."""
        for command in self.platform.commands.values():
            if command.is_readable(self.platform.now):
                self.platform.cancel(command)

    @rule(
        execution=EXECUTIONS, lock_delay=DELAYS, gateway_delay=DELAYS, lock_skew=SKEWS
    )
    def touch(
        self,
        execution: Execution,
        lock_delay: timedelta,
        gateway_delay: timedelta,
        lock_skew: timedelta,
    ) -> None:
        """Touch the lock: what is pending is acknowledged, and perhaps carried out; the logs come when they come."""
        self.platform.touch(execution, lock_delay, gateway_delay, lock_skew)

    @rule(granted=st.booleans())
    def phone(self, granted: bool) -> None:
        """Open the same door by a phone, or be refused."""
        self.platform.phone(granted=granted)

    @rule()
    def end_tokens(self) -> None:
        """Have everybody log in again."""
        self.platform.tokens.clear()

    @rule(trouble=TROUBLES, loss=LOSSES)
    def trouble(self, trouble: Trouble, loss: Loss) -> None:
        """Have the platform out of order, ask for a pause, hang, or lose the answer to the next command."""
        match trouble:
            case "outage":
                self.platform.is_out = True
            case "limit":
                self.platform.is_limited = True
            case "loss":
                self.platform.loss = loss
            case "before" | "after":
                self.platform.hanging = trouble

    @rule()
    def mend(self) -> None:
        """Have all in order again."""
        self.platform.is_out = self.platform.is_limited = False
        self.platform.loss = self.platform.hanging = None
        self.platform.release()
        self.settle()

    @rule(seconds=PAUSES)
    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.pass_time(seconds)

    @rule(seconds=PAUSES)
    def wait_again(self, seconds: int) -> None:
        """Let time pass, as it does more often than anything else."""
        self.pass_time(seconds)

    def pass_time(self, seconds: float, *, check: bool = True) -> None:
        """Let time pass, and everything happen that is due by then, in its order."""
        platform = self.platform
        end = platform.now + timedelta(seconds=seconds)
        while True:
            due = [
                *(at + self.lag for at in self.timers.values()),
                *(at for at, _ in platform.held),
                *(at for at, _ in platform.agenda),
            ]
            if not due or min(due) > end:
                break
            platform.now = max(platform.now, min(due))
            platform.release(until=platform.now)
            for item in [each for each in platform.agenda if each[0] <= platform.now]:
                platform.agenda.remove(item)
                item[1]()
            for key in [key for key, at in self.timers.items() if at <= self.clock()]:
                del self.timers[key]
                self.step(key)
            self.settle()
            if check:
                self.shows_what_is_so()
        platform.now = end

    # What must be so

    def check_issued(self, command: Command) -> None:
        """Note if a second command is issued while one is pending, unless somebody else was faster by a moment."""
        if command.issuer != ANNA:
            return
        known = set.intersection(*self.calls.values()) if self.calls else set()
        for each in self.platform.commands.values():
            if self.platform.is_pending(each) and (
                each.issuer == ANNA or each.id in known
            ):
                self.failures.append(f"{command.id} while {each.id} is pending")

    def take_end(self, device_id: str, ended: Ended) -> None:
        """Note if what is told of an opening's end is not so."""
        assert device_id == LOCK
        if not self.is_so(self.platform.commands[ended.opening_id], ended.end):
            self.failures.append(f"{ended} is not so")
        if ended.opening_id in self.told:
            self.failures.append(f"{ended} although {self.told[ended.opening_id]}")
        self.told[ended.opening_id] = ended.end, self.platform.now
        self.last = ended.opening_id

    def is_so(self, command: Command, end: End) -> bool:
        """Return whether a command has come to an end."""
        platform = self.platform
        now = platform.now
        match end:
            case End.OPENED:
                return bool(platform.proofs(command))
            case End.DENIED:
                # The lock's log does not say which command it is about: one of somebody else's may be meant.
                return command.acknowledged_at is not None and any(
                    each.command is command
                    or (each.command is not None and each.command.issuer == BERT)
                    for each in platform.refusals()
                )
            case End.EXPIRED:
                return now >= command.valid_until and (
                    command.acknowledged_at is None and command.cancelled_at is None
                )
            case End.CANCELLED:
                return (
                    command.cancelled_at is not None and command.acknowledged_at is None
                )
            case End.UNCONFIRMED:
                if now < command.valid_until:
                    return False
                if platform.troubled_at > command.valid_until - SECOND:
                    # It may not have been read.
                    return True
                return (
                    command.acknowledged_at is not None
                    and now >= command.valid_until + GRACE
                    and not platform.proofs(command)
                )
        raise AssertionError(end)

    @invariant()
    def shows_what_is_so(self) -> None:
        """Open only with a proof, and not for long; opening only for as long as that may be."""
        now = self.platform.now
        match self.book.shows(LOCK):
            case Shown.OPEN:
                assert self.last is not None
                end, told_at = self.told[self.last]
                assert end is End.OPENED
                assert now < told_at + HOLD
                proofs = self.platform.proofs(self.platform.commands[self.last])
                assert any(now - each.at < FRESH + HOLD for each in proofs)
            case Shown.OPENING:
                opening_id = self.book.under_way[LOCK].remote.id
                assert opening_id not in self.told
                command = self.platform.commands[opening_id]
                until = command.valid_until + timedelta(seconds=LATER)
                if command.acknowledged_at is not None:
                    until += GRACE
                assert now <= until
            case Shown.REST:
                assert not self.book.under_way

    @override
    def teardown(self) -> None:
        """Assert that after all of this a door can still be opened, then end."""
        try:
            self.mend()
            self.pass_time((VALIDITY + GRACE).total_seconds() + 60)
            assert self.book.shows(LOCK) is Shown.REST
            self.answers.clear()
            self.open()
            assert self.answers == {"open: done": 1}
            self.touch("granted", timedelta(), timedelta(), timedelta())
            self.pass_time(5)
            assert self.book.shows(LOCK) is Shown.OPEN
            self.pass_time(HOLD.total_seconds())
            assert self.book.shows(LOCK) is Shown.REST
        finally:
            for task in (*self.steps, *self.calls):
                task.cancel()
            self.loop.run_until_complete(asyncio.sleep(0))
            self.loop.close()


def test_openings(schedules: int) -> None:
    """A door shows open only with proof, opening only for as long as that may be, and has one command at a time."""
    counts: Counter[str] = Counter()

    class Counted(Openings):
        def __init__(self) -> None:
            super().__init__()
            counts["schedules"] += 1

        @override
        @invariant()
        def shows_what_is_so(self) -> None:
            counts["checks"] += 1
            super().shows_what_is_so()

        @override
        def settle(self) -> None:
            counts["steps"] += 1
            super().settle()

        @override
        def teardown(self) -> None:
            counts["commands"] += len(self.platform.commands)
            super().teardown()

        @override
        def take_end(self, device_id: str, ended: Ended) -> None:
            super().take_end(device_id, ended)
            counts[ended.end] += 1

    run_state_machine_as_test(
        Counted,
        settings=settings(
            max_examples=schedules,
            stateful_step_count=40,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(f"\n{dict(counts)}")  # noqa: T201  the figures that are asked for
    assert counts["schedules"] >= schedules
    assert all(counts[end] for end in End)
