"""KEYVOX's PINs as grants: what is sent, and what is made of what comes back, be it hostile."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.latchkey.vendors.granting import (
    FollowsGrants,
    IssuesGrants,
    LimitsGrants,
    TellsCodes,
)
from custom_components.latchkey.vendors.grants import (
    Access,
    Credential,
    Fault,
    Followed,
    GrantState,
    Order,
)
from custom_components.latchkey.vendors.keyvox import pins
from custom_components.latchkey.vendors.keyvox.wire import WirePin
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    InvalidField,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    ServiceUnavailable,
)
from tests.vendors.keyvox_canned import Account, account

START = datetime(2025, 11, 21, 9, tzinfo=UTC)
END = START + timedelta(days=1)
TIMES = {"sTime": "1763715600", "eTime": "1763802000"}
ROOM = Access("u1", "Room", "u1")
BOX = Access("K1-00-01", "Locker, Box 1", "K1")
ISSUED = {
    "pinId": "p1",
    "pinCode": "482913",
    "qrCode": "QR",
    "shortQrUrl": "https://qr.example/x",
}


def order(access: Access = ROOM, **fields: Any) -> Order:
    """Return an order of a PIN."""
    usual: dict[str, Any] = {
        "grant_id": "01JGRANT0000",
        "revision": 1,
        "credential": Credential.PIN,
        "name": "Anna",
        "start": START,
        "end": END,
        "fields": {},
    }
    return Order(access=access, **usual | fields)


def followed(
    state: GrantState = GrantState.PENDING, access: Access = ROOM, **fields: Any
) -> Followed:
    """Return a grant that is followed."""
    usual: dict[str, Any] = {
        "grant_id": "01JGRANT0000",
        "vendor_id": "unit/p1" if access is ROOM else "box/p1",
        "credential": Credential.PIN,
        "name": "Anna",
        "start": START,
        "end": END,
        "latest_end": END,
        "revision": 1,
        "in_doubt": False,
        "asked_at": START,
    }
    return Followed(access=access, state=state, **usual | fields)


def row(**fields: Any) -> dict[str, Any]:
    """Return a row of a unit's list."""
    return {
        "pinId": "p1",
        "pinCode": "******",
        **TIMES,
        "targetName": "Anna [01JGRANT0000.1]",
        **fields,
    }


async def test_capabilities() -> None:
    """The account issues and follows grants, limits them, and tells codes."""
    vendor = (await account()).vendor
    for capability in (IssuesGrants, LimitsGrants, FollowsGrants, TellsCodes):
        assert isinstance(vendor, capability)


async def test_what_is_sent() -> None:
    """Each grant is asked for by the names that the vendor's sources show, numbers as texts."""
    told = await account(
        createLockPin=ISSUED, createLockerPin=ISSUED, issueLockKey=ISSUED
    )
    vendor, wire = told.vendor, told.wire
    issued = await vendor.issue(order())
    assert (issued.vendor_id, issued.code, issued.qr_code, issued.address) == (
        "unit/p1",
        "482913",
        "QR",
        "https://qr.example/x",
    )
    assert "482913" not in repr(issued) and "QR" not in repr(issued)
    named = {**TIMES, "targetName": "Anna [01JGRANT0000.1]"}
    assert wire.bodies("createLockPin") == [{"unitId": "u1", **named}]
    issued = await vendor.issue(order(BOX, code="7712", fields={"use": "once"}))
    assert issued.vendor_id == "box/p1"
    assert wire.bodies("createLockerPin") == [
        {
            "deviceId": "K1",
            "boxNum": "00-01",
            **named,
            "pinCode": "7712",
            "checkin": "0",
            "mode": "1",
            "reassign": "0",
        }
    ]
    fields = {"email": "anna@example.com"}
    await vendor.issue(order(credential=Credential.APP, fields=fields))
    assert wire.bodies("issueLockKey") == [
        {
            "unitId": "u1",
            **named,
            "notificationMethod": "email",
            "notificationDetails": {"email": "anna@example.com"},
        }
    ]
    await vendor.update("unit/p1", order(revision=2))
    await vendor.update("box/p1", order(BOX, revision=2, code="7712"))
    changed = {"pinId": "p1", **TIMES, "targetName": "Anna [01JGRANT0000.2]"}
    assert wire.bodies("changeLockPin") == [changed]
    assert wire.bodies("changeLockerPin") == [{**changed, "pinCode": "7712"}]
    await vendor.revoke("unit/p1")
    await vendor.revoke("box/p1")
    assert wire.bodies("disableLockPin") == wire.bodies("disableLockerPin")


async def test_what_is_sent_by_the_overview() -> None:
    """By the overview the fields are those that it shows, times as numbers."""
    told = await account("overview", createLockPin=ISSUED)
    await told.vendor.issue(order(code="7712"))
    await told.vendor.update("unit/p1", order(revision=2))
    times = {"startDate": 1763715600, "endDate": 1763802000}
    assert told.wire.bodies("createLockPin") == [
        {"lockId": "L1", "pin": "7712", **times}
    ]
    assert told.wire.bodies("changeLockPin") == [{"pinId": "p1", **times}]
    shed = Access("u2", "Shed", "u2")
    with pytest.raises(InvalidField, match="access: unit_without_lock"):
        told.vendor.access_named("Shed", told.devices, {})
    assert told.vendor.device_of(shed) is None


