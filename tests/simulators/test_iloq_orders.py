"""What may be done with keys of the simulated iLOQ cloud, and their way from the order to the door."""

from typing import Any

import pytest

from simulators.iloq.demo import FOB, PHONE_KEY, S10_KEY, SERIES_5_KEY, TAG_KEY
from simulators.iloq.keys import Key
from simulators.registry import new_id
from tests.simulators.iloq import UNKNOWN, House, key_body


async def add(iloq: House, kind: int = SERIES_5_KEY, **changes: Any) -> Key:
    """Add a key with an access over the API."""
    if kind == PHONE_KEY:
        changes.setdefault("Person_ID", iloq.person("Cecilia").id)
    accesses = [iloq.access("Entrance").id]
    body = {"Key": key_body(kind, **changes), "SecurityAccessIds": accesses}
    added = await iloq.send("POST", "Keys", body)
    return iloq.cloud.group.keys[added["FNKey_ID"]]


async def states(iloq: House, key: Key) -> tuple[bool, int, int]:
    """Return whether a key was ever programmed, how far its programming has come, and what may be done with it."""
    told = await iloq.get(f"Keys/{key.id}")
    can = await iloq.get(f"Keys/{key.id}/CanOrder")
    return told["IsProgrammed"], told["ProgrammingState"], can


async def phone(iloq: House, key: Key, **changes: Any) -> None:
    """Give a phone key its phone."""
    body = {"FNKey_ID": key.id, "PhoneNo": "+358401", "OptionMask": 0, **changes}
    await iloq.send("PUT", "KeyPhones", body)


async def test_series_5(iloq: House) -> None:
    """A key is ordered, its packet is fetched, and it is programmed; a change needs another order."""
    key = await add(iloq)
    assert await states(iloq, key) == (False, 0, 0)
    assert (await iloq.call("POST", f"Keys/{key.id}/Order")).status == 204
    assert await states(iloq, key) == (False, 1, 4)
    assert await iloq.get(f"Keys/{key.id}/CanDelete") == 2
    await iloq.refused("DELETE", f"Keys/{key.id}")
    await iloq.refused("POST", f"Keys/{key.id}/Order")
    path = f"lock_groups/demo/keys/{key.id}"
    assert (await iloq.control("POST", f"{path}/fetch")).json["ProgrammingState"] == 2
    assert (await iloq.control("POST", f"{path}/fetch")).status == 409
    assert (await iloq.control("POST", f"{path}/program")).json["IsProgrammed"]
    assert await states(iloq, key) == (True, 3, 4)
    assert await iloq.get(f"Keys/{key.id}/CanReturn") == 2
    await iloq.refused("POST", f"Keys/{key.id}/Return")
    access = {"SecurityAccess_ID": iloq.access("Gym").id}
    await iloq.send("POST", f"Keys/{key.id}/SecurityAccesses", access)
    assert await states(iloq, key) == (True, 0, 0)
    accesses = f"Keys/{key.id}/SecurityAccesses?mode="
    planned, programmed = [
        [row["Name"] for row in (await iloq.get(accesses + mode))["SecurityAccesses"]]
        for mode in ("1", "2")
    ]
    assert (planned, programmed) == (["Entrance", "Gym"], ["Entrance"])


async def test_by_itself(iloq: House) -> None:
    """Packets are fetched and keys programmed by themselves if that is chosen."""
    iloq.cloud.set_options(fetch_seconds=10, program_seconds=20)
    key = await add(iloq)
    await iloq.send("POST", f"Keys/{key.id}/Order")
    seen = []
    for seconds in (9, 1, 19, 1):
        iloq.clock.move(seconds)
        seen.append((await iloq.get(f"Keys/{key.id}"))["ProgrammingState"])
    assert seen == [1, 2, 2, 3]


async def test_changed_while_ordered(iloq: House) -> None:
    """What was ordered is not programmed any more once something else is planned."""
    iloq.cloud.set_options(fetch_seconds=10, program_seconds=20)
    key = await add(iloq)
    await iloq.send("POST", f"Keys/{key.id}/Order")
    body = {"SecurityAccessIds": [iloq.access("Gym").id]}
    await iloq.send("PUT", f"Keys/{key.id}/SecurityAccesses", body)
    iloq.clock.move(60)
    assert await states(iloq, key) == (False, 0, 0)


