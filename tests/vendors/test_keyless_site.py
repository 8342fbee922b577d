"""Keyless' site: what is sent, what the platform's refusals mean, and where nothing is sent at all."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Final

import pytest

from custom_components.latchkey.vendors.keyless.adapter import Keyless
from custom_components.latchkey.vendors.keyless.client import KeylessClient
from custom_components.latchkey.vendors.keyless.token import Token
from custom_components.latchkey.vendors.model import Device, DeviceKind
from custom_components.latchkey.vendors.site import ClaimedGateway, ManagesSite
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    Conflict,
    InvalidRequest,
    NoRight,
    NotAvailable,
    NotFound,
    VendorError,
    WrongCredentials,
)
from simulators.faults import Fault
from simulators.keyless.gateways import EXAMPLE_CODE
from tests.openings.account import Account, served_account
from tests.simulators.helpers import FakeClock
from tests.vendors.helpers import run, told
from tests.vendors.scripted import Offline

CLAIMED: Final = {
    "id": "4f1c5d4e-3f6b-4d76-9c3e-6a3c1f0a9a11",
    "serialNumber": "BGWA1DD2E00004",
    "activationStatus": "PENDING_ACTIVATION",
    "creationDatetime": "2024-08-06T08:00:00Z",
}
PATCH_TYPES: Final = ("application/json-patch+json", "application/json")


@pytest.fixture
async def account(
    socket_enabled: None, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Account]:
    """Return an account at a platform with two locks behind a gateway."""
    async with served_account(monkeypatch) as account:
        yield account


@pytest.fixture
def keyless(account: Account) -> Keyless:
    """Return its client."""
    return account.connect()


def offline(**answers: Any) -> tuple[Keyless, Offline]:
    """Return an account without a network; answers are named as in POST_locking_device__id."""
    named = {
        name.replace("__", "/").replace("_", " ", 1).replace("_", "-"): answer
        for name, answer in answers.items()
    }
    transport = Offline.of({"POST login": {"token": "a.b.c"}, **named})
    token = Token(transport, "anna", "key", FakeClock())
    return Keyless(KeylessClient(transport, token), "anna"), transport


def thing(device_id: str, kind: DeviceKind = DeviceKind.LOCKING_DEVICE) -> Device:
    """Return a device of which only the id matters."""
    return Device(id=device_id, label=device_id, kind=kind, name="")


LOCK: Final = thing("lock")
GATEWAY: Final = thing("gateway", DeviceKind.GATEWAY)


def commands(transport: Offline) -> list[tuple[str, Any, str]]:
    """Return what was sent to change something."""
    return [
        (sent.name, sent.body, sent.media_type)
        for sent in transport.sent
        if sent.method != "GET" and sent.path != "login"
    ]


def test_protocol() -> None:
    """The platform's sites can be managed."""
    keyless, _ = offline()
    assert isinstance(keyless, ManagesSite)


def test_claim() -> None:
    """A gateway is claimed by the code on its back, as in the document's example."""
    keyless, transport = offline(
        GET_gateway_device={"items": []}, POST_gateway_device__claim=CLAIMED
    )
    claimed = run(keyless.claim_gateway("2K7H-ASR3"))
    assert claimed == ClaimedGateway(id=CLAIMED["id"], serial="BGWA1DD2E00004")
    body = {"claimingCode": "2K7H-ASR3"}
    assert commands(transport) == [
        ("POST gateway-device/claim", body, "application/json")
    ]


def test_create() -> None:
    """A lock is created by its name alone."""
    created = {"id": "new", "name": "Gate", "claimingStatus": "UNCLAIMED"}
    keyless, transport = offline(
        GET_locking_device={"items": []}, POST_locking_device=created
    )
    assert run(keyless.create_locking_device("Gate")) == "new"
    assert commands(transport) == [
        ("POST locking-device", {"name": "Gate"}, "application/json")
    ]


def test_rename() -> None:
    """A name is replaced by a JSON Patch, as in the document's example."""
    keyless, transport = offline(PATCH_locking_device__lock=b"")
    run(keyless.rename_locking_device(LOCK, "Front Gate"))
    change = [{"path": "/name", "op": "replace", "value": "Front Gate"}]
    assert commands(transport) == [
        ("PATCH locking-device/lock", change, "application/json-patch+json")
    ]


