"""The logs of the simulated units."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from simulators.errors import Invalid
from simulators.flexykey import FlexyKeyCloud
from tests.simulators.helpers import Client, FakeClock

pytestmark = pytest.mark.usefixtures("socket_enabled")

UNIT = 3023
GUIDE_PATH = "unitlogs/3023?dateFrom=2025-11-18T07:00:00Z&dateTo=2025-11-27T16:00:00Z"
GUIDE_ROWS: list[Any] = [
    {
        "serverDate": "2025-11-26T19:18:54Z",
        "unitDate": "2025-11-26T19:18:00Z",
        "sourceID": "9000004321",
        "sourceLabel": "Enskild kod larm på",
        "actionLabel": "61",
        "logMsg": "puls på X-utgång via telefon/rfid/tangentbord",
    },
    {
        "serverDate": "2025-11-26T19:19:44Z",
        "unitDate": "2025-11-26T19:18:00Z",
        "sourceID": "9000001234",
        "sourceLabel": "- Saknas -",
        "actionLabel": "-",
        "logMsg": "numret finns inte registrerat",
    },
    {
        "serverDate": "2025-11-27T07:49:46Z",
        "unitDate": "2025-11-27T07:49:00Z",
        "sourceID": "Informationslogg",
        "sourceLabel": "--",
        "actionLabel": "--",
        "logMsg": "Omstart av programvara.",
    },
]


async def read(client: Client, since: str, until: str) -> list[Any]:
    """Return the rows of a range."""
    reply = await client.get(f"unitlogs/{UNIT}?dateFrom={since}&dateTo={until}")
    assert reply.status == 200
    rows: list[Any] = reply.json
    return rows


async def test_guides_logs(cloud: FlexyKeyCloud, client: Client) -> None:
    """The guide's rows are answered as the guide shows them, oldest first."""
    assert (await client.get(GUIDE_PATH)).json == []
    cloud.add_log_rows(UNIT, reversed(GUIDE_ROWS))
    reply = await client.get(GUIDE_PATH)
    assert reply.json == GUIDE_ROWS == cloud.logs(UNIT)
    assert [list(row) for row in reply.json] == [list(row) for row in GUIDE_ROWS]
    assert "X-utgång" in reply.text


async def test_rows_arise(
    cloud: FlexyKeyCloud, client: Client, clock: FakeClock
) -> None:
    """Who comes in and who does not, and a restart, are logged by the unit's minute."""
    program = cloud.program(UNIT)
    program.entries.create({"idNumber": "9000004321", "name": "Anna", "action": "R1"})
    program.sync.push()
    clock.move(2)
    cloud.type_code(UNIT, "9000004321")
    clock.move(20)
    cloud.type_code(UNIT, "9000001234")
    clock.move(20)
    cloud.restart(UNIT)
    dates = ("2025-11-21T08:14:52Z", "2025-11-21T08:15:12Z", "2025-11-21T08:15:32Z")
    assert await read(client, dates[0], dates[-1]) == [
        {**row, "serverDate": date, "unitDate": date[:-3] + "00Z", **changes}
        for row, date, changes in zip(
            GUIDE_ROWS,
            dates,
            ({"sourceLabel": "Anna", "actionLabel": "R1"}, {}, {}),
            strict=True,
        )
    ]


async def test_holder_whose_entry_is_gone(
    cloud: FlexyKeyCloud, clock: FakeClock
) -> None:
    """A number that the unit holds opens without a name when the server has forgotten it."""
    program = cloud.program(UNIT)
    program.entries.create({"idNumber": "1", "name": "Anna", "action": "R1"})
    program.sync.push()
    clock.move(2)
    program.entries.forget(cloud.entries(UNIT)[0]["id"])
    assert cloud.type_code(UNIT, "1").granted
    assert cloud.logs(UNIT)[0]["sourceLabel"] == ""


async def test_ends_are_included(
    cloud: FlexyKeyCloud, client: Client, clock: FakeClock
) -> None:
    """Both ends of a range belong to it, with any offset."""
    clock.move(0.5)
    cloud.restart(UNIT)
    at = "2025-11-21T08:14:50Z"
    assert len(await read(client, at, at)) == 1
    assert len(await read(client, "2025-11-21T09:14:50%2B01:00", at)) == 1
    assert await read(client, "2025-11-21T08:14:51Z", "2026-01-01T00:00:00Z") == []
    assert await read(client, "2025-01-01T00:00:00Z", "2025-11-21T08:14:49Z") == []


