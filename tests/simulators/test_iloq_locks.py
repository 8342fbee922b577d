"""Locks of the simulated iLOQ cloud, and what they log."""

from datetime import datetime
from typing import Any

import pytest

from simulators.iloq.demo import crowd
from simulators.iloq.places import ROOT_ID
from simulators.registry import new_id
from tests.simulators.iloq import UNKNOWN, House, Json


async def try_key(
    iloq: House, lock: str, key: str | None, outcome: str | None = None
) -> Json:
    """Have a key tried at a lock, and return the line about it."""
    path = f"lock_groups/demo/locks/{iloq.lock(lock).id}/try"
    body = {"key_id": key and iloq.key(key).id, "outcome": outcome}
    reply = await iloq.control("POST", path, body)
    assert reply.status == 200, reply.text
    line: Json = reply.json
    return line


async def arrived(iloq: House, start: str | None = None, end: str | None = None) -> Any:
    """Return the lines that came to the database within a period."""
    body = {"StartDateUtc": start, "EndDateUtc": end}
    told = await iloq.send("POST", "LockLogs/GetLockLogDataByTimestamp", body)
    assert (told["StartDateUtc"], told["EndDateUtc"]) == (start, end)
    return told["LockLogs"]


async def test_locks(iloq: House) -> None:
    """Locks are told with their kinds, states and versions, and less of them in the first generation."""
    rows = await iloq.get("Locks")
    assert [row["LockType"] for row in rows] == [5, 5, 3, 3, 2, 2]
    assert {(row["PhysicalState"], row["LockState"]) for row in rows} == {(1, 3)}
    assert rows[0]["SwVersion"] and rows[0]["SerialNumber"]
    assert await iloq.get(f"Locks/{rows[0]['FLock_ID']}") == rows[0]
    v1 = (await iloq.get("Locks", "v1"))[0]
    assert set(v1) < set(rows[0]) and len(v1) == 12
    assert await iloq.get(f"Locks/{rows[0]['FLock_ID']}", "v1") == v1
    message = await iloq.refused("GET", f"Locks/{UNKNOWN}", generation="v1")
    assert message == f"Invalid value ({UNKNOWN}) for parameter id."


async def test_edit(iloq: House) -> None:
    """Locks are added, changed and ordered; a programmed one is taken out of use, another deleted."""
    lock = {
        "FLock_ID": new_id(),
        "LockingObject": "Shed",
        "LockType": 5,
        "PhysicalState": 0,
        "RealEstate_ID": ROOT_ID,
    }
    added = await iloq.send("POST", "Locks", {"Lock": lock})
    assert added["RealEstate_ID"] == ROOT_ID and "RealEstate_Id" not in added
    path = f"Locks/{lock['FLock_ID']}"
    await iloq.refused("POST", "Locks", {"Lock": lock})
    await iloq.send("PUT", "Locks", {"Lock": lock | {"LockingObject": "Barn"}})
    assert (await iloq.get(path))["LockingObject"] == "Barn"
    chosen = {"SecurityAccessIds": [iloq.access("Gym").id]}
    await iloq.send("PUT", f"{path}/SecurityAccesses", chosen)
    for mode, count in ((1, 1), (2, 0)):
        told = await iloq.get(f"{path}/SecurityAccesses?mode={mode}")
        assert len(told["SecurityAccesses"]) == count
    assert await iloq.get(f"{path}/CanOrder") == 0
    await iloq.send("POST", f"{path}/Order")
    assert (await iloq.get(path))["LockState"] == 1
    control = f"lock_groups/demo/locks/{lock['FLock_ID']}/program"
    assert (await iloq.control("POST", control)).status == 204
    now = await iloq.get(path)
    assert (now["LockState"], now["PhysicalState"]) == (3, 1)
    told = await iloq.get(f"{path}/SecurityAccesses?mode=2")
    assert len(told["SecurityAccesses"]) == 1
    await iloq.send("DELETE", path)
    assert (await iloq.get(path))["PhysicalState"] == 2
    await iloq.send("PUT", "Locks", {"Lock": lock | {"PhysicalState": 3}})
    assert await iloq.get(f"{path}/CanOrder") == 2
    await iloq.refused("POST", f"{path}/Order")
    await iloq.send("PUT", "Locks", {"Lock": lock | {"LockType": 0}})
    assert await iloq.get(f"{path}/CanOrder") == 1
    new = lock | {"FLock_ID": new_id()}
    await iloq.send("POST", "Locks", {"Lock": new})
    await iloq.send("DELETE", f"Locks/{new['FLock_ID']}")
    assert len(await iloq.get("Locks")) == 7
    for bad in ({"LockType": 9}, {"RealEstate_ID": UNKNOWN}, {"Zone_ID": UNKNOWN}):
        await iloq.refused("POST", "Locks", {"Lock": new | bad})


async def test_options(iloq: House) -> None:
    """A lock's options and time profiles can be read."""
    path = f"Locks/{iloq.lock('Gate').id}"
    options = await iloq.get(f"{path}/Options")
    assert options["SaveOnlineLockAuditTrail"] is False and len(options) == 7
    told = await iloq.get(f"{path}/TimeLimitTitles")
    assert told == {"OutsideUserZonesCount": 0, "TimeLimitTitles": []}


