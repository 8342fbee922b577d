"""The book of a door's openings, case by case: what is asked for at the same time, in doubt, too late, or after a restart."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from custom_components.latchkey import openings
from custom_components.latchkey.door import HOLD, Ended, Shown
from custom_components.latchkey.vendors.openings import GRACE, End
from tests.openings.model import BERT, LATE, LOCK, VALIDITY, Execution
from tests.openings.trial import AT_ONCE, Trial

MINUTE = timedelta(minutes=1)
OVER = (VALIDITY + GRACE).total_seconds() + 15
"""Seconds after which whatever was under way is over."""


@pytest.fixture
def trial() -> Iterator[Trial]:
    """Return a door at rest."""
    trial = Trial()
    yield trial
    trial.close()


def ends(trial: Trial) -> list[End]:
    """Return what was told."""
    return [ended.end for ended in trial.told]


def test_opened(trial: Trial) -> None:
    """It shows opening until that is proven, then open for some seconds, then rest."""
    assert trial.shows() is Shown.REST
    assert trial.open().outcome == "done"
    assert trial.shows() is Shown.OPENING
    trial.wait(30)
    trial.touch(wait=5)
    assert trial.shows() is Shown.OPEN
    assert trial.told == [Ended("command-0", End.OPENED)]
    trial.wait(HOLD.total_seconds() - 1)
    assert trial.shows() is Shown.OPEN
    before = trial.changes
    trial.wait(1)
    assert trial.shows() is Shown.REST
    assert trial.changes > before


@pytest.mark.parametrize(
    ("execution", "seconds", "end"),
    [
        ("denied", 35, End.DENIED),
        ("nothing", (VALIDITY + GRACE).total_seconds(), End.UNCONFIRMED),
        (None, VALIDITY.total_seconds(), End.EXPIRED),
    ],
)
def test_not_opened(
    trial: Trial, execution: Execution | None, seconds: float, end: End
) -> None:
    """What was denied, never proven, or never read ends with its reason as soon as that is clear."""
    trial.open()
    trial.wait(30)
    if execution:
        trial.touch(execution)
    trial.wait(seconds - 31)
    assert ends(trial) == []
    trial.wait(1)
    assert ends(trial) == [end]
    assert trial.shows() is Shown.REST


def test_nothing_is_asked_for_at_rest(trial: Trial) -> None:
    """At rest, before and after an opening, nothing is read; to lock changes nothing."""
    trial.platform.asked.clear()
    trial.wait(3600)
    assert trial.cancel().outcome == "done"
    assert not trial.platform.asked
    trial.open()
    trial.touch(wait=60)
    trial.platform.asked.clear()
    trial.wait(3600)
    assert not trial.platform.asked


def test_price_of_a_look(trial: Trial) -> None:
    """A look takes one request, and two once both logs are to be read; the command need not be read any more then."""
    trial.open()
    trial.platform.asked.clear()
    trial.wait(5)
    assert trial.platform.asked == {"remote": 1}
    trial.touch("nothing", wait=5)
    trial.platform.asked.clear()
    trial.wait(5)
    assert trial.platform.asked == {"locking": 1, "gateway": 1}


def test_list_cannot_be_read(trial: Trial) -> None:
    """Where it cannot be read what is under way nothing is sent, and nothing is in doubt."""
    trial.platform.is_out = True
    trial.platform.asked.clear()
    assert trial.open().outcome == "service_unavailable"
    assert not trial.platform.asked["command"]
    trial.mend()
    assert trial.open().outcome == "done"


# At the same time


def test_two_at_once(trial: Trial) -> None:
    """Of two who ask at the same time the second one is refused, however long the first one waits."""
    trial.platform.hanging = "before"
    first, second = trial.open(), trial.open()
    for _ in range(3):
        trial.platform.answer_one()
        trial.settle()
        if trial.platform.asked["command"] == 1:
            break
    calls = (first, second)
    assert [call.outcome for call in calls] == [None, None]
    trial.mend()
    assert [call.outcome for call in calls] == ["done", "already_opening"]
    assert len(trial.platform.commands) == 1


def test_cancel_does_not_wait_for_a_look(trial: Trial) -> None:
    """A look that hangs keeps nobody from cancelling, and undoes nothing once it is answered."""
    trial.open()
    trial.platform.hanging = "after"
    trial.wait(5)
    assert len(trial.platform.held) == 1
    trial.platform.hanging = None
    assert trial.cancel().outcome == "done"
    assert ends(trial) == [End.CANCELLED]
    trial.mend()
    trial.wait(OVER)
    assert ends(trial) == [End.CANCELLED]


def test_look_hangs_at_the_end(trial: Trial) -> None:
    """However long the platform lets one wait, the end is told in time; what hung tells nothing afterwards."""
    trial.open()
    trial.wait(VALIDITY.total_seconds() - 1)
    trial.platform.hanging = "before"
    trial.wait(12)
    assert ends(trial) == [End.UNCONFIRMED]
    assert trial.shows() is Shown.REST
    trial.mend()
    trial.wait(OVER)
    assert ends(trial) == [End.UNCONFIRMED]


def test_look_is_slow_at_the_end(trial: Trial) -> None:
    """What was read before the end, and came after it, says nothing of the end: it is read once more."""
    trial.open()
    trial.wait(VALIDITY.total_seconds() - 20)
    trial.platform.hanging = "before"
    trial.wait(15)
    trial.platform.hanging = None
    trial.wait(6)
    assert len(trial.platform.held) == 1
    trial.mend()
    assert ends(trial) == []
    trial.wait(1)
    assert ends(trial) == [End.EXPIRED]


# In doubt


def test_given_up(trial: Trial) -> None:
    """A command whose sender waits no longer is looked for: there is no second one, and the first one is followed."""
    trial.platform.hanging = "before"
    call = trial.open()
    trial.platform.answer_one()
    trial.settle()
    assert trial.platform.asked["command"] == 1
    call.task.cancel()
    trial.settle()
    assert call.outcome == "given up"
    trial.mend()
    assert trial.open().outcome == "opening_in_doubt"
    assert trial.platform.commands == {}
    trial.wait(20)
    assert len(trial.platform.commands) == 1
    assert trial.shows() is Shown.OPENING
    assert trial.open().outcome == "already_opening"
    trial.touch(wait=5)
    assert trial.shows() is Shown.OPEN


def test_lost_for_good(trial: Trial) -> None:
    """A command that never arrives is in doubt for half a minute, which changes nothing that is shown."""
    trial.platform.loss = "without effect"
    assert trial.open().outcome == "outcome_unknown"
    for _ in range(5):
        assert trial.open().outcome == "opening_in_doubt"
        assert trial.shows() is Shown.REST
        trial.wait(5)
    trial.wait(20)
    trial.platform.asked.clear()
    trial.wait(600)
    assert not trial.platform.asked
    assert trial.open().outcome == "done"
    assert trial.told == []


def test_lost_and_found(trial: Trial) -> None:
    """A command whose answer is lost, and that is listed, is followed as if nothing had been."""
    trial.platform.loss = "with effect"
    assert trial.open().outcome == "done"
    assert trial.shows() is Shown.OPENING
    assert len(trial.platform.commands) == 1


def test_list_is_unreadable_after_a_loss(trial: Trial) -> None:
    """Where the list cannot be read after a loss either, nothing is sent until it can, or nothing can open any more."""
    trial.platform.hanging = "after"
    call = trial.open()
    trial.platform.answer_one()
    trial.settle()
    trial.platform.is_out = True
    trial.platform.hanging = None
    trial.wait(20)
    assert call.outcome == "outcome_unknown"
    assert len(trial.platform.commands) == 1
    trial.wait(120)
    assert trial.open().outcome == "service_unavailable"
    trial.mend()
    assert trial.open().outcome == "already_opening"
    assert trial.shows() is Shown.OPENING
    assert trial.cancel().outcome == "done"
    assert ends(trial) == [End.CANCELLED]
    assert len(trial.platform.commands) == 1


def test_doubt_ends(trial: Trial) -> None:
    """Nobody looks for ever for a command that cannot open any more."""
    trial.platform.hanging = "after"
    trial.open()
    trial.platform.answer_one()
    trial.settle()
    trial.platform.is_out = True
    trial.platform.hanging = None
    trial.wait(440)
    trial.platform.asked.clear()
    trial.wait(3600)
    assert not trial.platform.asked


def test_cancelled_in_doubt(trial: Trial) -> None:
    """What may be on its way cannot be cancelled before it has arrived, and can be then."""
    trial.platform.loss = "late"
    assert trial.open().outcome == "outcome_unknown"
    assert trial.cancel().outcome == "outcome_unknown"
    trial.wait(LATE.total_seconds())
    assert trial.cancel().outcome == "done"
    assert ends(trial) == [End.CANCELLED]


# Too late


@pytest.mark.parametrize(
    ("execution", "delay", "outcome"),
    [
        ("granted", AT_ONCE, "too_late_to_cancel"),
        ("granted", 10 * MINUTE, "too_late_to_cancel"),
        ("nothing", AT_ONCE, "too_late_to_cancel"),
        ("denied", AT_ONCE, "done"),
        ("denied", 10 * MINUTE, "too_late_to_cancel"),
    ],
)
def test_cancelled_too_late(
    trial: Trial, execution: Execution, delay: timedelta, outcome: str
) -> None:
    """What was read cannot be cancelled, which is no error if it did not open anyway."""
    trial.open()
    trial.wait(61)
    trial.touch(execution, delay, wait=3)
    assert trial.shows() is Shown.OPENING
    assert trial.cancel().outcome == outcome
    trial.wait(OVER)
    assert End.CANCELLED not in ends(trial)
    assert len(trial.told) == 1


def test_cancelled_elsewhere(trial: Trial) -> None:
    """To cancel what somebody else has just cancelled is no error."""
    trial.open()
    trial.platform.cancel(trial.command)
    assert trial.cancel().outcome == "done"
    assert ends(trial) == [End.CANCELLED]


def test_cancellation_in_doubt(trial: Trial) -> None:
    """A cancellation whose answer is lost is read back; where it took no effect, that is told."""
    trial.open()
    trial.platform.loss = "without effect"
    assert trial.cancel().outcome == "outcome_unknown"
    assert trial.shows() is Shown.OPENING
    trial.platform.loss = "with effect"
    assert trial.cancel().outcome == "done"
    assert ends(trial) == [End.CANCELLED]


def test_cancellation_that_cannot_be_read_back(trial: Trial) -> None:
    """A cancellation is not told before it is read back."""
    trial.open()
    trial.platform.hanging = "after"
    call = trial.cancel()
    trial.platform.is_out = True
    trial.platform.answer_one()
    trial.settle()
    assert call.outcome == "outcome_unknown"
    assert trial.told == []
    assert trial.shows() is Shown.OPENING
    trial.mend()
    trial.wait(5)
    assert ends(trial) == [End.CANCELLED]


# Late lines


def test_lines_of_an_earlier_one(trial: Trial) -> None:
    """A refusal is told of the opening that it is about, although the lock's clock is ahead and does not say which."""
    trial.open()
    trial.platform.touch("denied", AT_ONCE, AT_ONCE, MINUTE)
    trial.wait(5)
    assert ends(trial) == [End.DENIED]
    trial.open()
    trial.touch("granted", MINUTE, wait=30)
    assert ends(trial) == [End.DENIED]
    trial.wait(60)
    assert ends(trial) == [End.DENIED, End.OPENED]


