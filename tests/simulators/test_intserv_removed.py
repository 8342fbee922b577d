"""What the simulated IntServ Access cloud tells of access keys that were removed."""

from typing import Any

import pytest

from simulators.intserv import ANNEX, MAIN
from tests.simulators.intserv import CARD, UNKNOWN, Estate

ADD = "accesskeys/add"
REMOVE = "accesskeys/remove"
STATUS = "accesskeys/status"
CHOICES = ["unknown", "left", "applied"]


@pytest.fixture
async def key_id(estate: Estate) -> str:
    """Return the id of a key that both systems hold, of which the second is the slower."""
    await estate.pace(ANNEX, 20)
    levels = [estate.level("Staff"), estate.level("Yard")]
    made = await estate.add(access_levels=levels, pin="1234")
    estate.later(60)
    return str(made["id"])


async def removed(estate: Estate, key_id: str) -> None:
    """Remove a key by its id."""
    assert (await estate.call(REMOVE, {"id": key_id})).status == 204


def ids(rows: list[dict[str, Any]]) -> list[str]:
    """Return the ids of the systems of a status."""
    return [row["system_id"] for row in rows]


async def choose(estate: Estate, removed_status: str) -> None:
    """Choose what is told."""
    body = {"removed_status": removed_status}
    told = await estate.control("POST", "options", body)
    assert told["removed_status"] == removed_status


@pytest.mark.parametrize("status", [400, 404])
async def test_unknown(estate: Estate, key_id: str, status: int) -> None:
    """At first nothing is told, though systems still open for it."""
    assert estate.cloud.options.removed_status == "unknown"
    estate.cloud.set_options(unknown_status=status)
    await removed(estate, key_id)
    await estate.refused(STATUS, {"id": key_id}, status)
    assert (await estate.try_key(card=CARD, pin="1234"))["key_id"] == key_id
    estate.later(60)
    await estate.refused(STATUS, {"id": key_id}, status)


async def test_left(estate: Estate, key_id: str) -> None:
    """A system that has dropped it is left out; once all have, it is applied nowhere."""
    await choose(estate, "left")
    await removed(estate, key_id)
    told = await estate.status(key_id)
    assert told["status"] == "Pending"
    assert ids(told["systems_where_pending"]) == [MAIN, ANNEX]
    estate.later(10)
    told = await estate.status(key_id)
    assert told["status"] == "Pending"
    assert ids(told["systems_where_pending"]) == [ANNEX]
    assert told["systems_where_applied"] == []
    estate.later(20)
    assert await estate.status(key_id) == {
        "id": key_id,
        "status": "NotApplied",
        "systems_where_applied": [],
        "systems_where_pending": [],
        "systems_where_failed": [],
    }


async def test_applied(estate: Estate, key_id: str) -> None:
    """A system that has dropped it is listed as one that has applied it, with the time at which it did."""
    await choose(estate, "applied")
    await removed(estate, key_id)
    assert (await estate.status(key_id))["status"] == "Pending"
    dropped_at = [estate.iso(5), estate.iso(20)]
    estate.later(10)
    told = await estate.status(key_id)
    assert told["status"] == "PartiallyApplied"
    assert told["systems_where_applied"] == [
        {"system_id": MAIN, "applied_at": dropped_at[0]}
    ]
    assert ids(told["systems_where_pending"]) == [ANNEX]
    estate.later(20)
    told = await estate.status(key_id)
    assert told["status"] == "Applied"
    assert [row["applied_at"] for row in told["systems_where_applied"]] == dropped_at


@pytest.mark.parametrize("choice", ["left", "applied"])
async def test_failed(estate: Estate, key_id: str, choice: str) -> None:
    """A system that could not drop it is told, and opens until it synchronises."""
    await choose(estate, choice)
    await estate.pace(ANNEX, 1, "SystemBusy")
    await removed(estate, key_id)
    estate.later(10)
    told = await estate.status(key_id)
    assert told["status"] == "Failed"
    assert told["systems_where_failed"] == [
        {"system_id": ANNEX, "error_type": "SystemBusy"}
    ]
    assert (await estate.try_key("Gate", ANNEX, card=CARD))["type"] == 102
    await estate.control("POST", f"systems/{ANNEX}/synchronise")
    told = await estate.status(key_id)
    assert told["status"] == ("NotApplied" if choice == "left" else "Applied")
    assert told["systems_where_failed"] == []
    assert (await estate.try_key("Gate", ANNEX, card=CARD))["type"] == 201


@pytest.mark.parametrize("choice", ["left", "applied"])
async def test_cut_off(estate: Estate, key_id: str, choice: str) -> None:
    """A system that is cut off waits for as long."""
    await choose(estate, choice)
    await estate.control("PATCH", f"systems/{MAIN}", {"online": False})
    await removed(estate, key_id)
    estate.later(600)
    assert ids((await estate.status(key_id))["systems_where_pending"]) == [MAIN]
    await estate.control("PATCH", f"systems/{MAIN}", {"online": True})
    estate.later(5)
    assert (await estate.status(key_id))["systems_where_pending"] == []


@pytest.mark.parametrize("choice", CHOICES)
async def test_gone(estate: Estate, key_id: str, choice: str) -> None:
    """What is told of a removed key or not: it can be neither changed nor removed, and its card is a new key."""
    await choose(estate, choice)
    await removed(estate, key_id)
    await estate.refused(ADD, {"id": key_id})
    await estate.refused(REMOVE, {"id": key_id})
    again = await estate.add(access_levels=[estate.level("Servers")])
    assert again["id"] != key_id
    estate.later(60)
    assert (await estate.status(again["id"]))["status"] == "Applied"
    if choice != "unknown":
        assert (await estate.status(key_id))["status"] in ("Applied", "NotApplied")
        told = await estate.ok(STATUS, {"id": key_id.upper()})
        assert told["id"] == key_id


@pytest.mark.parametrize("choice", CHOICES)
async def test_never_there(estate: Estate, choice: str) -> None:
    """Of what was never there nothing is told, nor of what is no id."""
    await choose(estate, choice)
    await estate.refused(STATUS, {"id": UNKNOWN})
    for body in ({}, {"id": "x"}, {"id": None}, {"id": UNKNOWN, "key": {}}):
        await estate.refused(STATUS, body)


@pytest.mark.parametrize("choice", CHOICES)
async def test_lost_levels(estate: Estate, key_id: str, choice: str) -> None:
    """A key that is there and loses its levels is applied nowhere, whatever is told of one that was removed."""
    await choose(estate, choice)
    await estate.ok(ADD, {"id": key_id, "access_levels": []})
    estate.later(60)
    told = await estate.status(key_id)
    assert told["status"] == "NotApplied"
    assert told["systems_where_applied"] == []


@pytest.mark.parametrize("wrong", ["", "Left", None, 1])
async def test_no_choice(estate: Estate, wrong: Any) -> None:
    """What is none of the three is refused."""
    await estate.control("POST", "options", {"removed_status": wrong}, 400)
    assert estate.cloud.options.removed_status == "unknown"
