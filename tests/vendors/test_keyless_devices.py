"""Keyless: the gateways and locks of a system, what they tell of themselves, and the log of who came."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from custom_components.latchkey.vendors.keyless.adapter import Keyless
from custom_components.latchkey.vendors.keyless.client import KeylessClient
from custom_components.latchkey.vendors.keyless.token import Token
from custom_components.latchkey.vendors.model import Capability, Device, DeviceKind
from custom_components.latchkey.vendors.passages import LogLine, Outcome
from custom_components.latchkey.vendors.readings import Reading, ReadingKind
from simulators.keyless.locks import CERTIFICATE_VALIDITY
from tests.openings.account import Account, served_account
from tests.simulators.helpers import FakeClock
from tests.vendors.helpers import run
from tests.vendors.scripted import Offline

ALL = {Capability.LOG, Capability.PASSAGES, Capability.OPEN}


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


async def devices(keyless: Keyless) -> dict[str, Device]:
    """Return all devices."""
    return {device.id: device for device in (await keyless.inventory()).devices}


async def readings(
    keyless: Keyless, device: Device
) -> dict[tuple[ReadingKind, str], Reading]:
    """Return what a device reports in a reading by number and one by time, by kind and number."""
    return {
        (each.kind, each.number): each
        for _ in range(2)
        for each in (await keyless.news(device)).readings.get(device.id, ())
    }


async def news(keyless: Keyless, device: Device) -> list[LogLine]:
    """Return what is new in a device's log, which takes a reading by number and one by time at the most."""
    return [line for _ in range(2) for line in (await keyless.news(device)).lines]


@pytest.mark.parametrize("status", ["ACTIVATED", "ACTIVE"])
async def test_inventory(account: Account, keyless: Keyless, status: str) -> None:
    """A claimed lock with an active gateway can be opened; the sources call that by two words."""
    account.cloud.set_options(active_status=status)
    placeholder = account.cloud.add_locking_device("Placeholder", claimed=False)
    alone = account.cloud.add_locking_device("Alone")
    (gateway,) = account.cloud.gateways.values()
    account.cloud.associate(placeholder.id, gateway.id)
    found = await devices(keyless)
    assert found[gateway.id].kind is DeviceKind.GATEWAY
    assert found[gateway.id].serial == gateway.serial_number
    assert found[gateway.id].model == "BEAT_GW_A1"
    assert found[gateway.id].via_id is None
    assert found[gateway.id].capabilities == {Capability.LOG}
    for lock_id in list(account.cloud.locks)[:2]:
        lock = found[lock_id]
        assert lock.kind is DeviceKind.LOCKING_DEVICE
        assert lock.capabilities == ALL
        assert lock.via_id == gateway.id
        assert lock.serial == account.cloud.locks[lock_id].serial_number
        assert lock.name.startswith("Lock ")
    assert found[placeholder.id].capabilities == set()
    assert found[alone.id].capabilities == ALL - {Capability.OPEN}
    assert found[alone.id].via_id is None


async def test_gateway_in_its_box(account: Account, keyless: Keyless) -> None:
    """A gateway that has not activated itself opens nothing."""
    lock = account.cloud.add_locking_device("New")
    gateway = account.cloud.add_gateway(activated=False)
    account.cloud.associate(lock.id, gateway.id)
    inventory = await keyless.inventory()
    found = {device.id: device for device in inventory.devices}
    assert Capability.OPEN not in found[lock.id].capabilities
    assert found[gateway.id].capabilities == set()
    assert found[lock.id].via_id is None
    (activated,) = inventory.readings[gateway.id]
    assert activated.kind is ReadingKind.ACTIVATED
    assert activated.value is False
    account.cloud.power(gateway.id)
    inventory = await keyless.inventory()
    found = {device.id: device for device in inventory.devices}
    assert found[lock.id].via_id == gateway.id
    assert inventory.readings[gateway.id][0].value is True


async def test_way(account: Account, keyless: Keyless) -> None:
    """Of several gateways, the one that was heard of most lately opens a lock."""
    lock_id = next(iter(account.cloud.locks))
    first = next(iter(account.cloud.gateways))
    second = account.cloud.add_gateway().id
    idle = account.cloud.add_gateway(activated=False).id
    for gateway_id in (second, idle):
        account.cloud.associate(lock_id, gateway_id)
    for latest in (second, first, second):
        account.clock.move(60)
        account.cloud.wake(latest)
        account.clock.move(5)
        for device in (await devices(keyless)).values():
            if device.kind is DeviceKind.GATEWAY:
                await keyless.news(device)
        assert (await devices(keyless))[lock_id].via_id == latest


