"""The platform's calls: each is a hint to read again, and what is read is what counts."""

from unittest.mock import create_autospec

from homeassistant.const import STATE_OFF, STATE_ON
import pytest

from custom_components.latchkey.grant_keeper import GrantKeeper
from tests.keyless.called import CalledHome
from tests.keyless.home import LOG

WINDOW = 10.1
"""Seconds after which the same may be read again."""


async def test_passage(hinted: CalledHome) -> None:
    """A passage is told as soon as the platform knows of it, once, with the battery and the rest of that lock."""
    person = hinted.person()
    await hinted.told()
    passages = hinted.passages()
    before = hinted.platform.requests.total
    hinted.platform.open_by_phone(hinted.lock_id(), person.id)
    await hinted.wait(1)
    await hinted.told()
    (passage,) = passages
    assert passage.data["outcome"] == "granted"
    assert hinted.shown("sensor", "last_passage").state != "unknown"
    # Both its logs, of this lock alone; both forms of the event are one.
    assert hinted.platform.requests.total - before == 2
    assert (await hinted.counts())["repeated"] == 1
    await hinted.run(2 * LOG)
    assert len(passages) == 1


async def test_battery(hinted: CalledHome) -> None:
    """A battery that is low is shown at once."""
    assert hinted.entity_id("binary_sensor", "battery_low") is None
    hinted.platform.battery_low(hinted.lock_id(), delay=0)
    await hinted.told()
    assert hinted.shown("binary_sensor", "battery_low").state == STATE_ON


async def test_gateway(hinted: CalledHome) -> None:
    """What a gateway reports of itself when it wakes is shown at once."""
    gateway_id = hinted.gateway_id()
    hinted.platform.gateways.set_door(gateway_id, 1, "OPEN")
    hinted.platform.wake(gateway_id)
    await hinted.wait(1)
    await hinted.told()
    assert hinted.shown("binary_sensor", "door_1", gateway_id).state == STATE_ON
    assert hinted.count("GET gateway-device-log/system") == 1


@pytest.mark.parametrize(
    ("execution", "end"), [("granted", "opened"), ("denied", "denied")]
)
@pytest.mark.parametrize("is_called", [True, False])
async def test_opening(
    hinted: CalledHome, execution: str, end: str, *, is_called: bool
) -> None:
    """What became of an opening is told when a log tells it, and without calls at the next look."""
    if not is_called:
        hinted.platform.webhooks.unsubscribe()
    hinted.platform.set_options(execution=execution)
    await hinted.act("open")
    await hinted.run(72, 2)
    asked = hinted.count("GET remote-command/{id}")
    while hinted.count("GET remote-command/{id}") == asked:
        await hinted.wait(1)
    # The next look is in twelve seconds; the entries are there in three.
    hinted.platform.touch(hinted.lock_id())
    for _ in range(4):
        await hinted.told()
        await hinted.wait(1)
    assert (hinted.ended == end) is is_called
    if not is_called:
        await hinted.run(20, 2)
    assert hinted.ended == end
    assert hinted.door != "opening"


async def test_acknowledged(hinted: CalledHome) -> None:
    """An acknowledgement leads to a look at that opening; one of somebody else's, to none."""
    hinted.platform.set_options(execution="acknowledged_only")
    await hinted.act("open")
    await hinted.run(72, 2)
    (command,) = hinted.platform.commands
    asked = hinted.count("GET remote-command/{id}")
    kind = "RemoteCommandAcknowledged"
    other = "c7a5b0bb-6f8e-49e0-9a58-6e0f7ad35103"
    assert await hinted.post(hinted.event(kind, remoteCommandId=other)) == 200
    await hinted.wait(0.1)
    assert hinted.count("GET remote-command/{id}") == asked
    hinted.platform.touch(hinted.lock_id())
    await hinted.told()
    assert hinted.count("GET remote-command/{id}") == asked + 1
    under_way = hinted.entry.runtime_data.openings.under_way[hinted.lock_id()]
    assert under_way.remote.id == command
    assert under_way.remote.acknowledged_at is not None


