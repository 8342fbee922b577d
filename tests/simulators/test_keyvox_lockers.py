"""Lockers of the simulated KEYVOX cloud: boxes, their PINs, opening, colours."""

import asyncio
from typing import Any

import pytest

from simulators.errors import Invalid
from simulators.keyvox.lockers import Locker
from tests.simulators.keyvox import Json, Org

HOUR = 3600
UNUSED, IN_USE, EXPIRED, FAULT = "0", "1", "2", "9"


@pytest.fixture
def locker(org: Org) -> Locker:
    """Return a locker with four boxes: two small ones, a medium and a large one."""
    return org.cloud.add_locker("L", "1123")


def wanted(org: Org, locker: Locker, **changes: Any) -> Json:
    """Return the body by which the first box is let for an hour."""
    return {
        "deviceId": locker.id,
        "boxNum": "00-01",
        "targetName": "Anna",
        "checkin": "0",
        "mode": "0",
        "reassign": "0",
        **org.period(),
        **changes,
    }


async def rent(org: Org, locker: Locker, **changes: Any) -> Json:
    """Let a box."""
    told: Json = await org.ok("createLockerPin", wanted(org, locker, **changes))
    return told


async def statuses(org: Org, locker: Locker) -> str:
    """Return how the boxes stand, a digit each."""
    rows = await org.ok("getLockerStatus", {"deviceId": locker.id})
    return "".join(row["status"] for row in rows)


async def free(org: Org, locker: Locker, **body: Any) -> list[str]:
    """Return the boxes that can be had for the next hour, or another time."""
    asked = {"deviceId": locker.id, **org.period(), **body}
    return [row["boxNum"] for row in await org.ok("getAvailableBoxes", asked)]


async def test_lists(org: Org, locker: Locker) -> None:
    """Lockers, their boxes, and those that are free are listed."""
    device = {"deviceId": locker.id, "deviceName": "L"}
    assert await org.ok("getLockers") == [device]
    rows = await org.ok("getLockerStatus", {"deviceId": locker.id})
    assert rows[0] == {
        "deviceId": locker.id,
        "boxName": "Box 1",
        "boxNum": "00-01",
        "status": UNUSED,
    }
    assert [row["boxNum"] for row in rows] == ["00-01", "00-02", "00-03", "00-04"]
    body = {"deviceId": locker.id, **org.period(), "boxSize": "3"}
    large = {"boxName": "Box 4", "boxNum": "00-04", "boxSize": "3"}
    assert await org.ok("getAvailableBoxes", body) == [large]
    assert await free(org, locker, boxSize=1) == ["00-01", "00-02"]
    for wrong in ({"boxSize": "4"}, {"sTime": None}, org.period(1, 0)):
        assert await org.code("getAvailableBoxes", {**body, **wrong}) == "E0005"
    demo = {**body, "boxSize": "1"}
    assert len(await org.ok("getLockerStatus", demo)) == 4


async def test_pin(org: Org, locker: Locker) -> None:
    """A PIN opens its box when it was delivered, which is in use from then until the PIN's end."""
    pin = await rent(org, locker)
    assert pin.keys() == {"pinId", "pinCode", "qrCode"}
    assert len(pin["pinCode"]) == 6
    assert not org.cloud.type_pin(locker.id, pin["pinCode"]).granted
    org.later(300)
    assert await statuses(org, locker) == "0000"
    assert org.cloud.type_pin(locker.id, pin["pinCode"]).granted
    assert org.cloud.type_pin(locker.id, pin["pinCode"]).granted
    assert [box.openings for box in locker.boxes.values()] == [2, 0, 0, 0]
    assert await statuses(org, locker) == "1000"
    org.later(HOUR - 300)
    assert await statuses(org, locker) == "2000"
    assert not org.cloud.type_pin(locker.id, pin["pinCode"]).granted