@pytest.mark.parametrize(
    "answer",
    [None, [], {}, "PIN", 7, {"pinId": ""}, {"pinId": []}, {"pinCode": "482913"}],
)
async def test_answer_without_an_id(answer: Any) -> None:
    """An answer that names no PIN leaves in doubt whether there is one."""
    told = await account(createLockPin=answer)
    with pytest.raises(OutcomeUnknown):
        await told.vendor.issue(order())


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("482913", "482913"),
        ("0042", "0042"),
        (482913, "482913"),
        (4829, None),
        (True, None),
        ("******", None),
        ("48**13", None),
        ("", None),
        (None, None),
        (["482913"], None),
        ("123456789", None),
        ("４８２９１３", None),
    ],
)
async def test_codes(raw: Any, code: str | None) -> None:
    """Asterisks are no code, nor is a number that may have lost its first zeros."""
    told = await account(createLockPin={**ISSUED, "pinCode": raw})
    assert (await told.vendor.issue(order())).code == code
    told.wire.data["getLockPinStatus"] = {"pinCode": raw, "status": "30"}
    assert await told.vendor.code("unit/p1") == code


@pytest.mark.parametrize(
    ("status", "state"),
    [
        *((each, (False, False, False, None)) for each in (10, 11, 20, 21)),
        *((each, (True, False, False, None)) for each in (30, 31)),
        *((each, (False, True, False, None)) for each in (12, 22)),
        (32, (False, True, True, None)),
        (90, (False, False, False, Fault.ISSUE)),
        (91, (False, False, False, Fault.UPDATE)),
        (92, (False, True, False, Fault.REVOKE)),
    ],
)
@pytest.mark.parametrize("as_text", [True, False])
async def test_delivery(status: int, state: tuple[Any, ...], as_text: bool) -> None:
    """Every number of a delivery is known, as a text and as a number."""
    told = await account(
        getUnitPinList={"pinList": [row()]},
        getLockPinStatus={"status": str(status) if as_text else status},
    )
    found = (await told.vendor.followed("u1", [followed()]))["01JGRANT0000"]
    assert found is not None
    assert (found.delivered, found.leaving, found.gone, found.fault) == state
    assert (found.start, found.end, found.revision) == (START, END, 1)


@pytest.mark.parametrize("status", ["", None, "x", "0", "13", "40", "99", [], -30])
async def test_delivery_not_understood(status: Any) -> None:
    """A number that stands nowhere is not taken for any of them, and hides no other grant."""
    told = await account(
        getUnitPinList={"pinList": [row(), row(pinId="p2", targetName="B")]},
        getLockPinStatus={"status": status},
    )
    with pytest.raises(AnswerNotUnderstood):
        await told.vendor.followed("u1", [followed()])
    other = followed(GrantState.EXPIRED, grant_id="02", vendor_id="unit/p2")
    found = await told.vendor.followed("u1", [followed(), other])
    assert set(found) == {"02"}


async def test_status_is_asked_for_what_is_on_its_way() -> None:
    """What has ended, and what begins long after, is not asked for."""
    told = await account(
        getUnitPinList={"pinList": [row()]}, getLockPinStatus={"status": "30"}
    )
    later = START + timedelta(days=9)
    for grant, count in (
        (followed(GrantState.ACTIVE), 1),
        (followed(GrantState.EXPIRED), 0),
        (followed(start=later, end=later + timedelta(days=1)), 0),
        (followed(), 1),
        (followed(GrantState.FAILED), 1),
        (followed(GrantState.REVOKING), 1),
        (followed(GrantState.ACTIVE, in_doubt=True), 1),
        (followed(GrantState.ACTIVE, vendor_id="unit/p9"), 1),
    ):
        told.wire.sent.clear()
        await told.vendor.followed("u1", [grant])
        assert len(told.wire.bodies("getLockPinStatus")) == count
        assert len(told.wire.bodies("getUnitPinList")) == 1


async def test_window_of_the_list() -> None:
    """The list is asked for over all times that a grant has or had."""
    told = await account()
    past, future = START - timedelta(days=40), END + timedelta(days=9000)
    grant = followed(start=past, latest_end=future, vendor_id=None, in_doubt=True)
    assert await told.vendor.followed("u1", [grant]) == {"01JGRANT0000": None}
    (body,) = told.wire.bodies("getUnitPinList")
    assert int(body["sTime"]) < past.timestamp()
    assert int(body["eTime"]) > future.timestamp()


async def test_without_a_list() -> None:
    """For a box, and by the overview, nothing says that a PIN without id is none."""
    nameless = followed(access=BOX, vendor_id=None, in_doubt=True)
    told = await account()
    assert await told.vendor.followed("K1", [nameless]) == {}
    assert await told.vendor.issued("K1") == []
    assert told.wire.sent == []
    overview = await account("overview")
    nameless = followed(vendor_id=None, in_doubt=True)
    assert await overview.vendor.followed("u1", [nameless]) == {}