def test_associate() -> None:
    """An association names both; whatever the platform answers, any 2xx is its consent."""
    answers: tuple[Any, ...] = (b"", b" ", {"id": "a"}, [])
    for answer in answers:
        keyless, transport = offline(POST_gateway_device_association=answer)
        run(keyless.associate(LOCK, GATEWAY))
        body = {"gatewayDeviceId": "gateway", "lockingDeviceId": "lock"}
        assert commands(transport) == [
            ("POST gateway-device-association", body, "application/json")
        ]


def row(association_id: str, lock: str = "lock", gateway: str = "gateway") -> Any:
    """Return an association as the platform lists it."""
    return {"id": association_id, "gatewayDeviceId": gateway, "lockingDeviceId": lock}


def test_dissociate() -> None:
    """Every association of the two is deleted, none of others', even if the list is not filtered."""
    rows = [row("a"), row("b", "other"), row("c", "lock", "other"), row("d")]
    keyless, transport = offline(
        GET_gateway_device_association={"items": rows},
        DELETE_gateway_device_association__a=b"",
        DELETE_gateway_device_association__d=b"",
    )
    run(keyless.dissociate(LOCK, GATEWAY))
    assert [name for name, _, _ in commands(transport)] == [
        "DELETE gateway-device-association/a",
        "DELETE gateway-device-association/d",
    ]
    [listing] = [sent for sent in transport.sent if sent.method == "GET"]
    assert listing.query["gateway-device-id"] == "gateway"


@pytest.mark.parametrize("rows", [[], [row("b", "other")]])
def test_not_associated(rows: list[Any]) -> None:
    """What is not associated cannot be dissociated; nothing is deleted."""
    keyless, transport = offline(GET_gateway_device_association={"items": rows})
    with pytest.raises(NotFound):
        run(keyless.dissociate(LOCK, GATEWAY))
    assert commands(transport) == []


async def test_site(account: Account, keyless: Keyless) -> None:
    """A site is built up and taken down."""
    cloud = account.cloud
    claimed = await keyless.claim_gateway(EXAMPLE_CODE)
    assert claimed.serial == cloud.gateways[claimed.id].serial_number
    lock_id = await keyless.create_locking_device("Back Gate")
    lock = await account.device(keyless, lock_id)
    assert not lock.is_claimed
    assert not await keyless.is_claimed(lock)
    gateway = await account.device(keyless, claimed.id)
    await keyless.associate(lock, gateway)
    cloud.claim(lock_id)
    cloud.power(claimed.id)
    assert await keyless.is_claimed(lock)
    lock = await account.device(keyless, lock_id)
    assert (lock.via_id, lock.is_claimed) == (claimed.id, True)
    await keyless.rename_locking_device(lock, "Side Gate")
    assert cloud.locks[lock_id].name == "Side Gate"
    await keyless.dissociate(lock, gateway)
    assert cloud.gateways.of(gateway_id=claimed.id) == []
    with pytest.raises(NotFound):
        await keyless.dissociate(lock, gateway)
    await keyless.delete_locking_device(lock)
    await keyless.delete_gateway(gateway)
    assert lock_id not in cloud.locks
    assert claimed.id not in cloud.gateways
    with pytest.raises(NotFound):
        await keyless.delete_locking_device(lock)
    with pytest.raises(NotFound):
        await keyless.delete_gateway(gateway)


@pytest.mark.parametrize("status", [409, 400, 422])
async def test_refusals(account: Account, keyless: Keyless, status: int) -> None:
    """The platform's own limits and contradictions are refusals, not doubts."""
    cloud = account.cloud
    cloud.set_options(conflict_status=status, association_limit=2)
    refusal: type[VendorError] = Conflict if status == 409 else InvalidRequest
    with pytest.raises(NotFound):
        await keyless.claim_gateway("2K7H-ASR4")
    await keyless.claim_gateway(EXAMPLE_CODE)
    with pytest.raises(refusal):
        await keyless.claim_gateway(EXAMPLE_CODE)
    third = await account.device(keyless, cloud.add_locking_device("Third").id)
    gateway = await account.device(keyless, next(iter(cloud.gateways)))
    with pytest.raises(refusal):
        await keyless.associate(third, gateway)
    with pytest.raises(InvalidRequest):
        await keyless.create_locking_device("x" * 256)
    assert len(cloud.gateways.associations) == 2
    assert len(cloud.locks) == 3


