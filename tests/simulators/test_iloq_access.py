"""Accesses, time limits and time profiles of the simulated iLOQ cloud."""

from typing import Any

import pytest

from simulators.iloq.demo import SERIES_5_KEY
from simulators.iloq.keys import Key
from simulators.iloq.places import ROOT_ID
from simulators.registry import new_id
from tests.simulators.iloq import UNKNOWN, House, Json

QUARTER = 15 * 60 * 1000
OFFICE = [{"StartTimeMS": 32 * QUARTER, "EndTimeMS": 66 * QUARTER, "WeekDayMask": 31}]


def spare(iloq: House) -> Key:
    """Return a key that never was programmed."""
    return iloq.key("Spare key")


def profile(iloq: House, **changes: Any) -> Json:
    """Return the time limit of the one profile that there is."""
    title = next(iter(iloq.cloud.group.titles))
    return {
        "SlotNo": 2,
        "TimeLimitTitle_ID": title,
        "TimeLimitData": OFFICE,
        **changes,
    }


async def names(iloq: House, key: Key) -> list[str]:
    """Return the names of a key's accesses."""
    told = await iloq.get(f"Keys/{key.id}/SecurityAccesses")
    assert told["OutsideUserZonesCount"] == 0
    return [row["Name"] for row in told["SecurityAccesses"]]


async def test_single(iloq: House) -> None:
    """Accesses are added and removed one by one; those calls say 1 for yes."""
    key, gym = spare(iloq), iloq.access("Gym")
    path = f"Keys/{key.id}/SecurityAccesses"
    assert await iloq.get(f"{path}/CanAdd") == 1
    body = {"SecurityAccess_ID": gym.id.upper()}
    assert (await iloq.call("POST", path, body)).status == 204
    assert (await iloq.call("POST", path, body)).status == 204
    assert await names(iloq, key) == ["Roof", "Gym"]
    assert await iloq.get(f"{path}/{gym.id}/CanDelete") == 1
    assert (await iloq.call("DELETE", f"{path}/{gym.id}")).status == 204
    assert await iloq.get(f"{path}/{gym.id}/CanDelete") == 3
    await iloq.refused("DELETE", f"{path}/{gym.id}")
    await iloq.refused("POST", path, {"SecurityAccess_ID": UNKNOWN})
    await iloq.refused("POST", path, {})
    await iloq.refused("GET", f"{path}?mode=3")
    iloq.cloud.set_options(most_accesses=1)
    assert await iloq.get(f"{path}/CanAdd") == 3
    await iloq.refused("POST", path, body)
    both = {"SecurityAccessIds": [gym.id, iloq.access("Gate").id]}
    await iloq.refused("PUT", path, both)


async def test_replace(iloq: House) -> None:
    """Replacing takes away whatever is left out, time limits among it."""
    key = spare(iloq)
    path = f"Keys/{key.id}/SecurityAccesses"
    start = {"SlotNo": 0, "LimitDateLg": "2025-11-21T12:00:00"}
    end = {"SlotNo": 1, "LimitDateLg": "2025-11-22T12:00:00"}
    scheduler = {
        "RenewEndDate": "2026-01-01T00:00:00Z",
        "RenewGapCount": 1,
        "RenewGapType": 1,
        "RenewMinute": 70,
    }
    body = {
        "SecurityAccessIds": [iloq.access("Gym").id, iloq.access("Gate").id],
        "TimeLimitSlots": [start, end, profile(iloq)],
        "KeyScheduler": scheduler,
        "OfflineExpirationSeconds": 60,
    }
    await iloq.send("PUT", path, body)
    assert await names(iloq, key) == ["Gym", "Gate"]
    told = await iloq.get(f"Keys/{key.id}/TimeLimitTitles")
    assert told["KeyScheduler"] == scheduler
    assert told["OfflineExpirationSeconds"] == 60
    slots = told["KeyTimeLimitSlots"]
    assert [slot["LimitDateLg"] for slot in slots] == [
        start["LimitDateLg"],
        end["LimitDateLg"],
        None,
    ]
    assert slots[2]["TimeLimitData"] == OFFICE
    assert set(slots[0]) == {
        "LimitDateLg",
        "SlotNo",
        "SourceCalendarData_ID",
        "TimeLimitData",
        "TimeLimitTitle_ID",
        "TimeLimitTitleEndDateLg",
        "TimeLimitTitleStartDateLg",
        "TimeZone_ID",
    }
    await iloq.send("PUT", path, {"SecurityAccessIds": [], "TimeLimitSlots": slots})
    assert await names(iloq, key) == []
    now = await iloq.get(f"Keys/{key.id}/TimeLimitTitles?mode=1")
    assert (now["KeyTimeLimitSlots"], now["KeyScheduler"]) == (slots, None)
    assert (await iloq.get(f"Keys/{key.id}/TimeLimitTitles?mode=2"))[
        "KeyTimeLimitSlots"
    ] == []
    await iloq.send("PUT", path, {})
    now = await iloq.get(f"Keys/{key.id}/TimeLimitTitles")
    assert now["KeyTimeLimitSlots"] == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, 0),
        ({"SlotNo": 1, "TimeLimitTitle_ID": None, "TimeLimitData": []}, 9),
        ({"TimeLimitTitle_ID": None}, 9),
        ({"TimeLimitTitle_ID": UNKNOWN}, 14),
        ({"LimitDateLg": "2026-01-01T00:00:00"}, 14),
        ({"TimeLimitData": []}, 11),
        ({"TimeLimitData": [OFFICE[0] | {"WeekDayMask": 63}]}, 11),
        ({"TimeLimitData": [OFFICE[0] | {"WeekDayMask": 128}]}, 14),
        ({"TimeLimitData": [OFFICE[0] | {"EndTimeMS": 97 * QUARTER}]}, 14),
        ({"TimeLimitData": [OFFICE[0] | {"StartTimeMS": 7}]}, 7),
        ({"TimeLimitData": [OFFICE[0] | {"StartTimeMS": 66 * QUARTER}]}, 13),
        ({"TimeLimitStartDateLg": None}, 0),
        ({"TimeLimitTitleStartDateLg": "2026-01-01T00:00:00"}, 11),
        (
            {
                "TimeLimitTitleStartDateLg": "2026-01-02T00:00:00",
                "TimeLimitTitleEndDateLg": "2026-01-02T00:00:00",
            },
            13,
        ),
    ],
)
async def test_can_add_limit(iloq: House, changes: Json, reason: int) -> None:
    """A time limit is taken if it makes sense and is as its profile says; this call says 0 for yes."""
    path = f"Keys/{spare(iloq).id}/TimeLimitTitles"
    body = {"TimeLimitSlot": profile(iloq, **changes)}
    assert await iloq.send("POST", f"{path}/CanAdd", body) == reason
    assert await iloq.send("GET", f"{path}/CanAdd", body) == reason
    assert (await iloq.call("POST", path, body)).status == (400 if reason else 204)


