"""Webhooks of the simulated Keyless platform."""

import asyncio
import json

from aiohttp.test_utils import unused_port
import pytest

from simulators.clock import utc_now
from simulators.errors import Invalid
from simulators.keyless import KeylessCloud, serve
from tests.simulators.callbacks import Callback
from tests.simulators.keyless import Site


async def test_told(site: Site, callback: Callback) -> None:
    """Events are posted as JSON in their order, without a signature."""
    site.cloud.add_user()
    site.cloud.subscribe(callback.url)
    user = site.cloud.add_user(phone=True)
    await site.cloud.events_sent()
    device = site.cloud.people.device_of(user.id)
    invitation = next(iter(site.cloud.people.invitations))
    bodies = [dict(event) for event in callback.events]
    ids = [body.pop("eventId") for body in bodies]
    assert len(set(ids)) == 3
    assert {body.pop("eventSystemId") for body in bodies} == {site.cloud.tenant_id}
    assert bodies == [
        {"eventType": "UserCreated", "userId": user.id, "role": "USER"},
        {
            "eventType": "OperatingDeviceCreated",
            "operatingDeviceId": device.id,
            "userId": user.id,
            "invitationId": invitation,
        },
        {"eventType": "OperatingDeviceActivated", "operatingDeviceId": device.id},
    ]
    assert callback.headers[0]["Content-Type"] == "application/json"
    assert not [name for name in callback.headers[0] if "ignature" in name]


async def test_logs(site: Site, callback: Callback) -> None:
    """Entries are told of when they arrive; those of gateways in the new form alone."""
    lock, gateway = site.cloud.add_locking_device("A"), site.cloud.add_gateway()
    site.cloud.associate(lock.id, gateway.id)
    user = site.cloud.add_user(phone=True)
    site.cloud.subscribe(callback.url)
    site.cloud.open_by_phone(lock.id, user.id)
    await site.cloud.events_sent()
    assert callback.events == []
    site.clock.move(1)
    await site.cloud.events_sent()
    row = (await site.items("locking-device-log/audit"))[0]
    common = {
        "logEntryId": row["id"],
        "logEntryEventName": "unlock",
        "logEntryDatetime": row["occurrenceDatetime"],
        "logEntrySequenceNumber": 0,
        "lockingDeviceId": lock.id,
        "granted": False,
    }
    client = dict(row["client"])
    client_type = client.pop("type")
    old, new = callback.events
    assert (
        old.items()
        >= {
            **common,
            **client,
            "eventType": "LockingDeviceAuditLogEntryReceived",
        }.items()
    )
    assert new["client"] == {"type": client_type, **client}
    assert new.items() >= common.items()
    body = {"gatewayDeviceId": gateway.id, "lockingDeviceId": lock.id, "action": "OPEN"}
    await site.create("remote-command", body)
    site.cloud.touch(lock.id)
    site.clock.move(10)
    site.cloud.battery_low(lock.id, delay=0)
    await site.cloud.events_sent()
    assert callback.types[2:] == [
        "RemoteCommandAcknowledged",
        "GatewayDeviceSystemLogEntryReceived",
        "LockingDeviceAuditLogEntryReceivedV2",
        "GatewayDeviceAuditLogEntryReceived",
        "LockingDeviceSystemLogEntryReceived",
    ]
    path = f"gateway-device-log/audit?gateway-device-id={gateway.id}"
    assert [callback.events[5]["logEntry"]] == await site.items(path)
    assert callback.events[5]["gatewayDeviceId"] == gateway.id


async def test_choices(site: Site, callback: Callback) -> None:
    """A subscription may be to some types; an event may come twice, or never."""
    site.cloud.subscribe(callback.url, ["UserDeleted"])
    site.cloud.set_options(webhook_copies=2)
    site.cloud.delete_user(site.cloud.add_user().id)
    await site.cloud.events_sent()
    assert callback.types == ["UserDeleted"] * 2
    assert callback.events[0] == callback.events[1]
    site.cloud.set_options(webhook_copies=0)
    site.cloud.delete_user(site.cloud.add_user().id)
    await site.cloud.events_sent()
    assert len(callback.events) == 2
    site.cloud.set_options(webhook_copies=1)
    site.cloud.webhooks.unsubscribe()
    site.cloud.delete_user(site.cloud.add_user().id)
    await site.cloud.events_sent()
    assert len(callback.events) == 2


@pytest.mark.parametrize("status", [302, 500])
async def test_refused(site: Site, callback: Callback, status: int) -> None:
    """A call that is refused is not repeated, no redirect is followed, and the next event is sent."""
    callback.status = status
    site.cloud.subscribe(callback.url)
    for _ in range(2):
        site.cloud.add_user()
    await site.cloud.events_sent()
    assert len(callback.events) == 2
    assert [sent.status for sent in site.cloud.webhooks.sent] == [status] * 2


async def test_nobody_there(site: Site) -> None:
    """A call that nobody takes is noted."""
    site.cloud.subscribe(f"http://127.0.0.1:{unused_port()}/")
    user = site.cloud.add_user()
    await site.cloud.events_sent()
    (sent,) = site.cloud.webhooks.sent
    assert (sent.status, sent.event["userId"]) == (None, user.id)


@pytest.mark.parametrize(
    "url", ["https://example.com/", "http://10.0.0.1/", "hook", "http://["]
)
async def test_loopback_alone(site: Site, url: str) -> None:
    """Nobody is called but this machine."""
    with pytest.raises(Invalid):
        site.cloud.subscribe(url)
    with pytest.raises(Invalid):
        site.cloud.subscribe("http://127.0.0.1/", ["UserRenamed"])
    assert site.cloud.webhooks.subscriptions == []


async def test_real_time(callback: Callback) -> None:
    """While it is served, a cloud tells of what becomes due without being asked for anything."""
    cloud = KeylessCloud(clock=utc_now)
    cloud.set_options(log_delay_seconds=0.2)
    cloud.subscribe(callback.url)
    lock = cloud.add_locking_device("A")
    async with serve(cloud):
        cloud.battery_low(lock.id)
        async with asyncio.timeout(5):
            while "LockingDeviceSystemLogEntryReceived" not in callback.types:
                await asyncio.sleep(0.02)
    assert json.dumps(callback.events[-1]).count("BATTERY_LOW") == 1
    cloud.add_user()
    await cloud.events_sent()
    assert callback.types[-1] != "UserCreated"
