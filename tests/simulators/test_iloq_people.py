"""Persons, roles, zones and the blocklist of the simulated iLOQ cloud."""

from simulators.iloq.places import ROOT_ID
from simulators.registry import new_id
from tests.simulators.iloq import UNKNOWN, House, Json


def person_body(**changes: object) -> Json:
    """Return the body of a new person."""
    person = {
        "Person_ID": new_id(),
        "FirstName": "Gun",
        "LastName": "Holm",
        "PersonCode": "G1",
        "eMail": "gun@example.com",
        "ExternalPersonId": "ext-gun",
        **changes,
    }
    return {"Person": person, "ZoneIds": []}


async def test_persons(iloq: House) -> None:
    """Persons are added, found, changed and deleted."""
    body = person_body()
    person_id = body["Person"]["Person_ID"]
    assert await iloq.send("POST", "Persons", body) == {"PersonIds": [person_id]}
    told = await iloq.get(f"Persons/{person_id}")
    assert body["Person"].items() <= told.items()
    assert told in await iloq.get("Persons")
    path = "Persons/GetByExternalPersonIds?externalPersonIds="
    assert await iloq.get(path + "ext-gun") == [told]
    both = await iloq.get(path + "ext-gun&externalPersonIds=ext-1")
    assert [row["FirstName"] for row in both] == ["Gun", "Anna"]
    message = await iloq.refused("GET", path + "none")
    assert message == "Invalid value (none) for parameter externalPersonIds."
    await iloq.send("PUT", "Persons", {"Person": told | {"FirstName": "Gunnar"}})
    assert (await iloq.get(f"Persons/{person_id}"))["FirstName"] == "Gunnar"
    v1 = await iloq.get(f"Persons/{person_id}", "v1")
    assert "LanguageCode" in told and "LanguageCode" not in v1
    code = await iloq.get(f"Persons/{person_id}/NortecActivationCode")
    assert code == person_id[:8].upper()
    assert await iloq.get(f"Persons/{person_id}/CanDelete") == 0
    await iloq.send("DELETE", f"Persons/{person_id}")
    await iloq.refused("GET", f"Persons/{person_id}")


async def test_person_refused(iloq: House) -> None:
    """A person's code must be there, and ids are one person's."""
    body = person_body()
    await iloq.send("POST", "Persons", body)
    for bad in (
        {"Person_ID": body["Person"]["Person_ID"], "ExternalPersonId": None},
        {"ExternalPersonId": "ext-gun"},
        {"ExternalPersonId": None, "PersonCode": None},
        {"ExternalPersonId": None, "PersonCode": "x" * 21},
        {"ExternalPersonId": None, "EmploymentEndDate": "x"},
    ):
        await iloq.refused("POST", "Persons", person_body(**bad))
    zones = person_body(ExternalPersonId=None) | {"ZoneIds": [UNKNOWN]}
    await iloq.refused("POST", "Persons", zones)
    await iloq.refused("POST", "Persons", {})
    await iloq.refused("PUT", "Persons", person_body(ExternalPersonId=None))
    await iloq.refused("PUT", "Persons", {"Person": {"PersonCode": "1"}})
    assert len(await iloq.get("Persons")) == 7
    anna = iloq.person("Anna").id
    assert await iloq.get(f"Persons/{anna}/CanDelete") == 1
    await iloq.refused("DELETE", f"Persons/{anna}")


async def test_places(iloq: House) -> None:
    """The root of all real estates has the empty id, and keys and persons a zone by default."""
    estates = await iloq.get("RealEstates")
    assert (
        estates[0]["RealEstate_ID"]
        == ROOT_ID
        == "0" * 8 + ("-" + "0" * 4) * 3 + "-" + "0" * 12
    )
    assert {row["ParentRealEstate_ID"] for row in estates[1:]} == {ROOT_ID}
    assert [row["Type"] for row in await iloq.get("Zones")] == [2, 4]


