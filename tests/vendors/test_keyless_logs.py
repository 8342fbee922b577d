"""Keyless' logs in whatever order they come: each entry is told once, and an opening that two logs tell of is one passage."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.latchkey.vendors.openings import SKEW
from custom_components.latchkey.vendors.passages import LogLine, Outcome
from tests.vendors.keyless_logs import GATEWAYS, LOCK, Platform, by_gateway, times
from tests.vendors.scripted import Sent

READING = 300
HOUR = 3600
DELAYS = (0, 0, 0, 40, 900, 4 * HOUR, 20 * HOUR)
"""How long entries take to the platform; a phone brings them when it is online."""
MINUTE = timedelta(minutes=1)


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


ALL = (LOCK, *GATEWAYS)
"""The lock before its gateways, as the inventory has them."""


@dataclass(frozen=True)
class Opening:
    """An opening by a gateway: how late which log tells of it, None where it never does."""

    gateway: int
    by_lock: int | None
    by_gateway: int | None
    pause: int
    """Until the next one."""
    is_read: bool
    """Whether the logs are read in that pause."""


@st.composite
def openings(draw: st.DrawFn) -> list[Opening]:
    """Return openings, often close to each other; one that only one log tells of is not close to any."""
    late = st.sampled_from(DELAYS)
    opening = st.builds(
        Opening,
        gateway=st.integers(0, 1),
        by_lock=late | st.none(),
        by_gateway=late,
        pause=st.sampled_from((1, 20, 70, 130, 600)),
        is_read=st.booleans(),
    )
    found: list[Opening] = []
    for each in draw(st.lists(opening, max_size=25)):
        if each.by_lock is None or draw(st.integers(0, 5)) == 0:
            if found:
                found[-1] = replace(found[-1], pause=600)
            alone = None if each.by_lock is not None else each.by_gateway
            found.append(replace(each, by_gateway=alone, pause=600))
        else:
            found.append(each)
    return found


@settings(max_examples=60, deadline=None, database=None)
@given(openings(), st.integers(-119, 119), st.booleans())
def test_two_logs(schedule: list[Opening], skew: int, names_gateway: bool) -> None:
    """However late either log tells of an opening, and by whatever clock, it is one passage; so it is in the list."""
    platform = Platform()
    begin = platform.clock.now
    platform.news(*ALL)
    told = []
    for each in schedule:
        gateway = GATEWAYS[each.gateway]
        if each.by_lock is not None:
            client = by_gateway(gateway.id if names_gateway else "")
            at = platform.clock.now + timedelta(seconds=skew)
            platform.opens(delay=each.by_lock, at=at, client=client)
        if each.by_gateway is not None:
            platform.opened(gateway, delay=each.by_gateway)
        platform.clock.move(each.pause)
        if each.is_read:
            told += platform.news(*ALL)
    for _ in range(22):
        platform.clock.move(HOUR)
        told += platform.news(*ALL, looks=2)
    for lines in (told, platform.log(begin - SKEW, platform.clock.now)):
        assert len(lines) == len(schedule)
        assert {(line.device_id, line.outcome, line.method) for line in lines} <= {
            (LOCK.id, Outcome.GRANTED, "gateway")
        }


def outcomes(lines: list[LogLine]) -> list[Outcome]:
    """Return what lines tell of."""
    return [line.outcome for line in lines]


def test_denial_known_first() -> None:
    """A lock's denial outweighs what its gateway tells of it, and no passage is read from it."""
    platform = Platform()
    platform.news(*ALL)
    begin = platform.clock.now
    platform.opens(granted=False)
    platform.opened()
    assert outcomes(platform.news(*ALL, looks=2)) == [Outcome.DENIED]
    told = run_readings(platform)
    assert "last_passage" not in told
    platform.clock.move(20)
    at = platform.opens()
    platform.opened()
    assert outcomes(platform.news(*ALL)) == [Outcome.GRANTED]
    assert run_readings(platform)["last_passage"] == at
    lines = platform.log(begin, platform.clock.now)
    assert outcomes(lines) == [Outcome.DENIED, Outcome.GRANTED]


def test_denial_known_later() -> None:
    """A denial that comes after the gateway's word was told is told as well, and hides no passage after it."""
    platform = Platform()
    platform.news(*ALL)
    begin = platform.clock.now
    platform.opens(granted=False, delay=HOUR)
    platform.opened()
    assert outcomes(platform.news(*ALL)) == [Outcome.GRANTED]
    platform.clock.move(30)
    platform.opens(delay=HOUR)
    platform.opened()
    assert outcomes(platform.news(*ALL)) == [Outcome.GRANTED]
    platform.clock.move(2 * HOUR)
    assert outcomes(platform.news(*ALL, looks=2)) == [Outcome.DENIED]
    # Whoever asks later is not told what the denial outweighs.
    lines = platform.log(begin, platform.clock.now)
    assert sorted(outcomes(lines)) == [Outcome.DENIED, Outcome.GRANTED]


