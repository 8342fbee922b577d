"""Openings through gateways, which a lock's log and a gateway's both tell of: each is one passage."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.latchkey.vendors.keyless import pairs
from custom_components.latchkey.vendors.openings import SKEW
from custom_components.latchkey.vendors.passages import LogLine, Outcome
from tests.vendors.keyless_logs import (
    DELAYS,
    GATEWAYS,
    HOUR,
    LOCK,
    MINUTE,
    Platform,
    by_gateway,
)

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


@settings(max_examples=30, deadline=None, database=None)
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


def test_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more openings than are remembered each is one passage still."""
    monkeypatch.setattr(pairs, "_MOST", 100)
    platform = Platform()
    platform.news(*ALL)
    told = []
    for _ in range(56):
        platform.opens()
        platform.opened()
        platform.clock.move(20)
        told += platform.news(*ALL)
    assert len(told) == 56


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
