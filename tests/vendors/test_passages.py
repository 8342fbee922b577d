"""A log that is read in overlapping pieces, and numbers that nobody may see."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given, settings, strategies as st
from hypothesis.strategies import DrawFn
import pytest

from custom_components.latchkey.vendors.passages import (
    HIDDEN,
    LogLine,
    LogWindow,
    Outcome,
    is_short,
    masked,
    without_numbers,
)

START = datetime(2025, 11, 26, 8, tzinfo=UTC)
EVER = START - timedelta(days=999)
OVERLAP = 15


def line(recorded: float, late: float, kind: int) -> LogLine:
    """Return a line that was recorded so many minutes after the start, and so many after it happened."""
    recorded_at = START + timedelta(minutes=recorded)
    occurred_at = recorded_at - timedelta(minutes=late)
    return LogLine(
        device_id="7",
        outcome=Outcome.OTHER,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        text=str(kind),
        key=(recorded_at.isoformat(), occurred_at.isoformat(), str(kind)),
    )


@st.composite
def logs(draw: DrawFn) -> list[LogLine]:
    """Return the lines of an hour, many of them alike, some late."""
    places = st.tuples(
        st.integers(0, 60), st.sampled_from([0, 0, 1, OVERLAP]), st.integers(0, 1)
    )
    lines = [line(*place) for place in draw(st.lists(places, max_size=25))]
    return [each for each in lines for _ in range(draw(st.sampled_from([1, 1, 2, 3])))]


def visible(log: list[LogLine], since: float, until: float) -> list[LogLine]:
    """Return the lines that a reading at a time shows, of those that happened since another."""
    start, end = START + timedelta(minutes=since), START + timedelta(minutes=until)
    return [
        each for each in log if start <= each.occurred_at and each.recorded_at <= end
    ]


def keys(lines: list[LogLine]) -> Counter[tuple[str, ...]]:
    """Return how often each line is among some."""
    return Counter(each.key for each in lines)


@settings(max_examples=50, deadline=None)
@given(
    logs(),
    st.integers(0, 60),
    st.lists(st.tuples(st.integers(-60, 60), st.integers(0, 60)), max_size=12),
    st.randoms(use_true_random=False),
)
def test_each_line_once(
    log: list[LogLine], first: int, readings: list[tuple[int, int]], random: Random
) -> None:
    """Whatever is read when, in whatever order and however often, a line is told once, and never the first ones."""
    window = LogWindow()
    known = visible(log, -999, first)
    assert window.take(known, EVER) == []
    told: list[LogLine] = []
    for since, until in [*readings, (-999, 999)]:
        page = visible(log, since, until)
        random.shuffle(page)
        new = window.take(page, EVER)
        assert new == sorted(new, key=lambda each: (each.occurred_at, each.recorded_at))
        assert window.take(iter(page[::-1]), EVER) == []
        told += new
    assert keys(told) == keys(log) - keys(known)
    assert window.take(log, EVER) == []


@settings(max_examples=50, deadline=None)
@given(logs(), st.lists(st.integers(1, 30), min_size=1, max_size=12))
def test_forgetting(log: list[LogLine], steps: list[int]) -> None:
    """Lines that come late by no more than the overlap are told once, though all that is older is forgotten."""
    window = LogWindow()
    at = steps[0]
    known = visible(log, -999, at)
    window.take(known, EVER)
    told: list[LogLine] = []
    for step in [*steps[1:], 60]:
        page = visible(log, at - OVERLAP, at + step)
        at += step
        told += window.take(page, START + timedelta(minutes=at - OVERLAP))
    assert keys(told) == keys(visible(log, -999, at)) - keys(known)


def test_forgotten() -> None:
    """What is older than is ever read again takes no memory; were it read again, it would be news."""
    window = LogWindow()
    old, young = line(0, 0, 0), line(30, 0, 0)
    window.take([old, young], old.recorded_at)
    assert window.take([old, young], young.recorded_at) == []
    # What is still answered is remembered, however old it is.
    assert window.take([old, young], young.recorded_at) == []
    assert window.take([young], young.recorded_at) == []
    assert window.take([old, young], young.recorded_at) == [old]


def test_first_reading_without_lines() -> None:
    """An empty first reading is a starting point, too."""
    window = LogWindow()
    assert window.take([], EVER) == []
    assert window.take([line(1, 0, 0)], EVER) == [line(1, 0, 0)]


def test_line_that_comes_again() -> None:
    """A line like one that is known is another passage, told as often as it is there more often."""
    window = LogWindow()
    same = line(1, 0, 0)
    window.take([same], EVER)
    assert window.take([same, same, same], EVER) == [same, same]
    assert window.take([same], EVER) == []
    assert window.take([same] * 4, EVER) == [same]


DIGITS = st.text("0123456789", min_size=4, max_size=20)
SPACED = st.lists(
    st.text("0123456789", min_size=1, max_size=4), min_size=4, max_size=8
).flatmap(
    lambda parts: st.sampled_from([" ", "-"]).map(lambda between: between.join(parts))
)
PHONES = st.builds("{}{}".format, st.sampled_from(["", "+"]), DIGITS | SPACED)
TAGS = st.text("0123456789ABCDEFabcdef", min_size=6, max_size=20).filter(
    lambda tag: any(each.isdecimal() for each in tag) and not tag.isdecimal()
)


@given(PHONES | TAGS)
def test_masked(number: str) -> None:
    """A number of eight digits or fewer is hidden whole; of a longer one, its last two may be seen."""
    count = sum(each.isalnum() for each in number)
    assert is_short(number) is (count <= 8)
    assert masked(number) == (HIDDEN if count <= 8 else HIDDEN + number[-2:].strip())
    # Where one number ends and the next begins is not known in a text.
    assert without_numbers(number).lstrip("+") == HIDDEN


@given(st.text(), PHONES, st.text())
def test_numbers_in_any_text(before: str, number: str, after: str) -> None:
    """A number of four digits or more does not survive in any text."""
    text = without_numbers(before + number + after)
    assert number not in text
    assert number.lstrip("+") not in text
    assert without_numbers(text) == text


@given(
    st.text().map("{} ".format) | st.sampled_from(["", "tagg:", "(", "å,"]),
    TAGS,
    st.text().map(" {}".format) | st.sampled_from(["", ".", ")", "/x"]),
)
def test_tags_in_any_text(before: str, tag: str, after: str) -> None:
    """A hexadecimal number of six digits or more does not survive where it is a word of its own."""
    assert tag not in without_numbers(before + tag + after)


@pytest.mark.parametrize(
    "tag",
    [
        "04A3B2C1D5E680",
        "12AB34CD",
        "1A2B3C4D",
        "A1B2C3",
        "04a3b2c1",
        "04:A3:B2:C1",
        "04 A3 B2 C1",
    ],
)
@pytest.mark.parametrize("form", ["{}", "tagg {} nekad", "tagg:{}.", "({})"])
def test_tags(tag: str, form: str) -> None:
    """A tag's number does not survive, whatever digits it begins with and however it is grouped."""
    assert tag not in without_numbers(form.format(tag))


