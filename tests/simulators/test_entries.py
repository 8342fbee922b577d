"""The simulated access lists and their tools against the vendor's guide, over loopback."""

import asyncio
from typing import Any

import pytest

from simulators import Fault
from simulators.errors import Invalid
from simulators.flexykey import FlexyKeyCloud, generate_unit
from tests.simulators.helpers import GUIDE, Client

pytestmark = pytest.mark.usefixtures("socket_enabled")

ADAM = GUIDE["id_entry_request"]
LIST = "UnitIdEntries?unitId=2472"
ROW = {
    **ADAM,
    "id": 506757,
    "validFromIso": "2026-04-22T12:00:00Z",
    "validToIso": "2026-04-22T14:00:00Z",
    "unitSyncState": "READY_TO_SEND",
}


@pytest.fixture(autouse=True)
def unit(cloud: FlexyKeyCloud) -> None:
    """Add the unit of the guide's examples."""
    cloud.add_unit(generate_unit(2472))


def numbers(cloud: FlexyKeyCloud) -> list[str]:
    """Return the numbers that the server keeps."""
    return [row["idNumber"] for row in cloud.entries(2472)]


async def test_guides_entry(cloud: FlexyKeyCloud, client: Client) -> None:
    """The guide's entry is created, listed, and not with the unit yet."""
    assert (await client.get(LIST)).json == []
    reply = await client.post("UnitIdEntries", ADAM)
    assert (reply.status, reply.json) == (201, ROW)
    assert (await client.get(LIST)).json == [ROW] == cloud.entries(2472)
    assert cloud.memory(2472) == []
    assert cloud.entries(3023) == []


async def test_defaults(client: Client) -> None:
    """What is left out or empty is empty."""
    body = {"unitId": 2472, "idNumber": "+46701234567", "validFromIso": ""}
    row = (await client.post("UnitIdEntries", body)).json
    assert row == {
        **dict.fromkeys(ADAM, ""),
        **body,
        "id": 506757,
        "validFromIso": None,
        "validToIso": None,
        "unitSyncState": "READY_TO_SEND",
    }


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"idNumber": None}, 400),
        ({"idNumber": ""}, 400),
        ({"idNumber": " "}, 400),
        ({"idNumber": "+"}, 400),
        ({"idNumber": "+46AB"}, 400),
        ({"idNumber": "12 34"}, 400),
        ({"idNumber": "12-34"}, 400),
        ({"idNumber": "١٢٣٤"}, 400),
        ({"idNumber": "1234\n"}, 400),
        ({"idNumber": "12XY"}, 400),
        ({"idNumber": 1234}, 400),
        ({"name": None}, 400),
        ({"action": 1}, 400),
        ({"validFromIso": "tomorrow"}, 400),
        ({"validFromIso": "2026-04-22T14:00:00"}, 400),
        ({"validFromIso": "2026-04-22"}, 400),
        ({"validFromIso": "0001-01-01T00:00:00+02:00"}, 400),
        ({"validToIso": 1776866400}, 400),
        ({"validToIso": "2026-04-22T13:59:59+02:00"}, 400),
        ({"validToIso": "2026-04-22T12:00:00Z"}, 400),
        ({"unitId": None}, 400),
        ({"unitId": "2472"}, 400),
        ({"unitId": True}, 400),
        ({"unitId": 1}, 404),
        ({"unitId": 3023}, 403),
    ],
)
async def test_refused_values(
    cloud: FlexyKeyCloud, client: Client, changes: dict[str, Any], status: int
) -> None:
    """What makes no sense is neither created nor taken over."""
    cloud.set_user("demo", "demo", [2472])
    assert (await client.post("UnitIdEntries", {**ADAM, **changes})).status == status
    assert cloud.entries(2472) == []
    row = (await client.post("UnitIdEntries", ADAM)).json
    reply = await client.put(f"UnitIdEntries/{row['id']}", {**ADAM, **changes})
    assert reply.status == status
    assert cloud.entries(2472) == [row]


async def test_missing_number_and_bad_bodies(client: Client) -> None:
    """An entry needs a number, and a call a JSON object."""
    assert (await client.post("UnitIdEntries", {"unitId": 2472})).status == 400
    for body in (b"", b"{", b"[]", b"\xff"):
        for method, path in (("POST", "UnitIdEntries"), ("PUT", "UnitIdEntries/1")):
            assert (await client.call(method, path, data=body)).status == 400


