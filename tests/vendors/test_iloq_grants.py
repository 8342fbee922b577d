"""iLOQ's keys as grants: what is sent, field by field, and what goes wrong on the way."""

from collections.abc import Mapping
import json
from typing import Any

import pytest

from custom_components.latchkey.ledger import Terms
from custom_components.latchkey.vendors.granting import (
    FollowsGrants,
    IssuesGrants,
    JoinsAccesses,
    LearnsAccesses,
    LimitsGrants,
    PreparesGrants,
)
from custom_components.latchkey.vendors.grants import Access, Credential
from custom_components.latchkey.vendors.iloq.people import key_id_of, person_id_of
from custom_components.latchkey.vendors.iloq.wire import ROOT_REAL_ESTATE
from custom_components.latchkey.vendors.model import Device, DeviceKind
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    Conflict,
    Impossible,
    InvalidField,
    InvalidRequest,
    NoRight,
    NotFound,
    Obstacle,
    OutcomeUnknown,
    RateLimited,
    ServiceUnavailable,
    VendorError,
)
from tests.vendors.iloq_keys import DOOR, GATE, LOCK, OTHER_ZONE, SYSTEM, ZONE, account
from tests.vendors.iloq_orders import (
    BOTH,
    CAN_ORDER,
    DELETE,
    GET,
    GRANT,
    INSERT,
    KEY,
    NUMBER,
    ORDER,
    PERSON,
    SEED_ANSWER,
    START,
    order,
    slot,
    told,
)

SEED_LIMIT = {
    "DaylightSaving": 1,
    "EndDate": "2025-09-14T09:57:51.3885765+03:00",
    "LimitType": 2,
    "LNKey_ID": "1a736fd7-6126-4010-943c-3c0f056824e3",
    "LNKeyTimeLimit_ID": "9decda45-f81d-4107-9a55-3c997608617b",
    "OrderNo": 5,
    "RenewEndDate": "2025-09-14T09:57:51.3885765+03:00",
    "RenewGapCount": 7,
    "RenewGapType": 8,
    "RenewMinute": 9,
    "StartDate": "2025-09-14T09:57:51.3885765+03:00",
    "WeekDay": 10,
}
SEED_REQUEST: Mapping[str, Any] = {
    "Key": {
        "FNKey_ID": "43c85487-a4c1-47a4-977f-fd678c9d7a78",
        "Description": "sample string 1",
        "ExpireDate": "2025-09-14T09:57:51.3885765+03:00",
        "InfoText": "sample string 2",
        "ManufacturingInfo": "sample string 3",
        "OnlineAccessCode": "sample string 4",
        "Person_ID": "c961e055-9ea0-42bf-88af-243e41ebc2f9",
        "RealEstate_ID": "cb6546fc-ee29-4d26-9bc5-92074157fcd0",
        "ROM_ID": "sample string 6",
        "Stamp": "sample string 7",
        "TagKey": "sample string 8",
        "VersionCode": "sample string 9",
    },
    "SecurityAccessIds": [
        "6e906a3d-9b28-4b56-8cd3-e7b0d4ad09b0",
        "fa6d1346-5343-40e7-9fbc-7ffd06415664",
    ],
    "TimeLimits": [SEED_LIMIT, SEED_LIMIT],
    "ZoneIds": [
        "3edd28ea-5d3a-4a02-a0b4-bb9b4355805c",
        "4bb5ce89-446a-4860-970a-59928b626a4d",
    ],
}


async def test_capabilities() -> None:
    """What can be done with its keys is told."""
    vendor, _ = await account()
    for protocol in (
        IssuesGrants,
        LimitsGrants,
        FollowsGrants,
        JoinsAccesses,
        LearnsAccesses,
        PreparesGrants,
    ):
        assert isinstance(vendor, protocol)
    assert list(vendor.codes) == [Credential.KEY, Credential.PHONE, Credential.TAG]
    first, _ = await account(v1=True)
    assert list(first.codes) == [Credential.KEY, Credential.TAG]


def test_ids() -> None:
    """The ids are the same in every run, and others for other grants and things."""
    assert KEY == "b08d3bbc-fce6-5ff8-b8b7-f703ca1c4355"
    assert KEY == KEY.casefold() == key_id_of(GRANT)
    assert len({KEY, person_id_of(GRANT), key_id_of("other")}) == 3


# What is sent


