"""Keyless' webhooks: what each event gives reason to read again, and what is no event (2b)."""

from functools import cache
import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.latchkey.vendors.hints import Hint, Part, TakesHints
from custom_components.latchkey.vendors.keyless.adapter import Keyless
from custom_components.latchkey.vendors.keyless.client import KeylessClient
from custom_components.latchkey.vendors.keyless.token import Token
from custom_components.latchkey.vendors.vendor import AnswerNotUnderstood
from simulators.clock import iso
from simulators.keyless import KeylessCloud
from simulators.keyless.events import EVENT_TYPES
from simulators.keyless.locks import PROFILES
from tests.simulators.helpers import FakeClock
from tests.vendors.helpers import run
from tests.vendors.scripted import Offline
from tests.vendors.test_flexykey_hostile import HOSTILE, MARK, mutated, silent
from tests.vendors.test_keyless_token import jwt

SYSTEM = "7e8e68c3-bca3-48c0-8f29-a757ef2b3c3f"
ELSEWHERE = "00000000-bca3-48c0-8f29-a757ef2b3c3f"
LOCK = "5b1cc2bf-c2dd-4b3c-9b2c-1b2f5f8b2a01"
GATEWAY = "0f4b6e7b-7f0e-4d6a-8f87-0a4f3f1f6c02"
COMMAND = "c7a5b0bb-6f8e-49e0-9a58-6e0f7ad35103"

GRANTS = ((Part.GRANTS, ""),)
INVENTORY = ((Part.INVENTORY, ""),)
LOG = ((Part.LOG, LOCK),)

ENTRY = {
    "logEntryId": "3f3ed1e5-0d59-4c85-9f4b-8f0d8f4f7a04",
    "logEntryEventName": "unlock",
    "logEntryDatetime": "2025-11-21T08:14:50Z",
    "logEntrySequenceNumber": 4,
    "lockingDeviceId": LOCK,
}
CERTIFICATE = {"lockingDeviceId": LOCK, "certificateProfile": "OPERATIONAL"}
UNTIL = {"certificateExpirationDatetime": "2027-07-16T08:00:00Z"}
BOOT = {
    "sequenceNumber": 101,
    "datetime": "2025-11-21T08:14:50Z",
    "eventName": "BOOT",
    "bootReason": "HEARTBEAT",
    "door1State": "CLOSED",
}
OPENED = {
    "sequenceNumber": 102,
    "datetime": "2025-11-21T08:14:50Z",
    "conversationName": "open",
    "lockingDeviceId": LOCK,
    "remoteCommandId": COMMAND,
}
SHEET: dict[str, tuple[dict[str, Any], tuple[tuple[Part, str], ...]]] = {
    "UserCreated": ({"userId": "u", "role": "USER"}, GRANTS),
    "UserDeleted": ({"userId": "u"}, GRANTS),
    "OperatingDeviceCreated": (
        {"operatingDeviceId": "o", "userId": "u", "invitationId": "i"},
        GRANTS,
    ),
    "OperatingDeviceActivated": ({"operatingDeviceId": "o"}, GRANTS),
    "OperatingDeviceDeleted": ({"operatingDeviceId": "o"}, GRANTS),
    "LockingDeviceClaimed": (
        {"lockingDeviceId": LOCK, "userId": "u", "serialNumber": "BPLAD123456"},
        INVENTORY,
    ),
    "LockingDeviceSystemLogEntryReceived": (ENTRY, LOG),
    "LockingDeviceAuditLogEntryReceived": (
        {**ENTRY, "operatingDeviceId": "o", "userId": "u", "granted": True},
        LOG,
    ),
    "LockingDeviceAuditLogEntryReceivedV2": (
        {**ENTRY, "client": {"type": "OPERATING_DEVICE"}, "granted": False},
        LOG,
    ),
    "LockingDeviceCertificateEligibleForReKeying": (CERTIFICATE | UNTIL, INVENTORY),
    "LockingDeviceCertificateSigningRequestCreated": (CERTIFICATE, INVENTORY),
    "LockingDeviceCertificateIssued": (CERTIFICATE, INVENTORY),
    "LockingDeviceCertificateReKeyingCompleted": (CERTIFICATE | UNTIL, INVENTORY),
    "GatewayDeviceActivated": ({"gatewayDeviceId": GATEWAY}, INVENTORY),
    "RemoteCommandAcknowledged": (
        {"remoteCommandId": COMMAND},
        ((Part.OPENING, COMMAND),),
    ),
    "GatewayDeviceSystemLogEntryReceived": (
        {"gatewayDeviceId": GATEWAY, "logEntry": BOOT},
        ((Part.LOG, GATEWAY),),
    ),
    "GatewayDeviceAuditLogEntryReceived": (
        {"gatewayDeviceId": GATEWAY, "logEntry": OPENED},
        ((Part.LOG, GATEWAY), (Part.PROOF, COMMAND)),
    ),
}
"""Each event with the sheet's fields, and what is to be read again."""