async def test_certificates(account: Account, keyless: Keyless) -> None:
    """A lock tells until when its certificates hold, whether they are due, and whether one is revoked."""
    begin = account.clock.now
    lock_id, other_id = account.cloud.locks
    placeholder = account.cloud.add_locking_device("Placeholder", claimed=False)

    async def told(lock_id: str) -> dict[ReadingKind, Any]:
        inventory = await keyless.inventory()
        return {each.kind: each.value for each in inventory.readings[lock_id]}

    as_new = {
        ReadingKind.CERTIFICATE_END: begin + CERTIFICATE_VALIDITY["OPERATIONAL"],
        ReadingKind.MANUFACTURING_CERTIFICATE_END: begin
        + CERTIFICATE_VALIDITY["MANUFACTURING"],
        ReadingKind.RE_KEYING_DUE: False,
        ReadingKind.REVOKED: False,
    }
    assert await told(lock_id) == as_new
    assert await told(placeholder.id) == {}
    account.cloud.locks.set_certificate(lock_id, eligible=True)
    assert await told(lock_id) == {**as_new, ReadingKind.RE_KEYING_DUE: True}
    account.cloud.locks.set_certificate(lock_id, "MANUFACTURING", revoked=True)
    assert (await told(lock_id))[ReadingKind.REVOKED] is True
    assert await told(other_id) == as_new


async def test_doors(account: Account, keyless: Keyless) -> None:
    """A gateway tells when it was last awake, and how its doors were then; what is not closed is open."""
    gateway_id = next(iter(account.cloud.gateways))
    gateway = await account.device(keyless, gateway_id)
    assert await readings(keyless, gateway) == {}
    account.cloud.gateways.set_door(gateway_id, 2, "OPEN")
    account.cloud.wake(gateway_id)
    account.clock.move(5)
    awake = account.clock.now - timedelta(seconds=5)
    # What has no doors in it does not hide them.
    account.cloud.change_network(gateway_id)
    account.clock.move(5)
    account.cloud.settle()
    found = await readings(keyless, gateway)
    assert found[ReadingKind.DOOR, "1"].value is False
    assert found[ReadingKind.DOOR, "2"].value is True
    assert found[ReadingKind.DOOR, "2"].observed_at == awake
    contact = found[ReadingKind.LAST_CONTACT, ""]
    assert contact.value == awake + timedelta(seconds=5)


async def test_battery(account: Account, keyless: Keyless) -> None:
    """A battery is low until the lock boots; other entries do not hide it."""
    lock = await account.lock(keyless)
    key = (ReadingKind.BATTERY_LOW, "")
    assert key not in await readings(keyless, lock)

    async def after(event_name: str) -> Reading:
        account.clock.move(60)
        account.cloud.note(lock.id, event_name)
        account.clock.move(5)
        account.cloud.settle()
        return (await readings(keyless, lock))[key]

    assert (await after("BOOT-BEAT_PL-3-0.17.2")).value is False
    low = await after("BATTERY_LOW")
    assert low.value is True
    assert low.observed_at == account.clock.now - timedelta(seconds=5)
    assert (await after("CERTIFICATE_CHANGED-OPERATIONAL")).value is True
    assert (await after("BOOT-BEAT_PL-3-0.17.2")).value is False


async def test_last_passage(account: Account, keyless: Keyless) -> None:
    """The last passage is one that was granted, when it happened."""
    lock = await account.lock(keyless)
    key = (ReadingKind.LAST_PASSAGE, "")
    phone = next(iter(account.cloud.people.devices.values()))
    assert not account.cloud.open_by_phone(lock.id, phone.user_id)
    account.clock.move(5)
    account.cloud.settle()
    assert key not in await readings(keyless, lock)
    await open_by_gateway(account, keyless, lock)
    at = account.clock.now - timedelta(seconds=8)
    assert not account.cloud.open_by_phone(lock.id, phone.user_id)
    account.clock.move(5)
    account.cloud.settle()
    assert (await readings(keyless, lock))[key].value == at


