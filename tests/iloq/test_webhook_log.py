"""A log whose lines are called about is read when they are, and hardly ever besides; where calls fail to come, it is polled."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.latchkey.coordinator import DRIFT_INTERVAL
from custom_components.latchkey.subscription_health import CLOCKS, PATIENCE, Standing
from custom_components.latchkey.vendors.passages import LogLine, Outcome
from custom_components.latchkey.vendors.subscriptions import Subscription
from tests.iloq.called import LOG, CalledHome

READ = "POST LockLogs/GetLockLogDataByTimestamp"
SPAN = 1800
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


async def reads(called: CalledHome, seconds: float) -> int:
    """Return how often the log is read in some time in which nothing happens."""
    before = called.count(READ)
    await called.run(seconds, step=30)
    return called.count(READ) - before


async def test_read_when_called(called: CalledHome) -> None:
    """A line is told moments after it came, although the log is hardly polled."""
    await called.start()
    await called.try_key()
    await called.run(60)
    assert await called.is_healthy()
    before = called.count(READ)
    heard: list[str] = []
    called.hass.bus.async_listen(
        "latchkey_passage", lambda event: heard.append(str(event.event_type))
    )
    await called.try_key()
    await called.run(20)
    assert called.count(READ) > before
    assert len(heard) == 1


async def test_hardly_polled(called: CalledHome) -> None:
    """While calls come the log is read once in ten minutes; without an address, every few."""
    await called.start()
    often = await reads(called, SPAN)
    await called.try_key()
    await called.run(60)
    seldom = await reads(called, SPAN)
    assert seldom in range(SPAN // int(DRIFT_INTERVAL) - 1, 5)
    assert often >= 2 * seldom
    await called.move_to(None)
    assert await reads(called, SPAN) >= often - 1


async def test_not_announced(called: CalledHome) -> None:
    """A line that a poll finds and no call announced has the log polled again, until a call comes."""
    await called.start()
    await called.try_key()
    await called.run(60)
    assert await called.is_healthy()
    subscription = called.ours[LOG]
    subscription.record["JsonPathFilter"] = "$[?($.KeyTypeMask == 123456)]"
    await called.try_key()
    await called.run(2 * DRIFT_INTERVAL + PATIENCE.total_seconds(), step=30)
    found = (await called.diagnosis())["events"][LOG]
    assert (found["doubted"], found["healthy"]) == (True, False)
    subscription.record["JsonPathFilter"] = None
    await called.try_key()
    assert await called.is_healthy()


async def test_gone(called: CalledHome) -> None:
    """A subscription that has ended is relied on no more, by its date alone."""
    await called.start()
    await called.try_key()
    called.fault("status", "Webhooks", status=503)
    called.tick(timedelta(days=365).total_seconds())
    await called.settle()
    assert not await called.is_healthy()


async def test_missed_while_away(called: CalledHome) -> None:
    """What came while we were off is not told as if it had just happened; it stands in the log."""
    await called.start()
    await called.try_key()
    heard: list[str] = []
    called.hass.bus.async_listen(
        "latchkey_passage", lambda event: heard.append(str(event.event_type))
    )
    async with called.away():
        await called.try_key()
    await called.run(60)
    assert not heard


# The rules


def standing(**changes: object) -> Standing:
    """Return how a subscription fares that was just made."""
    held = Subscription(
        id="a",
        event=LOG,
        address="https://home.example.com/x",
        starts_at=NOW,
        ends_at=NOW + timedelta(days=300),
        sign_key="k",
        **changes,  # type: ignore[arg-type]  # fields of its own
    )
    return Standing(held, since=NOW)


def line(minutes: float) -> LogLine:
    """Return a line that came to the log some minutes later."""
    at = NOW + timedelta(minutes=minutes)
    return LogLine(
        device_id="d",
        outcome=Outcome.GRANTED,
        occurred_at=at,
        recorded_at=at,
        text="",
        key=("k",),
    )


@pytest.mark.parametrize(
    ("heard", "doubted"), [(None, True), (5, False), (9.5, False), (8, True)]
)
def test_announced(heard: float | None, *, doubted: bool) -> None:
    """A line is announced by a call that came with it or after it, give or take what clocks differ by."""
    fares = standing(calls=1)
    recorded = 5 if heard == 5 else 9.9
    if heard is not None:
        fares.heard(NOW + timedelta(minutes=heard))
    fares.logged([line(recorded)], NOW + timedelta(minutes=10))
    assert not fares.doubted
    fares.logged([], NOW + timedelta(minutes=20))
    assert fares.doubted is doubted


@given(
    st.lists(
        st.tuples(st.sampled_from(["call", "line", "look"]), st.integers(1, 30 * 60)),
        max_size=30,
    )
)
def test_orders(happened: list[tuple[str, int]]) -> None:
    """In whatever order lines and calls come: it is doubted only for a line that no call followed in time."""
    fares = standing(calls=1)
    now = NOW
    heard = NOW
    silent: list[datetime] = []
    for what, seconds in happened:
        now += timedelta(seconds=seconds)
        if what == "call":
            fares.heard(now)
            heard = now
            silent.clear()
        elif what == "line":
            fares.logged([line((now - NOW).total_seconds() / 60)], now)
            silent += [now] if now > heard + CLOCKS else []
        else:
            fares.logged([], now)
            late = any(now > at + PATIENCE for at in silent)
            assert fares.doubted is late
        assert fares.works(now) is not fares.doubted