@pytest.mark.parametrize(
    ("tried", "mask", "error"),
    [
        (("Front door", "Anna's key", None), 2052, 0),
        (("Front door", "Service key", None), 2052, 0),
        (("Gym", "Anna's key", None), 2049, 1),
        (("Front door", "Anna's phone", None), 12, 0),
        (("Gate", "Fob", None), 4, 0),
        (("Gate", "Spare key", None), 2049, 1),
        (("Gate", "Old key", None), 1025, 1),
        (("Gate", "Old key", "granted"), 1028, 0),
        (("Front door", "Anna's key", "denied"), 2049, 1),
        (("Front door", None, None), 4097, 1),
    ],
)
async def test_masks(
    iloq: House, tried: tuple[str, str | None, str | None], mask: int, error: int
) -> None:
    """A lock decides by what was programmed, unless told to, and logs what it was."""
    lock, key, outcome = tried
    line = await try_key(iloq, lock, key, outcome)
    assert (line["AccessTypeMask"], line["ErrorCode"]) == (mask, error)
    assert line["FNKey_ID"] == (key and iloq.key(key).id)
    assert bool(line["ErrorDescription"]) is bool(error)


async def test_expired_s10(iloq: House) -> None:
    """An expiry alone closes the doors to S10 keys."""
    key = iloq.key("Old key")
    gym = iloq.access("Gym").id
    await iloq.send(
        "PUT", f"Keys/{key.id}/SecurityAccesses", {"SecurityAccessIds": [gym]}
    )
    await iloq.control("POST", f"lock_groups/demo/keys/{key.id}/program")
    told = await iloq.get(f"Keys/{key.id}")
    await iloq.send("PUT", "Keys", {"Key": told | {"ExpireDate": iloq.iso(60)}})
    assert (await try_key(iloq, "Gym", "Old key"))["AccessTypeMask"] == 1028
    iloq.clock.move(60)
    assert (await try_key(iloq, "Gym", "Old key"))["ErrorCode"] == 2


async def test_blocklisted(iloq: House) -> None:
    """A key on the blocklist opens nothing."""
    await iloq.send("POST", "Blacklists/AddKey/" + iloq.key("Bo's key").id)
    assert (await try_key(iloq, "Front door", "Bo's key"))["ErrorCode"] == 3


async def test_returned(iloq: House) -> None:
    """A returned key still is what it was in the log, also when it is tried again."""
    key = iloq.key("Bo's tag")
    await iloq.send("POST", f"Keys/{key.id}/Return")
    path = f"lock_groups/demo/locks/{iloq.lock('Gym').id}/try"
    told = (await iloq.control("POST", path, {"key_id": key.id})).json
    assert told["FNKey_ID"] == key.id


async def test_arrival(iloq: House) -> None:
    """Lines of online locks come soon, those of others late or when the lock is read."""
    await try_key(iloq, "Front door", "Anna's key")
    await try_key(iloq, "Stairwell", "Anna's key")
    assert await arrived(iloq) == []
    iloq.clock.move(1)
    [online] = await arrived(iloq)
    assert online["LockingObject"] == "Front door"
    assert online["GoingDate"] == iloq.iso(-1)
    assert online["TimestampUtc"] == online["ReadingDate"] == iloq.iso()
    assert online["LockGroup_ID"] == iloq.cloud.group.id
    assert online["DeviceLog_ID"] == online["FLockLogFNKey_ID"]
    iloq.clock.move(3599)
    assert len(await arrived(iloq)) == 2
    [late] = await arrived(iloq, iloq.iso())
    assert (late["GoingDate"], late["TimestampUtc"]) == (iloq.iso(-3600), iloq.iso())
    iloq.cloud.set_options(offline_log_seconds=None)
    await try_key(iloq, "Stairwell", "Anna's key")
    iloq.clock.move(10**6)
    assert len(await arrived(iloq)) == 2
    path = f"lock_groups/demo/locks/{iloq.lock('Stairwell').id}/read"
    assert (await iloq.control("POST", path)).json == {"lines": 1}
    assert (await iloq.control("POST", path)).json == {"lines": 0}
    assert [row["TimestampUtc"] for row in await arrived(iloq, iloq.iso())] == [
        iloq.iso()
    ]


async def test_read_before_due(iloq: House) -> None:
    """A line that was read from its lock does not come again when it would have come by itself."""
    await try_key(iloq, "Stairwell", "Anna's key")
    await iloq.control(
        "POST", f"lock_groups/demo/locks/{iloq.lock('Stairwell').id}/read"
    )
    iloq.clock.move(7200)
    assert len(await arrived(iloq)) == 1


