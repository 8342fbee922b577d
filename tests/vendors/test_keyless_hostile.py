"""Keyless' answers as an enemy might send them: refused or read, never a crash, never a leak."""

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
import json
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.latchkey.inventory import InventoryTracker
from custom_components.latchkey.vendors.keyless.adapter import Keyless
from custom_components.latchkey.vendors.keyless.client import KeylessClient
from custom_components.latchkey.vendors.keyless.token import Token
from custom_components.latchkey.vendors.model import Device, DeviceKind, Inventory
from custom_components.latchkey.vendors.openings import Opening, RemoteOpening
from custom_components.latchkey.vendors.transport import Transport
from custom_components.latchkey.vendors.vendor import VendorError
from tests.simulators.helpers import FakeClock
from tests.vendors.helpers import run
from tests.vendors.scripted import Offline, Sent
from tests.vendors.test_flexykey_hostile import mutated, silent

AT = "2025-11-21T08:14:50Z"
EXTREMES = ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00")
CERTIFICATE = {
    "eligibleForReKeying": False,
    "expirationDatetime": AT,
    "revoked": False,
}
LOCKS = [
    {
        "id": "lock",
        "name": "Front",
        "claimingStatus": "CLAIMED",
        "serialNumber": "BPLAD123456",
        "operationalCertificate": CERTIFICATE,
        "manufacturingCertificate": CERTIFICATE,
        "hardwareModel": "PADLOCK",
        "firmwareVersion": "1.0.0",
    },
    {"id": "placeholder", "name": "Later", "claimingStatus": "UNCLAIMED"},
]
GATEWAYS = [
    {
        "id": "gateway",
        "serialNumber": "BGWA1DD2E00004",
        "activationStatus": "ACTIVATED",
        "creationDatetime": AT,
        "activationDatetime": AT,
    }
]
ASSOCIATIONS = [{"id": "a", "gatewayDeviceId": "gateway", "lockingDeviceId": "lock"}]
COMMAND = {
    "id": "command",
    "gatewayDeviceId": "gateway",
    "lockingDeviceId": "lock",
    "action": "OPEN",
    "issuerUserId": "anna",
    "issuanceDatetime": AT,
    "validityStartDatetime": AT,
    "validityEndDatetime": "2025-11-21T08:19:50Z",
    "acknowledgementDatetime": AT,
}
ENTRIES = [
    {
        "id": "one",
        "lockingDeviceId": "lock",
        "eventName": "open",
        "occurrenceDatetime": AT,
        "sequenceNumber": 7,
        "client": {"type": "GATEWAY_DEVICE", "gatewayDeviceId": "gateway"},
        "granted": True,
    },
    {
        "id": "two",
        "lockingDeviceId": "lock",
        "eventName": "BATTERY_LOW",
        "occurrenceDatetime": AT,
        "sequenceNumber": 8,
    },
]
GATEWAY_ENTRIES = [
    {
        "sequenceNumber": 101,
        "datetime": AT,
        "eventName": "BOOT",
        "door1State": "CLOSED",
        "door2State": "OPEN",
    },
    {
        "sequenceNumber": 102,
        "datetime": AT,
        "conversationName": "open",
        "lockingDeviceId": "lock",
        "remoteCommandId": "command",
    },
]


@st.composite
def spoilt(draw: st.DrawFn, example: Any) -> Any:
    """Return a document in which some places were spoilt, some of its times being the first or last there is."""
    text = json.dumps(draw(mutated(example)))
    while AT in text and draw(st.booleans()):
        text = text.replace(AT, draw(st.sampled_from(EXTREMES)), 1)
    return json.loads(text)


def account(answer: Callable[[Sent], Any]) -> Keyless:
    """Return an account at a platform that lets anybody in."""

    class Answers(dict[str, Any]):
        def __missing__(self, name: str) -> Any:
            return {"token": "a.b.c"} if name == "POST login" else answer

    transport: Transport = Offline.of(Answers())
    token = Token(transport, "anna", "key", FakeClock())
    return Keyless(KeylessClient(transport, token), "anna")


def outcome[T](coroutine: Coroutine[Any, Any, T]) -> T | VendorError:
    """Return what comes of reading an answer; any other error than a vendor's goes through."""
    try:
        return run(coroutine)
    except VendorError as err:
        return silent(err)


def device(kind: DeviceKind) -> Device:
    """Return a device that could be asked for."""
    return Device(id="lock", label="lock", kind=kind, name="", via_id="gateway")