async def test_tag(iloq: House) -> None:
    """An external tag needs its number, is programmed by its order, and can be returned, by which it is gone."""
    key = await add(iloq, TAG_KEY)
    assert await states(iloq, key) == (False, 0, 14)
    key = await add(iloq, TAG_KEY, TagKey="04AA")
    assert await iloq.get(f"Keys/{key.id}/CanReturn") == 3
    await iloq.send("POST", f"Keys/{key.id}/Order")
    assert await states(iloq, key) == (True, 3, 4)
    assert (await iloq.get(f"Keys/{key.id}"))["KeyTypeMask"] == 400
    assert await iloq.get(f"Keys/{key.id}/CanReturn") == 0
    await iloq.send("POST", f"Keys/{key.id}/Return")
    await iloq.refused("GET", f"Keys/{key.id}")


async def test_phone(iloq: House) -> None:
    """A phone key needs a number, or an address if that is chosen, and is programmed when its phone registers."""
    key = await add(iloq, PHONE_KEY)
    assert await states(iloq, key) == (False, 0, 9)
    told = await iloq.get(f"Keys/{key.id}/KeyPhone")
    assert (told["PhoneNo"], told["OptionMask"]) == (None, 0)
    await phone(iloq, key, OptionMask=8)
    assert await states(iloq, key) == (False, 0, 10)
    await phone(iloq, key, OptionMask=8, Email="c@example.com", PhoneNo=None)
    assert await states(iloq, key) == (False, 0, 0)
    await phone(iloq, key)
    assert await states(iloq, key) == (False, 0, 0)
    told = await iloq.get(f"Keys/{key.id}/KeyPhone")
    assert (told["PhoneNo"], told["OptionMask"]) == ("+358401", 1)
    path = f"lock_groups/demo/keys/{key.id}"
    assert (await iloq.control("POST", f"{path}/fetch")).status == 409
    iloq.cloud.set_options(fetch_seconds=0)
    await iloq.send("POST", f"Keys/{key.id}/Order")
    assert await states(iloq, key) == (False, 1, 4)
    assert (await iloq.control("POST", f"{path}/fetch")).status == 409
    assert (await iloq.control("POST", f"{path}/register")).status == 200
    assert await states(iloq, key) == (True, 3, 4)
    assert (await iloq.get(f"Keys/{key.id}/KeyPhone"))["OptionMask"] == 2
    await iloq.send("POST", f"KeyPhones/{key.id}/ReRegister")
    assert (await iloq.get(f"Keys/{key.id}/KeyPhone"))["OptionMask"] == 1


async def test_phone_refused(iloq: House) -> None:
    """A number is one phone's, and only phone keys have any."""
    key = await add(iloq, PHONE_KEY)
    taken = {"FNKey_ID": key.id, "PhoneNo": "+358409876543", "OptionMask": 0}
    await iloq.refused("PUT", "KeyPhones", taken)
    await iloq.refused("PUT", "KeyPhones", taken | {"FNKey_ID": UNKNOWN})
    fob = iloq.key("Fob").id
    await iloq.refused("PUT", "KeyPhones", {"FNKey_ID": fob, "PhoneNo": "1"})
    await iloq.refused("GET", f"Keys/{fob}/KeyPhone")
    await iloq.refused("POST", f"KeyPhones/{key.id}/ReRegister")
    path = f"lock_groups/demo/keys/{key.id}/register"
    assert (await iloq.control("POST", path)).status == 409


async def test_location_reporting(iloq: House) -> None:
    """A phone key can report where it is used."""
    path = f"Keys/{iloq.key("Anna's phone").id}/LocationReporting"
    name = "LocationReportingInAuditTrail"
    assert await iloq.get(path) == {name: False}
    await iloq.send("PUT", path, {name: True})
    assert await iloq.get(path) == {name: True}
    await iloq.refused("PUT", path, {})
    await iloq.refused("GET", f"Keys/{iloq.key('Fob').id}/LocationReporting")


async def test_main_zone(iloq: House) -> None:
    """A main zone is given before the first order, if the locking system has such."""
    key = await add(iloq, PHONE_KEY)
    await phone(iloq, key)
    zone = {"Zone_ID": iloq.cloud.group.default_zone.id}
    path = f"Keys/{key.id}/UpdateMainZone"
    iloq.cloud.set_options(main_zones="unsupported")
    assert await iloq.get(f"Keys/{key.id}/CanUpdateMainZone") == 1
    await iloq.refused("PUT", path, zone)
    iloq.cloud.set_options(main_zones="required")
    assert await iloq.get(f"Keys/{key.id}/CanOrder") == 12
    await iloq.refused("PUT", path, {"Zone_ID": UNKNOWN})
    await iloq.send("PUT", path, zone)
    assert (await iloq.get(f"Keys/{key.id}/Zones"))["MainZone"] == zone["Zone_ID"]
    await iloq.send("POST", f"Keys/{key.id}/Order")
    assert await iloq.get(f"Keys/{key.id}/CanUpdateMainZone") == 2
    assert (await iloq.call("POST", path, zone)).status == 405


