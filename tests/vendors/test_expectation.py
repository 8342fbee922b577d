"""What is shown of an output after a command, whatever statuses come in whatever order."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
from hypothesis.strategies import DrawFn
import pytest

from custom_components.latchkey.vendors.expectation import (
    PATIENCE,
    Expectation,
    overlaid,
)
from custom_components.latchkey.vendors.model import Status

ACCEPTED = datetime(2026, 11, 21, 8, 0, 0, tzinfo=UTC)
SKEWS = st.integers(-600, 600).map(lambda seconds: timedelta(seconds=seconds))


def seconds(least: float, most: float) -> st.SearchStrategy[float]:
    """Return times as exact as a clock tells them."""
    return st.floats(least, most).map(lambda time: round(time, 6))


def after(seconds: float) -> datetime:
    """Return the time so many seconds after the command was accepted."""
    return ACCEPTED + timedelta(seconds=seconds)


def expectation(*, on: bool = True, pulse: float | None = None) -> Expectation:
    """Return what a command accepted at that time leads to, both clocks being right."""
    return Expectation(
        on=on,
        accepted_at=ACCEPTED,
        vendor_accepted_at=ACCEPTED,
        pulse=None if pulse is None else timedelta(seconds=pulse),
    )


def show(
    expected: dict[str, Expectation],
    on: bool | None,
    at: float | None,
    now: float,
) -> bool | None:
    """Return what is shown of F1 at a time, where a status of another time told this."""
    status = Status(
        outputs={} if on is None else {"F1": on},
        observed_at=None if at is None else after(at),
    )
    return overlaid(status, expected, after(now)).outputs.get("F1")


@pytest.mark.parametrize("on", [True, False])
@pytest.mark.parametrize("at", [None, -3600, -1, 0])
def test_older_status(on: bool, at: float | None) -> None:
    """A status from before the command, from its very second or from no time at all is disbelieved, until patience ends."""
    expected = {"F1": expectation(on=on)}
    patience = PATIENCE.total_seconds()
    for now in (0, 10, patience - 1):
        assert show(expected, not on, at, now) is on
        assert expected
    assert show(expected, not on, at, patience) is not on
    assert not expected


@pytest.mark.parametrize("on", [True, False])
def test_newer_status(on: bool) -> None:
    """A status from after the command is believed, and from then on every other one is."""
    expected = {"F1": expectation(on=on)}
    assert show(expected, on, 1, 1) is on
    assert expected
    assert show(expected, not on, 2, 2) is not on
    assert not expected
    assert show(expected, not on, -1, 3) is not on


def test_pulse() -> None:
    """A pulse is on until its time is over, and off after it, though an older status still tells that it is on."""
    expected = {"F1": expectation(pulse=5)}
    assert show(expected, False, -1, 0) is True
    assert show(expected, True, 3, 4.9) is True
    assert show(expected, True, 3, 5) is False
    assert show(expected, True, 5, 6) is False
    assert expected
    assert show(expected, True, 6, 7) is True
    assert not expected


def test_pulse_cut_short() -> None:
    """A pulse that a newer status no longer shows is over."""
    expected = {"F1": expectation(pulse=60)}
    assert show(expected, False, 1, 2) is False
    assert not expected


@pytest.mark.parametrize("pulse", [5, 99999])
def test_patience_with_a_pulse(pulse: int) -> None:
    """Patience begins when the pulse ends."""
    expected = {"F1": expectation(pulse=pulse)}
    end = pulse + PATIENCE.total_seconds()
    assert show(expected, True, -1, end - 1) is False
    assert show(expected, True, -1, end) is True


def test_output_that_is_not_told() -> None:
    """What the status does not tell is not shown, and what is expected is not forgotten."""
    expected = {"F1": expectation()}
    assert show(expected, None, 10, 11) is None
    assert show(expected, False, -1, 12) is True


def test_other_points() -> None:
    """Whatever is expected of one output, other outputs, inputs and the status's own data stay."""
    status = Status(
        outputs={"F1": False, "F2": False},
        inputs={"IN1": True},
        observed_at=after(-1),
        cached=True,
    )
    expected = {"F1": expectation()}
    assert overlaid(status, expected, after(1)) == Status(
        outputs={"F1": True, "F2": False},
        inputs={"IN1": True},
        observed_at=after(-1),
        cached=True,
    )
    assert status.outputs == {"F1": False, "F2": False}


@dataclass(frozen=True)
class Look:
    """A status: what was so at one time, and when it reaches us; seconds after the command."""

    taken: float
    shown: float


@dataclass(frozen=True)
class Relay:
    """A relay that a command and, perhaps, a hand switch; seconds after the command."""

    before: bool
    on: bool
    pulse: int | None
    by_hand: float | None

    def is_on(self, at: float) -> bool:
        """Return the truth at a time."""
        if at < 0:
            return self.before
        on = self.on and (self.pulse is None or at < self.pulse)
        return not on if self.by_hand is not None and at >= self.by_hand else on


@st.composite
def looks(draw: DrawFn) -> list[Look]:
    """Return statuses in the order in which they reach us, which need not be that of their times."""
    shown = sorted(draw(st.lists(seconds(0, 250), min_size=1, max_size=12)))
    return [
        Look(min(now, draw(st.just(now) | seconds(-100, 250))), now) for now in shown
    ]


@st.composite
def relays(draw: DrawFn, *, by_hand: bool) -> Relay:
    """Return a relay that is commanded in any way."""
    on = draw(st.booleans())
    return Relay(
        before=draw(st.booleans()),
        on=on,
        pulse=draw(st.none() | st.integers(1, 300)) if on else None,
        by_hand=draw(seconds(2, 100)) if by_hand else None,
    )


def shown_by(
    relay: Relay, statuses: list[Look], skew: timedelta, fraction: float
) -> list[bool]:
    """Return what is shown each time that a status reaches us; the vendor's clock is askew and has whole seconds."""

    def by_vendor(at: float) -> datetime:
        return (after(at + fraction) + skew).replace(microsecond=0)

    expected = {
        "F1": Expectation(
            on=relay.on,
            accepted_at=after(fraction),
            vendor_accepted_at=by_vendor(0),
            pulse=None if relay.pulse is None else timedelta(seconds=relay.pulse),
        )
    }
    return [
        overlaid(
            Status(
                outputs={"F1": relay.is_on(look.taken)},
                observed_at=by_vendor(look.taken),
            ),
            expected,
            after(look.shown + fraction),
        ).outputs["F1"]
        for look in statuses
    ]


@given(relays(by_hand=False), looks(), SKEWS, seconds(0, 0.999))
def test_truth_is_shown(
    relay: Relay, statuses: list[Look], skew: timedelta, fraction: float
) -> None:
    """Where nobody else switches, the truth is shown at any time, whatever the order and age of the statuses."""
    assert shown_by(relay, statuses, skew, fraction) == [
        relay.is_on(look.shown) for look in statuses
    ]


@given(relays(by_hand=True), looks(), SKEWS)
def test_newer_status_is_shown(
    relay: Relay, statuses: list[Look], skew: timedelta
) -> None:
    """Where somebody else switches too, a status from a later second than the last change we know of is shown as it is."""
    for look, shown in zip(statuses, shown_by(relay, statuses, skew, 0.0), strict=True):
        over = relay.pulse is not None and look.shown >= relay.pulse
        if look.taken >= 1 + (relay.pulse or 0) * over:
            assert shown is relay.is_on(look.taken)
