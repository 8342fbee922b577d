"""Smart locks of the simulated KEYVOX cloud: what there is, how it stands, and commands that take their time."""

import asyncio
from typing import Any

import pytest

from simulators.errors import Invalid
from simulators.keyvox.locks import Lock
from tests.simulators.keyvox import Json, Org


async def unlock(org: Org, lock: Lock, flag: Any = "1") -> str:
    """Have a lock unlocked, or locked, and return the code of the answer."""
    return await org.code("unlock", {"lockId": lock.id, "flag": flag})


async def status(org: Org, lock: Lock) -> Json:
    """Return how a lock stands by its last report."""
    told: Json = await org.ok("getLockStatus", {"lockId": lock.id})
    return told


async def test_units(org: Org) -> None:
    """Units have their locks in one text, or no such field."""
    first, second = org.cloud.add_lock("A"), org.cloud.add_lock("B")
    room = org.room(first, second)
    place = org.cloud.add_site("Station", "doubleLocker")
    other = org.cloud.add_unit("Lockers", place.id, type="box")
    assert await org.ok("getUnits") == [
        {
            "unitId": room.id,
            "placeName": "House",
            "unitName": "Room",
            "unitState": "D",
            "placeType": "facility",
            "lockIds": f"{first.id},{second.id}",
        },
        {
            "unitId": other.id,
            "placeName": "Station",
            "unitName": "Lockers",
            "unitState": "D",
            "placeType": "locker_double",
            "unitType": "box",
        },
    ]
    assert (len(room.id), len(first.id)) == (24, 16)


async def test_locks(org: Org) -> None:
    """Locks are listed in pages."""
    locks = [org.cloud.add_lock(f"L{number}", model="BCL-BX1") for number in range(5)]
    pages = [
        (await org.ok("getLocks", {"page": page, "count": "2"}))["list"]
        for page in ("1", 2, 3, 4)
    ]
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    rows = [row for page in pages for row in page]
    assert [row["lockId"] for row in rows] == [lock.id for lock in locks]
    assert rows[0] == {
        "lockId": locks[0].id,
        "lockName": "L0",
        "moduleId": locks[0].module_id,
        "moduleName": "BCL-BX1",
    }
    for body in ({"page": 0}, {"count": 101}, {"count": "x"}, {"page": True}):
        assert await org.code("getLocks", body) == "E0005"


async def test_unlock(org: Org) -> None:
    """A lock is unlocked and locked by the flag, be it a text or a number."""
    lock = org.cloud.add_lock("A")
    for flag, unlocked in (("1", True), ("0", False), (1, True), (0, False)):
        assert await unlock(org, lock, flag) == "0"
        assert lock.unlocked is unlocked
    for wrong in ("2", "", None, True, "open"):
        assert await unlock(org, lock, wrong) == "E0005"
    assert await org.code("unlock", {"lockId": lock.id}) == "E0005"


async def test_status(org: Org) -> None:
    """A lock's status is what it has last reported, with the time of that."""
    lock = org.cloud.add_lock("A", pin_type="2")
    org.later(60)
    assert await status(org, lock) == {
        "status": "0",
        "battery": "100",
        "wifi": "1",
        "reportTime": str(org.unix(-60)),
        "moduleId": lock.module_id,
        "pinType": "2",
    }
    await unlock(org, lock)
    assert (await status(org, lock))["status"] == "0"
    org.later(1)
    told = await status(org, lock)
    assert (told["status"], told["reportTime"]) == ("1", str(org.unix()))


async def test_status_words(org: Org) -> None:
    """No source tells the words of a status: they can be chosen."""
    lock = org.cloud.add_lock("A")
    org.cloud.set_options(locked_status="close", unlocked_status="open")
    assert (await status(org, lock))["status"] == "close"
    await unlock(org, lock)
    org.later(1)
    assert (await status(org, lock))["status"] == "open"


async def test_reports(org: Org) -> None:
    """A lock reports by itself from time to time, and what it has not reported is not known."""
    org.cloud.set_options(report_seconds=300)
    lock = org.cloud.add_lock("A", related="BCL-BR1")
    org.cloud.set_batteries(lock.id, battery=9, related_battery=8)
    told = await status(org, lock)
    assert (told["battery"], told["relateBattery"]) == ("100", "100")
    assert told["relateType"] == "BCL-BR1"
    org.later(301)
    told = await status(org, lock)
    assert (told["battery"], told["relateBattery"]) == ("9", "8")
    assert told["reportTime"] == str(org.unix(-1))
    with pytest.raises(Invalid):
        org.cloud.set_batteries(lock.id, battery=101)