async def open_by_gateway(
    account: Account, keyless: Keyless, lock: Device, execution: Any = "granted"
) -> None:
    """Have a lock opened through its gateway, or refuse it, eight seconds ago."""
    account.cloud.set_execution(lock.id, execution)
    await keyless.open_door(lock, frozenset())
    account.cloud.touch(lock.id)
    account.clock.move(2)
    account.cloud.settle()
    account.clock.move(8)
    account.cloud.settle()


async def test_log(account: Account, keyless: Keyless) -> None:
    """The log has both kinds of entries, told as what they are, of the period alone."""
    lock = await account.lock(keyless)
    phone = next(iter(account.cloud.people.devices.values()))
    account.cloud.note(lock.id, "BOOT-OLD")
    account.clock.move(3600)
    begin = account.clock.now - timedelta(seconds=1)
    account.cloud.note(lock.id, "BOOT-NEW")
    account.cloud.open_by_phone(lock.id, phone.user_id)
    await open_by_gateway(account, keyless, lock)
    await open_by_gateway(account, keyless, lock, "denied")
    end = account.clock.now
    account.clock.move(3600)
    account.cloud.battery_low(lock.id)
    account.clock.move(5)
    lines = await keyless.log(lock, begin, end)
    told = [(each.outcome, each.text, each.method) for each in lines]
    assert sorted(told) == sorted(
        [
            (Outcome.RESTART, "BOOT-NEW", None),
            (Outcome.DENIED, "unlock", "app"),
            (Outcome.GRANTED, "open", "gateway"),
            (Outcome.DENIED, "open", "gateway"),
        ]
    )
    for line in lines:
        assert line.device_id == lock.id
        assert begin <= line.occurred_at <= end
        assert (line.reason == "no_permission") == (line.outcome is Outcome.DENIED)
    assert len({line.key for line in lines}) == 4


@pytest.mark.parametrize("separate", [False, True])
async def test_news(account: Account, keyless: Keyless, separate: bool) -> None:
    """What was there at the beginning is no news; all that comes later is told once, however many pages it fills."""
    account.cloud.set_options(separate_numbers=separate)
    lock = await account.lock(keyless)
    account.cloud.note(lock.id, "BOOT-OLD")
    await open_by_gateway(account, keyless, lock)
    assert await news(keyless, lock) == []
    await open_by_gateway(account, keyless, lock, "denied")
    for _ in range(120):
        account.cloud.note(lock.id, "BOOT-NEW")
    account.clock.move(5)
    account.cloud.settle()
    lines = (await keyless.news(lock)).lines
    assert len(lines) == len({line.key for line in lines}) == 121
    assert sum(line.outcome is Outcome.DENIED for line in lines) == 1
    assert await news(keyless, lock) == []


async def test_first_entry(account: Account, keyless: Keyless) -> None:
    """The first entry ever is news where the log was empty at the beginning."""
    lock = await account.lock(keyless)
    assert (await keyless.news(lock)).lines == []
    account.cloud.note(lock.id, "BOOT-FIRST")
    account.clock.move(5)
    account.cloud.settle()
    (line,) = (await keyless.news(lock)).lines
    assert line.text == "BOOT-FIRST"
    assert await news(keyless, lock) == []


async def test_late_entries(account: Account, keyless: Keyless) -> None:
    """Entries that reach the platform hours later are told then, with their own time."""
    lock = await account.lock(keyless)
    await keyless.news(lock)
    begin = account.clock.now
    account.cloud.note(lock.id, "BOOT-LATE", delay=7200)
    account.clock.move(3600)
    assert await news(keyless, lock) == []
    account.clock.move(3601)
    account.cloud.settle()
    (line,) = await news(keyless, lock)
    assert line.occurred_at == begin


async def test_entry_overtaken(account: Account, keyless: Keyless) -> None:
    """An entry that a phone brings after a gateway has brought a later one is told all the same."""
    lock = await account.lock(keyless)
    await keyless.news(lock)
    phone = next(iter(account.cloud.people.devices.values()))
    account.cloud.open_by_phone(lock.id, phone.user_id, delay=3600)
    await open_by_gateway(account, keyless, lock)
    (line,) = await news(keyless, lock)
    assert line.outcome is Outcome.GRANTED
    account.clock.move(3600)
    account.cloud.settle()
    (line,) = await news(keyless, lock)
    assert line.outcome is Outcome.DENIED
    assert line.holder_id == phone.user_id
    assert await news(keyless, lock) == []


