"""Whatever happens around a door's openings, and in whatever order: it shows and tells nothing that is not so."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Literal, override

from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from custom_components.latchkey.door import FRESH, HOLD, Ended, Shown
from custom_components.latchkey.opening_looks import LATER
from custom_components.latchkey.vendors.openings import GRACE, End
from tests.openings.model import ANNA, BERT, LOCK, VALIDITY, Command, Execution, Loss
from tests.openings.trial import AT_ONCE, Trial

type Trouble = Literal["outage", "limit", "loss", "before", "after"]

EXECUTIONS: st.SearchStrategy[Execution] = st.sampled_from(
    ("granted", "granted", "denied", "denied", "nothing")
)
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
LONGEST_CHECK = timedelta(seconds=LATER)


class Openings(RuleBasedStateMachine):
    """A door, the book of its openings, the platform, and all who have to do with them."""

    trial: Trial

    def __init__(self) -> None:
        """Start with nothing told."""
        super().__init__()
        self.told: dict[str, tuple[End, datetime]] = {}
        """The end of each opening, and when it was told; the last one is the last."""
        self.wrong: list[str] = []

    @initialize(lag=LAGS)
    def begin(self, lag: timedelta) -> None:
        """Start Home Assistant with a clock that may be wrong."""
        self.trial = Trial(lag, ended=self.take_end, observe=self.check)
        self.platform = self.trial.platform
        self.platform.issued = self.take_issued

    # What is done here

    @precondition(lambda self: len(self.trial.calls) < 3)
    @rule()
    def open(self) -> None:
        """Ask for an opening."""
        self.trial.open()

    @precondition(lambda self: len(self.trial.calls) < 3)
    @rule()
    def cancel(self) -> None:
        """Cancel it."""
        self.trial.cancel()

    @precondition(lambda self: self.trial.calls)
    @rule()
    def give_up(self) -> None:
        """Have the first who waits for an answer wait no longer."""
        self.trial.calls[0].task.cancel()
        self.trial.settle()

    @precondition(lambda self: self.platform.commands)
    @rule()
    def hint(self) -> None:
        """Be told by the platform that something became of its last command, whatever it is."""
        self.trial.book.hurry(self.trial.command.id)
        self.trial.wait(0)

    @rule(seconds=st.sampled_from((0, 1, 20, 90, 400)), is_crash=st.booleans())
    def restart(self, seconds: int, is_crash: bool) -> None:
        """Stop, and start after a while."""
        if is_crash:
            # What was told may be told again: nothing is left that says so.
            self.told = {}
        self.trial.restart(seconds, {} if is_crash else None)

    @rule(seconds=PAUSES)
    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.trial.wait(seconds)

    @rule(seconds=PAUSES)
    def wait_again(self, seconds: int) -> None:
        """Let time pass, as it does more often than anything else."""
        self.trial.wait(seconds)

    @precondition(lambda self: len(self.trial.calls) < 3)
    @rule(seconds=PAUSES, execution=EXECUTIONS, delay=DELAYS, skew=SKEWS)
    def come(
        self, seconds: int, execution: Execution, delay: timedelta, skew: timedelta
    ) -> None:
        """Ask for an opening, and touch the lock after a while."""
        self.trial.open()
        self.trial.wait(seconds)
        self.platform.touch(execution, delay, delay, skew)
        self.trial.wait(5)

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

    @precondition(lambda self: self.platform.held)
    @rule()
    def answer_one(self) -> None:
        """Answer the first of the requests that hang; what follows from it may hang, too."""
        self.platform.answer_one()
        self.trial.settle()

    @rule()
    def mend(self) -> None:
        """Have all in order again."""
        self.trial.mend()

    # What must be so

    def take_issued(self, command: Command) -> None:
        """Note if a second command is issued while one is pending, unless somebody else was faster by a moment."""
        if command.issuer != ANNA:
            return
        calls = [call.pending for call in self.trial.calls]
        known = set.intersection(*calls) if calls else set()
        self.wrong += [
            f"{command.id} while {each.id} is pending"
            for each in self.platform.commands.values()
            if self.platform.is_pending(each)
            and (each.issuer == ANNA or each.id in known)
        ]

    def take_end(self, ended: Ended) -> None:
        """Note if what is told of an opening's end is not so, or was told before."""
        command = self.platform.commands[ended.opening_id]
        if not self.is_so(command, ended.end):
            self.wrong.append(f"{ended} of {command}")
        if ended.opening_id in self.told:
            self.wrong.append(f"{ended} after {self.told[ended.opening_id]}")
        self.told[ended.opening_id] = ended.end, self.platform.now

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
                    each.command is not None
                    and (each.command is command or each.command.issuer == BERT)
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
                if platform.held or platform.troubled_at >= command.valid_until:
                    # It may not have been read.
                    return True
                return (
                    command.acknowledged_at is not None
                    and now >= command.valid_until + GRACE
                    and not platform.proofs(command)
                )

    @invariant()
    def shows_what_is_so(self) -> None:
        """Show and tell what is so, after each step."""
        self.check()

    def check(self) -> None:
        """Assert that it is open only with a proof, and not for long; opening only for as long as that may be."""
        assert self.wrong == []
        now = self.platform.now
        match self.trial.shows():
            case Shown.OPEN:
                opening_id, (end, told_at) = list(self.told.items())[-1]
                assert end is End.OPENED
                assert now < told_at + HOLD
                proofs = self.platform.proofs(self.platform.commands[opening_id])
                assert any(now - each.at < FRESH + HOLD for each in proofs)
            case Shown.OPENING:
                opening_id = self.trial.book.under_way[LOCK].remote.id
                assert opening_id not in self.told
                command = self.platform.commands[opening_id]
                until = command.valid_until + LONGEST_CHECK
                if command.acknowledged_at is not None:
                    until += GRACE
                assert now <= until
            case Shown.REST:
                assert not self.trial.book.under_way

    @override
    def teardown(self) -> None:
        """Assert that after all of this a door can still be opened, then end."""
        try:
            self.trial.mend()
            self.trial.wait((VALIDITY + GRACE).total_seconds() + 60)
            assert self.trial.shows() is Shown.REST
            assert self.trial.open().outcome == "done"
            self.platform.touch("granted", AT_ONCE, AT_ONCE, AT_ONCE)
            self.trial.wait(5)
            assert self.trial.shows() is Shown.OPEN
            self.trial.wait(HOLD.total_seconds())
            assert self.trial.shows() is Shown.REST
            self.check()
        finally:
            self.trial.close()


def test_openings(schedules: int) -> None:
    """A door shows open only with proof, opening only for as long as that may be, and has one command at a time."""
    counts: Counter[str] = Counter()

    class Counted(Openings):
        @override
        @invariant()
        def shows_what_is_so(self) -> None:
            counts["steps"] += 1
            super().shows_what_is_so()

        @override
        def check(self) -> None:
            counts["checks"] += 1
            super().check()

        @override
        def take_end(self, ended: Ended) -> None:
            counts[ended.end.value] += 1
            super().take_end(ended)

        @override
        def teardown(self) -> None:
            counts["schedules"] += 1
            counts["commands"] += len(self.platform.commands)
            counts["requests"] += self.platform.asked.total()
            super().teardown()

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
    assert all(counts[end.value] for end in End)