@cache
def account(tenant: str | None = SYSTEM) -> Keyless:
    """Return a logged-in account, whose token may tell of which system it is."""
    claims = {"iat": 0, "exp": 3600} | ({"custom:tenant-id": tenant} if tenant else {})
    transport = Offline.of({"POST login": {"token": jwt(claims)}})
    token = Token(transport, "anna", "key", FakeClock())
    run(token.renew())
    return Keyless(KeylessClient(transport, token), "anna")


def event(kind: str, number: int = 1, **fields: Any) -> dict[str, Any]:
    """Return an event of the sheet, with some members otherwise."""
    common = {"eventId": f"e{number}", "eventSystemId": SYSTEM, "eventType": kind}
    return {**common, **SHEET.get(kind, ({}, ()))[0], **fields}


def hints(told: Any, tenant: str | None = SYSTEM) -> list[Hint]:
    """Return what a call hints at."""
    return list(account(tenant).hints(json.dumps(told).encode()))


def refused(body: bytes) -> None:
    """Assert that a call is not understood, and that the error holds nothing of it."""
    with pytest.raises(AnswerNotUnderstood) as failure:
        account().hints(body)
    silent(failure.value)


def test_capability() -> None:
    """An account takes hints."""
    assert isinstance(account(), TakesHints)


def test_sheet_is_whole() -> None:
    """All the events are there."""
    assert SHEET.keys() == EVENT_TYPES
    assert len(SHEET) == 17


@pytest.mark.parametrize("kind", SHEET)
def test_event_of_the_sheet(kind: str) -> None:
    """Each event of the sheet leads to its part being read again, and says by what it is known."""
    (hint,) = hints(event(kind))
    assert hint.parts == SHEET[kind][1]
    is_entry = "logEntryId" in SHEET[kind][0]
    assert hint.event_id == (ENTRY["logEntryId"] if is_entry else "e1")


def happened() -> KeylessCloud:
    """Return a platform at which everything has happened that it tells of."""
    clock = FakeClock()
    cloud = KeylessCloud(clock=clock)
    lock, gateway = cloud.add_locking_device("A"), cloud.add_gateway()
    cloud.associate(lock.id, gateway.id)
    user = cloud.add_user(phone=True)
    for profile in PROFILES:
        cloud.locks.set_certificate(lock.id, profile, eligible=True)
    cloud.grants.grant(
        {
            "userId": user.id,
            "lockingDeviceId": lock.id,
            "operationType": "OPEN",
            "permissionType": "SINGLE_INTERVAL",
            "start": iso(clock.now),
            "end": "2027-07-16T08:00:00Z",
        }
    )
    assert cloud.open_by_phone(lock.id, user.id)
    body = {"gatewayDeviceId": gateway.id, "lockingDeviceId": lock.id, "action": "OPEN"}
    cloud.issue_command(cloud.admin.id, body)
    cloud.touch(lock.id)
    cloud.battery_low(lock.id)
    for _ in range(5):
        clock.move(5)
        cloud.settle()
    cloud.delete_user(user.id)
    return cloud


def test_events_of_the_platform() -> None:
    """Every event leads to its part being read again, in the very form in which the platform sends it."""
    cloud = happened()
    (lock_id,), (gateway_id,) = cloud.locks, cloud.gateways
    (command_id,) = cloud.commands
    ids = {LOCK: lock_id, GATEWAY: gateway_id, COMMAND: command_id, "": ""}
    tenant = cloud.tenant_id
    seen = set()
    for told in cloud.events.latest:
        (hint,) = hints(told, tenant)
        kind = told["eventType"]
        expected = [(part, ids[subject]) for part, subject in SHEET[kind][1]]
        assert list(hint.parts) == expected
        assert hint.event_id == told.get("logEntryId", told["eventId"])
        seen.add(kind)
    assert seen == EVENT_TYPES


def test_two_forms() -> None:
    """Both forms of an event about one entry are one, since both may be subscribed."""
    kinds = (
        "LockingDeviceAuditLogEntryReceived",
        "LockingDeviceAuditLogEntryReceivedV2",
    )
    old, new = (hints(event(kind, number))[0] for number, kind in enumerate(kinds))
    assert old == new


def test_maintenance() -> None:
    """A gateway's conversation that no command asked for proves nothing."""
    entries: tuple[Any, ...] = ({}, None, [], "?", {"conversationName": "open"})
    for entry in entries:
        (hint,) = hints(event("GatewayDeviceAuditLogEntryReceived", logEntry=entry))
        assert hint.parts == ((Part.LOG, GATEWAY),)