async def test_person_roles(iloq: House) -> None:
    """Roles of persons can be read with their accesses."""
    roles = await iloq.get("PersonRoles")
    assert [role["Name"] for role in roles] == ["Tenant"]
    path = f"PersonRoles/{roles[0]['PersonRole_ID']}"
    assert await iloq.get(path) == roles[0]
    accesses = await iloq.get(f"{path}/SecurityAccesses")
    assert [row["Name"] for row in accesses] == ["Entrance", "Stairs"]
    assert await iloq.get(f"Persons/{iloq.person('Anna').id}/PersonRoles") == roles
    assert await iloq.get(f"Persons/{iloq.person('Bo').id}/PersonRoles") == []


async def test_security_roles(iloq: House) -> None:
    """Roles of codes are added, changed and deleted, and never tell their codes."""
    role: Json = {
        "SecurityRole_ID": new_id(),
        "Name": "Cleaning",
        "Description": None,
        "OnlineAccessCode": "54321",
        "OnlineRelayOperatingTimeMs": 5000,
        "RealEstate_ID": ROOT_ID,
        "TypeMask": 0,
        "Zone_ID": None,
    }
    path = f"SecurityRoles/{role['SecurityRole_ID']}"
    hidden = role | {"OnlineAccessCode": ""}
    assert await iloq.send("POST", "SecurityRoles", role) == hidden
    await iloq.refused("POST", "SecurityRoles", role)
    changed = hidden | {"Name": "Cleaners"}
    assert await iloq.send("PUT", "SecurityRoles", changed) == changed
    kept = iloq.cloud.group.security_roles[role["SecurityRole_ID"]]
    assert kept.record["OnlineAccessCode"] == "54321"
    assert await iloq.get(path) == changed
    assert changed in await iloq.get("SecurityRoles")
    assert await iloq.get(f"{path}/CanDelete") == 0
    await iloq.send("DELETE", path)
    await iloq.refused("GET", path)
    await iloq.refused("PUT", "SecurityRoles", role)
    await iloq.refused("POST", "SecurityRoles", role | {"Zone_ID": UNKNOWN})


async def test_blacklist(iloq: House) -> None:
    """Keys are put on the list and taken from it, and the list is ordered when it has changed."""
    key = iloq.key("Anna's key")

    async def can(key_id: str = key.id) -> tuple[bool, bool, int]:
        return (
            await iloq.get(f"Blacklists/CanAddKey/{key_id}"),
            await iloq.get(f"Blacklists/CanRemoveKey/{key_id}"),
            await iloq.get("Blacklists/CanOrderS40Blacklist"),
        )

    async def changes() -> list[int]:
        items = (await iloq.get("Blacklists"))["BlacklistItems"]
        return [item["ChangeType"] for item in items]

    assert await can() == (True, False, 2)
    await iloq.refused("POST", "Blacklists/OrderS40Blacklist")
    await iloq.refused("DELETE", f"Blacklists/RemoveKey/{key.id}")
    await iloq.send("POST", f"Blacklists/AddKey/{key.id}")
    assert await can() == (False, True, 0)
    await iloq.refused("POST", f"Blacklists/AddKey/{key.id}")
    item = (await iloq.get("Blacklists"))["BlacklistItems"][0]
    assert (item["FNKey_ID"], item["PersonName"]) == (key.id, "Anna Virtanen")
    assert item["BlackListDateUtc"] == iloq.iso()
    await iloq.send("POST", "Blacklists/OrderS40Blacklist")
    assert await can() == (False, True, 2)
    assert await changes() == [0]
    await iloq.send("DELETE", f"Blacklists/RemoveKey/{key.id}")
    assert await can() == (True, False, 0)
    assert await changes() == [2]
    await iloq.send("POST", f"Blacklists/AddKey/{key.id}")
    assert await changes() == [0]
    await iloq.send("DELETE", f"Blacklists/RemoveKey/{key.id}")
    await iloq.send("POST", "Blacklists/OrderS40Blacklist")
    assert await changes() == []
    await iloq.send("POST", f"Blacklists/AddKey/{key.id}")
    await iloq.send("DELETE", f"Blacklists/RemoveKey/{key.id}")
    assert await changes() == []
    assert await can(iloq.key("Old key").id) == (False, False, 2)
    assert await can(iloq.key("Spare key").id) == (False, False, 2)
    message = await iloq.refused("GET", f"Blacklists/CanAddKey/{UNKNOWN}")
    assert message == f"Invalid value ({UNKNOWN}) for parameter fnkeyId."