def test_late_line_of_an_earlier_one(trial: Trial) -> None:
    """A refusal that comes after its opening was given up is not taken for the next one's."""
    trial.open()
    trial.wait(VALIDITY.total_seconds() - 5)
    trial.platform.touch("denied", 4 * MINUTE, AT_ONCE, MINUTE)
    trial.wait(130)
    assert ends(trial) == [End.UNCONFIRMED]
    trial.open()
    trial.wait(20)
    trial.touch("nothing", wait=200)
    assert len(trial.platform.refusals()) == 1
    assert ends(trial) == [End.UNCONFIRMED]
    assert trial.shows() is Shown.OPENING


def test_proof_after_the_end(trial: Trial) -> None:
    """A proof that comes after the end changes nothing."""
    trial.open()
    trial.touch("granted", 20 * MINUTE, wait=OVER)
    assert ends(trial) == [End.UNCONFIRMED]
    for _ in range(100):
        trial.wait(20)
        assert trial.shows() is Shown.REST
    assert trial.platform.proofs(trial.command)
    assert ends(trial) == [End.UNCONFIRMED]


# After a restart


def test_told_once(trial: Trial) -> None:
    """What was told before a restart is not told again, what was not is; what is pending goes on."""
    trial.open()
    trial.touch("denied", wait=5)
    trial.restart(2)
    trial.wait(OVER)
    assert ends(trial) == [End.DENIED]
    trial.open()
    trial.touch("granted")
    trial.restart(90)
    assert trial.shows() is Shown.REST
    assert ends(trial) == [End.DENIED, End.OPENED]
    trial.open()
    trial.restart(1)
    assert trial.shows() is Shown.OPENING
    trial.restart(400)
    assert ends(trial) == [End.DENIED, End.OPENED, End.EXPIRED]


