"""A unit's log: who came when, and by what (guide 13)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.latchkey.vendors.passages import Outcome
from custom_components.latchkey.vendors.vendor import NoRight
from tests.vendors.logs import ENTRIES, PASSAGE, REFUSAL, RESTART, Cloud, entry


@pytest.fixture
def cloud() -> Cloud:
    """Return the cloud."""
    return Cloud()


@pytest.mark.parametrize("label", ["", None, "-", "--", "- Saknas -", " - saknas - "])
def test_holder_of_an_empty_label(cloud: Cloud, label: str | None) -> None:
    """A passage without a name is that of whose number it is."""
    cloud.entries = [entry("9000004321", "Berit")]
    assert cloud.line(sourceLabel=label).holder == "Berit"


def test_holder_is_not_looked_up(cloud: Cloud) -> None:
    """Where there is a name, nobody was let in, or nobody came, the access list is not read."""
    cloud.log()
    cloud.log({**REFUSAL, "sourceLabel": "--"}, {**RESTART, "sourceLabel": ""})
    cloud.line(sourceLabel="--", sourceID="Informationslogg")
    assert cloud.transport.count(ENTRIES) == 0


def test_access_list_is_read_every_ten_minutes(cloud: Cloud) -> None:
    """A number that the access list lacks has it read again, but not within ten minutes."""
    cloud.entries = [entry("9000001111", "Adam")]
    rows = [
        {**PASSAGE, "sourceLabel": "-", "sourceID": f"900000{end}"}
        for end in (1111, 2222, 3333)
    ]
    pages = 2
    assert [line.holder for line in cloud.log(*rows)] == ["Adam", None, None]
    cloud.entries += [entry("9000002222", "Berit", 2), entry("9000003333", "", 3)]
    cloud.clock.move(599)
    assert [line.holder for line in cloud.log()] == ["Adam", None, None]
    assert cloud.transport.count(ENTRIES) == pages
    cloud.clock.move(1)
    assert [line.holder for line in cloud.log()] == ["Adam", "Berit", None]
    assert cloud.transport.count(ENTRIES) == 2 * pages
    cloud.clock.move(-9999)
    cloud.log({**rows[0], "sourceID": "9000004444"})
    assert cloud.transport.count(ENTRIES) == 3 * pages


def test_access_list_that_cannot_be_read(cloud: Cloud) -> None:
    """Without the access list there are no names; it is not asked for anew with each line."""
    cloud.answers[ENTRIES] = NoRight()
    row = {**PASSAGE, "sourceLabel": "-"}
    assert [line.holder for line in cloud.log(row, row, row)] == [None] * 3
    cloud.log()
    assert cloud.transport.count(ENTRIES) == 1
    cloud.clock.move(600)
    cloud.log()
    assert cloud.transport.count(ENTRIES) == 2


@pytest.mark.parametrize(
    ("text", "of_somebody", "of_nobody"),
    [
        ("PULS PÅ X-utgång VIA rfid", (Outcome.GRANTED, "tag"), (Outcome.OTHER, None)),
        ("puls på F1 via telefon", (Outcome.GRANTED, "phone"), (Outcome.OTHER, None)),
        (
            "puls på F1 via tangentbord.",
            (Outcome.GRANTED, "pin"),
            (Outcome.OTHER, None),
        ),
        ("puls på F1 via telefon/rfid", (Outcome.GRANTED, None), (Outcome.OTHER, None)),
        ("puls på F1 via app", (Outcome.GRANTED, None), (Outcome.OTHER, None)),
        (
            "ingen puls på F1 via telefon",
            (Outcome.OTHER, "phone"),
            (Outcome.OTHER, None),
        ),
        ("puls på F1", (Outcome.OTHER, None), (Outcome.OTHER, None)),
        ("Omstart.", (Outcome.RESTART, None), (Outcome.RESTART, None)),
        ("Omstartad", (Outcome.OTHER, None), (Outcome.OTHER, None)),
        ("", (Outcome.OTHER, None), (Outcome.OTHER, None)),
    ],
)
def test_outcomes(cloud: Cloud, text: str, of_somebody: Any, of_nobody: Any) -> None:
    """The guide's texts tell what happened and how; nobody lets nobody in; other texts are kept as they are."""
    for source, (expected, method) in (
        ("9000004321", of_somebody),
        ("Informationslogg", of_nobody),
    ):
        line = cloud.line(logMsg=text, sourceID=source)
        assert (line.outcome, line.method, line.text) == (expected, method, text)


def test_unknown_text(cloud: Cloud) -> None:
    """A text that the table lacks is kept, without its numbers."""
    line = cloud.line(
        logMsg="Kod 1234 slagen av 070-123 45 67 vid dörr 2", sourceID="-"
    )
    assert line.outcome is Outcome.OTHER
    assert line.text == "Kod ••• slagen av ••• vid dörr 2"


@pytest.mark.parametrize(
    ("server", "at", "occurred", "recorded"),
    [
        ("2025-11-26T19:18:54Z", "soon", 54, 54),
        ("2025-11-26T19:18:54Z", None, 54, 54),
        ("", "2025-11-26T19:18:00Z", 0, 0),
        ([], "2025-11-26T20:18:00+01:00", 0, 0),
        ("2025-11-26T19:18:54", "2025-11-26T19:18:00", 0, 54),
    ],
)
def test_dates(
    cloud: Cloud, server: Any, at: Any, occurred: int, recorded: int
) -> None:
    """A line with one readable date has that one twice."""
    line = cloud.line(serverDate=server, unitDate=at)
    minute = datetime(2025, 11, 26, 19, 18, tzinfo=UTC)
    assert line.occurred_at == minute + timedelta(seconds=occurred)
    assert line.recorded_at == minute + timedelta(seconds=recorded)


def test_rows_that_cannot_be_read(cloud: Cloud) -> None:
    """A row without any date, or of another form, leaves the others."""
    dateless = {**PASSAGE, "serverDate": "0001-01-01T00:00:00+23:00", "unitDate": 7}
    assert (
        len(cloud.log(None, "text", dateless, {**PASSAGE, "logMsg": {}}, PASSAGE)) == 1
    )
