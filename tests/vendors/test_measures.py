"""Values in the vendor's texts."""

from datetime import UTC, datetime
import math
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.latchkey.vendors.flexykey.measures import measured, named, names
from custom_components.latchkey.vendors.flexykey.wire import WireUnit
from custom_components.latchkey.vendors.readings import Reading, ReadingKind
from tests.simulators.helpers import GUIDE
from tests.vendors.test_flexykey_hostile import HOSTILE

AT = datetime(2026, 4, 20, 16, 29, 16, tzinfo=UTC)
TOKENS = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["T", "P", "H", "B", "C", "Rssi", "RssiW", "CN", "F", "t", "TT"]),
    st.sampled_from(["", "1", "02", "7600", "²", "٣", "123456789"]),
    st.sampled_from(["=", ":", " = ", "==", "", "=-", "=+", "=\n"]),
    st.integers(-(10**12), 10**12).map(str)
    | st.floats().map(str)
    | st.sampled_from(
        ["--", "", "WIFI", "GSM", "nan", "inf", "1e999", ".5", "5.", "٤٢"]
    ),
)
TEXTS = st.text() | st.lists(TOKENS | st.text(max_size=3)).map(" ".join)


def told(text: Any) -> dict[str, object]:
    """Return the values in a text."""
    return {reading.id: reading.value for reading in measured(text, AT)}


def unit_with(**collections: Any) -> WireUnit:
    """Return a unit that lists sensors and counters."""
    return WireUnit.parse({"unitId": 7, **collections})


def test_checktemp() -> None:
    """The guide's message tells the temperature, pressure, humidity and battery of two sensors (7.3)."""
    readings = measured(GUIDE["messages"][0]["message"], AT)
    assert [(reading.kind, reading.number, reading.value) for reading in readings] == [
        (ReadingKind.TEMPERATURE, "1", 24.1),
        (ReadingKind.PRESSURE, "1", 1000.823),
        (ReadingKind.HUMIDITY, "1", 30.886),
        (ReadingKind.BATTERY, "1", 93),
        (ReadingKind.TEMPERATURE, "2", 21.8),
        (ReadingKind.PRESSURE, "2", 1025.817),
        (ReadingKind.HUMIDITY, "2", 24.861),
        (ReadingKind.BATTERY, "2", 93),
    ]
    assert {reading.observed_at for reading in readings} == {AT}
    assert [reading.id for reading in readings][:2] == ["T1", "P1"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("C1=12 C2=0 C3=-- C12=4711", {"C1": 12, "C2": 0, "C12": 4711}),
        ("T1=-5.5 T2=-- T3=-0", {"T1": -5.5, "T3": 0}),
        ("T7600=42", {"modem_temperature": 42}),
        ("T7600=--", {}),
        ("T99=1", {"T99": 1}),
        ("T=31", {"modem_temperature": 31}),
        ("Rssi=99 RssiW=0 CN:GSM", {"bearer": "gsm"}),
        (
            "Rssi=0 RssiW=-62 CN:WIFI",
            {"signal": 0, "wifi_signal": -62, "bearer": "wifi"},
        ),
        ("CN:4 CN:", {}),
        ("F:16 R:4 Sn: 067530215131204 Build Feb 17 2026", {}),
        ("T1=1 T1=2", {"T1": 2}),
        ("xT1=1 T1=1x T1 T1=1=2 T1=1,T2=2", {}),
        ("t1=1 TT1=1 Q1=1", {}),
        ("T1 = 20.5 T2: 3", {"T1": 20.5, "T2": 3}),
        ("", {}),
        (
            "ASTAT:00----,10,----, T1=-- T2=7.25 T3=-- T7600=42",
            {"T2": 7.25, "modem_temperature": 42},
        ),
    ],
)
def test_values(text: str, values: dict[str, float | str]) -> None:
    """A letter, a number and a value are a reading; two dashes are none."""
    assert told(text) == values


@pytest.mark.parametrize("text", [None, 7, b"T1=1", ["T1=1"], {"T1": 1}, True])
def test_no_text(text: Any) -> None:
    """What is no text tells nothing."""
    assert measured(text, AT) == ()


def check(readings: tuple[Reading, ...]) -> None:
    """Check that readings are such as can be shown."""
    assert len({reading.id for reading in readings}) == len(readings)
    for reading in readings:
        if reading.kind is ReadingKind.BEARER:
            assert isinstance(reading.value, str)
        else:
            assert isinstance(reading.value, float)
            assert math.isfinite(reading.value)


@given(TEXTS)
def test_any_text(text: str) -> None:
    """Any text tells finite values, or none."""
    check(measured(text, AT))


@pytest.mark.parametrize("digits", [308, 400])
@pytest.mark.parametrize("name", ["T1=", "T7600=", "C1=-", "Rssi="])
def test_endless_number(name: str, digits: int) -> None:
    """A number too large to be one is no value."""
    check(measured(name + "9" * digits, AT))


def test_long_text() -> None:
    """A text of a megabyte is read in a moment, whatever is in it."""
    for text in (
        "T1 = " * 200_000,
        "a" * 10**6,
        "a" + " " * 10**6,
        "T1=" + "1." * 10**5,
    ):
        check(measured(text, AT))


def test_assumed_names() -> None:
    """Collections of the relays' form name the readings; a bare number is a counter's alone."""
    unit = unit_with(
        sensors=[
            {
                "globalNumber": "T1",
                "localNumber": 1,
                "description": "Kallförråd",
                "unit": "°C",
            },
            {"globalNumber": "H1", "name": "Fukt"},
            {"localNumber": 2, "description": "nothing to know it by"},
            {"globalNumber": "B1", "description": "B1"},
        ],
        counters=[
            {"localNumber": 1, "description": "Vatten", "unit": "m³"},
            {"globalNumber": "C2", "description": "El"},
        ],
    )
    known = names(unit)
    readings = named(measured("T1=4 H1=80 B1=93 T2=1 C1=7 C2=8 C3=9", AT), known)
    assert [(reading.id, reading.name, reading.unit) for reading in readings] == [
        ("T1", "Kallförråd", "°C"),
        ("H1", "Fukt", ""),
        ("B1", "", ""),
        ("T2", "", ""),
        ("C1", "Vatten", "m³"),
        ("C2", "El", ""),
        ("C3", "", ""),
    ]


@pytest.mark.parametrize(
    "strange", [None, "absent", [], {}, "T1", 7, True, {"T1": {"unit": "x"}}]
)
def test_strange_collections(strange: Any) -> None:
    """A collection of another form names nothing, and keeps the other from nothing."""
    counters: Any = [
        None,
        3,
        "C1",
        {"unit": []},
        {"globalNumber": "C1", "name": "Vatten"},
    ]
    unit = unit_with(counters=counters)
    if strange != "absent":
        unit = unit_with(counters=counters, sensors=strange)
    assert names(unit)["C1"] == ("Vatten", "")
    assert names(unit).keys() <= {"C1", ""}


@given(HOSTILE, HOSTILE, TEXTS)
def test_any_collections(sensors: Any, counters: Any, text: str) -> None:
    """Whatever the collections hold, readings keep their values."""
    known = names(unit_with(sensors=sensors, counters=counters))
    readings = measured(text, AT)
    for before, after in zip(readings, named(readings, known), strict=True):
        assert (before.id, before.value, before.kind) == (
            after.id,
            after.value,
            after.kind,
        )