async def test_duplicates(cloud: FlexyKeyCloud, client: Client) -> None:
    """A number exists once on a unit, until the unit has deleted it."""
    cloud.set_options(sync_seconds_per_packet=0)
    tag = {**ADAM, "idNumber": "04ab"}
    first = (await client.post("UnitIdEntries", tag)).json
    other = (await client.post("UnitIdEntries", ADAM)).json
    for number in ("04ab", "04AB"):
        again = {**tag, "idNumber": number}
        assert (await client.post("UnitIdEntries", again)).status == 409
        changed = await client.put(f"UnitIdEntries/{other['id']}", again)
        assert changed.status == 409
    assert (await client.post("UnitIdEntries", {**tag, "unitId": 3023})).status == 201
    assert (await client.delete(f"UnitIdEntries/{first['id']}")).status == 204
    assert (await client.post("UnitIdEntries", tag)).status == 409
    await client.post("UnitSync/PushChanges", {"unitId": 2472})
    assert (await client.post("UnitIdEntries", tag)).status == 201
    assert numbers(cloud) == [ADAM["idNumber"], "04ab"]


async def test_two_at_once(cloud: FlexyKeyCloud, client: Client) -> None:
    """Of two equal requests at one moment one is refused."""
    replies = await asyncio.gather(
        *(client.post("UnitIdEntries", ADAM) for _ in range(2))
    )
    assert sorted(reply.status for reply in replies) == [201, 409]
    assert len(cloud.entries(2472)) == 1


async def test_answered_twice(cloud: FlexyKeyCloud, client: Client) -> None:
    """A gateway that repeats a request makes one entry and answers that it exists."""
    cloud.add_fault(Fault("twice", method="POST", times=1))
    assert (await client.post("UnitIdEntries", ADAM)).status == 409
    assert numbers(cloud) == [ADAM["idNumber"]]


# Changes


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "IDLE_OK"),
        ({"name": "Eve", "description": "Gone"}, "IDLE_OK"),
        ({"validFromIso": "2026-04-22T12:00:00Z"}, "IDLE_OK"),
        ({"idNumber": "1234"}, "READY_TO_SEND"),
        ({"action": "R2"}, "READY_TO_SEND"),
        ({"codeTag": "1"}, "READY_TO_SEND"),
        ({"codeTagCalendar": "1"}, "READY_TO_SEND"),
        ({"validFromIso": None}, "READY_TO_SEND"),
        ({"validToIso": "2026-04-22T17:00:00+02:00"}, "READY_TO_SEND"),
    ],
)
async def test_change(
    cloud: FlexyKeyCloud, client: Client, changes: dict[str, Any], state: str
) -> None:
    """What the unit is to know marks the entry, names and descriptions do not."""
    row = (await client.post("UnitIdEntries", ADAM)).json
    await client.post("Tools/IdEntriesSyncState", {**_state("IDLE_OK"), "id": 506757})
    reply = await client.put(f"UnitIdEntries/{row['id']}", {**ADAM, **changes})
    assert (reply.status, reply.json["unitSyncState"]) == (200, state)
    expected = {**row, **changes, "unitSyncState": state}
    if changes.get("validToIso"):
        expected["validToIso"] = "2026-04-22T15:00:00Z"
    assert reply.json == expected == cloud.entries(2472)[0]


async def test_change_of_one_field(client: Client) -> None:
    """What a change leaves out stays as it is."""
    row = (await client.post("UnitIdEntries", ADAM)).json
    reply = await client.put("UnitIdEntries/506757", {"unitId": 2472, "action": "R2"})
    assert reply.json == {**row, "action": "R2"}


async def test_changes_of_the_wrong_row(cloud: FlexyKeyCloud, client: Client) -> None:
    """An entry is reached by its id, on its own unit, by the company that owns the unit."""
    row = (await client.post("UnitIdEntries", ADAM)).json
    path = f"UnitIdEntries/{row['id']}"
    assert (await client.put(path, {**ADAM, "unitId": 3023})).status == 400
    for wrong, status in (("UnitIdEntries/1", 404), ("UnitIdEntries/x", 400)):
        assert (await client.put(wrong, ADAM)).status == status
        assert (await client.delete(wrong)).status == status
    login = ("other", "secret")
    cloud.set_user(*login, units=[3023])
    assert (await client.put(path, {**ADAM, "unitId": 3023}, login=login)).status == 403
    assert (await client.delete(path, login=login)).status == 403
    assert (await client.get(LIST, login=login)).status == 403
    assert cloud.entries(2472) == [row]