@pytest.mark.parametrize("before", [5, 150])
async def test_numbers_begin_again(
    account: Account, keyless: Keyless, before: int
) -> None:
    """After a reset to the state of the factory a lock numbers from nothing; its entries are told all the same."""
    lock = await account.lock(keyless)
    for _ in range(before):
        account.cloud.note(lock.id, "BOOT-OLD")
        account.clock.move(5)
    account.cloud.settle()
    await keyless.news(lock)
    account.cloud.restart_numbers(lock.id)
    for _ in range(3):
        account.clock.move(60)
        account.cloud.note(lock.id, "BOOT-NEW")
        account.clock.move(5)
        account.cloud.settle()
        assert [line.text for line in await news(keyless, lock)] == ["BOOT-NEW"]
    assert await news(keyless, lock) == []


async def test_begin_within_a_second(account: Account, keyless: Keyless) -> None:
    """Of several entries of one second, all that were there at the beginning are old."""
    lock = await account.lock(keyless)
    for _ in range(6):
        for number in range(24):
            account.cloud.note(lock.id, f"BOOT-{number}")
        account.clock.move(5)
        account.cloud.settle()
        # Another one, which knows nothing yet.
        assert await news(account.connect(), lock) == []


async def test_long_history(account: Account, keyless: Keyless) -> None:
    """A lock's history of years is not read through; a busy day is, once an hour."""
    lock = await account.lock(keyless)
    system, audit = (f"GET locking-device-log/{kind}" for kind in ("system", "audit"))

    async def hour(every: int) -> int:
        told = 0
        for minute in range(60):
            if minute % every == 0:
                account.cloud.note(lock.id, "BOOT")
            account.clock.move(60)
            if minute % 5 == 4:
                told += len((await keyless.news(lock)).lines)
        return told

    for _ in range(1500):
        account.cloud.note(lock.id, "BOOT-OLD")
        account.clock.move(60)
    account.cloud.settle()
    account.cloud.asked.clear()
    await keyless.news(lock)
    assert account.cloud.times(system) == 1
    assert await hour(every=60) == 1
    assert account.cloud.times(system) <= 1 + 12 + 2
    assert account.cloud.times(audit) == 1 + 12
    for _ in range(25):
        assert await hour(every=1) == 60
    account.cloud.asked.clear()
    assert await hour(every=60) == 1
    # A day of an entry a minute has fourteen or fifteen pages.
    assert 12 + 13 <= account.cloud.times(system) <= 12 + 15
    assert account.cloud.times(audit) == 12


def test_unknown_entries() -> None:
    """An entry that cannot be read, or of an event that nobody knows, hides no other."""
    at = "2025-11-21T08:14:50Z"
    known = {
        "id": "one",
        "lockingDeviceId": "lock",
        "eventName": "open",
        "occurrenceDatetime": at,
        "sequenceNumber": 7,
        "client": {"type": "SOMETHING_NEW", "userId": "anna"},
        "granted": True,
    }
    audit = [
        None,
        5,
        {},
        {**known, "occurrenceDatetime": "soon"},
        {**known, "id": "two", "eventName": "juggle"},
        {**known, "id": "three", "client": "gateway"},
        known,
    ]
    transport = Offline.of(
        {
            "POST login": {"token": "a.b.c"},
            "GET locking-device-log/audit": {"items": audit},
            "GET locking-device-log/system": {"items": []},
        }
    )
    keyless = Keyless(
        KeylessClient(transport, Token(transport, "anna", "key", FakeClock())), "anna"
    )
    device = Device(id="lock", label="lock", kind=DeviceKind.LOCKING_DEVICE, name="")
    moment = datetime.fromisoformat(at)
    lines = run(keyless.log(device, moment, moment))
    assert [(each.key, each.outcome) for each in lines] == [
        (("two",), Outcome.OTHER),
        (("three",), Outcome.GRANTED),
        (("one",), Outcome.GRANTED),
    ]
    assert {each.method for each in lines} == {None}
    assert run(keyless.news(device)).lines == []
    audit.append({**known, "id": "four", "sequenceNumber": 8})
    (line,) = run(keyless.news(device)).lines
    assert line.key == ("four",)
    sent = transport.sent[-1]
    assert sent.query["sequence-number-greater-than"] == "7"