async def test_periods(iloq: House) -> None:
    """The start of a period is part of it, its end is not, by arrival and by access."""
    for _ in range(4):
        await try_key(iloq, "Front door", "Anna's key")
        iloq.clock.move(10)
    start, end = iloq.iso(-29), iloq.iso(-9)
    rows = await arrived(iloq, start, end)
    assert [row["TimestampUtc"] for row in rows] == [iloq.iso(-19), iloq.iso(-29)]
    assert await arrived(iloq, end, start) == []
    body = {"StartDateUtc": iloq.iso(-30), "EndDateUtc": iloq.iso(-10)}
    told = await iloq.send("POST", "LockLogs/GetLockLogDataByGoingDates", body)
    assert [row["GoingDate"] for row in told["LockLogs"]] == [
        iloq.iso(-20),
        iloq.iso(-30),
    ]
    told = await iloq.send("POST", "LockLogs/GetLockLogDataByGoingDates", {})
    assert len(told["LockLogs"]) == 4
    iloq.cloud.set_options(log_order="oldest")
    rows = await arrived(iloq, start, end)
    assert [row["TimestampUtc"] for row in rows] == [iloq.iso(-29), iloq.iso(-19)]
    await iloq.refused("POST", "LockLogs/GetLockLogDataByTimestamp", {"EndDateUtc": 1})


async def test_trail(iloq: House) -> None:
    """The audit trail is of some locks or keys, within a period, of some kinds."""
    anna, bo = iloq.key("Anna's key"), iloq.key("Bo's key")
    tag = {"FNKey_ID": bo.id, "Tag_ID": new_id(), "Key": "k", "Value": "17"}
    await iloq.send("POST", "KeyTags", tag | {"SaveToKeyAuditTrail": True})
    door = iloq.lock("Front door")
    for lock, key in (
        ("Front door", "Anna's key"),
        ("Front door", "Anna's phone"),
        ("Front door", "Bo's key"),
        ("Front door", None),
        ("Stairwell", "Bo's key"),
    ):
        await try_key(iloq, lock, key)
        iloq.clock.move(10)
    iloq.clock.move(7200)

    async def trail(**body: object) -> list[Json]:
        told = await iloq.send("POST", "LockLogs", body)
        rows: list[Json] = told["LockLogs"]
        assert told["TotalCount"] == len(rows)
        return rows

    rows = await trail(FLockIds=[door.id])
    assert [row["TypeMask"] for row in rows] == [4097, 2052, 12, 2052]
    unknown, by_bo, by_phone, _ = rows
    assert by_bo["FLock"] == {
        "FlockId": door.id,
        "GoingCounter": 3,
        "KeyChamber": "A",
        "LocationCode": "L0001",
        "LockingObject": "Front door",
        "LockType": 5,
    }
    assert by_bo["FNKey"]["FNKeyId"] == bo.id
    assert by_bo["FNKey"]["PersonName"] == "Bo Lind"
    assert by_bo["FNKey"]["CustomValueData"] == "17"
    assert unknown["FNKey"]["PersonName"] is None
    assert unknown["FNKey"]["FNKeyId"] == ROOT_ID
    assert by_phone["LockStateConfirmation"]["KeyHolderResponse"] == 0
    assert by_bo["LockStateConfirmation"] is None
    assert len(await trail(FNKeyIds=[bo.id])) == 2
    assert len(await trail(FNKeyIds=[anna.id, bo.id])) == 3
    assert len(await trail(FLockIds=[door.id], FNKeyIds=[bo.id])) == 1
    assert len(await trail(FLockIds=[door.id], TypeMask=1)) == 1
    after = datetime.fromisoformat(by_bo["GoingDateUtc"]).isoformat()
    assert len(await trail(FLockIds=[door.id], GoingStartDateUtc=after)) == 2
    assert len(await trail(FLockIds=[door.id], GoingEndDateUtc=after)) == 2
    await iloq.refused("POST", "LockLogs", {})
    await iloq.refused("POST", "LockLogs", {"FLockIds": [], "FNKeyIds": None})
    await iloq.refused("POST", "LockLogs", {"FLockIds": ["x"]})


async def test_programmed(iloq: House) -> None:
    """That a lock was programmed is in its log."""
    lock = iloq.lock("Front door")
    await iloq.control("POST", f"lock_groups/demo/locks/{lock.id}/program")
    iloq.clock.move(1)
    assert [row["AccessTypeMask"] for row in await arrived(iloq)] == [2]


async def test_most_lines(iloq: House) -> None:
    """The audit trail has no more than 2000 lines at once, and says how many there are."""
    crowd(iloq.cloud.group, lines=6000)
    rows = await arrived(iloq)
    assert len(rows) == 6000
    body = {"FLockIds": [iloq.lock("Gate").id]}
    told = await iloq.send("POST", "LockLogs", body)
    assert (len(told["LockLogs"]), told["TotalCount"]) == (1000, 1000)
    body = {"FLockIds": [lock.id for lock in iloq.cloud.group.locks.values()]}
    told = await iloq.send("POST", "LockLogs", body)
    assert (len(told["LockLogs"]), told["TotalCount"]) == (2000, 6000)
    dates = [row["GoingDateUtc"] for row in told["LockLogs"]]
    assert dates == sorted(dates, reverse=True)
    assert dates[0] == iloq.iso(-60)