async def test_at_most_500_rows(
    cloud: FlexyKeyCloud, client: Client, clock: FakeClock
) -> None:
    """Of more rows the oldest are answered."""
    for number in range(510):
        cloud.add_log(UNIT, log_msg=str(number))
        clock.move(1)
    rows = await read(client, "2025-11-21T08:14:52Z", "2026-01-01T00:00:00Z")
    assert [row["logMsg"] for row in rows] == [str(number) for number in range(2, 502)]


async def test_offline_rows_come_later(
    cloud: FlexyKeyCloud, client: Client, clock: FakeClock
) -> None:
    """What a unit logs while it is offline reaches the server when it is back."""
    cloud.set_offline(UNIT, "stale")
    cloud.restart(UNIT)
    cloud.set_offline(UNIT, "error")
    clock.move(3600)
    cloud.type_code(UNIT, "1")
    assert cloud.logs(UNIT) == []
    clock.move(60)
    cloud.set_offline(UNIT, None)
    rows = cloud.logs(UNIT)
    assert [row["unitDate"] for row in rows] == [
        "2025-11-21T08:14:00Z",
        "2025-11-21T09:14:00Z",
    ]
    assert {row["serverDate"] for row in rows} == {"2025-11-21T09:15:50Z"}
    early = ("2025-11-21T08:00:00Z", "2025-11-21T08:30:00Z")
    assert await read(client, *early) == []
    cloud.set_options(log_filter="unit")
    assert await read(client, *early) == rows[:1]
    cloud.set_offline(UNIT, None)
    assert cloud.logs(UNIT) == rows


def test_rows_with_dates(cloud: FlexyKeyCloud) -> None:
    """A test may say when a row was written, and when it arrived."""
    at = datetime(2025, 1, 1, 12, 0, 30, tzinfo=UTC)
    cloud.add_log(UNIT, log_msg="a", unit_date=at, server_date=at + timedelta(hours=1))
    cloud.add_log(UNIT, log_msg="b", source_id="1", server_date=at)
    cloud.set_offline(UNIT, "stale")
    cloud.add_log(UNIT, log_msg="c", unit_date=at)
    assert [
        (row["logMsg"], row["unitDate"][11:], row["serverDate"][11:])
        for row in cloud.logs(UNIT)
    ] == [("b", "12:00:00Z", "12:00:30Z"), ("a", "12:00:00Z", "13:00:30Z")]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("unitlogs/3023", 400),
        ("unitlogs/3023?dateFrom=2025-11-18T07:00:00Z", 400),
        ("unitlogs/3023?dateFrom=x&dateTo=2025-11-18T07:00:00Z", 400),
        ("unitlogs/3023?dateFrom=2025-11-18&dateTo=2025-11-18T07:00:00Z", 400),
        (GUIDE_PATH.replace("3023", "abc"), 400),
        (GUIDE_PATH.replace("3023", "1"), 404),
        (GUIDE_PATH.replace("3023", "99998"), 403),
    ],
)
async def test_refusals(
    cloud: FlexyKeyCloud, client: Client, path: str, status: int
) -> None:
    """A log is that of a unit of one's own, from one instant to another."""
    cloud.set_user("demo", "demo", [UNIT])
    assert (await client.get(path)).status == status


async def test_control(cloud: FlexyKeyCloud, client: Client) -> None:
    """Logs can be steered over HTTP."""
    path = f"units/{UNIT}/logs"
    reply = await client.control("POST", path, {"logs": GUIDE_ROWS})
    assert reply.json == {"logs": GUIDE_ROWS}
    reply = await client.control("POST", f"units/{UNIT}/restart")
    assert len(reply.json["logs"]) == 4
    assert (await client.control("GET", path)).json == reply.json
    for changes in ({"serverDate": "x"}, {"unitDate": 1}, {"id": 1}):
        rows = [GUIDE_ROWS[0], {**GUIDE_ROWS[0], **changes}]
        assert (await client.control("POST", path, {"logs": rows})).status == 400
    assert len(cloud.logs(UNIT)) == 4
    assert (await client.control("POST", "units/1/restart")).status == 404
    options = {"log_filter": "unit", "info_answer_seconds": 1.5}
    reply = await client.control("POST", "options", options)
    assert options.items() <= reply.json.items()
    with pytest.raises(Invalid):
        cloud.set_options(log_filter="both")
