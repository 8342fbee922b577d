"""Numbers in a unit's log, which nobody may see (guide 13)."""

from datetime import UTC
import time
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.latchkey.vendors.passages import LogLine
from custom_components.latchkey.vendors.vendor import VendorError
from tests.simulators.helpers import GUIDE
from tests.vendors.guide import unit
from tests.vendors.helpers import run
from tests.vendors.logs import END, ENTRIES, LOG, PASSAGE, START, Cloud, entry
from tests.vendors.scripted import offline
from tests.vendors.test_flexykey_hostile import HOSTILE, mutated, outcome
from tests.vendors.test_passages import PHONES


@pytest.fixture
def cloud() -> Cloud:
    """Return the cloud."""
    return Cloud()


@pytest.mark.parametrize(
    ("number", "full", "credential"),
    [
        ("1234", None, "•••"),
        ("12345678", None, "•••"),
        ("04A3B2C1", None, "•••"),
        ("123456789", "123456789", "•••89"),
        ("+46701234567", "+46701234567", "•••67"),
        ("070-123 45 67", "070-123 45 67", "•••67"),
        ("04A3B2C1D5E680", "04A3B2C1D5E680", "•••80"),
        ("Informationslogg", None, None),
        ("", None, None),
        ("-", None, None),
    ],
)
def test_numbers(
    cloud: Cloud, number: str, full: str | None, credential: str | None
) -> None:
    """Only a number that is too long for a PIN is told in full, to those who may see it."""
    line = cloud.line(sourceID=number)
    assert (line.number, line.credential) == (full, credential)


def shown(line: LogLine) -> str:
    """Return all of a line that may be shown to anybody."""
    return f"{line!r} {line.text} {line.holder} {line.credential} {line.reason} {line.method}"


@pytest.mark.parametrize(
    "number",
    ["A1B2", "A1B2C", "0A1B2C3D", "04A3B2C1D5E680", "1234", "123", "0701234567"],
)
@pytest.mark.parametrize("form", ["{}", "tagg {} nekad", "Berit ({})", "x{}y"])
def test_own_number_is_hidden(cloud: Cloud, number: str, form: str) -> None:
    """The number of who came is not shown, wherever the vendor repeats it."""
    said = form.format(number)
    line = cloud.line(sourceID=number, sourceLabel=said, logMsg=said)
    assert number not in shown(line)
    cloud.entries = [entry(number, said)]
    assert number not in shown(cloud.line(sourceID=number, sourceLabel="-"))


@given(PHONES, st.text(), st.text())
def test_numbers_are_hidden(number: str, before: str, after: str) -> None:
    """Whatever is written around a number, it is not shown."""
    said = before + number + after
    account, _ = offline(
        {LOG: [{**PASSAGE, "sourceID": number, "sourceLabel": said, "logMsg": said}]}
    )
    (line,) = run(account.log(unit(), START, END))
    assert number not in shown(line)


def test_long_source() -> None:
    """A source of a hundred thousand digits is looked through in a moment."""
    began = time.monotonic()
    for source in (
        "1" * 100_000 + "x",
        "1 " * 50_000 + "x",
        "A1" * 50_000 + "x",
        "1-" * 50_000,
    ):
        account, _ = offline({LOG: [{**PASSAGE, "sourceID": source, "logMsg": source}]})
        run(account.log(unit(), START, END))
    assert time.monotonic() - began < 3


@settings(deadline=None)
@given(mutated(GUIDE["logs"]) | HOSTILE, HOSTILE)
def test_spoilt(rows: Any, entries: Any) -> None:
    """The log may be spoilt anywhere, and the access list be anything."""
    account, _ = offline({LOG: rows, ENTRIES: entries})
    lines = outcome(account.log(unit(), START, END))
    for line in [] if isinstance(lines, VendorError) else lines:
        assert line.recorded_at.tzinfo is UTC
        assert line.occurred_at.tzinfo is UTC
        assert "9000004321" not in shown(line)
