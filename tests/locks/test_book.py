"""Whatever happens around a lock, in whatever order: each press is one command, and no lock is said to be locked that is not."""

from collections import Counter
from datetime import timedelta
import os
from typing import override

from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
import pytest

from custom_components.latchkey.door import OpeningError
from custom_components.latchkey.vendors.vendor import OutcomeUnknown
from tests.locks.trial import Answer, Told, Trial

SCHEDULES = int(os.environ.get("LATCHKEY_SCHEDULES", "120"))

ANSWERS: st.SearchStrategy[Answer] = st.sampled_from(
    ("done", "done", "lost", "lost before", "late", "unreached", "refused", "cancelled")
)
TOLD: st.SearchStrategy[Told] = st.sampled_from(
    ("told", "told", "told", "outage", "limit", "unreached")
)
PAUSES = st.sampled_from((0, 0.3, 0.8, 1, 2, 3, 3, 5, 10, 30, 60, 180, 1200))


@pytest.fixture
def trial() -> Trial:
    """Return a lock whose cloud tells its last report."""
    return Trial()


class Locks(RuleBasedStateMachine):
    """A lock, its book, the cloud, and all who have to do with them."""

    trial: Trial

    @initialize(
        live=st.booleans(),
        dated=st.booleans(),
        ahead=st.sampled_from((-300, 0, 300)),
        lag=st.sampled_from((0, 0.4, 1, 20, 100)),
    )
    def begin(self, live: bool, dated: bool, ahead: int, lag: float) -> None:
        """Start with a lock that was read."""
        self.is_honest = live or dated
        """Whether a report that is older can be told from a newer one."""
        self.trial = Trial(
            live=live, dated=dated, ahead=timedelta(seconds=ahead), lag=lag
        )
        self.trial.poll()
        self.trial.tell_all()

    @rule(locked=st.booleans())
    def press(self, locked: bool) -> None:
        """Somebody locks or unlocks; a second unlocking is refused."""
        is_under_way = self.trial.bolt.is_unlock_asked
        task = self.trial.press(locked=locked)
        if is_under_way and not locked:
            assert isinstance(task.exception(), OpeningError)

    @precondition(lambda self: self.trial.commands)
    @rule(answer=ANSWERS, late=st.sampled_from((0.5, 5, 40)))
    def answer(self, answer: Answer, late: float) -> None:
        """Answer a command."""
        self.trial.answer(answer, late)

    @precondition(lambda self: self.trial.questions)
    @rule()
    def tell_all(self) -> None:
        """Tell all that is asked for."""
        self.trial.tell_all()

    @precondition(lambda self: self.trial.questions)
    @rule(told=TOLD, data=st.data())
    def tell(self, told: Told, data: st.DataObject) -> None:
        """Tell a status, in any order."""
        last = len(self.trial.questions) - 1
        self.trial.tell(told, data.draw(st.integers(0, last)))

    @precondition(lambda self: not self.trial.commands)
    @rule(locked=st.booleans(), answer=ANSWERS)
    def press_and_answer(self, locked: bool, answer: Answer) -> None:
        """Somebody locks or unlocks, and is answered at once."""
        self.trial.press(locked=locked)
        if self.trial.commands:
            self.trial.answer(answer)

    @rule()
    def poll(self) -> None:
        """Look at the lock."""
        self.trial.poll()

    @rule(locked=st.booleans())
    def turn_knob(self, locked: bool) -> None:
        """Somebody at the door locks or unlocks."""
        self.trial.turn_knob(locked=locked)

    @rule(seconds=PAUSES)
    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.trial.wait(seconds)

    @invariant()
    def each_press_is_one_command(self) -> None:
        """No press is sent twice."""
        if hasattr(self, "trial"):
            assert set(self.trial.sent.values()) <= {1}
            assert set(self.trial.sent) <= set(self.trial.presses)

    @invariant()
    def shows_what_is_so(self) -> None:
        """Nothing is shown as locked of which the newest status, or the lock itself, says otherwise."""
        trial = getattr(self, "trial", None)
        if trial is None or trial.shown != "locked":
            return
        assert not trial.commands
        assert trial.newest is None or trial.newest.status.locked
        last = trial.last
        if last is None:
            return
        if not last.locked:
            assert trial.newest is not None
        if (
            not last.locked
            and self.is_honest
            and trial.now < trial.last_at + timedelta(minutes=15)
        ):
            assert trial.was_locked

    @override
    def teardown(self) -> None:
        """In the end all is answered, and the lock is shown as it is."""
        if not hasattr(self, "trial"):
            return
        trial = self.trial
        for _ in range(5):
            while trial.commands or trial.questions:
                trial.tell_all()
                if trial.commands:
                    trial.answer("done")
            trial.wait(301)
        trial.poll()
        trial.tell_all()
        assert trial.shown == ("locked" if trial.locked else "unlocked")
        trial.close()