def check_inventory(inventory: Inventory | VendorError) -> None:
    """Assert that an inventory is consistent, or refused."""
    if isinstance(inventory, VendorError):
        return
    InventoryTracker().update(inventory)
    for readings in inventory.readings.values():
        for reading in readings:
            assert isinstance(reading.value, bool | datetime)
            if isinstance(reading.value, datetime):
                assert reading.value.tzinfo is UTC


def check_opening(keyless: Keyless, opening: RemoteOpening) -> None:
    """Assert that an opening can be followed, whatever it is."""
    followed = Opening(opening)
    proofs = outcome(keyless.proofs(opening))
    for proof in () if isinstance(proofs, VendorError) else proofs:
        followed.prove(proof)
    for now in (opening.issued_at, opening.valid_until, datetime.now(UTC)):
        followed.end(now)
    outcome(keyless.cancel_opening(opening))


def check_all(keyless: Keyless) -> None:
    """Ask for everything."""
    outcome(keyless.account())
    check_inventory(outcome(keyless.inventory()))
    lock = device(DeviceKind.LOCKING_DEVICE)
    now = datetime.now(UTC)
    for logging in (device(DeviceKind.GATEWAY), lock):
        for start in (datetime.min.replace(tzinfo=UTC), now):
            outcome(keyless.log(logging, start, now))
        # By number and by time, from the beginning on.
        for _ in range(4):
            outcome(keyless.news(logging))
    for opening in (
        outcome(keyless.open_door(lock, frozenset())),
        outcome(keyless.opening("command")),
    ):
        if isinstance(opening, RemoteOpening):
            check_opening(keyless, opening)
    openings = outcome(keyless.openings())
    if not isinstance(openings, VendorError):
        for each in openings:
            check_opening(keyless, each)


@settings(max_examples=50, deadline=None, database=None)
@given(
    st.sampled_from(
        (LOCKS, GATEWAYS, ASSOCIATIONS, [COMMAND], ENTRIES, GATEWAY_ENTRIES)
    ).flatmap(lambda items: spoilt({"items": items, "nextPageToken": None}))
)
def test_one_answer_to_all(document: Any) -> None:
    """Any list, spoilt anywhere, may be the answer to anything."""
    check_all(account(lambda _: document))


@settings(max_examples=50, deadline=None, database=None)
@given(spoilt(COMMAND), spoilt({"items": ENTRIES}), spoilt({"items": GATEWAY_ENTRIES}))
def test_spoilt_opening(command: Any, by_lock: Any, by_gateway: Any) -> None:
    """A command and its logs may be spoilt anywhere."""

    def answer(sent: Sent) -> Any:
        if sent.path.startswith("locking-device-log"):
            return by_lock
        if sent.path.startswith("gateway-device-log"):
            return by_gateway
        return command if sent.path != "remote-command" else {"items": [command]}

    keyless = account(answer)
    for opening in (outcome(keyless.opening("command")), *run(keyless.openings())):
        if isinstance(opening, RemoteOpening):
            check_opening(keyless, opening)


@settings(max_examples=40, deadline=None, database=None)
@given(spoilt(LOCKS), spoilt(GATEWAYS), spoilt(ASSOCIATIONS))
def test_spoilt_inventory(locks: Any, gateways: Any, associations: Any) -> None:
    """The three lists of an inventory may be spoilt anywhere; what was not understood is told."""

    def answer(sent: Sent) -> Any:
        return {
            "items": {
                "locking-device": locks,
                "gateway-device": gateways,
                "gateway-device-association": associations,
            }[sent.path]
        }

    check_inventory(outcome(account(answer).inventory()))


@settings(max_examples=40, deadline=None, database=None)
@given(spoilt([COMMAND]))
def test_spoilt_command_leaves_the_other(document: Any) -> None:
    """However one command is spoilt, another one in the same list is read as ever."""
    items = [*document, {**COMMAND, "id": "whole"}]
    openings = run(account(lambda _: {"items": items}).openings())
    assert "whole" in {opening.id for opening in openings}


@pytest.mark.parametrize("end", [None, *EXTREMES])
@pytest.mark.parametrize("begin", EXTREMES)
def test_extreme_times(begin: str, end: str | None) -> None:
    """The first and the last time that there is are times to be followed, or not understood."""
    command = {**COMMAND, "issuanceDatetime": begin, "validityEndDatetime": end}
    keyless = account(lambda _: command)
    opening = outcome(keyless.opening("command"))
    if isinstance(opening, RemoteOpening):
        check_opening(keyless, opening)