async def test_seed_request() -> None:
    """The seed's request is what is sent for its values, but for the id and the fraction of the end, which are ours."""
    vendor, cloud = await account(v1=True)
    cloud.data[f"GET Persons/{PERSON}"] = {"Person_ID": PERSON}
    given_key = SEED_REQUEST["Key"]
    expert = {
        name: given_key[name]
        for name in ("ROM_ID", "ManufacturingInfo", "OnlineAccessCode", "VersionCode")
    }
    fields = await vendor.prepared(
        Credential.TAG,
        {
            "person_id": PERSON,
            "info_text": given_key["InfoText"],
            "stamp": given_key["Stamp"],
            "zone": f"{ZONE}, {OTHER_ZONE}",
            "real_estate": given_key["RealEstate_ID"].upper(),
            "key_fields": json.dumps(
                {**expert, "TimeLimits": SEED_REQUEST["TimeLimits"]}
            ),
        },
        given_key["TagKey"],
    )
    cloud.sent.clear()
    cloud.data[INSERT] = SEED_ANSWER
    issued = await vendor.issue(
        order(
            Credential.TAG,
            name=given_key["Description"],
            fields=fields,
            code=given_key["TagKey"],
        )
    )
    assert issued.vendor_id == KEY
    (sent,) = cloud.sent
    ours = {"FNKey_ID": KEY, "ExpireDate": "2025-09-14T09:57:51+03:00"}
    assert sent == (INSERT, {**SEED_REQUEST, "Key": {**given_key, **ours}})


async def test_key() -> None:
    """A key of a 5 Series system is made in its full form, and ordered."""
    vendor, cloud = await account()
    await vendor.issue(order())
    assert cloud.sent == [
        (
            INSERT,
            {
                "Key": {
                    "FNKey_ID": KEY,
                    "Description": "Gun Ek",
                    "ExpireDate": "2025-09-14T09:57:51+03:00",
                    "InfoText": "",
                    "ManufacturingInfo": "",
                    "OnlineAccessCode": "",
                    "Person_ID": None,
                    "RealEstate_ID": ROOT_REAL_ESTATE,
                    "ROM_ID": "",
                    "Stamp": "",
                    "TagKey": "",
                    "VersionCode": "",
                    "KeyTypeMask": 264,
                },
                "SecurityAccessIds": [DOOR, GATE],
                "TimeLimitSlots": [{"SlotNo": 1, "LimitDateLg": "2025-09-14T09:57:51"}],
                "ZoneIds": [ZONE],
            },
        ),
        (CAN_ORDER, None),
        (ORDER, None),
    ]


async def test_phone() -> None:
    """A phone's key: the person, the key, the number, the main zone, and the order, each once and in this order."""
    vendor, cloud = await account()
    cloud.data["GET Persons"] = []
    fields = await vendor.prepared(
        Credential.PHONE,
        {"email": "gun@example.com", "person_code": "P1", "zone": "east"},
        NUMBER,
    )
    cloud.sent.clear()
    person_id = person_id_of(GRANT)
    await vendor.issue(
        order(Credential.PHONE, fields=fields, code=NUMBER, start=START, end=None)
    )
    assert cloud.names == [
        # Another call may have made the person meanwhile.
        "GET Persons",
        "POST Persons",
        INSERT,
        "PUT KeyPhones",
        "GET Keys/{id}/CanUpdateMainZone",
        "PUT Keys/{id}/UpdateMainZone",
        CAN_ORDER,
        ORDER,
    ]
    assert cloud.body("POST Persons") == {
        "Person": {
            "Person_ID": person_id,
            "FirstName": "Gun",
            "LastName": "Ek",
            "PersonCode": "P1",
            "eMail": "gun@example.com",
            "Phone1": NUMBER,
            "Address": "",
        },
        "ZoneIds": [OTHER_ZONE],
    }
    made = cloud.body(INSERT)
    assert made["Key"]["KeyTypeMask"] == 6
    assert made["Key"]["Person_ID"] == person_id
    assert made["Key"]["ExpireDate"] is None
    assert made["Key"]["TagKey"] == ""
    assert made["TimeLimitSlots"] == [
        {"SlotNo": 0, "LimitDateLg": "2025-06-01T12:00:00"}
    ]
    assert made["ZoneIds"] == [OTHER_ZONE]
    assert cloud.body("PUT KeyPhones") == {
        "FNKey_ID": KEY,
        "PhoneNo": NUMBER,
        "Email": "gun@example.com",
        "OptionMask": 0,
    }
    assert cloud.body("PUT Keys/{id}/UpdateMainZone") == {"Zone_ID": OTHER_ZONE}


async def test_phone_without_a_number() -> None:
    """Without a number the message goes to the address; a system without main zones is asked for none."""
    vendor, cloud = await account({"GET Keys/{id}/CanUpdateMainZone": 1})
    fields = {"email": "gun@example.com", "person_id": PERSON, "zone": ZONE}
    await vendor.issue(order(Credential.PHONE, fields=fields, name="Gun"))
    assert cloud.body("PUT KeyPhones") == {
        "FNKey_ID": KEY,
        "PhoneNo": "",
        "Email": "gun@example.com",
        "OptionMask": 8,
    }
    assert "PUT Keys/{id}/UpdateMainZone" not in cloud.names
    assert "POST Persons" not in cloud.names


