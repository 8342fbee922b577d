"""The guide's log (13), word for word, over a loopback server."""

from datetime import UTC, datetime

import pytest

from custom_components.latchkey.vendors.flexykey.adapter import FlexyKey
from custom_components.latchkey.vendors.passages import LogLine, Outcome
from tests.simulators.helpers import GUIDE
from tests.vendors.guide import unit
from tests.vendors.scripted import Scripted, Sent


@pytest.fixture
def guide() -> Scripted:
    """Return a cloud that answers with the guide's example."""
    cloud = Scripted()
    cloud.answers = {"GET unitlogs/3023": GUIDE["logs"]}
    return cloud


async def test_log(flexykey: FlexyKey, guide: Scripted) -> None:
    """The guide's three rows are a passage, a refusal and a restart; its numbers are of ten digits (13)."""
    start, end = (
        datetime(2025, 11, 18, 7, tzinfo=UTC),
        datetime(2025, 11, 27, 16, tzinfo=UTC),
    )
    lines = await flexykey.log(unit(), start, end)
    (request,) = guide.requests
    assert request == Sent(
        "GET",
        "unitlogs/3023",
        {"dateFrom": "2025-11-18T07:00:00Z", "dateTo": "2025-11-27T16:00:00Z"},
        None,
    )
    keys = [line.key for line in lines]
    assert len(set(keys)) == 3
    assert lines == [
        LogLine(
            device_id="3023",
            outcome=Outcome.GRANTED,
            occurred_at=datetime(2025, 11, 26, 19, 18, tzinfo=UTC),
            recorded_at=datetime(2025, 11, 26, 19, 18, 54, tzinfo=UTC),
            text="puls på X-utgång via telefon/rfid/tangentbord",
            holder="Enskild kod larm på",
            number="9000004321",
            credential="•••21",
            key=keys[0],
        ),
        LogLine(
            device_id="3023",
            outcome=Outcome.DENIED,
            occurred_at=datetime(2025, 11, 26, 19, 18, tzinfo=UTC),
            recorded_at=datetime(2025, 11, 26, 19, 19, 44, tzinfo=UTC),
            text="numret finns inte registrerat",
            reason="not_registered",
            number="9000001234",
            credential="•••34",
            key=keys[1],
        ),
        LogLine(
            device_id="3023",
            outcome=Outcome.RESTART,
            occurred_at=datetime(2025, 11, 27, 7, 49, tzinfo=UTC),
            recorded_at=datetime(2025, 11, 27, 7, 49, 46, tzinfo=UTC),
            text="Omstart av programvara.",
            key=keys[2],
        ),
    ]
