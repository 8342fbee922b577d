"""iLOQ's keys as grants: what is sent, field by field, and what is made of what comes back, be it hostile."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
import json
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.latchkey.vendors.grants import (
    Access,
    Credential,
    Fault,
    Followed,
    FollowsGrants,
    GrantState,
    IssuedGrant,
    IssuesGrants,
    JoinsAccesses,
    LearnsAccesses,
    LimitsGrants,
    Order,
    PreparesGrants,
    Wanted,
)
from custom_components.latchkey.vendors.iloq import followed as rows
from custom_components.latchkey.vendors.iloq.people import key_id_of, person_id_of
from custom_components.latchkey.vendors.iloq.wire import ROOT_REAL_ESTATE, WireKey
from custom_components.latchkey.vendors.model import Device, DeviceKind
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    Conflict,
    Impossible,
    InvalidField,
    InvalidRequest,
    NoRight,
    NotAvailable,
    NotFound,
    Obstacle,
    OutcomeUnknown,
    RateLimited,
    ServiceUnavailable,
    VendorError,
)
from tests.vendors.iloq_keys import (
    DOOR,
    GATE,
    LOCK,
    OTHER_ZONE,
    SYSTEM,
    YARD,
    ZONE,
    account,
)

GRANT = "01JGRANT0000"
KEY = key_id_of(GRANT)
PERSON = "c961e055-9ea0-42bf-88af-243e41ebc2f9"
START = datetime(2025, 6, 1, 9, tzinfo=UTC)
END = datetime(2025, 9, 14, 6, 57, 51, tzinfo=UTC)
BOTH = Access(f"{DOOR},{GATE}", "Door, Gate", SYSTEM)
NUMBER = "+358401112223"
INSERT = "POST Keys"
ORDER = "POST Keys/{id}/Order"
CAN_ORDER = "GET Keys/{id}/CanOrder"
DELETE = "DELETE Keys/{id}"
GET = "GET Keys/{id}"
HELD = "GET Keys/{id}/SecurityAccesses"
LIMITS = "GET Keys/{id}/TimeLimitTitles"

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
SEED_ANSWER: Mapping[str, Any] = {
    "FNKey_ID": "2f5f4f05-b971-4615-b289-fefa81ecc69a",
    "ROM_ID": "sample string 2",
    "Description": "sample string 3",
    "ExpireDate": "2025-09-14T09:57:51.4042004+03:00",
    "InfoText": "sample string 4",
    "Person_ID": "95c15651-2046-4fac-8a2d-43459144761f",
    "RealEstate_ID": "fcacf752-17f5-4650-8dd7-0fc2b00466fe",
    "Stamp": "sample string 6",
    "State": 7,
    "TagKey": "sample string 8",
    "StampSource": 9,
    "TagKeySource": 10,
    "VersionCode": "sample string 11",
}


def order(credential: Credential = Credential.KEY, **fields: Any) -> Order:
    """Return an order of a key."""
    usual: dict[str, Any] = {
        "grant_id": GRANT,
        "revision": 1,
        "access": BOTH,
        "name": "Gun Ek",
        "start": None,
        "end": END,
        "fields": {},
    }
    return Order(credential=credential, **usual | fields)


def followed(state: GrantState = GrantState.ACTIVE, **fields: Any) -> Followed:
    """Return a grant that is followed."""
    usual: dict[str, Any] = {
        "grant_id": GRANT,
        "vendor_id": KEY,
        "access": BOTH,
        "credential": Credential.KEY,
        "name": "Gun Ek",
        "start": None,
        "end": END,
        "latest_end": END,
        "revision": 1,
        "in_doubt": False,
    }
    return Followed(state=state, **usual | fields)


def told(**fields: Any) -> dict[str, Any]:
    """Return a key as version 2 tells of it, programmed."""
    return {
        "FNKey_ID": KEY,
        "Description": "Gun Ek",
        "ExpireDate": "2025-09-14T06:57:51Z",
        "InfoText": "",
        "IsProgrammed": True,
        "KeyTypeMask": 264,
        "Person_ID": None,
        "ProgrammingState": 3,
        "RealEstate_ID": YARD,
        "ROM_ID": "R",
        "Stamp": "0042",
        "State": 1,
        "TagKey": "04AA",
        **fields,
    }


def slot(number: int, at: str | None = None, **fields: Any) -> dict[str, Any]:
    """Return a time limit of a key."""
    return {"SlotNo": number, "LimitDateLg": at, "TimeLimitTitle_ID": None, **fields}


def limits(*slots: Any, **fields: Any) -> dict[str, Any]:
    """Return the time limits of a key."""
    return {
        "KeyScheduler": None,
        "KeyTimeLimitSlots": list(slots),
        "OfflineExpirationSeconds": 0,
        "OutsideUserZoneTimeLimitTitleSlots": [],
        **fields,
    }


def held(*access_ids: str, outside: int = 0) -> dict[str, Any]:
    """Return the accesses of a key."""
    names = {DOOR: "Door", GATE: "Gate"}
    return {
        "OutsideUserZonesCount": outside,
        "SecurityAccesses": [
            {"SecurityAccess_ID": each, "Name": names[each]} for each in access_ids
        ],
    }


AS_ORDERED = {
    GET: told(),
    HELD: held(DOOR, GATE),
    LIMITS: limits(slot(1, "2025-09-14T09:57:51")),
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
    vendor, cloud = await account(**{"GET Keys/{id}/CanUpdateMainZone": 1})
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
    vendor, cloud = await account(**{CAN_ORDER: answer})
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
    vendor, cloud = await account(**{step: refusal})
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
    vendor, cloud = await account(**{step: OutcomeUnknown()})
    with pytest.raises(OutcomeUnknown):
        await vendor.issue(order(Credential.PHONE, code=NUMBER, fields={"zone": ZONE}))
    assert cloud.names[-1] == step


@pytest.mark.parametrize("refusal", [InvalidRequest(), Conflict()], ids=repr)
async def test_key_that_is_refused(refusal: VendorError) -> None:
    """A key that is refused is not there, unless it is: then the same request came twice."""
    vendor, cloud = await account(**{INSERT: refusal, GET: NotFound()})
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
    vendor, cloud = await account(**{"POST Persons": lost})
    cloud.data["GET Persons/{id}"] = {"Person_ID": PERSON}
    await vendor.issue(order(Credential.PHONE, code=NUMBER))
    assert cloud.names[-1] == ORDER
    cloud.data["GET Persons/{id}"] = NotFound()
    with pytest.raises(VendorError) as caught:
        await vendor.issue(order(Credential.PHONE, code=NUMBER))
    assert not isinstance(caught.value, OutcomeUnknown)
    assert cloud.names[-1] == "DELETE Persons/{id}"


async def test_without_right_to_order() -> None:
    """Who may not order leaves the key as it is."""
    vendor, cloud = await account(
        **{"POST SetLockgroup": {"RightsMask": (2**63 - 1) & ~34359738368}}
    )
    issued = await vendor.issue(order())
    assert issued.vendor_id == KEY
    assert cloud.names == [INSERT]


# How a key stands


@pytest.mark.parametrize(
    ("fields", "delivered", "fault"),
    [
        ({"ProgrammingState": 0, "IsProgrammed": False}, False, Fault.ISSUE),
        ({"ProgrammingState": 0, "IsProgrammed": True}, False, Fault.UPDATE),
        ({"ProgrammingState": 0, "IsProgrammed": None}, False, None),
        ({"ProgrammingState": 1}, False, None),
        ({"ProgrammingState": 2}, False, None),
        ({"ProgrammingState": 7}, False, None),
        ({"ProgrammingState": 3}, True, None),
        ({"ProgrammingState": 5, "IsProgrammed": False}, False, Fault.ISSUE),
        ({"ProgrammingState": -1}, False, Fault.UPDATE),
        ({"ProgrammingState": 6}, None, None),
        ({"ProgrammingState": None}, None, None),
        ({"ProgrammingState": "x"}, None, None),
    ],
)
async def test_programming(
    fields: dict[str, Any], delivered: bool | None, fault: Fault | None
) -> None:
    """How far a key is programmed is told by version 2, and nothing is guessed."""
    vendor, _ = await account(**{**AS_ORDERED, GET: told(**fields)})
    row = (await vendor.followed(SYSTEM, [followed()]))[GRANT]
    assert row is not None
    assert (row.delivered, row.fault, row.gone) == (delivered, fault, False)
    assert (row.vendor_id, row.grant_id, row.revision) == (KEY, GRANT, 1)
    assert (row.name, row.end, row.access) == ("Gun Ek", END, BOTH)


@pytest.mark.parametrize(
    ("state", "delivered"), [(0, False), (1, True), (2, None), (None, None), (7, None)]
)
async def test_version_1(state: int | None, delivered: bool | None) -> None:
    """Version 1 tells whether a key was handed over."""
    vendor, cloud = await account(v1=True, **{GET: {**SEED_ANSWER, "State": state}})
    row = (await vendor.followed(SYSTEM, [followed(GrantState.PENDING)]))[GRANT]
    assert row is not None
    assert (row.delivered, row.fault) == (delivered, None)
    assert cloud.names == [GET]


async def test_seed_answer() -> None:
    """The seed's answer is read, seven digits of a second and all; its numbers go nowhere."""
    vendor, _ = await account(v1=True, **{GET: SEED_ANSWER, "GET Keys": [SEED_ANSWER]})
    row = (await vendor.followed(SYSTEM, [followed()]))[GRANT]
    (listed,) = await vendor.issued(SYSTEM)
    for each in (row, listed):
        assert each is not None
        assert each.name == "sample string 3"
        assert each.end == END
        assert each.delivered is None
        assert each.vendor_id == "2f5f4f05-b971-4615-b289-fefa81ecc69a"
        for secret in ("sample string 2", "sample string 6", "sample string 8"):
            assert secret not in repr(each)
            assert each.code is None