async def test_checked_in(org: Org, locker: Locker) -> None:
    """A box whose PIN is checked in is in use at once, and free when the PIN is disabled."""
    pin = await rent(org, locker, checkin="1")
    assert await statuses(org, locker) == "1000"
    assert await org.ok("disableLockerPin", {"pinId": pin["pinId"]}) is None
    assert await statuses(org, locker) == "0000"
    assert await free(org, locker) == ["00-01", "00-02", "00-03", "00-04"]
    org.later(300)
    status = await org.ok("getLockPinStatus", {"pinId": pin["pinId"]})
    assert status["status"] == "32"


async def test_once(org: Org, locker: Locker) -> None:
    """A PIN for one use opens its box one time, which is free afterwards."""
    pin = await rent(org, locker, checkin="1", mode="1")
    org.later(300)
    tries = [org.cloud.type_pin(locker.id, pin["pinCode"]) for _ in range(2)]
    assert [decision.granted for decision in tries] == [True, False]
    assert (locker.boxes["00-01"].openings, await statuses(org, locker)) == (1, "0000")


async def test_change(org: Org, locker: Locker) -> None:
    """A change is answered as a new PIN is, and lets the box for longer."""
    pin = await rent(org, locker, checkin="1", pinCode="111111")
    body = {"pinId": pin["pinId"], **org.period(0, 2 * HOUR)}
    told = await org.ok("changeLockerPin", {**body, "pinCode": "222222"})
    assert told == {**pin, "pinCode": "222222"}
    assert await org.ok("changeLockerPin", body) == told
    org.later(HOUR + 60)
    assert await statuses(org, locker) == "1000"
    assert org.cloud.type_pin(locker.id, "222222").granted
    org.later(HOUR)
    assert await statuses(org, locker) == "2000"


async def test_change_on_the_way(org: Org, locker: Locker) -> None:
    """A box stays let for longer when it is opened before the locker has heard of that."""
    pin = await rent(org, locker, checkin="1")
    org.later(300)
    body = {"pinId": pin["pinId"], **org.period(0, 2 * HOUR)}
    await org.ok("changeLockerPin", body)
    assert org.cloud.type_pin(locker.id, pin["pinCode"]).granted
    assert locker.boxes["00-01"].used_until == org.at(2 * HOUR)


async def test_available(org: Org, locker: Locker) -> None:
    """A box is free where nobody has it in that time, and nobody is late with it, and it works."""
    await rent(org, locker, **org.period(2 * HOUR, 3 * HOUR))
    assert (await free(org, locker))[0] == "00-01"
    assert (await free(org, locker, **org.period(HOUR, 2 * HOUR)))[0] == "00-01"
    assert (await free(org, locker, **org.period(HOUR, 2 * HOUR + 1)))[0] == "00-02"
    await rent(org, locker, boxNum="00-02", checkin="1")
    assert await free(org, locker) == ["00-01", "00-03", "00-04"]
    assert "00-02" in await free(org, locker, **org.period(HOUR, HOUR + 60))
    org.cloud.set_box(locker.id, "00-03", faulty=True)
    assert await statuses(org, locker) == "0190"
    org.later(HOUR)
    assert await statuses(org, locker) == "0290"
    assert await free(org, locker) == ["00-01", "00-04"]
    org.cloud.set_box(locker.id, "00-03", faulty=False)
    assert await statuses(org, locker) == "0200"


@pytest.mark.parametrize(
    "changes",
    [
        {"checkin": "2"},
        {"checkin": None},
        {"mode": "x"},
        {"reassign": "2"},
        {"targetName": None},
        {"pinCode": "123"},
        {"boxNum": None},
        {"eTime": "0"},
        {"color": "red"},
    ],
)
async def test_wrong_pins(org: Org, locker: Locker, changes: Json) -> None:
    """What is no PIN of a box is refused."""
    body = wanted(org, locker, **changes)
    assert await org.code("createLockerPin", body) == "E0005"
    assert org.cloud.pins == {}


