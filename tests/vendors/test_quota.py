"""Limits on requests, by a clock that is moved."""

from datetime import timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.latchkey.vendors.quota import Limit, Quota
from tests.simulators.helpers import FakeClock

LIMIT = Limit(3, 60, 10)


@pytest.fixture
def clock() -> FakeClock:
    """Return a clock that moves when told to."""
    return FakeClock()


@pytest.fixture
def quota(clock: FakeClock) -> Quota:
    """Return a quota of which nothing is used."""
    return Quota(clock)


def test_wait(quota: Quota, clock: FakeClock) -> None:
    """The wait is until the oldest request that counts is out of the window, and not longer."""
    for _ in range(3):
        assert quota.wait("a", LIMIT) == 0
        quota.note("a")
        clock.move(5)
    assert quota.wait("a", LIMIT) == 45
    assert quota.wait("b", LIMIT) == 0
    clock.move(44.999)
    assert quota.wait("a", LIMIT) == pytest.approx(0.001)
    clock.move(0.001)
    assert quota.wait("a", LIMIT) == 0
    quota.note("a")
    assert quota.wait("a", LIMIT) == 5


@pytest.mark.parametrize("most", [0, -1])
def test_nothing_allowed(quota: Quota, most: int) -> None:
    """Where nothing is allowed, there is always something to wait for."""
    assert quota.wait("a", Limit(most, 60, 0)) == 60


def test_more_than_allowed_already(quota: Quota, clock: FakeClock) -> None:
    """Others may have asked for more than is allowed; the last of them count."""
    for seconds in range(10):
        quota.note("a", clock() - timedelta(seconds=seconds))
    assert quota.wait("a", LIMIT) == 58


def test_past_in_any_order(quota: Quota, clock: FakeClock) -> None:
    """Requests of the past count at their times, however they are learned of."""
    for seconds in (10, 50, 20, 90):
        quota.note("a", clock() - timedelta(seconds=seconds))
    assert quota.wait("a", LIMIT) == 10
    assert not quota.is_fresh("a", LIMIT)
    assert quota.is_fresh("a", Limit(3, 60, 10.001))


def test_freshness(quota: Quota, clock: FakeClock) -> None:
    """An answer is fresh from the request on, for as long as the limit says."""
    assert not quota.is_fresh("a", LIMIT)
    quota.note("a")
    assert quota.is_fresh("a", LIMIT)
    assert not quota.is_fresh("b", LIMIT)
    clock.move(9.999)
    assert quota.is_fresh("a", LIMIT)
    assert not quota.is_fresh("a", Limit(3, 60, 0))
    clock.move(0.001)
    assert not quota.is_fresh("a", LIMIT)


def test_clock_set_back(quota: Quota, clock: FakeClock) -> None:
    """A clock that is set back locks nothing for an hour, and the limit holds from then on."""
    for _ in range(3):
        quota.note("a")
    clock.move(-3600)
    assert quota.wait("a", LIMIT) == 0
    assert not quota.is_fresh("a", LIMIT)
    for _ in range(3):
        quota.note("a")
    assert quota.wait("a", LIMIT) == 60


def test_fresh_though_clock_was_set_back(quota: Quota, clock: FakeClock) -> None:
    """What was asked for since a clock was set back is fresh, whatever was asked for in what is now the future."""
    quota.note("a")
    clock.move(-3600)
    quota.note("a")
    clock.move(1)
    assert quota.is_fresh("a", LIMIT)


@given(
    st.integers(1, 5),
    st.integers(1, 90_000),
    st.lists(st.tuples(st.integers(0, 40_000), st.booleans())),
)
def test_never_more_than_allowed(
    most: int, interval: int, steps: list[tuple[int, bool]]
) -> None:
    """Who asks, waits as told and then sends, sends at most so many in any window; and nobody waits longer."""
    clock = FakeClock()
    quota, limit = Quota(clock), Limit(most, interval / 1000, 0)
    sent = []
    for milliseconds, patient in steps:
        clock.move(milliseconds / 1000)
        wait = quota.wait("a", limit)
        if wait and patient:
            clock.move(wait - 0.0005)
            assert 0 < quota.wait("a", limit) < 0.001
            clock.move(0.0005)
            wait = quota.wait("a", limit)
            assert wait == 0
        if not wait:
            quota.note("a")
            sent.append(clock())
    window = timedelta(milliseconds=interval)
    for first, later in zip(sent, sent[most:], strict=False):
        assert later - first >= window


@given(st.lists(st.integers(-100_000, 100_000)))
def test_any_clock(moves: list[int]) -> None:
    """Wherever the clock goes, nobody waits longer than a window."""
    clock = FakeClock()
    quota = Quota(clock)
    for move in moves:
        clock.move(move / 1000)
        wait = quota.wait("a", LIMIT)
        assert 0 <= wait <= LIMIT.interval
        quota.is_fresh("a", LIMIT)
        if not wait:
            quota.note("a")