@pytest.mark.parametrize("state", [3, 4])
async def test_gone(state: int) -> None:
    """What was deleted or returned is kept for the logs alone."""
    gone = told(State=state)
    vendor, _ = await account(**{GET: gone, "GET Keys": [gone]})
    row = (await vendor.followed(SYSTEM, [followed()]))[GRANT]
    assert row is not None and row.gone
    assert await vendor.issued(SYSTEM) == []
    with pytest.raises(NotFound):
        await vendor.update(KEY, order())


async def test_none() -> None:
    """There is no key that the vendor does not know, and nothing is told of one that cannot be read."""
    vendor, cloud = await account(**{GET: NotFound()})
    assert await vendor.followed(SYSTEM, [followed(vendor_id=None)]) == {GRANT: None}
    cloud.data[GET] = ["not a key"]
    assert await vendor.followed(SYSTEM, [followed()]) == {}
    cloud.data[GET] = ServiceUnavailable()
    with pytest.raises(ServiceUnavailable):
        await vendor.followed(SYSTEM, [followed()])
    cloud.sent.clear()
    assert await vendor.followed(SYSTEM, [followed(GrantState.REVOKED)]) == {}
    assert cloud.sent == []


async def test_many() -> None:
    """Many keys are read by one list; of one that it lacks nothing is told where some of it could not be read."""
    vendor, cloud = await account()
    grants = [
        followed(grant_id=f"G{n}", vendor_id=key_id_of(f"G{n}")) for n in range(6)
    ]
    keys: list[Any] = [told(FNKey_ID=key_id_of(f"G{n}").upper()) for n in range(5)]
    cloud.data["GET Keys"] = keys
    found = await vendor.followed(SYSTEM, grants)
    assert cloud.names == ["GET Keys"]
    assert found.pop("G5") is None
    assert all(row is not None and row.delivered for row in found.values())
    cloud.data["GET Keys"] = [*keys, "unreadable"]
    assert set(await vendor.followed(SYSTEM, grants)) == {f"G{n}" for n in range(5)}