async def test_tag() -> None:
    """A tag's number is in the key itself; further slots come after those of the times."""
    vendor, cloud = await account()
    weekly = slot(2, TimeLimitData=[{"WeekDayMask": 31}])
    expert = {"TimeLimitSlots": [weekly], "OfflineExpirationSeconds": 60}
    fields = {"key_fields": json.dumps(expert)}
    await vendor.issue(order(Credential.TAG, code="04AA", fields=fields, start=START))
    made = cloud.body(INSERT)
    assert (made["Key"]["TagKey"], made["Key"]["KeyTypeMask"]) == ("04AA", 384)
    assert [each["SlotNo"] for each in made["TimeLimitSlots"]] == [0, 1, 2]
    assert made["TimeLimitSlots"][2] == weekly
    assert made["OfflineExpirationSeconds"] == 60


# What goes wrong on the way


@pytest.mark.parametrize(
    ("answer", "obstacle"),
    [
        (1, Obstacle.NEEDS_MANAGER),
        (2, Obstacle.WRONG_KIND),
        (3, Obstacle.LICENCE_LIMIT),
        (4, Obstacle.WRONG_STATE),
        (5, Obstacle.KEY_ID_TOO_LARGE),
        (6, Obstacle.ACCESSES_OUTSIDE_ZONES),
        (7, Obstacle.LIMITS_OUTSIDE_ZONES),
        (8, Obstacle.BLOCKED),
        (9, Obstacle.NO_PHONE),
        (10, Obstacle.NO_EMAIL),
        (11, Obstacle.TOO_MANY_LIMITS),
        (12, Obstacle.NO_MAIN_ZONE),
        (13, Obstacle.NO_PERSON),
        (14, Obstacle.NO_TAG),
        (-1, Obstacle.VENDOR_FAILED),
        (99, Obstacle.VENDOR_FAILED),
    ],
)
async def test_obstacles(answer: int, obstacle: Obstacle) -> None:
    """What cannot be ordered is deleted again, and its person; the reason is told."""
    vendor, cloud = await account({CAN_ORDER: answer})
    with pytest.raises(Impossible) as caught:
        await vendor.issue(order(Credential.PHONE, code=NUMBER))
    assert caught.value.obstacle is obstacle
    assert cloud.names[-2:] == [DELETE, "DELETE Persons/{id}"]
    assert ORDER not in cloud.names


@pytest.mark.parametrize(
    "step", ["PUT KeyPhones", "PUT Keys/{id}/UpdateMainZone", CAN_ORDER, ORDER]
)
@pytest.mark.parametrize(
    "refusal",
    [InvalidRequest(), NoRight(), ServiceUnavailable(), RateLimited(None), Conflict()],
    ids=repr,
)
async def test_refused_on_the_way(step: str, refusal: VendorError) -> None:
    """What is refused after the key was made leaves none, or a doubt where it could not be deleted."""
    vendor, cloud = await account({step: refusal})
    asked = order(Credential.PHONE, code=NUMBER, fields={"zone": ZONE})
    with pytest.raises(type(refusal)):
        await vendor.issue(asked)
    assert cloud.names[-2:] == [DELETE, "DELETE Persons/{id}"]
    cloud.data[DELETE] = NotFound()
    with pytest.raises(type(refusal)):
        await vendor.issue(asked)
    for error in (ServiceUnavailable(), OutcomeUnknown(), InvalidRequest()):
        cloud.data[DELETE] = error
        with pytest.raises(OutcomeUnknown):
            await vendor.issue(asked)
        assert cloud.names[-1] == DELETE


@pytest.mark.parametrize(
    "step",
    [INSERT, "PUT KeyPhones", "PUT Keys/{id}/UpdateMainZone", ORDER],
)
async def test_doubt_on_the_way(step: str) -> None:
    """A doubt ends it: nothing is sent after it."""
    vendor, cloud = await account({step: OutcomeUnknown()})
    with pytest.raises(OutcomeUnknown):
        await vendor.issue(order(Credential.PHONE, code=NUMBER, fields={"zone": ZONE}))
    assert cloud.names[-1] == step


@pytest.mark.parametrize("refusal", [InvalidRequest(), Conflict()], ids=repr)
async def test_key_that_is_refused(refusal: VendorError) -> None:
    """A key that is refused is not there, unless it is: then the same request came twice."""
    vendor, cloud = await account({INSERT: refusal, GET: NotFound()})
    with pytest.raises(type(refusal)):
        await vendor.issue(order(Credential.PHONE, code=NUMBER))
    assert cloud.names == ["POST Persons", INSERT, GET, "DELETE Persons/{id}"]
    cloud.data[GET] = ServiceUnavailable()
    with pytest.raises(OutcomeUnknown):
        await vendor.issue(order())
    cloud.data[GET] = told()
    await vendor.issue(order())
    assert cloud.names[-1] == ORDER


