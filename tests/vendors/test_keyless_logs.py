"""Keyless' logs in whatever order they come: each entry is told once."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.latchkey.vendors.passages import Outcome
from tests.vendors.keyless_logs import DELAYS, HOUR, LOCK, MINUTE, Platform, times
from tests.vendors.scripted import Sent

READING = 300


@dataclass(frozen=True)
class Step:
    """Something that happens at the lock, and what passes until the next thing does."""

    kind: str
    delay: int
    pause: int


def steps(*kinds: str) -> st.SearchStrategy[list[Step]]:
    """Return what may happen."""
    return st.lists(
        st.builds(
            Step,
            kind=st.sampled_from(kinds),
            delay=st.sampled_from(DELAYS),
            pause=st.sampled_from((0, 0, 1, 30, 400, 5000)),
        ),
        max_size=60,
    )


@settings(max_examples=25, deadline=None, database=None)
@given(
    before=st.sampled_from((0, 3, 60, 130)),
    schedule=steps("system", "audit", "audit", "reset"),
    separate=st.booleans(),
    rhythm=st.sampled_from((1700, HOUR)),
)
def test_any_order(
    before: int, schedule: list[Step], separate: bool, rhythm: int
) -> None:
    """Whatever comes when, numbered however, it is told once, with its own time; what was there before is not."""
    platform = Platform(separate)
    for _ in range(before):
        platform.write(eventName="BOOT-OLD")
        platform.passes()
        platform.clock.move(20)
    assert platform.news() == []
    platform.clock.move(1)
    written, told = [], []
    for step in schedule:
        match step.kind:
            case "reset":
                platform.reset()
            case "system":
                written.append(platform.write(eventName="NOTE", delay=step.delay))
            case _:
                written.append(platform.passes(delay=step.delay))
        platform.clock.move(step.pause)
        if step.pause:
            told += platform.news()
    end = platform.clock.now + timedelta(seconds=max(DELAYS)) + MINUTE
    while platform.clock.now < end:
        platform.clock.move(rhythm)
        told += platform.news()
    # By number and by time; far back within the hour.
    platform.clock.move(HOUR)
    told += platform.news(looks=2)
    assert times(told) == sorted(written)
    assert len({line.key for line in told}) == len(told)


def test_behind_many() -> None:
    """What is overtaken by more than a page of later entries is found within an hour if it is of the last day."""
    platform = Platform()
    platform.news()
    late = platform.passes(delay=10 * HOUR)
    lost = platform.passes(delay=30 * HOUR)
    told = []
    for _ in range(12 * 32):
        platform.clock.move(READING)
        platform.passes()
        told += platform.news()
    assert len(told) == 12 * 32 + 1
    assert late in times(told)
    assert lost == late


@pytest.mark.parametrize("before", [50, 300])
def test_clock_lost(before: int) -> None:
    """What a lock logs that has lost its clock hides nothing that follows; behind a long history it is not told itself."""
    platform = Platform()
    for _ in range(before):
        platform.passes()
        platform.clock.move(60)
    platform.news()
    began = datetime(1970, 1, 1, tzinfo=UTC)
    at = [platform.passes(at=began + each * MINUTE) for each in range(150)]
    assert times(platform.news(looks=2)) == (at if before == 50 else [])
    for _ in range(20):
        platform.clock.move(READING)
        now = platform.passes()
        assert times(platform.news(looks=2)) == [now]


def test_restart_after_a_reset() -> None:
    """History whose numbers are higher than the present ones is history."""
    platform = Platform()
    for each in range(500):
        if each == 350:
            platform.reset()
        platform.passes()
        platform.clock.move(60)
    assert platform.news(looks=10) == []
    now = platform.passes()
    assert times(platform.news(looks=10)) == [now]
    assert platform.transport.count("GET locking-device-log/audit") == 20


def test_clock_ahead() -> None:
    """What a lock logs while its clock is years ahead hides nothing that it logs when it is right again."""
    platform = Platform()
    platform.news()
    for _ in range(150):
        platform.passes(at=platform.clock.now + timedelta(days=3000))
        platform.clock.move(60)
    assert len(platform.news()) == 150
    for _ in range(20):
        platform.clock.move(READING)
        now = platform.passes()
        assert times(platform.news(looks=2)) == [now]


def test_more_than_is_remembered() -> None:
    """Of more entries than are remembered none is told again."""
    platform = Platform()
    platform.news()
    told = []
    for _ in range(15):
        for _ in range(400):
            platform.passes()
            platform.clock.move(1)
        told += platform.news(looks=3)
    assert len(told) == len(set(times(told))) == 6000
    platform.clock.move(HOUR)
    assert platform.news(looks=4) == []


def test_failure_half_way() -> None:
    """Where one of two logs cannot be read, what the other one told is told with the next reading."""
    platform = Platform()
    platform.news()
    platform.write(eventName="BOOT")
    platform.passes()
    audit = platform.transport.answers["GET locking-device-log/audit"]
    broken = {**platform.transport.answers, "GET locking-device-log/audit": {}}
    whole, platform.transport.answers = platform.transport.answers, broken
    with pytest.raises(Exception, match="answer_not_understood"):
        platform.news()
    platform.transport.answers = whole
    assert audit is whole["GET locking-device-log/audit"]
    assert [line.outcome for line in platform.news(looks=2)] == [
        Outcome.RESTART,
        Outcome.GRANTED,
    ]


def test_others_entries() -> None:
    """Where the platform answers with all locks' entries, each is told at its own lock alone."""
    platform = Platform()
    ask = platform.transport.answers["GET locking-device-log/audit"]

    def answer_all(sent: Sent) -> object:
        page = ask(sent)
        others = [
            {**entry, "lockingDeviceId": "other", "id": f"other-{entry['id']}"}
            for entry in page["items"]
        ]
        return {**page, "items": [*others, *page["items"]]}

    platform.transport.answers = {
        **platform.transport.answers,
        "GET locking-device-log/audit": answer_all,
    }
    platform.news()
    platform.passes()
    (line,) = platform.news(looks=2)
    assert line.device_id == LOCK.id
