"""Keys of the simulated iLOQ cloud: adding, changing and finding them, in both generations."""

from typing import Any

import pytest

from simulators.iloq.places import ROOT_ID
from simulators.registry import new_id
from tests.simulators.iloq import UNKNOWN, House, Json, key_body

SEED_LIMIT: Json = {
    "DaylightSaving": 1,
    "EndDate": "2025-12-14T09:57:51.3885765+03:00",
    "LimitType": 2,
    "LNKey_ID": "1a736fd7-6126-4010-943c-3c0f056824e3",
    "LNKeyTimeLimit_ID": "9decda45-f81d-4107-9a55-3c997608617b",
    "OrderNo": 5,
    "RenewEndDate": "2025-12-14T09:57:51.3885765+03:00",
    "RenewGapCount": 7,
    "RenewGapType": 8,
    "RenewMinute": 9,
    "StartDate": "2025-09-14T09:57:51.3885765+03:00",
    "WeekDay": 10,
}
SEED_ANSWER = [
    "FNKey_ID",
    "ROM_ID",
    "Description",
    "ExpireDate",
    "InfoText",
    "Person_ID",
    "RealEstate_ID",
    "Stamp",
    "State",
    "TagKey",
    "StampSource",
    "TagKeySource",
    "VersionCode",
]


def seed_body(iloq: House, **changes: Any) -> Json:
    """Return a body in the full form of the vendor's page, with ids that there are."""
    key = {
        "FNKey_ID": "43c85487-a4c1-47a4-977f-fd678c9d7a78",
        "Description": "sample string 1",
        "ExpireDate": "2025-12-14T09:57:51.3885765+03:00",
        "InfoText": "sample string 2",
        "ManufacturingInfo": "sample string 3",
        "OnlineAccessCode": "sample string 4",
        "Person_ID": iloq.person("Anna").id,
        "RealEstate_ID": ROOT_ID,
        "ROM_ID": "sample string 6",
        "Stamp": "string 7",
        "TagKey": "sample string 8",
        "VersionCode": "sample string 9",
    }
    return {
        "Key": key | changes,
        "SecurityAccessIds": [iloq.access("Gate").id, iloq.access("Gym").id],
        "TimeLimits": [SEED_LIMIT, SEED_LIMIT],
        "ZoneIds": [zone.id for zone in iloq.cloud.group.zones.values()],
    }


async def test_seed(iloq: House) -> None:
    """The vendor's own example is taken by the first generation, and answered in its form."""
    reply = await iloq.call("POST", "Keys", seed_body(iloq), "v1")
    assert reply.status == 200, reply.text
    added = reply.json
    assert list(added) == SEED_ANSWER
    assert added["FNKey_ID"] == "43c85487-a4c1-47a4-977f-fd678c9d7a78"
    assert added["ROM_ID"] == "sample string 6"
    assert added["ExpireDate"] == "2025-12-14T08:57:51.3885760+02:00"
    assert (added["State"], added["StampSource"], added["TagKeySource"]) == (0, 0, 0)
    assert await iloq.get(f"Keys/{added['FNKey_ID'].upper()}", "v1") == added
    assert added in await iloq.get("Keys", "v1")
    key = iloq.cloud.group.keys[added["FNKey_ID"]]
    assert len(key.limits) == len(key.zones) == len(key.planned.accesses) == 2
    message = await iloq.refused("POST", "Keys", seed_body(iloq), "v1")
    assert message == f"Invalid value ({key.id}) for parameter Key.FNKey_ID."