async def test_live_status(org: Org) -> None:
    """The status can also be asked of the lock, which takes its time, or does not answer."""
    org.cloud.set_options(live_status=True)
    lock = org.cloud.add_lock("A")
    org.cloud.set_batteries(lock.id, battery=50)
    assert (await status(org, lock))["battery"] == "50"
    org.cloud.set_connection(lock.id, seconds=30)
    asked = asyncio.create_task(status(org, lock))
    await until_busy(org)
    org.clock.move(30)
    assert (await asked)["reportTime"] == str(org.unix())
    org.cloud.set_connection(lock.id, online=False)
    assert await org.code("getLockStatus", {"lockId": lock.id}) == "E1012"


async def until_busy(org: Org) -> None:
    """Wait until the cloud has a request in hand."""
    async with asyncio.timeout(5):
        while not org.cloud.requests.in_flight:
            await asyncio.sleep(0.005)
    # The request is read and on its way to the device by then.
    await asyncio.sleep(0.05)


async def test_slow_lock(org: Org) -> None:
    """A lock that takes a minute holds the answer up for as long, and others are not held up."""
    slow, quick = org.cloud.add_lock("A"), org.cloud.add_lock("B")
    org.cloud.set_connection(slow.id, seconds=60)
    asked = asyncio.create_task(unlock(org, slow))
    await until_busy(org)
    org.clock.move(59)
    assert await unlock(org, quick) == "0"
    assert (asked.done(), slow.unlocked) == (False, False)
    org.clock.move(1)
    assert (await asked, slow.unlocked) == ("0", True)


async def test_too_slow_lock(org: Org) -> None:
    """The cloud gives up before a lock that is too slow, which unlocks all the same."""
    lock = org.cloud.add_lock("A")
    org.cloud.set_connection(lock.id, seconds=90)
    asked = asyncio.create_task(unlock(org, lock))
    await until_busy(org)
    org.clock.move(65)
    assert (await asked, lock.unlocked) == ("E1012", False)
    org.later(25)
    assert lock.unlocked


async def test_client_gone(org: Org) -> None:
    """A command takes its effect also when nobody waits for the answer any more."""
    lock = org.cloud.add_lock("A")
    org.cloud.set_connection(lock.id, seconds=60)
    asked = asyncio.create_task(unlock(org, lock))
    await until_busy(org)
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    org.later(60)
    assert lock.unlocked


async def test_offline(org: Org) -> None:
    """A lock without a connection takes no command, and its last report stays."""
    lock = org.cloud.add_lock("A")
    org.cloud.set_connection(lock.id, online=False)
    org.later(1200)
    assert await unlock(org, lock) == "E1012"
    told = await status(org, lock)
    assert (told["wifi"], told["reportTime"]) == ("0", str(org.unix(-1200)))
    org.cloud.set_connection(lock.id, online=True)
    assert not lock.unlocked
    told = await status(org, lock)
    assert (told["wifi"], told["reportTime"]) == ("1", str(org.unix()))


async def test_offline_takes_time(org: Org) -> None:
    """The cloud can take its time to find that a lock has no connection."""
    org.cloud.set_options(offline_seconds=20)
    lock = org.cloud.add_lock("A")
    org.cloud.set_connection(lock.id, online=False)
    asked = asyncio.create_task(unlock(org, lock))
    await until_busy(org)
    assert not asked.done()
    org.clock.move(20)
    assert await asked == "E1012"


async def test_lost_on_the_way(org: Org) -> None:
    """A command does not arrive where the connection is cut meanwhile."""
    lock = org.cloud.add_lock("A")
    org.cloud.set_connection(lock.id, seconds=10)
    asked = asyncio.create_task(unlock(org, lock))
    await until_busy(org)
    org.cloud.set_connection(lock.id, online=False)
    org.clock.move(10)
    assert (await asked, lock.unlocked) == ("E1012", False)


async def test_virtual(org: Org) -> None:
    """A lock of a test organisation has no device, and no battery."""
    lock = org.cloud.add_lock("A", virtual=True)
    told = await status(org, lock)
    assert (told["battery"], told["wifi"]) == ("-", "0")
    assert await unlock(org, lock) == "E1012"


async def test_relock(org: Org) -> None:
    """A lock can lock itself some time after it was unlocked for the last time."""
    lock = org.cloud.add_lock("A")
    await unlock(org, lock)
    turned = []
    org.later(86400)
    turned.append(lock.unlocked)
    org.cloud.set_options(relock_seconds=5)
    await unlock(org, lock)
    org.later(4)
    await unlock(org, lock)
    for seconds in (4, 1):
        org.later(seconds)
        turned.append(lock.unlocked)
    assert turned == [True, True, False]
    assert (await status(org, lock))["status"] == "0"
    history = await org.ok("getLockHistory", {"lockId": lock.id})
    assert len(history["history"]) == 3


async def test_wrong_locks(org: Org) -> None:
    """What no lock can be is refused."""
    with pytest.raises(Invalid):
        org.cloud.add_lock("A", pin_type="4")
    lock = org.cloud.add_lock("A")
    with pytest.raises(Invalid):
        org.cloud.set_connection(lock.id, seconds=-1)