async def test_deletion_only_marks(cloud: FlexyKeyCloud, client: Client) -> None:
    """A deleted entry stays listed, once or twice deleted, and is changed no more."""
    row = (await client.post("UnitIdEntries", ADAM)).json
    for _ in range(2):
        reply = await client.delete("unitidentries/506757")
        assert (reply.status, reply.text) == (204, "")
    assert (await client.put("UnitIdEntries/506757", ADAM)).status == 409
    assert cloud.entries(2472) == [{**row, "unitSyncState": "READY_TO_DELETE"}]


async def test_removed_unit(cloud: FlexyKeyCloud, client: Client) -> None:
    """The entries of a unit go with it."""
    await client.post("UnitIdEntries", ADAM)
    cloud.remove_unit(2472)
    assert (await client.get(LIST)).status == 404
    assert (await client.delete("UnitIdEntries/506757")).status == 404
    cloud.add_unit(generate_unit(2472))
    assert cloud.entries(2472) == []


# Lists


async def test_paging(cloud: FlexyKeyCloud, client: Client) -> None:
    """Pages follow one another without gap or overlap, and none has more than 500 rows."""
    cloud.generate_entries(2472, 1100)
    rows = cloud.entries(2472)
    assert len({row["idNumber"] for row in rows}) == 1100
    for query, expected in (
        ("", rows[:500]),
        ("&limit=10", rows[:10]),
        ("&limit=10&offset=1095", rows[1095:]),
        ("&offset=500", rows[500:1000]),
        ("&offset=1000&limit=900", rows[1000:]),
        ("&limit=900", rows[:500]),
        ("&offset=1100", []),
    ):
        assert (await client.get(LIST + query)).json == expected
    assert [entry["id"] for entry in cloud.memory(2472)] == [row["id"] for row in rows]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("?unitId=", 400),
        ("?unitId=abc", 400),
        ("?unitId=1", 404),
        ("?unitId=2472&limit=0", 400),
        ("?unitId=2472&limit=-1", 400),
        ("?unitId=2472&limit=ten", 400),
        ("?unitId=2472&offset=-1", 400),
        (f"?unitId={'9' * 5000}", 400),
    ],
)
async def test_list_refusals(client: Client, query: str, status: int) -> None:
    """A list needs a unit, and numbers that are numbers."""
    assert (await client.get(f"UnitIdEntries{query}")).status == status


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("", ["Adam", "Åsa"]),
        ("adam", ["Adam"]),
        ("%C3%A5s", ["Åsa"]),
        ("7012", ["Adam"]),
        ("OFF", ["Adam"]),
        ("r2", ["Åsa"]),
        ("nobody", []),
        ("2026", []),
    ],
)
async def test_search(client: Client, search: str, names: list[str]) -> None:
    """A search finds partial text in number, name, description and action."""
    await client.post("UnitIdEntries", ADAM)
    asa = {**ADAM, "idNumber": "99", "name": "Åsa", "description": "", "action": "R2"}
    await client.post("UnitIdEntries", asa)
    rows = (await client.get(f"{LIST}&search={search}")).json
    assert [row["name"] for row in rows] == names


async def test_other_forms(cloud: FlexyKeyCloud, client: Client) -> None:
    """The guide shows no answer, so there are others."""
    await client.post("UnitIdEntries", ADAM)
    bare = {key: value for key, value in ROW.items() if key != "unitSyncState"}
    options = {"entry_form": "envelope", "entry_answer": "empty"}
    assert (await client.control("POST", "options", options)).json == {
        **cloud.options.as_json(),
        **options,
    }
    assert (await client.get(LIST)).json == {"items": [ROW]}
    reply = await client.put("UnitIdEntries/506757", ADAM)
    assert (reply.status, reply.text) == (200, "")
    reply = await client.post("UnitIdEntries", {**ADAM, "idNumber": "1"})
    assert (reply.status, reply.text) == (200, "")
    assert numbers(cloud) == [ADAM["idNumber"], "1"]
    cloud.set_options(entry_form="bare", entry_answer="row")
    assert (await client.get(f"{LIST}&search=adam&limit=1")).json == [bare]
    assert (await client.put("UnitIdEntries/506757", ADAM)).json == bare


# Tools


def _state(state: str) -> dict[str, Any]:
    """Return a body that sets a state."""
    return {"unitId": 2472, "unitSyncState": state}