async def test_limits(iloq: House) -> None:
    """The time limits of profiles are added, replaced and removed one by one."""
    key = spare(iloq)
    path = f"Keys/{key.id}/TimeLimitTitles"
    slot = profile(iloq)
    await iloq.send("POST", path, {"TimeLimitSlot": slot})
    one = f"{path}/{slot['TimeLimitTitle_ID']}"
    assert (await iloq.get(one))["TimeLimitData"] == OFFICE
    other = slot | {"SlotNo": 3}
    await iloq.send("PUT", one, {"TimeLimitSlot": other})
    assert (await iloq.get(one))["SlotNo"] == 3
    await iloq.refused("PUT", one, {"TimeLimitSlot": slot | {"SlotNo": 1}})
    await iloq.refused("PUT", one, {"TimeLimitSlot": slot | {"TimeLimitData": []}})
    assert await iloq.get(f"TimeLimitTitles/{slot['TimeLimitTitle_ID']}/CanDelete") == 1
    await iloq.refused("DELETE", f"TimeLimitTitles/{slot['TimeLimitTitle_ID']}")
    await iloq.send("DELETE", one)
    await iloq.refused("GET", one)
    await iloq.refused("DELETE", one)


async def test_most_slots(iloq: House) -> None:
    """A key has room for so many dates and lines of hours."""
    iloq.cloud.set_options(most_slots=2)
    key = spare(iloq)
    dates = [
        {"SlotNo": number, "LimitDateLg": "2026-01-01T00:00:00"} for number in (0, 1)
    ]
    path = f"Keys/{key.id}/SecurityAccesses"
    await iloq.send("PUT", path, {"TimeLimitSlots": dates})
    body = {"TimeLimitSlot": profile(iloq)}
    can = f"Keys/{key.id}/TimeLimitTitles/CanAdd"
    assert await iloq.send("POST", can, body) == 12
    await iloq.refused("PUT", path, {"TimeLimitSlots": [*dates, profile(iloq)]})
    await iloq.refused("PUT", path, {"TimeLimitSlots": [dates[0], dates[0]]})
    iloq.cloud.set_options(most_slots=1)
    assert await iloq.get(f"Keys/{key.id}/CanOrder") == 11


async def test_door(iloq: House) -> None:
    """A key opens a door within its dates and its hours, in the lock group's own time."""
    build = iloq.build
    access = iloq.access("Stairs")
    key = build.key("Office", SERIES_5_KEY, access, programmed=False)
    slots = [
        {"SlotNo": 0, "LimitDateLg": "2025-11-24T00:00:00"},
        {"SlotNo": 1, "LimitDateLg": "2025-12-01T00:00:00"},
        profile(iloq),
    ]
    body = {"SecurityAccessIds": [access.id], "TimeLimitSlots": slots}
    await iloq.send("PUT", f"Keys/{key.id}/SecurityAccesses", body)
    await iloq.control("POST", f"lock_groups/demo/keys/{key.id}/program")
    path = f"lock_groups/demo/locks/{iloq.lock('Stairwell').id}/try"
    # From Friday 2025-11-21 08:14:50 UTC on, which is 10:14:50 in Helsinki.
    granted = []
    for hours in (0, 68, 3.5, 0.5, 3, 24 * 7 - 8):
        iloq.clock.move(hours * 3600)
        told = (await iloq.control("POST", path, {"key_id": key.id})).json
        granted.append(told["AccessTypeMask"] == 2052)
    assert granted == [False, False, True, True, True, False]