def test_unknown_event() -> None:
    """What a later version tells of is a reason to read the inventory, and no more."""
    for kind in ("LockingDeviceMoved", "usercreated", "7"):
        (hint,) = hints(event(kind, lockingDeviceId=LOCK, logEntry=[3], extra={}))
        assert hint.parts == INVENTORY


def test_systems() -> None:
    """Events of another system are left out, where it is known which one is ours."""
    ours, other = event("UserCreated"), event("UserCreated", eventSystemId=ELSEWHERE)
    assert hints(event("UserCreated", eventSystemId=SYSTEM.upper()))
    assert hints(ours, SYSTEM.upper())
    assert hints(other) == []
    assert hints(other, None)
    assert len(hints([other, ours, other])) == 1


def test_batch() -> None:
    """Several events may come at once; one that is none does not spoil the others."""
    told = hints([event("UserCreated", 1), 7, {}, event("GatewayDeviceActivated", 2)])
    assert [(hint.event_id, hint.parts) for hint in told] == [
        ("e1", GRANTS),
        ("e2", INVENTORY),
    ]


@pytest.mark.parametrize("member", ["eventId", "eventSystemId", "eventType"])
@pytest.mark.parametrize("value", [None, "", " ", [], {}])
def test_without_what_all_have(member: str, value: Any) -> None:
    """An event without its id, its system or its type is none."""
    refused(json.dumps(event("UserCreated") | {member: value}).encode())
    told = event("UserCreated")
    del told[member]
    refused(json.dumps(told).encode())


@pytest.mark.parametrize(
    ("kind", "member"),
    [
        ("LockingDeviceSystemLogEntryReceived", "lockingDeviceId"),
        ("GatewayDeviceSystemLogEntryReceived", "gatewayDeviceId"),
        ("RemoteCommandAcknowledged", "remoteCommandId"),
    ],
)
def test_about_nothing(kind: str, member: str) -> None:
    """An event that does not say what it is about is none."""
    values: tuple[Any, ...] = (None, "", [], {})
    for value in values:
        refused(json.dumps(event(kind) | {member: value}).encode())


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b" ", b"{", b"\xff\xfe", b"<html>", b"null", b"3", b'"on"', b"NaN"),
        *(b"[]", b"{}", b"[[]]", b"[" * 60_000, b'{"a":' * 10_000, b"\xef\xbb\xbf{}"),
        *(b'{"eventId": 1e999}', b'{"eventId": "\\ud800"}', b"[null, 3, []]"),
        json.dumps([[event("UserCreated")]]).encode(),
        json.dumps(event("UserCreated")).encode("utf-16"),
        json.dumps(event("UserCreated") | {"eventId": "x" * 65}).encode(),
    ],
)
def test_no_event(body: bytes) -> None:
    """What is no event is not understood."""
    refused(body)


def check(body: bytes) -> None:
    """Assert that a call hints at something that can be read, or is not understood."""
    try:
        told = account().hints(body)
    except AnswerNotUnderstood as err:
        silent(err)
        return
    for hint in told:
        assert 0 < len(hint.event_id) <= 64
        for part, subject in hint.parts:
            assert bool(subject) is (part not in (Part.GRANTS, Part.INVENTORY))


@given(st.binary())
def test_any_bytes(body: bytes) -> None:
    """Any bytes are read or not understood."""
    check(body)


@given(
    st.sampled_from(sorted(SHEET)).flatmap(
        lambda kind: mutated(event(kind)) | mutated([event(kind), event(kind, 2)])
    )
    | HOSTILE
    | st.lists(HOSTILE, max_size=3)
)
def test_spoilt_events(told: Any) -> None:
    """An event may be spoilt anywhere, by anything that JSON can hold."""
    check(json.dumps(told).encode(errors="surrogatepass"))


@given(
    st.dictionaries(
        st.sampled_from([*event("RemoteCommandAcknowledged"), "logEntry", "logEntryId"])
        | st.sampled_from(["EVENTID", "lockingDeviceId", "gatewayDeviceId"]),
        HOSTILE | st.sampled_from([*SHEET, SYSTEM]) | st.integers(),
    )
)
def test_invented_events(told: Any) -> None:
    """An event may hold anything in the place of anything, numbers of any size too."""
    check(json.dumps(told).encode(errors="surrogatepass"))
    deep = json.dumps(told).encode(errors="surrogatepass")
    for _ in range(3):
        deep = b'{"eventType":' + deep + b"}"
    check(deep)


def test_marked() -> None:
    """What was sent is not in the error."""
    refused(json.dumps({MARK: MARK, "eventType": [MARK]}).encode())