async def test_guides_tools(cloud: FlexyKeyCloud, client: Client) -> None:
    """The guide's bodies change what the server believes, never what the unit holds."""
    for number in ("1", "2"):
        await client.post("UnitIdEntries", {**ADAM, "idNumber": number})
    one, every = GUIDE["id_entries_sync_state_requests"]
    for tool, body, affected, states in (
        ("IdEntriesSyncState", every, 2, ["IDLE_OK", "IDLE_OK"]),
        ("IdEntriesSyncState", one, 1, ["READY_TO_SEND", "IDLE_OK"]),
        (
            "AllUnitDataSyncState",
            GUIDE["all_unit_data_sync_state_request"],
            2,
            ["READY_TO_SEND", "READY_TO_SEND"],
        ),
        *(
            ("UnitSettingsSyncState", body, 0, ["READY_TO_SEND", "READY_TO_SEND"])
            for body in GUIDE["unit_settings_sync_state_requests"]
        ),
    ):
        reply = await client.post(f"Tools/{tool}", body)
        assert reply.status == 200
        assert reply.json == {"status": "OK", "unitId": 2472, "affected": affected}
        assert [row["unitSyncState"] for row in cloud.entries(2472)] == states
    assert cloud.memory(2472) == []


async def test_tools_lift_a_mark_for_deletion(
    cloud: FlexyKeyCloud, client: Client
) -> None:
    """A row has one state, so declaring another takes the mark away."""
    await client.post("UnitIdEntries", ADAM)
    await client.delete("UnitIdEntries/506757")
    await client.post("Tools/AllUnitDataSyncState", _state("IDLE_OK"))
    assert cloud.entries(2472)[0]["unitSyncState"] == "IDLE_OK"


@pytest.mark.parametrize(
    "tool", ["IdEntriesSyncState", "UnitSettingsSyncState", "AllUnitDataSyncState"]
)
async def test_tool_refusals(cloud: FlexyKeyCloud, client: Client, tool: str) -> None:
    """A tool takes a unit of one's own and one of two states."""
    cloud.set_user("demo", "demo", [2472])
    for changes, status in (
        ({"unitSyncState": "READY_TO_DELETE"}, 400),
        ({"unitSyncState": "idle_ok"}, 400),
        ({"unitSyncState": None}, 400),
        ({"unitId": None}, 400),
        ({"unitId": 1}, 404),
        ({"unitId": 3023}, 403),
    ):
        body = {**_state("IDLE_OK"), **changes}
        assert (await client.post(f"Tools/{tool}", body)).status == status


async def test_tools_for_one_row(cloud: FlexyKeyCloud, client: Client) -> None:
    """A row or a setting must be named properly, and be the unit's."""
    foreign = (await client.post("UnitIdEntries", {**ADAM, "unitId": 3023})).json["id"]
    for entry_id, status in ((1, 404), (foreign, 404), ("1", 400), (True, 400)):
        body = {**_state("IDLE_OK"), "id": entry_id}
        assert (await client.post("Tools/IdEntriesSyncState", body)).status == status
    for part in ({"setting": "WifiMode"}, {"params": ["ON"]}):
        body = {**_state("IDLE_OK"), **part}
        assert (await client.post("Tools/UnitSettingsSyncState", body)).status == 400
    assert cloud.entries(3023)[0]["unitSyncState"] == "READY_TO_SEND"


# Control


async def test_generated_entries(cloud: FlexyKeyCloud, client: Client) -> None:
    """Generated entries are with the unit already, and have numbers of their own."""
    await client.post("UnitIdEntries", {**ADAM, "idNumber": "9000000001"})
    reply = await client.control("POST", "units/2472/entries", {"count": 2})
    assert numbers(cloud) == ["9000000001", "9000000000", "9000000002"]
    assert reply.json == {"entries": cloud.entries(2472), "memory": cloud.memory(2472)}
    assert cloud.type_code(2472, "9000000002").granted
    assert (await client.control("GET", "units/2472/entries")).json == reply.json


@pytest.mark.parametrize(
    "changes",
    [
        {"entry_form": "table"},
        {"entry_answer": "nothing"},
        {"entries_per_packet": 0},
        {"entries_per_packet": 1.5},
        {"sync_timeout": -1},
        {"sync_cache_seconds": 1e12},
        {"sync_seconds_per_packet": "2"},
        {"speed": 1},
    ],
)
async def test_refused_options(
    cloud: FlexyKeyCloud, client: Client, changes: dict[str, Any]
) -> None:
    """Options that no test can mean change nothing."""
    before = (await client.control("GET", "options")).json
    body = {"sync_result_seconds": 5, **changes}
    assert (await client.control("POST", "options", body)).status == 400
    assert (await client.control("GET", "options")).json == before
    if "sync_seconds_per_packet" not in changes:
        with pytest.raises(Invalid):
            cloud.set_options(**changes)


@pytest.mark.parametrize("part", ["entries", "keypad", "sync"])
async def test_control_of_no_unit(client: Client, part: str) -> None:
    """A unit must exist to be steered."""
    assert (await client.control("GET", f"units/1/{part}")).status == 404