def test_random_schedules() -> None:
    """Whatever the order, each press is one command, and what is shown is so; every kind of answer is tried."""
    counts: Counter[str] = Counter()

    class Counted(Locks):
        @override
        @invariant()
        def shows_what_is_so(self) -> None:
            super().shows_what_is_so()
            if hasattr(self, "trial"):
                counts[self.trial.shown] += 1

        @override
        def teardown(self) -> None:
            super().teardown()
            counts["commands"] += self.trial.sent.total()

    run_state_machine_as_test(
        Counted,
        settings=settings(
            max_examples=SCHEDULES,
            stateful_step_count=40,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(f"\n{dict(counts)}")  # noqa: T201  the figures that are asked for
    assert counts["commands"] > SCHEDULES
    assert counts.keys() >= {"locked", "unlocked", "locking", "unlocking", "unknown"}


def test_told_before_a_refusal(trial: Trial) -> None:
    """What is told while a command is under way that is then refused counts, whatever was told before."""
    trial.turn_knob(locked=False)
    trial.wait(2)
    trial.poll()
    trial.turn_knob(locked=True)
    trial.wait(2)
    trial.poll()
    trial.tell()
    assert trial.shown == "unlocked"
    trial.press(locked=False)
    trial.tell()
    assert trial.shown == "unlocking"
    trial.answer("refused")
    assert trial.shown == "locked"
    assert trial.newest is not None
    assert trial.newest.status.locked


def test_lost_answer_and_older_report(trial: Trial) -> None:
    """A report of the same second as the command, or before, proves nothing; a later one does."""
    trial.poll()
    trial.tell_all()
    assert trial.shown == "locked"
    unlocking = trial.press(locked=False)
    trial.answer("lost")
    trial.tell_all()
    assert isinstance(unlocking.exception(), OutcomeUnknown)
    assert trial.shown == "unknown"
    trial.wait(3)
    trial.tell_all()
    assert trial.shown == "unlocked"
    trial.close()


def test_status_asked_for_before_the_end() -> None:
    """What was asked for before a command's end is not believed, though nothing in it tells its age."""
    trial = Trial(dated=False)
    trial.poll()
    trial.press(locked=False)
    trial.poll()
    trial.answer("done")
    trial.tell_all()
    assert trial.shown == "unlocking"
    trial.close()


def test_report_between_a_look_and_the_command() -> None:
    """A report that came in before the command, but was not read yet, is not taken for what came of it."""
    trial = Trial(lag=1000)
    trial.poll()
    trial.tell_all()
    trial.wait(10)
    trial.report()
    trial.wait(5)
    trial.press(locked=False)
    trial.answer("done")
    for _ in range(3):
        assert trial.shown == "unlocking"
        trial.wait(20)
        trial.tell_all()
    assert trial.shown == "unknown"
    trial.close()


def test_answers_out_of_order(trial: Trial) -> None:
    """Of two statuses the one that was asked for later counts, whichever comes first."""
    trial.poll()
    trial.turn_knob(locked=False)
    trial.wait(2)
    trial.poll()
    trial.tell(place=1)
    trial.tell()
    assert trial.shown == "unlocked"
    trial.close()


def test_newer_report_of_the_opposite(trial: Trial) -> None:
    """Where somebody locks after an unlocking, before that was ever seen, the lock is shown as locked."""
    trial.press(locked=False)
    trial.answer("done")
    trial.wait(2)
    trial.turn_knob(locked=True)
    trial.wait(2)
    trial.tell_all()
    assert trial.shown == "locked"
    trial.close()


def test_clock_of_a_lock_that_is_ahead() -> None:
    """A report that was known before a command is older than it, whatever its time says."""
    trial = Trial(lag=100, early=3600)
    trial.poll()
    trial.tell_all()
    trial.press(locked=False)
    trial.answer("done")
    trial.poll()
    trial.tell_all()
    assert trial.shown == "unlocking"
    trial.close()