async def test_v1_change(iloq: House) -> None:
    """The first generation writes a key back, and replaces its accesses."""
    key = iloq.key("Anna's key")
    told = await iloq.get(f"Keys/{key.id}", "v1")
    told |= {"Description": "New", "VersionCode": "2"}
    reply = await iloq.call("PUT", "Keys?updateVersionCode=true", {"Key": told}, "v1")
    assert reply.status == 204
    assert await iloq.get(f"Keys/{key.id}", "v1") == told
    body = {"SecurityAccessIds": [iloq.access("Gym").id], "TimeLimits": [SEED_LIMIT]}
    path = f"Keys/{key.id}/SecurityAccesses"
    assert (await iloq.call("PUT", path, body, "v1")).status == 204
    assert key.planned.accesses == (iloq.access("Gym").id,)
    assert len(key.limits) == 1
    assert (await iloq.call("GET", path, generation="v1")).status == 405


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FNKey_ID", "x"),
        ("FNKey_ID", None),
        ("FNKey_ID", 7),
        ("Person_ID", UNKNOWN),
        ("Person_ID", "{43c85487-a4c1-47a4-977f-fd678c9d7a78}"),
        ("RealEstate_ID", UNKNOWN),
        ("RealEstate_ID", None),
        ("Stamp", None),
        ("Stamp", "12345678901"),
        ("Description", 7),
        ("ExpireDate", "soon"),
        ("ExpireDate", 7),
        ("ExpireDate", "0001-01-01T00:00:00+14:00"),
    ],
)
@pytest.mark.parametrize("generation", ["v1", "v2"])
async def test_refused(iloq: House, name: str, value: object, generation: str) -> None:
    """What is malformed, missing or refers to nothing is refused by its name, and nothing is added."""
    body = seed_body(iloq, **{"KeyTypeMask": 264, name: value})
    message = await iloq.refused("POST", "Keys", body, generation)
    assert message.endswith(f" for parameter Key.{name}.")
    assert len(iloq.cloud.group.keys) == 8


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"Key": None},
        {"Key": []},
        {"Key": key_body(), "SecurityAccessIds": [UNKNOWN]},
        {"Key": key_body(), "SecurityAccessIds": ["x"]},
        {"Key": key_body(), "SecurityAccessIds": "x"},
        {"Key": key_body(), "ZoneIds": [UNKNOWN]},
        {"Key": key_body(), "OfflineExpirationSeconds": -1},
        {"Key": key_body(), "KeyScheduler": 7},
        {"Key": key_body(), "TimeLimitSlots": {}},
        {"Key": key_body(0)},
        {"Key": key_body(5)},
        {"Key": key_body(6)},
    ],
)
async def test_refused_wholes(iloq: House, body: Json) -> None:
    """The rest of a new key is looked at as well; a phone key must have a person."""
    await iloq.refused("POST", "Keys", body)
    assert len(iloq.cloud.group.keys) == 8


@pytest.mark.parametrize("generation", ["v1", "v2"])
async def test_least(iloq: House, generation: str) -> None:
    """A new key needs no more than its ids, its stamp and, in the second generation, its kind."""
    key = {"FNKey_ID": new_id(), "RealEstate_ID": ROOT_ID, "Stamp": ""}
    body = {"Key": key | {"KeyTypeMask": 264}}
    reply = await iloq.call("POST", "Keys", body, generation)
    assert reply.status == 200, reply.text
    assert reply.json["Stamp"] == ""
    zones = (await iloq.get(f"Keys/{key['FNKey_ID']}/Zones"))["ZoneIds"]
    assert zones == [iloq.cloud.group.default_zone.id]


async def test_v2_answer(iloq: House) -> None:
    """The second generation tells more of a key."""
    body = {"Key": key_body(TagKey="0A")}
    added = await iloq.send("POST", "Keys", body)
    more = {"IsProgrammed", "KeyTypeMask", "ProgrammingState", "TagKeyHex"}
    assert set(added) == {*SEED_ANSWER, *more}
    assert (added["IsProgrammed"], added["ProgrammingState"]) == (False, 0)
    assert added["ExpireDate"] is None
    programmed = await iloq.get(f"Keys/{iloq.key('Fob').id}")
    assert (programmed["IsProgrammed"], programmed["ProgrammingState"]) == (True, 3)


async def test_update(iloq: House) -> None:
    """A key's fields are written as a whole, the version code only if that is asked for."""
    key = iloq.key("Bo's key")
    told = await iloq.get(f"Keys/{key.id}")
    changed = told | {
        "InfoText": "Info",
        "VersionCode": "9",
        "State": 2,
        "ExpireDate": "2026-01-01T12:00:00",
    }
    await iloq.send("PUT", "Keys", {"Key": changed})
    now = await iloq.get(f"Keys/{key.id}")
    assert now == changed | {"VersionCode": "", "ExpireDate": "2026-01-01T10:00:00Z"}
    await iloq.send("PUT", "Keys?updateVersionCode=true", {"Key": changed})
    assert (await iloq.get(f"Keys/{key.id}"))["VersionCode"] == "9"
    for bad in ({"State": 3}, {"FNKey_ID": UNKNOWN}, {"Stamp": None}):
        await iloq.refused("PUT", "Keys", {"Key": changed | bad})
    await iloq.refused("PUT", "Keys?updateVersionCode=perhaps", {"Key": changed})
    phone = await iloq.get("Keys/" + iloq.key("Anna's phone").id)
    await iloq.refused("PUT", "Keys", {"Key": phone | {"Person_ID": None}})


