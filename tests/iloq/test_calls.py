"""The action call_vendor at iLOQ: operations that nothing else does, passed on by their names."""

import re
from typing import Any

from homeassistant.util.yaml import load_yaml_dict

from custom_components.latchkey.vendors.iloq.calls import is_passed_on
from custom_components.latchkey.vendors.iloq.operations import V1, V2
from simulators.iloq.endpoints import R
from tests.iloq.home import Home
from tests.iloq.key_home import access_id, key_named, person_id, refused
from tests.sources import PACKAGE

OWN = (
    *("POST CreateSession", "GET KillSession", "POST SetLockgroup"),
    *("POST Url/GetUrl", "POST Keys", "PUT Keys", "POST Keys/{id}/Order"),
    *("GET Webhooks/Subscriptions", "POST CalendarDatas", "POST Persons"),
    *("POST LockLogs", "GET Keys", "DELETE Keys/{id}", "GET LockGroups"),
    *("POST LockGroups/GenerateAccessToken", "PUT Keys/{id}/SecurityAccesses"),
)
CALLS = [name for name in V2 if is_passed_on(name)]


async def answer(home: Home, operation: str, **body: Any) -> Any:
    """Return what the vendor answers."""
    told = await home.act("call_vendor", operation=operation, body=body)
    return told["answer"]


def ids_for(home: Home, operation: str) -> list[str]:
    """Return ids of things that the house has, for the places in an operation's name."""
    group = home.cloud.group
    module = next(iter(group.network.modules))
    device = next(iter(group.network.devices))
    relay = next(iter(group.network.relays))
    first = {
        "CalendarDataTitles": next(iter(group.calendars)),
        "KeyPhones": key_named(home, "Anna's phone").id,
        "Keys": key_named(home, "Anna's phone").id,
        "Locks": next(iter(group.locks)),
        "NetworkModuleDeviceRelays": relay,
        "NetworkModuleDevices": device,
        "NetworkModules": module,
        "PersonRoles": next(iter(group.person_roles)),
        "Persons": person_id(home, "Anna Virtanen"),
        "SecurityAccesses": access_id(home, "Roof"),
        "SecurityRoles": next(iter(group.security_roles)),
        "TimeLimitTitles": next(iter(group.titles)),
    }
    parts = operation.partition(" ")[2].split("/")
    return [
        first[parts[place - 1]] for place, part in enumerate(parts) if part == "{id}"
    ]


async def test_reads(home: Home) -> None:
    """Each operation that reads is passed on, with its ids, and answers."""
    await home.start()
    reads = [name for name in CALLS if name.startswith("GET ")]
    queries = {
        "GET Keys/GetByRomIds": {"romIds": "0000000000000001"},
        "GET Persons/GetByExternalPersonIds": {"externalPersonIds": "ext-1"},
    }
    # Of these the house has nothing yet.
    lacking = {
        "GET CalendarDatas/{id}",
        "GET CalendarDatas/{id}/CalendarDataSecurityRoleLinks",
        "GET KeyTags/{id}",
        "GET Keys/{id}/TimeLimitTitles/{id}",
    }
    assert lacking < set(reads)
    for name in reads:
        if name in lacking:
            continue
        body: dict[str, Any] = {"ids": ids_for(home, name)}
        if name in queries:
            body["query"] = queries[name]
        home.cloud.requests.reset()
        await answer(home, name, **body)
        assert home.cloud.requests.total == 1, name


async def test_writes(home: Home) -> None:
    """Time profiles, tags of keys, locks and the rest are written by their names."""
    await home.start()
    group = home.cloud.group
    key, lock = key_named(home, "Anna's key"), next(iter(group.locks.values()))
    tag = {
        "FNKey_ID": key.id,
        "Tag_ID": "6b0a2a57-5d0c-4f0e-9a34-3f6f2f5f6c1e",
        "Key": "ticket",
        "Value": "17",
        "SaveToKeyAuditTrail": False,
    }
    await answer(home, "POST KeyTags", body=tag)
    told = await answer(home, "GET KeyTags/{id}", ids=[tag["Tag_ID"]])
    assert told["Value"] == "17"
    await answer(home, "PUT KeyTags", body=tag | {"Value": "18"})
    assert (await answer(home, "GET Keys/{id}/KeyTags", ids=[key.id]))[0][
        "Value"
    ] == "18"
    await answer(home, "DELETE KeyTags/{id}", ids=[tag["Tag_ID"]])
    assert await answer(home, "GET KeyTags") == []
    assert await answer(home, "GET Locks/{id}/CanOrder", ids=[lock.id]) == 0
    await answer(home, "POST Locks/{id}/Order", ids=[lock.id])
    slot = {
        "SlotNo": 2,
        "TimeLimitTitle_ID": next(iter(group.titles)),
        "TimeLimitData": [
            {"StartTimeMS": 28800000, "EndTimeMS": 59400000, "WeekDayMask": 31}
        ],
    }
    body = {"ids": [key.id], "body": {"TimeLimitSlot": slot}}
    assert await answer(home, "POST Keys/{id}/TimeLimitTitles/CanAdd", **body) == 0
    await answer(home, "POST Keys/{id}/TimeLimitTitles", **body)
    ids = [key.id, slot["TimeLimitTitle_ID"]]
    told = await answer(home, "GET Keys/{id}/TimeLimitTitles/{id}", ids=ids)
    assert told["SlotNo"] == 2
    await answer(home, "DELETE Keys/{id}/TimeLimitTitles/{id}", ids=ids)
    assert key.planned.slots == ()
    await answer(
        home,
        "POST KeyPhones/{id}/ReRegister",
        ids=[key_named(home, "Anna's phone").id],
    )
    home.cloud.group.blacklist.add(key, home.cloud.clock())
    assert await answer(home, "GET Blacklists/CanOrderS40Blacklist") == 0
    await answer(home, "POST Blacklists/OrderS40Blacklist")
    assert await answer(home, "GET Blacklists/CanOrderS40Blacklist") == 2