@pytest.mark.parametrize(
    ("mask", "credential"),
    [
        (6, Credential.PHONE),
        (384, Credential.TAG),
        (400, Credential.TAG),
        (264, Credential.KEY),
        (9, Credential.KEY),
        (10, Credential.KEY),
        (None, None),
        (0, None),
    ],
)
async def test_credentials(mask: int | None, credential: Credential | None) -> None:
    """What a key is, is told by its type."""
    vendor, _ = await account(**{"GET Keys": [told(KeyTypeMask=mask)]})
    (row,) = await vendor.issued(SYSTEM)
    assert row.credential is credential
    assert row.access == Access(SYSTEM, "House", SYSTEM)
    assert "04AA" not in repr(row) and "0042" not in repr(row)


async def test_accesses_follow() -> None:
    """What a key opens is read while it is not settled, and taken where all of it can be seen."""
    vendor, cloud = await account(**{**AS_ORDERED, HELD: held(GATE)})
    pending = followed(GrantState.PENDING)
    row = (await vendor.followed(SYSTEM, [pending]))[GRANT]
    assert row is not None and row.access == Access(GATE, "Gate", SYSTEM)
    for answer in (held(GATE, outside=1), ServiceUnavailable(), "hostile"):
        cloud.data[HELD] = answer
        row = (await vendor.followed(SYSTEM, [pending]))[GRANT]
        assert row is not None and row.access == BOTH
    cloud.data[HELD] = NotFound()
    assert await vendor.followed(SYSTEM, [pending]) == {GRANT: None}
    cloud.sent.clear()
    await vendor.followed(SYSTEM, [followed()])
    assert cloud.names == [GET]