@pytest.mark.parametrize("wrong", [UNKNOWN, "x"])
async def test_unknown(iloq: House, wrong: str) -> None:
    """An id that nothing has is a wrong value."""
    message = await iloq.refused("GET", f"Keys/{wrong}")
    assert message == f"Invalid value ({wrong}) for parameter id."
    assert await iloq.refused("GET", f"Keys/{wrong}", generation="v1") == message


async def test_found(iloq: House) -> None:
    """Keys are found by their ROM ids and by their persons."""
    keys = [iloq.key("Anna's key"), iloq.key("Fob")]
    roms = [key.record["ROM_ID"] for key in keys]
    found = await iloq.get(f"Keys/GetByRomIds?romIds={roms[0]}&romIds={roms[1]}")
    assert [key["FNKey_ID"] for key in found] == [key.id for key in keys]
    assert await iloq.get(f"Keys/GetByRomIds?romIds={','.join(roms)}") == found
    assert await iloq.get("Keys/GetByRomIds?romIds=none") == []
    await iloq.refused("GET", "Keys/GetByRomIds")
    found = (await iloq.get(f"Persons/{iloq.person('Bo').id}/Keys"))["Keys"]
    assert [key["Description"] for key in found] == ["Bo's key", "Bo's tag"]


async def test_delete(iloq: House) -> None:
    """A key that was never ordered can be deleted, and its id is not free again."""
    body = {"Key": key_body()}
    key_id = (await iloq.send("POST", "Keys", body))["FNKey_ID"]
    assert await iloq.get(f"Keys/{key_id}/CanDelete") == 0
    tag = {"FNKey_ID": key_id, "Tag_ID": new_id(), "Key": "a", "Value": "b"}
    await iloq.send("POST", "KeyTags", tag)
    await iloq.send("DELETE", f"Keys/{key_id}")
    await iloq.refused("GET", f"Keys/{key_id}")
    await iloq.refused("POST", "Keys", body)
    assert await iloq.get("KeyTags") == []
    programmed = iloq.key("Fob").id
    assert await iloq.get(f"Keys/{programmed}/CanDelete") == 1
    await iloq.refused("DELETE", f"Keys/{programmed}")


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("offset", "2026-01-01T12:00:00.0000000+02:00"),
        ("zulu", "2026-01-01T10:00:00Z"),
        ("naive", "2026-01-01T12:00:00"),
    ],
)
@pytest.mark.parametrize(
    "given",
    [
        "2026-01-01T12:00:00",
        "2026-01-01T10:00:00Z",
        "2026-01-01T12:00:00.0000000+02:00",
        "2026-01-01T11:00:00+01:00",
    ],
)
async def test_dates(iloq: House, form: str, written: str, given: str) -> None:
    """Dates are taken in all forms, and written in the one that is chosen."""
    await iloq.control("POST", "options", {"date_form": form})
    body = {"Key": key_body(ExpireDate=given)}
    assert (await iloq.send("POST", "Keys", body))["ExpireDate"] == written


async def test_tags(iloq: House) -> None:
    """Texts of an integrator's own are kept with keys."""
    key = iloq.key("Fob")
    tag = {
        "FNKey_ID": key.id,
        "Tag_ID": new_id(),
        "Key": "acme_ticket",
        "Value": "17",
        "SaveToKeyAuditTrail": True,
    }
    path = f"KeyTags/{tag['Tag_ID']}"
    await iloq.send("POST", "KeyTags", tag)
    await iloq.refused("POST", "KeyTags", tag)
    assert await iloq.get(path) == tag
    await iloq.send("PUT", "KeyTags", tag | {"Value": "18"})
    assert await iloq.get("KeyTags") == [tag | {"Value": "18"}]
    assert await iloq.get(f"Keys/{key.id}/KeyTags") == [tag | {"Value": "18"}]
    assert await iloq.get(f"Keys/{iloq.key('Old key').id}/KeyTags") == []
    await iloq.send("DELETE", path)
    await iloq.refused("GET", path)
    await iloq.refused("PUT", "KeyTags", tag)
    await iloq.refused("POST", "KeyTags", tag | {"FNKey_ID": UNKNOWN})
