"""What the simulated KEYVOX cloud tells of what has happened at its devices."""

from typing import Any

import pytest

from simulators.errors import Invalid, Missing
from simulators.keyvox.locks import Lock
from tests.simulators.keyvox import Json, Org


async def history(org: Org, lock: Lock, **body: Any) -> list[Json]:
    """Return one page of a lock's history."""
    told = await org.ok("getLockHistory", {"lockId": lock.id, **body})
    rows: list[Json] = told["history"]
    return rows


async def test_means(org: Org) -> None:
    """Whoever has unlocked or locked is in the history with the number of the means; a PIN with its digits."""
    lock = org.cloud.add_lock("A")
    unit = org.room(lock)
    issued = {"unitId": unit.id, **org.period(), "targetName": "Anna"}
    await org.ok("createLockPin", {**issued, "pinCode": "1234"})
    await org.ok("setCard", {**issued, "cardId": "04AB"})
    org.later(300)
    assert org.cloud.type_pin(lock.id, "1234").granted
    assert org.cloud.hold_card(lock.id, "04AB").granted
    org.cloud.press_button(lock.id)
    org.cloud.turn_knob(lock.id, "lock")
    org.cloud.use_app(lock.id, "Bert")
    await org.ok("unlock", {"lockId": lock.id, "flag": "0"})
    org.later(1)
    common = {"etime": str(org.unix(-1)), "value": ""}
    assert await history(org, lock) == [
        {**common, "etype": "9", "userName": "API"},
        {**common, "etype": "9", "userName": "Bert"},
        {**common, "etype": "6", "userName": ""},
        {**common, "etype": "5", "userName": ""},
        {**common, "etype": "2", "userName": "Anna"},
        {**common, "etype": "1", "userName": "Anna", "pinCode": "1234"},
    ]
    assert not lock.unlocked


async def test_denied(org: Org) -> None:
    """Whoever was not let in is not in the history."""
    lock = org.cloud.add_lock("A")
    decision = org.cloud.type_pin(lock.id, "1234")
    assert (decision.granted, decision.reason) == (False, "unknown")
    assert org.cloud.hold_card(lock.id, "1234").reason == "unknown"
    org.later(10)
    assert (await history(org, lock), lock.unlocked) == ([], False)


async def test_late(org: Org) -> None:
    """What happened without a connection is told when there is one, with its own time."""
    org.cloud.set_options(history_seconds=3)
    lock = org.cloud.add_lock("A")
    org.cloud.turn_knob(lock.id)
    org.later(2)
    assert await history(org, lock) == []
    org.later(1)
    assert len(await history(org, lock)) == 1
    org.cloud.set_connection(lock.id, online=False)
    org.cloud.press_button(lock.id)
    at = str(org.unix())
    org.later(3600)
    assert len(await history(org, lock)) == 1
    org.cloud.set_connection(lock.id, online=True)
    row = (await history(org, lock))[0]
    assert (row["etype"], row["etime"]) == ("5", at)


async def pages(org: Org, lock: Lock, size: int, most: int = 10) -> list[list[str]]:
    """Return the times on each page, by following the position until it is empty or repeats."""
    told, position = [], ""
    for _ in range(most):
        body = {"lockId": lock.id, "position": position, "records": str(size)}
        page = await org.ok("getLockHistory", body)
        assert page["records"] == str(len(page["history"]))
        told.append([row["etime"] for row in page["history"]])
        if page["position"] in ("", position):
            break
        position = page["position"]
    return told


async def knobs(org: Org, times: int) -> tuple[Lock, list[str]]:
    """Return a lock whose knob was turned so many times, and when, newest first."""
    lock, at = org.cloud.add_lock("A"), list[str]()
    for _ in range(times):
        org.later(10)
        org.cloud.turn_knob(lock.id)
        at.insert(0, str(org.unix()))
    org.later(1)
    return lock, at


async def test_pages(org: Org) -> None:
    """A position leads to the records that follow, whatever is new by then."""
    lock, at = await knobs(org, 5)
    assert await pages(org, lock, 2) == [at[:2], at[2:4], at[4:]]
    assert await pages(org, lock, 5) == [at]
    assert await history(org, lock, records=3) != []
    body = {"lockId": lock.id, "records": 2}
    position = (await org.ok("getLockHistory", body))["position"]
    org.cloud.turn_knob(lock.id)
    org.later(1)
    rows = await history(org, lock, position=position, records=2)
    assert [row["etime"] for row in rows] == at[2:4]
    for wrong in ({"position": "x"}, {"records": 0}, {"records": 101}):
        assert await org.code("getLockHistory", {**body, **wrong}) == "E0005"


async def test_usual_page(org: Org) -> None:
    """A page has twenty records if nothing is said of it."""
    lock, _ = await knobs(org, 21)
    assert len(await history(org, lock)) == 20


async def test_order(org: Org) -> None:
    """The history can begin with the oldest record as well."""
    lock, at = await knobs(org, 3)
    org.cloud.set_options(history_order="oldest")
    assert await pages(org, lock, 2) == [at[:0:-1], at[:1]]


@pytest.mark.parametrize(
    ("end", "last"), [("empty", [4]), ("repeat", [4]), ("more", [4, 6])]
)
async def test_cursor_ends(org: Org, end: str, last: list[int]) -> None:
    """A history ends with an empty position, with the same again, or with an empty page."""
    lock, at = await knobs(org, 6)
    org.cloud.set_options(cursor_end=end)
    assert await pages(org, lock, 4) == [at[:4], *[at[i : i + 4] for i in last]]


async def test_events(org: Org) -> None:
    """The event search tells of all devices, of one, or of a period, in pages."""
    lock, other = org.cloud.add_lock("A"), org.cloud.add_lock("B")
    locker = org.cloud.add_locker("C")
    org.cloud.use_app(lock.id, "Anna")
    org.later(100)
    org.cloud.turn_knob(other.id)
    await org.ok("unlockLocker", {"deviceId": locker.id, "boxNum": "00-01"})
    org.later(1)

    async def search(**body: Any) -> list[Json]:
        rows: list[Json] = (await org.ok("locks/events", body))["list"]
        return rows

    rows = await search()
    assert [row["lockId"] for row in rows] == [locker.id, other.id, lock.id]
    assert rows[2] == {
        "id": rows[2]["id"],
        "uid": "",
        "uname": "Anna",
        "uphone": "",
        "lockId": lock.id,
        "etime": str(org.unix(-101)),
        "etype": "9",
    }
    assert len({row["id"] for row in rows}) == 3
    assert await search(lockId=lock.id) == rows[2:]
    assert await search(lockId=locker.id) == rows[:1]
    assert await search(sTime=org.unix(-50)) == rows[:2]
    assert await search(eTime=org.unix(-50)) == rows[2:]
    assert await search(page=2, count=2) == rows[2:]


async def test_wrong_visits(org: Org) -> None:
    """Nobody can be at what is not there, or do what cannot be done."""
    lock = org.cloud.add_lock("A")
    with pytest.raises(Missing):
        org.cloud.type_pin("X", "1234")
    with pytest.raises(Invalid):
        org.cloud.turn_knob(lock.id, "kick")  # type: ignore[arg-type]  # what a test refuses