def run_readings(platform: Platform) -> dict[str, object]:
    """Return what the lock's and the gateways' logs tell of the lock beside passages, the newest of each."""
    found = [
        reading
        for _ in range(2)
        for device in ALL
        for reading in platform.readings(device).get(LOCK.id, ())
    ]
    found.sort(key=lambda reading: reading.observed_at or datetime.min)
    return {reading.id: reading.value for reading in found}


@pytest.mark.parametrize(("named", "passages"), [(True, 2), (False, 1)])
def test_two_gateways(named: bool, passages: int) -> None:
    """What the lock says one gateway did is no other gateway's opening; where it does not say, it may be."""
    platform = Platform()
    platform.news(*ALL)
    begin = platform.clock.now
    one, other = GATEWAYS
    platform.opens(client=by_gateway(one.id if named else ""))
    platform.clock.move(5)
    platform.opened(other)
    assert len(platform.news(*ALL)) == passages
    assert len(platform.log(begin, platform.clock.now)) == passages


@pytest.mark.parametrize("skew", [-60, 60])
def test_denial_in_a_list(skew: int) -> None:
    """In a list a denial outweighs its gateway's word, whichever clock is ahead."""
    platform = Platform()
    at = platform.opened()
    platform.opens(granted=False, at=at + timedelta(seconds=skew))
    lines = platform.log(at - MINUTE, at + MINUTE)
    assert outcomes(lines) == [Outcome.DENIED]


def test_gateways_own() -> None:
    """A gateway's own log has what happened to it, and its maintenance; what it opened is its lock's."""
    platform = Platform()
    gateway = GATEWAYS[0]
    platform.news(*ALL)
    begin = platform.clock.now
    for name in ("BOOT", "NETWORK_CHANGED"):
        platform.clock.move(1)
        platform.write(gateway, eventName=name, bootReason="HEARTBEAT")
    platform.write(
        gateway, "audit", conversationName="collectLogs", lockingDeviceId=LOCK.id
    )
    platform.clock.move(1)
    platform.opened(gateway)
    lines = platform.news(gateway)
    assert [(line.device_id, line.outcome, line.text) for line in lines] == [
        (gateway.id, Outcome.RESTART, "BOOT"),
        (gateway.id, Outcome.OTHER, "NETWORK_CHANGED"),
        (gateway.id, Outcome.OTHER, "collectLogs"),
        (LOCK.id, Outcome.GRANTED, "open"),
    ]
    own = platform.log(begin, platform.clock.now, gateway)
    assert {line.text for line in own} == {"BOOT", "NETWORK_CHANGED", "collectLogs"}
    (passage,) = platform.log(begin, platform.clock.now)
    assert passage == lines[-1]


def test_period_ends_between_the_two() -> None:
    """An opening whose two entries lie on both sides of a period's end is listed in one period alone."""
    platform = Platform()
    platform.news(*ALL)
    start = platform.clock.now - MINUTE
    platform.opens(at=platform.clock.now - MINUTE / 2)
    middle = platform.clock.now
    platform.clock.move(20)
    platform.opened()
    platform.clock.move(60)
    assert len(platform.log(start, middle)) == 1
    assert platform.log(middle, platform.clock.now) == []


def test_long_period() -> None:
    """A period far back is not read beyond its end, and a gateway's log not beyond its begin."""
    platform = Platform()
    gateway = GATEWAYS[0]
    for _ in range(1000):
        platform.passes()
        platform.opened(gateway)
        platform.clock.move(600)
    begin = platform.clock.now - timedelta(seconds=500 * 600)
    platform.transport.sent.clear()
    lines = platform.log(begin, begin + timedelta(seconds=50 * 600))
    assert len(lines) == 2 * 51
    assert platform.transport.count("GET locking-device-log/audit") == 1
    assert platform.transport.count("GET gateway-device-log/audit") <= 6 + 1


def test_gateway_gone() -> None:
    """A gateway that was deleted meanwhile does not keep a lock's log from being listed."""
    platform = Platform()
    begin = platform.clock.now
    platform.passes()
    platform.forget_gateways()
    assert outcomes(platform.log(begin, platform.clock.now)) == [Outcome.GRANTED]