@pytest.mark.parametrize(
    ("kind", "reason"), [(S10_KEY, 2), (FOB, 2), (SERIES_5_KEY, 0)]
)
async def test_kinds(iloq: House, kind: int, reason: int) -> None:
    """Some kinds of keys need a token to be programmed."""
    key = await add(iloq, kind)
    assert await iloq.get(f"Keys/{key.id}/CanOrder") == reason


async def test_standard_access(iloq: House) -> None:
    """What is no API access can be added and not ordered, unless the key has it already."""
    key = await add(iloq)
    access = {"SecurityAccess_ID": iloq.access("Cellar").id}
    await iloq.send("POST", f"Keys/{key.id}/SecurityAccesses", access)
    assert await iloq.get(f"Keys/{key.id}/CanOrder") == 1
    message = await iloq.refused("POST", f"Keys/{key.id}/Order")
    assert message == "Key cannot be ordered: 1"
    bo = iloq.key("Bo's key")
    access = {"SecurityAccess_ID": iloq.access("Gym").id}
    await iloq.send("POST", f"Keys/{bo.id}/SecurityAccesses", access)
    assert await iloq.get(f"Keys/{bo.id}/CanOrder") == 0


async def test_standard_return(iloq: House) -> None:
    """A tag is not returned without a token while it has what is no API access."""
    cellar = iloq.access("Cellar")
    tag = iloq.build.key("Tag", TAG_KEY, cellar, TagKey="04AB")
    assert await iloq.get(f"Keys/{tag.id}/CanReturn") == 1
    await iloq.refused("POST", f"Keys/{tag.id}/Return")


async def test_hidden(iloq: House) -> None:
    """A hidden key is in the wrong state."""
    key = await add(iloq)
    told = await iloq.get(f"Keys/{key.id}")
    await iloq.send("PUT", "Keys", {"Key": told | {"State": 2}})
    assert await iloq.get(f"Keys/{key.id}/CanOrder") == 4


async def test_blocklisted(iloq: House) -> None:
    """A key on the blocklist is neither ordered nor returned, deleted or changed."""
    key = iloq.key("Bo's tag")
    body = {"SecurityAccess_ID": iloq.access("Gate").id}
    await iloq.send("POST", f"Keys/{key.id}/SecurityAccesses", body)
    await iloq.send("POST", f"Blacklists/AddKey/{key.id}")
    can = {
        name: await iloq.get(f"Keys/{key.id}/{name}")
        for name in (
            "CanOrder",
            "CanReturn",
            "CanDelete",
            "SecurityAccesses/CanAdd",
            f"SecurityAccesses/{iloq.access('Gym').id}/CanDelete",
        )
    }
    assert list(can.values()) == [8, 4, 3, 2, 2]
    path = f"Keys/{key.id}/SecurityAccesses"
    await iloq.refused("PUT", path, {"SecurityAccessIds": []})
    await iloq.refused("DELETE", f"{path}/{iloq.access('Gym').id}")
    await iloq.refused("POST", path, {"SecurityAccess_ID": iloq.access("Roof").id})


async def test_forced(iloq: House) -> None:
    """What may be done can be chosen, where it does not come about by itself."""
    key = await add(iloq)
    path = f"lock_groups/demo/keys/{key.id}/forced"
    body = {"CanOrder": 3, "CanReturn": 1, "CanDelete": 2, "CanAdd": 2}
    assert (await iloq.control("PUT", path, body)).status == 200
    names = ("CanOrder", "CanReturn", "CanDelete", "SecurityAccesses/CanAdd")
    told = [await iloq.get(f"Keys/{key.id}/{name}") for name in names]
    assert told == [3, 1, 2, 2]
    await iloq.refused("POST", f"Keys/{key.id}/Order")
    await iloq.control("PUT", path, {})
    assert await iloq.get(f"Keys/{key.id}/CanOrder") == 0
    assert (await iloq.control("PUT", path, {"CanFly": 1})).status == 400
    state = {"state": -1}
    path = f"lock_groups/demo/keys/{key.id}/programming"
    assert (await iloq.control("PUT", path, state)).json["ProgrammingState"] == -1
    assert await iloq.get(f"Keys/{key.id}/CanOrder") == 4
    assert (await iloq.control("PUT", path, {"state": 8})).status == 400
    missing = f"lock_groups/demo/keys/{new_id()}/program"
    assert (await iloq.control("POST", missing)).status == 404