@pytest.mark.parametrize("taken", [*PATCH_TYPES, "text/plain", None])
async def test_media_type(
    account: Account, keyless: Keyless, taken: str | None
) -> None:
    """A change is sent as a JSON Patch; refused as such, which did nothing, it is sent as JSON."""
    account.cloud.set_options(patch_media_type=taken)
    lock = await account.lock(keyless)
    if taken == "text/plain":
        with pytest.raises(InvalidRequest):
            await keyless.rename_locking_device(lock, "Gate")
    else:
        await keyless.rename_locking_device(lock, "Gate")
    renamed = account.cloud.locks[lock.id].name == "Gate"
    assert renamed is (taken != "text/plain")
    sent = [
        asked.headers["Content-Type"]
        for asked in account.cloud.asked
        if asked.name.startswith("PATCH ")
    ]
    assert sent == list(PATCH_TYPES)[: 1 if taken in (PATCH_TYPES[0], None) else 2]


async def test_re_keying(account: Account, keyless: Keyless) -> None:
    """Re-keying is for test environments; that production lacks it is told apart from a missing right or key."""
    lock = await account.lock(keyless)
    with pytest.raises(NotAvailable) as caught:
        await keyless.start_re_keying(lock)
    assert "This action" not in told(caught.value)
    account.cloud.set_options(environment="staging")
    await keyless.start_re_keying(lock)
    assert account.cloud.locks[lock.id].certificates["OPERATIONAL"].eligible
    with pytest.raises(Conflict):
        await keyless.start_re_keying(lock)
    admin, users = account.cloud.admin, account.cloud.people.users
    users[admin.id] = replace(admin, role="USER")
    with pytest.raises(NoRight):
        await keyless.start_re_keying(lock)
    users[admin.id] = admin
    account.cloud.add_fault(
        Fault(kind="status", status=404, method="POST", path="/administration/locking")
    )
    with pytest.raises(InvalidRequest):
        await keyless.start_re_keying(lock)
    account.cloud.clear_faults()
    account.cloud.api_key = "another"
    with pytest.raises(WrongCredentials):
        await keyless.start_re_keying(lock)


HOSTILE: Final = ("", ".", "..", "a/b", "../user/1", "a?b", "a#b", "a%2fb", "a b", "ä")


@pytest.mark.parametrize("device_id", HOSTILE)
def test_ids_that_lead_elsewhere(device_id: str) -> None:
    """An id that is none never becomes a part of an address: nothing is sent."""
    keyless, transport = offline()
    device = thing(device_id)
    for change in (
        keyless.delete_locking_device(device),
        keyless.delete_gateway(replace(device, kind=DeviceKind.GATEWAY)),
        keyless.rename_locking_device(device, "Gate"),
        keyless.start_re_keying(device),
        keyless.is_claimed(device),
    ):
        with pytest.raises(InvalidRequest):
            run(change)
    assert transport.sent == []


def test_unreadable_list_before() -> None:
    """Where the list cannot be read wholly, a doubt could not be resolved: nothing is made."""
    for items in ([{"name": "no id"}], [5], [{"id": "a"}, None]):
        keyless, transport = offline(
            GET_locking_device={"items": items}, GET_gateway_device={"items": items}
        )
        with pytest.raises(AnswerNotUnderstood):
            run(keyless.create_locking_device("Gate"))
        with pytest.raises(AnswerNotUnderstood):
            run(keyless.claim_gateway("2K7H-ASR3"))
        assert commands(transport) == []


@pytest.mark.parametrize("status", ["CLAIMED", "claimed", "RETIRED", "", None])
def test_not_certainly_unclaimed(status: str | None) -> None:
    """Only what is certainly a placeholder counts as one."""
    answer = {"id": "lock", "name": "Gate", "claimingStatus": status}
    keyless, _ = offline(GET_locking_device__lock=answer)
    assert run(keyless.is_claimed(LOCK))