def test_list_cannot_be_read_at_the_start(trial: Trial) -> None:
    """What is under way is looked for again after a while, or once somebody asks for something."""
    trial.open()
    trial.platform.is_out = True
    trial.restart(1)
    assert trial.shows() is Shown.REST
    trial.restart(1)
    trial.platform.is_out = False
    trial.wait(61)
    assert trial.shows() is Shown.OPENING
    trial.platform.is_out = True
    trial.restart(1)
    trial.platform.is_out = False
    assert trial.cancel().outcome == "done"
    assert ends(trial) == [End.CANCELLED]


def test_somebody_elses(trial: Trial) -> None:
    """What somebody else asked for is followed where it is found, and keeps us from asking, too."""
    trial.platform.issue(BERT)
    assert trial.open().outcome == "already_opening"
    assert trial.shows() is Shown.OPENING
    trial.touch(wait=5)
    assert ends(trial) == [End.OPENED]


def test_gone_at_the_vendor(trial: Trial) -> None:
    """What was followed and is listed no more ends as unconfirmed, be it after a restart or not."""
    trial.open()
    trial.platform.commands.clear()
    trial.restart(1)
    assert ends(trial) == [End.UNCONFIRMED]
    trial.open()
    trial.platform.commands.clear()
    trial.wait(OVER)
    assert ends(trial) == [End.UNCONFIRMED, End.UNCONFIRMED]


