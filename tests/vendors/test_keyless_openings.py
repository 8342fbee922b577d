"""Keyless' remote commands: ordered once, whatever becomes of the answer; cancelled in time; proven by logs."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from custom_components.latchkey.vendors.keyless.adapter import Keyless
from custom_components.latchkey.vendors.keyless.client import KeylessClient
from custom_components.latchkey.vendors.keyless.token import Token
from custom_components.latchkey.vendors.model import Device, DeviceKind
from custom_components.latchkey.vendors.openings import OpensDoors, RemoteOpening
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    Conflict,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    ServiceUnavailable,
    VendorError,
    WrongCredentials,
)
from simulators.faults import Fault, FaultKind
from tests.openings.account import Account, served_account
from tests.simulators.helpers import FakeClock
from tests.vendors.helpers import run
from tests.vendors.scripted import Offline

ISSUE = "POST remote-command"
LIST = "GET remote-command"
COMMANDS = "/administration/remote-command"
GATEWAY_LOG = "/administration/gateway-device-log"
KNOWN = frozenset({"known"})
DEVICE = Device(
    id="lock",
    label="lock",
    kind=DeviceKind.LOCKING_DEVICE,
    name="",
    via_id="gateway",
)


@pytest.fixture
async def account(
    socket_enabled: None, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Account]:
    """Return an account at a platform with two locks."""
    async with served_account(monkeypatch) as account:
        yield account


@pytest.fixture
def keyless(account: Account) -> Keyless:
    """Return its client."""
    return account.connect()


def command(command_id: str, **fields: Any) -> dict[str, Any]:
    """Return a command as the platform tells of it."""
    return {
        "id": command_id,
        "gatewayDeviceId": "gateway",
        "lockingDeviceId": "lock",
        "action": "OPEN",
        "issuerUserId": "anna",
        "issuanceDatetime": "2025-11-21T08:14:50Z",
        "validityEndDatetime": "2025-11-21T08:19:50Z",
        **fields,
    }


def listing(
    issued: Any, before: list[Any], after: Any, user_id: str = "anna"
) -> tuple[Keyless, Offline]:
    """Return an account at a platform that lists commands before and after one is issued."""
    is_issued = False

    def issue(_: object) -> Any:
        nonlocal is_issued
        is_issued = True
        return issued

    def listed(_: object) -> Any:
        if not is_issued:
            return {"items": before}
        return after if isinstance(after, Exception) else {"items": after}

    transport = Offline.of(
        {"POST login": {"token": "a.b.c"}, ISSUE: issue, LIST: listed}
    )
    token = Token(transport, user_id, "key", FakeClock())
    return Keyless(KeylessClient(transport, token), user_id), transport


async def test_open(account: Account, keyless: Keyless) -> None:
    """A command is sent once, to the lock's gateway; its times are the platform's."""
    assert isinstance(keyless, OpensDoors)
    lock = await account.lock(keyless)
    opening = await keyless.open_door(lock, frozenset())
    (issued,) = account.cloud.commands.values()
    assert opening == RemoteOpening(
        id=issued.id,
        device_id=lock.id,
        via_id=next(iter(account.cloud.gateways)),
        issued_at=account.clock.now,
        valid_until=account.clock.now + timedelta(minutes=5),
        issuer=account.cloud.admin.id,
    )
    assert account.cloud.times(ISSUE) == 1
    assert await keyless.opening(opening.id) == opening
    assert await keyless.openings() == [opening]


async def test_no_way(account: Account, keyless: Keyless) -> None:
    """Without a gateway nothing is sent."""
    lock = account.cloud.add_locking_device("Alone")
    device = await account.device(keyless, lock.id)
    with pytest.raises(NotFound):
        await keyless.open_door(device, frozenset())
    assert account.cloud.times(ISSUE) == 0


async def test_refused(account: Account, keyless: Keyless) -> None:
    """A refusal is a refusal, not a doubt: the platform says why."""
    lock = await account.lock(keyless)
    account.cloud.gateways.associations.clear()
    with pytest.raises(Conflict):
        await keyless.open_door(lock, frozenset())
    account.cloud.delete_lock(lock.id)
    with pytest.raises(NotFound):
        await keyless.open_door(lock, frozenset())
    assert account.cloud.times(ISSUE) == 2
    assert not account.cloud.commands


@pytest.mark.parametrize("kind", ["reset_after", "half", "html_after"])
async def test_doubt(account: Account, keyless: Keyless, kind: FaultKind) -> None:
    """A command whose answer got lost is found in the list, and not sent again."""
    lock = await account.lock(keyless)
    other = await keyless.open_door(await account.lock(keyless, 1), frozenset())
    earlier = await keyless.open_door(lock, frozenset())
    account.clock.move(5)
    account.cloud.add_fault(Fault(kind=kind, method="POST", path=COMMANDS))
    opening = await keyless.open_door(lock, {other.id, earlier.id})
    assert opening.id not in (other.id, earlier.id)
    assert opening.device_id == lock.id
    assert len(account.cloud.commands) == 3
    assert account.cloud.times(ISSUE) == 3


@pytest.mark.parametrize("kind", ["status", "reset", "html", "redirect"])
async def test_doubt_without_effect(
    account: Account, keyless: Keyless, kind: FaultKind
) -> None:
    """A command that is not in the list remains a doubt; pending ones are not taken for it."""
    lock = await account.lock(keyless)
    earlier = await keyless.open_door(lock, frozenset())
    await keyless.open_door(await account.lock(keyless, 1), frozenset())
    account.cloud.add_fault(Fault(kind=kind, method="POST", path=COMMANDS))
    with pytest.raises(OutcomeUnknown):
        await keyless.open_door(lock, {earlier.id})
    assert len(account.cloud.commands) == 2


@pytest.mark.parametrize(
    "failure",
    [ServiceUnavailable("503"), WrongCredentials("401"), InvalidRequest("400")],
)
def test_list_fails_after(failure: VendorError) -> None:
    """Where the list cannot be read afterwards, it remains a doubt."""
    keyless, transport = listing(OutcomeUnknown("reset"), [], failure)
    with pytest.raises(OutcomeUnknown):
        run(keyless.open_door(DEVICE, KNOWN))
    assert transport.count(ISSUE) == 1


@pytest.mark.parametrize(
    "foreign",
    [
        command("foreign", issuerUserId="bert"),
        command("foreign", lockingDeviceId="another"),
        command("foreign", gatewayDeviceId="another"),
        command("known"),
    ],
)
@pytest.mark.parametrize("answer", [OutcomeUnknown("reset"), {}, []])
def test_foreign_commands(foreign: Any, answer: Any) -> None:
    """What somebody else ordered meanwhile, or for another door, is not taken for ours."""
    keyless, transport = listing(answer, [command("known")], [foreign])
    with pytest.raises(OutcomeUnknown):
        run(keyless.open_door(DEVICE, KNOWN))
    own, _ = listing(answer, [command("known")], [foreign, command("own")])
    assert run(own.open_door(DEVICE, KNOWN)).id == "own"
    assert transport.count(ISSUE) == 1


@pytest.mark.parametrize("other", ["lockingDeviceId", "gatewayDeviceId"])
def test_answer_about_another(other: str) -> None:
    """An answer about another door, or another gateway, is not followed as if it were about this one."""
    answer = command("one", **{other: "another"})
    keyless, _ = listing(answer, [], [answer])
    with pytest.raises(OutcomeUnknown):
        run(keyless.open_door(DEVICE, KNOWN))


def test_no_issuance() -> None:
    """A command without its times cannot be followed; one without an end is valid for five minutes."""
    whole = command("one")
    del whole["validityEndDatetime"]
    keyless, _ = listing(whole, [], [])
    opening = run(keyless.open_door(DEVICE, KNOWN))
    assert opening.valid_until == opening.issued_at + timedelta(minutes=5)
    del whole["issuanceDatetime"]
    keyless, _ = listing(whole, [], [whole])
    with pytest.raises(OutcomeUnknown):
        run(keyless.open_door(DEVICE, KNOWN))


async def test_gateway_that_was_awake_last(account: Account, keyless: Keyless) -> None:
    """Of several gateways that one is ordered which was awake last, at this moment; else the one that is known."""
    lock = await account.lock(keyless)
    first, other = lock.via_id, account.cloud.add_gateway().id
    assert first is not None
    account.cloud.associate(lock.id, other)
    lock = await account.lock(keyless)
    known: set[str] = set()
    for gateway_id in (other, first, other):
        account.clock.move(60)
        account.cloud.wake(gateway_id, "HEARTBEAT")
        account.clock.move(5)
        account.cloud.settle()
        opening = await keyless.open_door(lock, known)
        assert opening.via_id == gateway_id
        known.add(opening.id)
        await keyless.cancel_opening(opening)
    account.cloud.add_fault(Fault(kind="status", path=GATEWAY_LOG))
    assert (await keyless.open_door(lock, known)).via_id == lock.via_id


async def test_another_order(account: Account, keyless: Keyless) -> None:
    """An answer about another order than the one that was asked about is not understood."""
    transport = Offline.of(
        {"POST login": {"token": "a.b.c"}, f"{LIST}/one": command("two")}
    )
    token = Token(transport, "anna", "key", FakeClock())
    with pytest.raises(AnswerNotUnderstood):
        run(Keyless(KeylessClient(transport, token), "anna").opening("one"))


async def test_cancel(account: Account, keyless: Keyless) -> None:
    """A pending command is cancelled; a second time, or once it was read, is too late."""
    lock = await account.lock(keyless)
    opening = await keyless.open_door(lock, frozenset())
    account.clock.move(5)
    await keyless.cancel_opening(opening)
    assert (await keyless.opening(opening.id)).cancelled_at == account.clock.now
    with pytest.raises(Conflict):
        await keyless.cancel_opening(opening)
    opening = await keyless.open_door(lock, frozenset())
    account.cloud.touch(lock.id)
    with pytest.raises(Conflict):
        await keyless.cancel_opening(opening)
    read = await keyless.opening(opening.id)
    assert read.acknowledged_at == account.clock.now
    assert read.cancelled_at is None
    account.cloud.delete_lock(lock.id)
    with pytest.raises(NotFound):
        await keyless.cancel_opening(opening)


async def test_proofs(account: Account, keyless: Keyless) -> None:
    """The gateway's log names the command, the lock's says whether it was granted; a phone proves nothing."""
    lock = await account.lock(keyless)
    phone = next(iter(account.cloud.people.devices.values()))
    opening = await keyless.open_door(lock, frozenset())
    assert await keyless.proofs(opening) == []
    account.cloud.open_by_phone(lock.id, phone.user_id)
    account.cloud.touch(lock.id)
    account.clock.move(2)
    account.cloud.settle()
    at = account.clock.now
    account.clock.move(5)
    account.cloud.settle()
    proofs = await keyless.proofs(opening)
    assert {(each.opening_id, each.granted) for each in proofs} == {
        (opening.id, True),
        (None, True),
    }
    for each in proofs:
        assert each.device_id == lock.id
        assert each.via_id == opening.via_id
        assert each.occurred_at == at


async def test_denied(account: Account, keyless: Keyless) -> None:
    """A refusal is in the lock's log alone."""
    lock = await account.lock(keyless)
    account.cloud.set_execution(lock.id, "denied")
    opening = await keyless.open_door(lock, frozenset())
    account.cloud.touch(lock.id)
    account.clock.move(2)
    account.cloud.settle()
    account.clock.move(5)
    account.cloud.settle()
    (proof,) = await keyless.proofs(opening)
    assert not proof.granted
    assert proof.opening_id is None


async def test_proofs_late(account: Account, keyless: Keyless) -> None:
    """A proof that comes hours later has its own time."""
    account.cloud.set_options(log_delay_seconds=7200)
    lock = await account.lock(keyless)
    opening = await keyless.open_door(lock, frozenset())
    account.cloud.touch(lock.id)
    at = account.clock.now + timedelta(seconds=2)
    account.clock.move(3600)
    account.cloud.settle()
    assert await keyless.proofs(opening) == []
    account.clock.move(3700)
    account.cloud.settle()
    proofs = await keyless.proofs(opening)
    assert len(proofs) == 2
    assert {each.occurred_at for each in proofs} == {at}


async def test_earlier_proofs(account: Account, keyless: Keyless) -> None:
    """What the logs tell of long ago is not asked for; of another command it names that one."""
    lock = await account.lock(keyless)
    earlier = await keyless.open_door(lock, frozenset())
    account.cloud.touch(lock.id)
    account.clock.move(2)
    account.cloud.settle()
    account.clock.move(600)
    opening = await keyless.open_door(lock, frozenset())
    assert [each.opening_id for each in await keyless.proofs(opening)] == [earlier.id]
