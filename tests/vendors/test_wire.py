"""What the wire models of all vendors share."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.latchkey.vendors.vendor import AnswerNotUnderstood
from custom_components.latchkey.vendors.wire import Wire, limit, moment


@dataclass(kw_only=True)
class Thing(Wire):
    """A vendor's object as any might be."""

    thingid: int
    label: str = ""


@pytest.mark.parametrize(
    "text",
    [
        "2025-11-21T08:14:50Z",
        "2025-11-21T08:14:50",
        "2025-11-21 08:14:50+00:00",
        "2025-11-21T09:14:50+01:00",
        "2025-11-21T08:14:50.000Z",
        "20251121T081450Z",
    ],
)
def test_moment(text: str) -> None:
    """A time is taken in each form of ISO 8601; without a zone it is UTC."""
    read = moment(text)
    assert read == datetime(2025, 11, 21, 8, 14, 50, tzinfo=UTC)
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        None,
        0,
        1763712890,
        True,
        [],
        {},
        "",
        "yesterday",
        "2025-13-01T00:00:00Z",
        "9999-12-31T23:59:59-01:00",
        "0001-01-01T00:00:00+01:00",
    ],
)
def test_no_moment(value: Any) -> None:
    """What is no time, or none that can be told in UTC, is nothing."""
    assert moment(value) is None


@pytest.mark.parametrize("value", [None, ""])
def test_no_limit(value: Any) -> None:
    """Nothing is no limit."""
    assert limit(value) is None


@pytest.mark.parametrize("value", ["soon", 5, [], False, "2025-13-01T00:00:00Z"])
def test_limit_that_cannot_be_read(value: Any) -> None:
    """What cannot be read does not pass for no limit."""
    with pytest.raises(ValueError):
        limit(value)


def test_limit() -> None:
    """A limit is a time."""
    at = "2025-11-21T08:14:50Z"
    assert limit(at) == moment(at) is not None


OFFSETS = st.builds(timezone, st.timedeltas(timedelta(hours=-23), timedelta(hours=23)))


@given(st.datetimes(timezones=OFFSETS))
def test_moment_survives(at: datetime) -> None:
    """Every time that can be written is read as the same time, or as none where UTC cannot hold it."""
    assert moment(at.isoformat()) in (at, None)


@pytest.mark.parametrize("name", ["thingId", "ThingID", "THINGID", "thingid"])
def test_names_in_any_case(name: str) -> None:
    """Names are matched in any case, and unknown ones are ignored."""
    thing = Thing.parse({name: 7, "label": " Gate ", "colour": {"deep": [1]}})
    assert thing == Thing(thingid=7, label="Gate")


@pytest.mark.parametrize(
    ("value", "label"),
    [(None, ""), (5, "5"), (1.5, "1.5"), ("", ""), ("  ", ""), ("040530", "040530")],
)
def test_texts(value: Any, label: str) -> None:
    """Null is an empty text, a number its own text, and a leading zero stays."""
    assert Thing.parse({"thingId": 1, "label": value}).label == label


@pytest.mark.parametrize(
    "raw",
    [
        None,
        "text",
        7,
        True,
        [],
        {},
        {"thingId": None},
        {"thingId": "seven"},
        {"thingId": []},
        {"thingId": 1, "label": ["secret-4711"]},
        {"thingId": 1, "label": {"a": "secret-4711"}},
    ],
)
def test_no_object(raw: Any) -> None:
    """What is not such an object is not understood, and not repeated in the error."""
    with pytest.raises(AnswerNotUnderstood) as failure:
        Thing.parse(raw)
    assert str(failure.value) == "answer_not_understood: Thing"


@pytest.mark.parametrize("raw", [None, "text", 7, {}, {"thingId": 1}, True])
def test_no_list(raw: Any) -> None:
    """What is not a list is not understood."""
    with pytest.raises(AnswerNotUnderstood):
        Thing.parse_all(raw)


def test_list() -> None:
    """Of a list those that can be read are read, and it is told whether all could."""
    good = [{"thingId": 1}, {"thingId": 2}]
    assert Thing.parse_all(good) == ([Thing(thingid=1), Thing(thingid=2)], True)
    assert Thing.parse_all([good[0], None, good[1]]) == (
        [Thing(thingid=1), Thing(thingid=2)],
        False,
    )
    assert Thing.parse_all([]) == ([], True)