@pytest.mark.parametrize(
    "memory",
    [
        {"opening_id": None},
        {"opening_id": None, "ended": [], "known": []},
        {"opening_id": None, "ended": {"a": "soon"}, "known": [], "not_before": None},
        {"opening_id": None, "ended": {"a": 5}, "known": None, "not_before": 3},
    ],
)
def test_strange_memory(trial: Trial, memory: dict[str, Any]) -> None:
    """Whatever was kept, the door can be opened."""
    trial.restart(0, memory)
    assert trial.open().outcome == "done"
    assert trial.told == []


def test_rate_limit(trial: Trial) -> None:
    """Who is asked for a pause looks once a minute, and tells the end in time nevertheless."""
    trial.open()
    trial.wait(20)
    trial.platform.is_limited = True
    trial.wait(5)
    trial.platform.asked.clear()
    trial.wait(VALIDITY.total_seconds() - 26)
    assert trial.platform.asked.total() <= 5
    trial.mend()
    trial.wait(1)
    assert ends(trial) == [End.EXPIRED]


def test_hint(trial: Trial) -> None:
    """Whoever knows that something became of an opening has it looked at at once; of others it is not spoken."""
    trial.open()
    trial.wait(100)
    trial.touch(wait=3)
    assert trial.shows() is Shown.OPENING
    trial.book.hurry("another")
    trial.wait(0)
    assert trial.shows() is Shown.OPENING
    trial.book.hurry(trial.book.under_way[LOCK].remote.id)
    trial.wait(0)
    assert trial.shows() is Shown.OPEN