LATER = END + timedelta(days=1)
LATER_LG = "2025-09-15T09:57:51"
LATER_UTC = "2025-09-15T06:57:51Z"


@pytest.mark.parametrize(
    ("wanted", "fields", "limit", "revision", "end"),
    [
        (Wanted("Gun Ek", None, LATER), {}, "2025-09-14T09:57:51", 1, END),
        (Wanted("Gun Ek", None, LATER), {"ExpireDate": LATER_UTC}, LATER_LG, 2, LATER),
        (Wanted("Gun Ek", None, LATER), {}, LATER_LG, 1, LATER),
        (Wanted("Gun Ek", None, None), {"ExpireDate": None}, None, 2, None),
        (Wanted("Gun Ek", None, None), {"ExpireDate": None}, LATER_LG, 1, None),
        (Wanted("Gun", None, END), {}, "2025-09-14T09:57:51", 1, END),
        (
            Wanted("Gun", None, END),
            {"Description": "Gun"},
            "2025-09-14T09:57:51",
            2,
            END,
        ),
        (Wanted("Gun Ek", START, END), {}, "2025-09-14T09:57:51", 1, END),
        (Wanted("Gun Ek", None, END), {"ExpireDate": "?"}, None, None, None),
    ],
)
async def test_revisions(
    wanted: Wanted,
    fields: dict[str, Any],
    limit: str | None,
    revision: int | None,
    end: datetime | None,
) -> None:
    """Whether a change in doubt took effect is told by all that it was to change; in part is not."""
    slots = [slot(1, limit)] if limit else []
    vendor, _ = await account(
        **{GET: told(**fields), HELD: held(DOOR, GATE), LIMITS: limits(*slots)}
    )
    grant = followed(in_doubt=True, revision=2, wanted=wanted)
    row = (await vendor.followed(SYSTEM, [grant]))[GRANT]
    assert row is not None
    assert (row.revision, row.end) == (revision, end)


async def test_start_of_a_change_in_doubt() -> None:
    """Another start is told by the key's slots; where those cannot be read nobody knows."""
    slots = limits(slot(0, "2025-06-01T12:00:00"), slot(1, "2025-09-14T09:57:51"))
    vendor, cloud = await account(**{**AS_ORDERED, LIMITS: slots})
    wanted = Wanted("Gun Ek", START, END)
    grant = followed(in_doubt=True, revision=2, wanted=wanted)
    row = (await vendor.followed(SYSTEM, [grant]))[GRANT]
    assert row is not None
    assert (row.revision, row.start) == (2, START)
    cloud.data[LIMITS] = ServiceUnavailable()
    row = (await vendor.followed(SYSTEM, [grant]))[GRANT]
    assert row is not None and row.revision is None


# Changes


async def test_change() -> None:
    """Start and end replace those that there are, all else goes back as it was read; then the key is ordered."""
    weekly = slot(2, TimeLimitData=[{"WeekDayMask": 31}], TimeLimitTitle_ID=ZONE)
    scheduler = {"RenewGapType": 1, "RenewMinute": 70}
    read = limits(
        slot(0, "2025-05-01T12:00:00"),
        slot(1, "2025-09-14T09:57:51"),
        weekly,
        KeyScheduler=scheduler,
        OfflineExpirationSeconds=60,
    )
    vendor, cloud = await account(**{**AS_ORDERED, LIMITS: read})
    await vendor.update(KEY, order(name="Gun", start=START, end=LATER))
    assert cloud.names == [
        GET,
        LIMITS,
        HELD,
        "PUT Keys/{id}/SecurityAccesses",
        "PUT Keys",
        CAN_ORDER,
        ORDER,
    ]
    assert cloud.body("PUT Keys/{id}/SecurityAccesses") == {
        "SecurityAccessIds": [DOOR, GATE],
        "TimeLimitSlots": [
            {"SlotNo": 0, "LimitDateLg": "2025-06-01T12:00:00"},
            {"SlotNo": 1, "LimitDateLg": LATER_LG},
            weekly,
        ],
        "KeyScheduler": scheduler,
        "OfflineExpirationSeconds": 60,
        "OutsideUserZoneTimeLimitTitleSlots": [],
    }
    expected = told(Description="Gun", ExpireDate="2025-09-15T09:57:51+03:00")
    assert cloud.body("PUT Keys") == {"Key": expected}


async def test_change_of_the_name() -> None:
    """A name needs no other limits, and nothing is sent that is as it was."""
    vendor, cloud = await account(**{**AS_ORDERED, CAN_ORDER: 4})
    await vendor.update(KEY, order(name="Gun"))
    assert cloud.names == [GET, LIMITS, "PUT Keys", CAN_ORDER]
    cloud.sent.clear()
    await vendor.update(KEY, order())
    assert cloud.names == [GET, LIMITS, CAN_ORDER]