@pytest.mark.parametrize(
    "text", ["ID04A3B2C1D5E680", "tag_04A3B2C1D5E680", "04A3B2C1D5E680st"]
)
def test_tags_beside_letters(text: str) -> None:
    """A tag's number does not survive because a letter or an underscore stands beside it."""
    assert "04A3B2C1D5E680" not in without_numbers(text)


@given(
    st.text("abcdefgxyzåäö", min_size=1),
    st.text("0123456789", min_size=4, max_size=8),
    st.text("abcdefgxyzåäö", min_size=1),
)
def test_pins_between_words(before: str, pin: str, after: str) -> None:
    """Not a digit of a PIN is shown, whatever words stand before and after it."""
    text = without_numbers(f"{before} {pin} {after}")
    assert not any(each.isdecimal() for each in text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("kod 1234 fel", "kod ••• fel"),
        ("kod1234fel", "ko•••l"),
        ("070-123 45 67 ringde", "••• ringde"),
        ("+46 70 123 45 67", "+•••"),
        ("puls på F1 61 via X33", "puls på F1 61 via X33"),
        ("dörr 123 i hus 2", "dörr 123 i hus 2"),
        ("12345678", "•••"),
        ("123456789", "•••"),
        ("Omstart av programvara.", "Omstart av programvara."),
        ("Fasaden deadbeef facade", "Fasaden deadbeef facade"),
        ("", ""),
    ],
)
def test_texts(text: str, shown: str) -> None:
    """Numbers that may open something are hidden, others are not."""
    assert without_numbers(text) == shown
