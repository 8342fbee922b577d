"""Times as iLOQ writes them, and zones as Windows names them."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest
from tzlocal.windows_tz import win_tz

from custom_components.latchkey.vendors.iloq.times import (
    in_utc,
    moment,
    with_offset,
    without_offset,
    zone_named,
)

HELSINKI = ZoneInfo("Europe/Helsinki")
AT = datetime(2025, 9, 14, 6, 57, 51, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("written", "microseconds"),
    [
        ("2025-09-14T09:57:51.3885765+03:00", 388576),
        ("2025-09-14T06:57:51.3885765Z", 388576),
        ("2025-09-14T06:57:51Z", 0),
        ("2025-09-14T09:57:51+03:00", 0),
        ("2025-09-14T09:57:51+0300", 0),
        ("2025-09-14T01:57:51-05:00", 0),
        # Without an offset it is the system's time.
        ("2025-09-14T09:57:51", 0),
        ("2025-09-14T09:57:51.3", 300000),
        (" 2025-09-14T09:57:51 ", 0),
        ("2025-09-14 09:57:51", 0),
    ],
)
def test_moments(written: str, microseconds: int) -> None:
    """A time is read in each form that the samples have."""
    assert moment(written, HELSINKI) == AT.replace(microsecond=microseconds)


@pytest.mark.parametrize(
    "written",
    [None, "", "  ", "soon", 5, True, ["2025-09-14T09:57:51"], "2025-13-01T00:00:00"],
)
def test_no_moments(written: object) -> None:
    """What is no time is none."""
    assert moment(written, HELSINKI) is None


@pytest.mark.parametrize(
    "written", ["0001-01-01T00:00:00", "0001-01-01T00:00:00+03:00"]
)
def test_the_first_of_all_times(written: str) -> None:
    """What stands for no time in the vendor's language is none, in zones that are ahead."""
    assert moment(written, HELSINKI) is None
    assert moment("9999-12-31T23:59:59-05:00") is None


@given(text=st.text(max_size=40))
def test_any_text(text: str) -> None:
    """Whatever is written, it is a time in UTC or none."""
    at = moment(text, HELSINKI)
    assert at is None or at.utcoffset() == timedelta()


@given(
    at=st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)),
    offset=st.integers(-14 * 60, 14 * 60),
)
def test_there_and_back(at: datetime, offset: int) -> None:
    """What is written with an offset, or in UTC, is read as the same time."""
    at = at.replace(tzinfo=UTC)
    whole = at.replace(microsecond=0)
    zone = timezone(offset * MINUTE)
    assert moment(with_offset(at, HELSINKI)) == whole
    assert moment(with_offset(at, zone), HELSINKI) == whole
    milliseconds = at.replace(microsecond=at.microsecond // 1000 * 1000)
    assert moment(in_utc(at), HELSINKI) == milliseconds
    assert moment(without_offset(at, zone), zone) == whole


def test_summer_and_winter() -> None:
    """The hour that is skipped in spring, and the one that comes twice in autumn."""
    # At three o'clock of the 30th of March it is four o'clock.
    before = datetime(2025, 3, 30, 0, 59, 59, tzinfo=UTC)
    assert without_offset(before, HELSINKI) == "2025-03-30T02:59:59"
    after = before + timedelta(seconds=1)
    assert without_offset(after, HELSINKI) == "2025-03-30T04:00:00"
    assert with_offset(after, HELSINKI) == "2025-03-30T04:00:00+03:00"
    # A time that there was not is between the two, not lost.
    assert moment("2025-03-30T03:30:00", HELSINKI) == after + 30 * MINUTE
    # At four o'clock of the 26th of October it is three o'clock: written without an offset, it is the first time.
    first = datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
    assert with_offset(first, HELSINKI) == "2025-10-26T03:30:00+03:00"
    second = first + timedelta(hours=1)
    assert with_offset(second, HELSINKI) == "2025-10-26T03:30:00+02:00"
    assert without_offset(first, HELSINKI) == without_offset(second, HELSINKI)
    assert moment("2025-10-26T03:30:00", HELSINKI) == first
    assert moment(with_offset(second, HELSINKI), HELSINKI) == second


def test_every_zone_of_windows() -> None:
    """Each name that Windows has for a zone leads to one, in whatever case."""
    for name, zone in win_tz.items():
        for written in (name, name.upper(), f" {name.lower()} "):
            assert getattr(zone_named(written), "key", None) == zone
    assert len(win_tz) > 130


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("FLE Standard Time", "Europe/Kiev"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("GMT Standard Time", "Europe/London"),
        ("UTC", "Etc/UTC"),
        ("Europe/Stockholm", "Europe/Stockholm"),
    ],
)
def test_zones(name: str, key: str) -> None:
    """Zones are known by their names in Windows, and by their own."""
    assert getattr(zone_named(name), "key", None) == key


@pytest.mark.parametrize(
    "name",
    ["", " ", "Nowhere", "../../etc/passwd", "/etc/passwd", "a" * 500, "\0", "."],
)
def test_unknown_zones(name: str) -> None:
    """What nobody knows is told as such."""
    assert zone_named(name) is None


def test_offsets_of_helsinki() -> None:
    """The zone in which most systems are has its summer time."""
    zone = zone_named("FLE Standard Time")
    for month, hours in ((1, 2), (7, 3)):
        at = datetime(2026, month, 1, 12, tzinfo=zone)
        assert at.utcoffset() == timedelta(hours=hours)