async def test_change_in_version_1() -> None:
    """The whole key goes back; a stamp that it has not is an empty one."""
    vendor, cloud = await account(v1=True, **{GET: {**SEED_ANSWER, "Stamp": None}})
    await vendor.update(KEY, order(name="Gun", end=None))
    assert cloud.names == [GET, "PUT Keys"]
    changed = {"Description": "Gun", "ExpireDate": None, "Stamp": ""}
    assert cloud.body("PUT Keys") == {"Key": {**SEED_ANSWER, **changed}}


@pytest.mark.parametrize(
    ("answers", "obstacle"),
    [
        ({HELD: held(DOOR, outside=1)}, Obstacle.ACCESSES_OUTSIDE_ZONES),
        (
            {LIMITS: limits(OutsideUserZoneTimeLimitTitleSlots=[4])},
            Obstacle.LIMITS_OUTSIDE_ZONES,
        ),
    ],
)
async def test_what_cannot_be_seen(answers: dict[str, Any], obstacle: Obstacle) -> None:
    """What cannot be seen is not deleted from a key."""
    vendor, cloud = await account(**{**AS_ORDERED, **answers})
    with pytest.raises(Impossible) as caught:
        await vendor.update(KEY, order(end=LATER))
    assert caught.value.obstacle is obstacle
    assert not any(name.startswith(("PUT", "POST")) for name in cloud.names)


async def test_change_that_fails() -> None:
    """Refused at once it is as it was; refused in the middle nobody knows; what is not ordered is a fault."""
    vendor, cloud = await account(**AS_ORDERED, **{"PUT Keys": InvalidRequest()})
    with pytest.raises(InvalidRequest):
        await vendor.update(KEY, order(name="Gun"))
    with pytest.raises(OutcomeUnknown):
        await vendor.update(KEY, order(end=LATER))
    cloud.data["PUT Keys/{id}/SecurityAccesses"] = InvalidRequest()
    with pytest.raises(InvalidRequest):
        await vendor.update(KEY, order(end=LATER))
    del cloud.data["PUT Keys"], cloud.data["PUT Keys/{id}/SecurityAccesses"]
    for error in (OutcomeUnknown(), InvalidRequest(), ServiceUnavailable()):
        cloud.data[ORDER] = error
        await vendor.update(KEY, order(end=LATER))


@pytest.mark.parametrize(
    ("can_delete", "can_return", "done"),
    [
        (0, None, DELETE),
        (1, 0, "POST Keys/{id}/Return"),
        (2, 0, "POST Keys/{id}/Return"),
        (1, 2, Obstacle.PROGRAMMED),
        (2, 3, Obstacle.BEING_PROGRAMMED),
        (3, 4, Obstacle.BLOCKED),
        (-1, -1, Obstacle.VENDOR_FAILED),
    ],
)
async def test_revoke(
    can_delete: int, can_return: int | None, done: str | Obstacle
) -> None:
    """A key is deleted or returned, or it is said why neither can be."""
    vendor, cloud = await account(
        **{
            "GET Keys/{id}/CanDelete": can_delete,
            "GET Keys/{id}/CanReturn": can_return,
        }
    )
    if isinstance(done, Obstacle):
        with pytest.raises(Impossible) as caught:
            await vendor.revoke(KEY)
        assert caught.value.obstacle is done
    else:
        await vendor.revoke(KEY)
        assert cloud.names[-1] == done


async def test_revoke_in_version_1() -> None:
    """No way is known there."""
    vendor, _ = await account(v1=True)
    with pytest.raises(NotAvailable):
        await vendor.revoke(KEY)


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


# Hostile answers

_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(list(told())), inner, max_size=4)
    ),
    max_leaves=6,
)


@settings(max_examples=60)
@given(
    fields=st.dictionaries(st.sampled_from(list(told())), _ANYTHING, max_size=4),
    v1=st.booleans(),
)
def test_hostile_keys(fields: dict[str, Any], v1: bool) -> None:
    """Whatever a key's fields hold, it is a grant or not understood, and no number of it is told."""
    try:
        key = WireKey.parse(told(**fields))
    except AnswerNotUnderstood:
        return
    row = rows.listed(key, BOTH, UTC, is_v1=v1)
    assert isinstance(row, IssuedGrant)
    assert row.code is None
    if not row.limits_told:
        assert row.end is None
    assert row.fault is None or row.delivered is False