async def test_accesses(iloq: House) -> None:
    """Accesses are added, changed and deleted, if nothing has them."""
    access = {
        "SecurityAccess_ID": new_id(),
        "Name": "Shed",
        "Type": 3,
        "RealEstate_ID": ROOT_ID,
    }
    body = {"SecurityAccess": access}
    added = await iloq.send("POST", "SecurityAccesses", body)
    assert added == {"SecurityAccessIds": [access["SecurityAccess_ID"]]}
    await iloq.refused("POST", "SecurityAccesses", body)
    await iloq.send(
        "PUT", "SecurityAccesses", {"SecurityAccess": access | {"Name": "Barn"}}
    )
    rows = {row["Name"]: row for row in await iloq.get("SecurityAccesses")}
    assert rows["Barn"]["Type"] == 3
    assert rows["Cellar"]["Type"] == 1
    assert "Value" not in rows["Barn"]
    await iloq.send("DELETE", f"SecurityAccesses/{access['SecurityAccess_ID']}")
    assert len(await iloq.get("SecurityAccesses")) == 8
    await iloq.refused("DELETE", f"SecurityAccesses/{iloq.access('Gym').id}")
    await iloq.refused("DELETE", f"SecurityAccesses/{UNKNOWN}")
    for bad in ({"Type": 2}, {"RealEstate_ID": UNKNOWN}, {"Zone_ID": UNKNOWN}):
        await iloq.refused("POST", "SecurityAccesses", {"SecurityAccess": access | bad})


async def test_v1_access(iloq: House) -> None:
    """The first generation can add an access, and nothing else."""
    access = {"SecurityAccess_ID": new_id(), "RealEstate_ID": ROOT_ID, "Type": 1}
    body = {"SecurityAccess": access}
    assert (await iloq.call("POST", "SecurityAccesses", body, "v1")).status == 200
    assert (await iloq.call("GET", "SecurityAccesses", None, "v1")).status == 405


async def test_titles(iloq: House) -> None:
    """Time profiles are added, changed and deleted."""
    zone = iloq.cloud.group.default_zone.id
    title = {
        "TimeLimitTitle_ID": new_id(),
        "Name": "Nights",
        "Description": "",
        "OptionMask": 10,
        "RealEstate_ID": ROOT_ID,
        "Zone_ID": zone,
        "StartDateLg": "2026-01-01T00:00:00",
        "EndDateLg": None,
    }
    line = {"StartTime": "22:00", "EndTime": "24:00", "WeekDayMask": 96}
    body = {"TimeLimitTitle": title, "TimeLimitData": [line]}
    path = f"TimeLimitTitles/{title['TimeLimitTitle_ID']}"
    await iloq.send("POST", "TimeLimitTitles", body)
    await iloq.refused("POST", "TimeLimitTitles", body)
    assert await iloq.get(path) == title
    assert title in await iloq.get("TimeLimitTitles")
    data = (await iloq.get(f"{path}/TimeLimitData"))[0]
    assert data["TimeLimitTitle_ID"] == title["TimeLimitTitle_ID"]
    assert line.items() <= data.items()
    changed = {"TimeLimitTitle": title | {"Name": "N"}, "TimeLimitData": None}
    await iloq.send("PUT", "TimeLimitTitles", changed)
    assert await iloq.get(f"{path}/TimeLimitData") == []
    slot = profile(iloq, TimeLimitTitle_ID=title["TimeLimitTitle_ID"], TimeLimitData=[])
    can = f"Keys/{spare(iloq).id}/TimeLimitTitles/CanAdd"
    assert await iloq.send("POST", can, {"TimeLimitSlot": slot}) == 10
    assert (
        await iloq.send(
            "POST", can, {"TimeLimitSlot": slot | {"TimeLimitData": OFFICE}}
        )
        == 0
    )
    assert await iloq.get(f"{path}/CanDelete") == 0
    await iloq.send("DELETE", path)
    await iloq.refused("GET", path)
    await iloq.refused("PUT", "TimeLimitTitles", body)
    for bad in (
        {"StartTime": "8"},
        {"StartTime": "25:00"},
        {"EndTime": "1:00"},
        {"WeekDayMask": 0},
    ):
        wrong = {"TimeLimitTitle": title, "TimeLimitData": [line | bad]}
        await iloq.refused("POST", "TimeLimitTitles", wrong)
    many = {"TimeLimitTitle": title, "TimeLimitData": [line] * 11}
    await iloq.refused("POST", "TimeLimitTitles", many)