async def test_taken(org: Org, locker: Locker) -> None:
    """A box that somebody has is not let to somebody else; one that does not exist is told so."""
    shown = {"boxSize": "1", "boxName": "Box 1", "deviceName": "L"}
    await rent(org, locker, **shown)
    body = wanted(org, locker, reassign="1")
    assert await org.code("createLockerPin", body) == "E0005"
    assert await org.code("createLockerPin", {**body, "boxNum": "00-09"}) == "E0043"


async def test_unlock(org: Org, locker: Locker) -> None:
    """A box is opened from afar, if the locker can be reached, in its own time."""
    body = {"deviceId": locker.id, "boxNum": "00-02"}
    assert await org.ok("unlockLocker", body) is None
    assert locker.boxes["00-02"].openings == 1
    assert await statuses(org, locker) == "0000"
    org.cloud.set_connection(locker.id, online=False)
    assert await org.code("unlockLocker", body) == "E1012"
    org.cloud.set_connection(locker.id, online=True, seconds=30)
    asked = asyncio.create_task(org.code("unlockLocker", body))
    async with asyncio.timeout(5):
        while not org.cloud.requests.in_flight:
            await asyncio.sleep(0.005)
    await asyncio.sleep(0.05)
    assert locker.boxes["00-02"].openings == 1
    org.clock.move(30)
    assert (await asked, locker.boxes["00-02"].openings) == ("0", 2)


async def test_set_status(org: Org, locker: Locker) -> None:
    """How a box stands can be set, whatever was known of it."""
    box = {"deviceId": locker.id, "boxNum": "00-01"}
    for status in (IN_USE, EXPIRED, FAULT, UNUSED):
        assert await org.ok("setLockerStatus", {**box, "status": status}) is None
        assert await statuses(org, locker) == f"{status}000"
    await org.ok("setLockerStatus", {**box, "status": 1})
    org.later(100_000_000)
    assert await statuses(org, locker) == "1000"
    for wrong in ("3", "", None):
        assert await org.code("setLockerStatus", {**box, "status": wrong}) == "E0005"


async def test_color(org: Org, locker: Locker) -> None:
    """The colour of a box is any text."""
    box = {"deviceId": locker.id, "boxNum": "00-01"}
    assert await org.ok("setBoxColor", {**box, "color": "#ff0000"}) is None
    assert locker.boxes["00-01"].color == "#ff0000"
    for color in ("", "x" * 21, 1):
        assert await org.code("setBoxColor", {**box, "color": color}) == "E0005"


async def test_offline_locker(org: Org, locker: Locker) -> None:
    """A locker without a connection opens to whom it knows, of which is told later."""
    pin = await rent(org, locker)
    org.later(300)
    org.cloud.set_connection(locker.id, online=False)
    assert org.cloud.type_pin(locker.id, pin["pinCode"]).granted
    org.later(10)
    assert (await org.ok("locks/events"))["list"] == []
    org.cloud.set_connection(locker.id, online=True)
    (row,) = (await org.ok("locks/events"))["list"]
    assert (row["lockId"], row["uname"], row["etype"]) == (locker.id, "Anna", "1")


async def test_pin_of_a_unit(org: Org) -> None:
    """A unit's PIN is none of a box."""
    unit = org.room(org.cloud.add_lock("A"))
    body = {"unitId": unit.id, **org.period()}
    pin_id = (await org.ok("createLockPin", body))["pinId"]
    assert await org.code("disableLockerPin", {"pinId": pin_id}) == "E0043"
    change = {"pinId": pin_id, **org.period()}
    assert await org.code("changeLockerPin", change) == "E0043"
    assert org.cloud.pins[pin_id].status == "10"


async def test_sizes(org: Org) -> None:
    """A box has one of three sizes."""
    with pytest.raises(Invalid):
        org.cloud.add_locker("L", "14")