@pytest.mark.parametrize("lost", [OutcomeUnknown(), InvalidRequest()], ids=repr)
async def test_person_in_doubt(lost: VendorError) -> None:
    """A person of whom the answer was lost is looked for; without one there is no key."""
    vendor, cloud = await account({"POST Persons": lost})
    cloud.data["GET Persons/{id}"] = {"Person_ID": PERSON}
    await vendor.issue(order(Credential.PHONE, code=NUMBER))
    assert cloud.names[-1] == ORDER
    cloud.data["GET Persons/{id}"] = NotFound()
    with pytest.raises(VendorError) as caught:
        await vendor.issue(order(Credential.PHONE, code=NUMBER))
    assert not isinstance(caught.value, OutcomeUnknown)
    assert cloud.names[-1] == "DELETE Persons/{id}"


async def test_without_right_to_make_keys() -> None:
    """Who may make no keys makes no person for one either."""
    vendor, cloud = await account(
        {"POST SetLockgroup": {"RightsMask": (2**63 - 1) & ~524288}}
    )
    with pytest.raises(NoRight):
        await vendor.issue(order(Credential.PHONE, code=NUMBER))
    assert cloud.names == []


async def test_without_right_to_order() -> None:
    """Who may not order leaves the key as it is."""
    vendor, cloud = await account(
        {"POST SetLockgroup": {"RightsMask": (2**63 - 1) & ~34359738368}}
    )
    issued = await vendor.issue(order())
    assert issued.vendor_id == KEY
    assert cloud.names == [INSERT]


# What a grant opens


def lock() -> Device:
    """Return a lock."""
    return Device(id=LOCK, label="F", name="Front", kind=DeviceKind.LOCK)


@pytest.mark.parametrize(
    ("accesses", "reason"),
    [
        ([{"SecurityAccess_ID": DOOR, "Name": "Door", "Type": 3, "Status": 0}], None),
        ([], "lock_without_access"),
        ([{"SecurityAccess_ID": DOOR, "Type": 1}], "lock_without_access"),
        (
            [{"SecurityAccess_ID": DOOR, "Type": 3, "Status": 4}],
            "lock_without_access",
        ),
        (
            [{"SecurityAccess_ID": each, "Type": 3} for each in (DOOR, GATE)],
            "lock_of_several_accesses",
        ),
    ],
)
async def test_access_of_a_lock(accesses: list[Any], reason: str | None) -> None:
    """A lock stands for its one access that the API can give a key."""
    vendor, cloud = await account()
    cloud.data["GET Locks/{id}/SecurityAccesses"] = {"SecurityAccesses": accesses}
    await vendor.learn(lock())
    if reason is None:
        assert vendor.access_of(lock(), {}, {}) == Access(DOOR, "Door", SYSTEM)
        return
    with pytest.raises(InvalidField) as caught:
        vendor.access_of(lock(), {}, {})
    assert (caught.value.field, caught.value.reason) == ("device_id", reason)


async def test_joined() -> None:
    """Several accesses are one, the same in whichever order they are named."""
    vendor, _ = await account()
    door, gate = (vendor.access_named(each, {}, {}) for each in ("door", GATE.upper()))
    assert vendor.joined([gate, door, gate]) == vendor.joined([door, gate]) == BOTH
    assert vendor.device_of(BOTH) == SYSTEM
    assert [each.id for each in vendor.scopes({})] == [SYSTEM]


async def test_person_by_address() -> None:
    """An address that could be of somebody who could not be read is not guessed at."""
    vendor, cloud = await account()
    fields = {"email": "Gun@Example.com"}
    cloud.data["GET Persons"] = [
        {"Person_ID": PERSON.upper(), "eMail": "gun@example.com", "State": 0},
        "unreadable",
    ]
    found = await vendor.prepared(Credential.KEY, fields, None)
    assert found["person_id"] == PERSON
    cloud.data["GET Persons"] = ["unreadable"]
    with pytest.raises(AnswerNotUnderstood):
        await vendor.prepared(Credential.KEY, fields, None)
    cloud.data["GET Persons"] = []
    assert await vendor.prepared(Credential.KEY, fields, None) == fields


def test_what_an_order_tells() -> None:
    """Nothing that is shown of an order is a number or an address of anybody's."""
    fields = {"email": "gun@example.com", "key_fields": '{"ROM_ID": "0000AB"}'}
    shown = repr(order(Credential.PHONE, fields=fields, code=NUMBER))
    terms = Terms(name="Gun", start=None, end=None, fields=fields)
    for secret in (*fields.values(), NUMBER):
        assert secret not in shown
        assert secret not in repr(terms)