async def test_unreadable_row_hides_what_is_in_doubt() -> None:
    """A list with a row that cannot be read does not say that there is none."""
    told = await account(getUnitPinList={"pinList": [{"pinCode": "1"}]})
    nameless = followed(vendor_id=None, in_doubt=True)
    assert await told.vendor.followed("u1", [nameless]) == {}


async def test_known_id_that_is_gone() -> None:
    """A PIN that the vendor does not know is none."""
    told = await account(getLockPinStatus=NotFound("code E0043"))
    assert await told.vendor.followed("u1", [followed()]) == {"01JGRANT0000": None}
    told.wire.data["getLockPinStatus"] = ServiceUnavailable()
    with pytest.raises(ServiceUnavailable):
        await told.vendor.followed("u1", [followed()])


@pytest.mark.parametrize(
    ("status", "revision", "told_revision"),
    [("30", 2, 1), ("11", 2, 2), ("91", 2, 2), ("31", 3, None), ("12", 3, 3)],
)
async def test_change_in_doubt_without_a_list(
    status: str, revision: int, told_revision: int | None
) -> None:
    """That a PIN was changed at all tells of its first change, and of no later one."""
    told = await account(getLockPinStatus={"status": status})
    grant = followed(access=BOX, revision=revision, in_doubt=True)
    found = (await told.vendor.followed("K1", [grant]))["01JGRANT0000"]
    assert found is not None
    assert found.revision == told_revision
    assert not found.limits_told


async def test_refused_revocation() -> None:
    """A refusal is none where the PIN is being forgotten already."""
    told = await account(
        disableLockPin=InvalidRequest("code E0005"), getLockPinStatus={"status": "32"}
    )
    await told.vendor.revoke("unit/p1")
    told.wire.data["getLockPinStatus"] = {"status": "30"}
    with pytest.raises(InvalidRequest):
        await told.vendor.revoke("unit/p1")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Anna", "Anna"),
        ("A [B] [01JGRANT0000.1]", "A [B]"),
        ("[01JGRANT0000.12]", ""),
        ("Anna [01JGRANT0000]", "Anna [01JGRANT0000]"),
        ("田中 [01JGRANT0000.1]", "田中"),
    ],
)
async def test_names(name: str, shown: str) -> None:
    """A marker is taken from a name; what looks like one and is none stays."""
    told = await account(getUnitPinList={"pinList": [row(targetName=name)]})
    (found,) = await told.vendor.issued("u1")
    assert found.name == shown


@settings(max_examples=30, deadline=None)
@given(st.text(min_size=1, max_size=64).filter(str.isprintable), st.integers(1, 99))
def test_marker_is_found_again(name: str, revision: int) -> None:
    """Whatever a name is, its marker is read back, and the cut name is known for it."""
    marked = pins.marked(order(name=name, revision=revision))
    wire = WirePin.parse({"pinId": "p1", "targetName": marked})
    found = pins.listed(wire, ROOM)
    assert (found.grant_id, found.revision) == ("01JGRANT0000", revision)
    assert pins.is_short_for(found.name, name)


@settings(max_examples=40, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["pinList", "pinId", "status", "sTime", "targetName", "position"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
async def test_hostile_answers(raw: Any) -> None:
    """Whatever is answered, it is understood, or said not to be."""
    told = await _hostile(raw)
    for attempt in (
        told.vendor.issued("u1"),
        told.vendor.followed(
            "u1", [followed(), followed(vendor_id=None, grant_id="9")]
        ),
        told.vendor.followed("K1", [followed(access=BOX)]),
        told.vendor.code("unit/p1"),
        told.vendor.issue(order()),
    ):
        try:
            await attempt
        except AnswerNotUnderstood, OutcomeUnknown:
            continue


async def _hostile(raw: Any) -> Account:
    return await account(getUnitPinList=raw, getLockPinStatus=raw, createLockPin=raw)


async def test_accesses() -> None:
    """Units and boxes are meant by ids and names; scopes are units and lockers."""
    told = await account()
    vendor, devices = told.vendor, told.devices
    assert vendor.access_of(devices["L2"], devices, {}) == ROOM
    assert vendor.access_of(devices["K1-00-01"], devices, {}) == BOX
    for text in ("Locker, Box 1", "box 1", "K1-00-01"):
        assert vendor.access_named(text, devices, {}) == BOX
    assert vendor.access_named("room", devices, {}) == ROOM
    assert [each.id for each in vendor.scopes(devices)] == ["u1", "u2", "K1"]
    for device, scopes in (
        ("L1", ["u1"]),
        ("K1", ["K1"]),
        ("K1-00-01", ["K1"]),
        ("p1", ["u1", "u2"]),
    ):
        found = vendor.scopes(devices, devices[device])
        assert [each.id for each in found] == scopes
    assert vendor.device_of(ROOM) == "L1"
    assert vendor.device_of(BOX) == "K1-00-01"