@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_clock_is_set(trial: Trial, seconds: int) -> None:
    """Our clock may be set at any time: nothing lasts longer for it, and nothing is told that is not so."""
    trial.open()
    trial.lag += timedelta(seconds=seconds)
    trial.wait(VALIDITY.total_seconds() - 1)
    assert trial.shows() is Shown.OPENING
    trial.wait(1)
    assert ends(trial) == [End.EXPIRED]
    trial.open()
    trial.touch(wait=5)
    trial.lag += timedelta(seconds=seconds)
    trial.wait(HOLD.total_seconds())
    assert trial.shows() is Shown.REST
    trial.platform.loss = "without effect"
    trial.open()
    trial.lag += timedelta(seconds=seconds)
    trial.wait(60)
    assert trial.open().outcome == "done"


def test_clocks_that_drift(trial: Trial) -> None:
    """A step that comes a moment too early ends nothing, and is made up for."""
    trial.open()
    trial.touch(wait=5)
    trial.lag += timedelta(milliseconds=3)
    trial.wait(HOLD.total_seconds())
    assert trial.shows() is Shown.OPEN
    before = trial.changes
    trial.wait(0.003)
    assert trial.shows() is Shown.REST
    assert trial.changes > before


def test_proof_cannot_be_read_after_a_restart(trial: Trial) -> None:
    """What was followed before a restart comes to its end, although nothing can be read that proves it."""
    trial.open()
    trial.touch("nothing")
    trial.platform.has_logs = False
    trial.restart(1)
    assert trial.shows() is Shown.OPENING
    trial.restart(OVER)
    assert ends(trial) == [End.UNCONFIRMED]
    trial.platform.asked.clear()
    trial.wait(600)
    assert not trial.platform.asked


def live(trial: Trial) -> int:
    """Return how many commands a gateway would read."""
    commands = trial.platform.commands.values()
    return sum(command.is_readable(trial.platform.now) for command in commands)


def test_doubt_outlives_a_reload(trial: Trial) -> None:
    """A command that may still arrive keeps the next one from being sent, also after a reload that takes a second."""
    trial.platform.loss = "late"
    assert trial.open().outcome == "outcome_unknown"
    trial.restart(1)
    assert trial.open().outcome == "opening_in_doubt"
    trial.wait(60)
    assert live(trial) == 1
    assert trial.shows() is Shown.OPENING


@pytest.mark.parametrize("is_ours", [True, False])
def test_command_that_was_thought_over(trial: Trial, is_ours: bool) -> None:
    """A command that the vendor lists as pending is followed again, whatever a wrong clock has made of it before."""
    trial.open()
    trial.wait(6)
    trial.platform.is_out = True
    if is_ours:
        trial.lag -= timedelta(minutes=10)
    else:
        trial.tell_time(timedelta(minutes=10))
    trial.wait(30)
    trial.platform.is_out = False
    assert trial.open().outcome in ("already_opening", "opening_in_doubt")
    assert live(trial) == 1
    trial.touch(wait=15)
    assert len(trial.platform.commands) == 1


def test_long_before_sending(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be sent soon is not sent at all: nobody stands there any more."""
    monkeypatch.setattr(openings, "LONGEST_WAIT", 0.01)
    trial.platform.hanging = "before"
    call = trial.open()
    trial.let_real_time_pass(0.05)
    assert call.outcome == "device_busy"
    trial.mend()
    trial.wait(60)
    assert not trial.platform.commands
    assert trial.open().outcome == "done"
