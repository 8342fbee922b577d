"""Answers of a unit's log that may be cut (guide 13)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from custom_components.latchkey.vendors.flexykey import log as log_module
from tests.vendors.logs import END, LOG, PASSAGE, START, Cloud
from tests.vendors.scripted import Sent


@pytest.fixture
def cloud() -> Cloud:
    """Return the cloud."""
    return Cloud()


PAGE = 5


class Pages:
    """A log of a row each ten minutes, of which an answer holds a few, both ends included."""

    def __init__(self, dates: list[datetime]) -> None:
        """Start with rows of these dates."""
        self.rows = [
            {**PASSAGE, "serverDate": date.isoformat(), "unitDate": None}
            for date in dates
        ]
        self.asked: list[tuple[datetime, datetime]] = []

    def __call__(self, sent: Sent) -> Any:
        """Return the first rows of a period."""
        start, end = (
            datetime.fromisoformat(sent.query[key]) for key in ("dateFrom", "dateTo")
        )
        self.asked.append((start, end))
        return [
            row
            for row in self.rows
            if start <= datetime.fromisoformat(row["serverDate"]) <= end
        ][:PAGE]


@pytest.fixture
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have answers cut after a few rows."""
    monkeypatch.setattr(log_module, "_PAGE", PAGE)


@pytest.mark.usefixtures("short_pages")
@pytest.mark.parametrize("count", [0, 1, 4, 5, 6, 50])
@pytest.mark.parametrize("every", [1800, 600, 617.25])
def test_cut_answers(cloud: Cloud, count: int, every: float) -> None:
    """An answer that may be cut is asked for in halves, until each line is there, once."""
    dates = [START + timedelta(seconds=place * every) for place in range(count)]
    pages = cloud.answers[LOG] = Pages(dates)
    assert sorted(line.recorded_at for line in cloud.log()) == dates
    assert (len(pages.asked) == 1) is (count < PAGE)


@pytest.mark.usefixtures("short_pages")
def test_equal_rows_in_the_middle(cloud: Cloud) -> None:
    """Equal lines at the very middle of a period are as many as there are."""
    dates = [START, *[START + timedelta(days=1)] * 3, END]
    cloud.answers[LOG] = Pages(dates)
    assert sorted(line.recorded_at for line in cloud.log()) == dates


@pytest.mark.usefixtures("short_pages")
def test_cut_answer_with_an_unreadable_row(cloud: Cloud) -> None:
    """An answer may be cut though one of its rows cannot be read."""
    dates = [START + timedelta(hours=place) for place in range(20)]
    pages = cloud.answers[LOG] = Pages(dates)
    pages.rows[2]["logMsg"] = {}
    assert len(cloud.log()) == 19


@pytest.mark.usefixtures("short_pages")
@pytest.mark.parametrize("rows", [PAGE, PAGE + 1])
def test_dates_that_are_not_heeded(cloud: Cloud, rows: int) -> None:
    """A cloud that always answers with the same rows is asked so many times, and each row counts once."""
    cloud.answers[LOG] = [PASSAGE] * rows
    assert len(cloud.log()) == rows
    assert len(cloud.transport.sent) < 512