async def test_gateway_activated(hinted: CalledHome) -> None:
    """A lock can be opened as soon as its gateway has been activated."""
    lock = hinted.platform.add_locking_device("Later")
    gateway = hinted.platform.add_gateway(activated=False)
    hinted.platform.associate(lock.id, gateway.id)
    await hinted.told()
    assert hinted.entity_id("event", "passage", lock.id) is not None
    assert hinted.entity_id("lock", "door", lock.id) is None
    await hinted.wait(WINDOW)
    hinted.platform.power(gateway.id)
    await hinted.told()
    assert hinted.entity_id("lock", "door", lock.id) is not None


async def test_certificate(hinted: CalledHome) -> None:
    """That a lock is to be re-keyed is shown at once, and so is its end."""
    person = hinted.person()
    lock_id = hinted.lock_id()
    assert hinted.shown("binary_sensor", "re_keying_due").state == STATE_OFF
    hinted.platform.locks.set_certificate(lock_id, eligible=True)
    await hinted.told()
    assert hinted.shown("binary_sensor", "re_keying_due").state == STATE_ON
    await hinted.wait(WINDOW)
    hinted.platform.open_by_phone(lock_id, person.id, delay=5)
    await hinted.told()
    assert hinted.shown("binary_sensor", "re_keying_due").state == STATE_ON
    # What was read when the certificate was asked for keeps its end waiting for a moment.
    await hinted.wait(6)
    await hinted.told()
    await hinted.wait(WINDOW)
    assert hinted.shown("binary_sensor", "re_keying_due").state == STATE_OFF


async def test_unknown_device(hinted: CalledHome) -> None:
    """A device that is heard of before it is known has the inventory read."""
    hinted.platform.webhooks.unsubscribe()
    lock = hinted.platform.add_locking_device("New")
    kind = "LockingDeviceAuditLogEntryReceivedV2"
    assert await hinted.post(hinted.event(kind, lockingDeviceId=lock.id)) == 200
    await hinted.wait(0.1)
    assert hinted.entity_id("event", "passage", lock.id) is not None


async def test_users(hinted: CalledHome) -> None:
    """What happens to users and phones has no device read."""
    user = hinted.platform.add_user(phone=True)
    hinted.platform.delete_user(user.id)
    await hinted.told()
    assert hinted.platform.requests.total == 0
    assert await hinted.counts() == {"hint": 5}


async def test_grants(hinted: CalledHome) -> None:
    """Where an account has grants, what happens to users and phones has them compared, once in a while."""
    grants = create_autospec(GrantKeeper, instance=True)
    hinted.entry.runtime_data.grants = grants
    for kind in ("UserDeleted", "OperatingDeviceCreated", "OperatingDeviceActivated"):
        assert await hinted.post(hinted.event(kind)) == 200
    assert grants.async_hint.call_count == 1
    await hinted.wait(WINDOW)
    assert grants.async_hint.call_count == 2
    await hinted.wait(WINDOW)
    assert grants.async_hint.call_count == 2
    # Nothing but that is there to be unloaded.
    hinted.entry.runtime_data.grants = None


async def test_delayed(hinted: CalledHome) -> None:
    """A hint that comes too soon after another one is not lost: it waits for the end of its time."""
    hinted.platform.webhooks.unsubscribe()
    names = []
    for name, pause, known in (("A", 0.1, True), ("B", 1, False), ("C", 1, False)):
        lock = hinted.platform.add_locking_device(name)
        names.append(lock.id)
        await hinted.post(hinted.event("LockingDeviceClaimed", lockingDeviceId=lock.id))
        await hinted.wait(pause)
        assert (hinted.device(lock.id) is not None) is known
    assert hinted.count("GET locking-device") == 1
    await hinted.wait(WINDOW)
    assert all(hinted.device(lock_id) for lock_id in names)
    assert hinted.count("GET locking-device") == 2
    await hinted.run(3 * WINDOW)
    assert hinted.count("GET locking-device") == 2


async def test_answered_at_once(hinted: CalledHome) -> None:
    """A call is answered before anything is read."""
    fault = hinted.fault("delay_answer", "locking-device", seconds=5)
    lock = hinted.platform.add_locking_device("A", claimed=False)
    assert await hinted.post(hinted.event("GatewayDeviceActivated")) == 200
    assert fault.hits == 0
    hinted.platform.clear_faults()
    await hinted.wait(0.1)
    assert hinted.device(lock.id) is not None
