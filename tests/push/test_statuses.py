"""Statuses in any order: the newest one counts, whether it was pushed or asked for."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings, strategies as st

from custom_components.latchkey.statuses import AHEAD, PATIENCE, Statuses, Verdict
from custom_components.latchkey.vendors.model import Status

BEGIN = datetime(2026, 11, 21, 8, 14, 50, tzinfo=UTC)
UNIT = "99998"

MOMENTS = st.integers(0, 600)
STATES = st.dictionaries(
    st.sampled_from(["IN1", "IN2", "IX1"]), st.booleans(), min_size=3
)


def told(second: int, inputs: dict[str, bool]) -> Status:
    """Return what a unit tells at a second."""
    at = BEGIN + timedelta(seconds=second)
    return Status(outputs={}, inputs=inputs, observed_at=at, cached=False)


@given(st.dictionaries(MOMENTS, STATES, min_size=1), st.data())
@settings(deadline=None)
def test_any_order(timeline: dict[int, dict[str, bool]], data: st.DataObject) -> None:
    """Pushes in any order, some of them twice, between polls that do not go back, end with the newest."""
    statuses = Statuses()
    known = [told(second, inputs) for second, inputs in sorted(timeline.items())]
    calls = data.draw(st.permutations(known * 2))
    newest = asked = -1
    for status in calls:
        if data.draw(st.booleans()):
            before = statuses.reported.get(UNIT)
            polled = data.draw(st.integers(max(asked, 0), len(known) - 1))
            asked = polled
        else:
            before, polled = None, -1
        verdict = statuses.take_pushed(UNIT, status, 0.0, BEGIN + AHEAD)
        pushed = known.index(status)
        if pushed > newest:
            assert verdict is Verdict.NEWS
        else:
            assert verdict in (Verdict.OLDER, Verdict.REPEATED)
        newest = max(newest, pushed)
        if polled >= 0:
            # It was asked for before the push came, and answered after it.
            taken = statuses.take_polled(UNIT, known[polled], before, 0.0)
            # Of the second of a push that came meanwhile, an answer is no newer.
            is_news = verdict is Verdict.NEWS
            assert taken is (polled > newest if is_news else polled >= newest)
            newest = max(newest, polled)
        held = statuses.reported[UNIT]
        assert held.observed_at == known[newest].observed_at
        assert held.inputs == known[newest].inputs


@given(st.lists(st.tuples(MOMENTS, STATES), max_size=12))
@settings(deadline=None)
def test_never_back(calls: list[tuple[int, dict[str, bool]]]) -> None:
    """Whatever is pushed, the time of what is known does not go back."""
    statuses = Statuses()
    last = None
    for second, inputs in calls:
        statuses.take_pushed(UNIT, told(second, inputs), 0.0, BEGIN + AHEAD)
        at = statuses.reported[UNIT].observed_at
        assert at is not None and (last is None or at >= last)
        last = at


def test_patience() -> None:
    """A poll that goes on telling of an older time counts after a while: the unit's clock was set back."""
    statuses = Statuses()
    statuses.take_pushed(UNIT, told(300, {"IN1": True}), 0.0, BEGIN)
    late = told(0, {"IN1": False})
    held = statuses.reported[UNIT]
    assert not statuses.take_polled(UNIT, late, held, PATIENCE - 1)
    assert statuses.reported[UNIT] is held
    assert statuses.take_polled(UNIT, late, held, PATIENCE)
    assert statuses.reported[UNIT] is late


def test_ahead() -> None:
    """A clock that is a little ahead is believed, one that is further ahead is asked again."""
    statuses = Statuses()
    ahead = BEGIN + AHEAD
    status = Status(outputs={}, inputs={}, observed_at=ahead, cached=False)
    assert (
        statuses.take_pushed(UNIT, status, 0.0, BEGIN - timedelta(seconds=1))
        is Verdict.UNCLEAR
    )
    assert statuses.take_pushed(UNIT, status, 0.0, BEGIN) is Verdict.NEWS


def test_undated() -> None:
    """A push without a time may be of any."""
    status = Status(outputs={}, inputs={}, observed_at=None, cached=False)
    assert Statuses().take_pushed(UNIT, status, 0.0, BEGIN) is Verdict.UNCLEAR