async def test_query(home: Home) -> None:
    """A query is passed on, a truth as JSON writes it."""
    await home.start()
    ids = [next(iter(home.cloud.group.locks))]
    query = {"mode": 2}
    told = await answer(home, "GET Locks/{id}/SecurityAccesses", ids=ids, query=query)
    assert told["SecurityAccesses"]


async def test_own_operations(home: Home) -> None:
    """What has an action of its own, and what the session is made of, is not passed on."""
    await home.start()
    home.cloud.requests.reset()
    for operation in OWN:
        error = await refused(home, "call_vendor", operation=operation)
        assert error.translation_key == "not_in_list", operation
    assert home.cloud.requests.total == 0


BAD: tuple[tuple[dict[str, Any], str], ...] = (
    ({"id": ["x"]}, "call_parts"),
    ({"WeekDayMask": 1}, "call_parts"),
    ({}, "call_ids"),
    ({"ids": "x"}, "call_ids"),
    ({"ids": []}, "call_ids"),
    ({"ids": [7]}, "call_ids"),
    ({"ids": ["a", "b"]}, "call_ids"),
    ({"ids": ["a"], "query": []}, "call_query"),
    ({"ids": ["a"], "query": {"a": {}}}, "call_query"),
    ({"ids": ["a"], "query": {"a": None}}, "call_query"),
)


async def test_bad_bodies(home: Home) -> None:
    """A body that cannot be is refused, and nothing is sent."""
    await home.start()
    home.cloud.requests.reset()
    for body, key in BAD:
        error = await refused(
            home, "call_vendor", operation="GET Locks/{id}", body=body
        )
        assert error.translation_key == key, body
        assert "body" in str(error)
    assert home.cloud.requests.total == 0


async def test_unknown_ids(home: Home) -> None:
    """An id of nothing is not found; what is no id is none, and does not become an address."""
    await home.start()
    home.cloud.requests.reset()
    for each in ("../Keys", "a/b", "", "a?b"):
        body = {"ids": [each]}
        error = await refused(
            home, "call_vendor", operation="GET Locks/{id}", body=body
        )
        assert error.translation_key == "not_found_call"
    assert home.cloud.requests.total == 0


async def test_lost_answers(home: Home) -> None:
    """What changes something is sent once; a read is read again."""
    await home.start()
    home.cloud.requests.reset()
    fault = home.fault("reset_after", times=1)
    assert await answer(home, "GET NetworkModules")
    assert fault.hits == 1
    assert home.count("GET NetworkModules") == 2
    home.fault("reset_after", method="POST", times=1)
    body = {"ids": [next(iter(home.cloud.group.locks))]}
    operation = "POST Locks/{id}/Order"
    error = await refused(home, "call_vendor", operation=operation, body=body)
    assert error.translation_key == "outcome_unknown_call"
    assert home.count(operation) == 1


async def test_rights(home: Home) -> None:
    """Only what the user has a right to can be called."""
    home.cloud.user.rights = int(R.LOG_IN | R.LOCKS)
    await home.start()
    error = await refused(home, "call_vendor", operation="PUT Locks")
    assert error.translation_key == "not_in_list"
    assert "GET Locks/{id}" in str(error)


async def test_version_1(home: Home) -> None:
    """In the first generation what little there is beside the rest can be called."""
    home.cloud.set_options(generations="v1")
    await home.start_v1()
    calls = {name for name in V1 if is_passed_on(name)}
    assert calls == {"GET Locks/{id}", "GET Persons/{id}", "POST SecurityAccesses"}
    told = await answer(
        home, "GET Persons/{id}", ids=[person_id(home, "Anna Virtanen")]
    )
    assert told["LastName"] == "Virtanen"
    error = await refused(home, "call_vendor", operation="GET NetworkModules")
    assert error.translation_key == "not_in_list"


def test_choices_in_the_form() -> None:
    """The form offers each operation that can be called."""
    described = load_yaml_dict(str(PACKAGE / "services.yaml"))["call_vendor"]
    options = described["fields"]["operation"]["selector"]["select"]["options"]
    offered = [each for each in options if re.match(r"(GET|POST|PUT|DELETE) ", each)]
    assert sorted(offered) == sorted({*CALLS, *filter(is_passed_on, V1)})
