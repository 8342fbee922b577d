"""The control interface of the simulated Keyless platform, and its command line."""

import asyncio
import json
import signal
import sys
from typing import Any

from aiohttp import ClientSession
import pytest

from simulators.errors import Invalid
from tests.simulators.keyless import Site


async def test_whole_story(site: Site) -> None:
    """All that can happen on site can be steered over HTTP."""

    async def post(path: str, body: object = None, status: int = 200) -> Any:
        reply = await site.control("POST", path, body)
        assert reply.status == status, reply.text
        return reply.json if reply.text else None

    lock = await post("locking_devices", {"name": "A", "claimed": False}, 201)
    place = f"locking_devices/{lock['id']}"
    assert (await post(f"{place}/claim", {}))["claimingStatus"] == "CLAIMED"
    gateway = await post("gateways", {"activated": False}, 201)
    wall = f"gateways/{gateway['id']}"
    assert (await post(f"{wall}/power", {"on": True}))["powered"] is True
    ids = {"lock_id": lock["id"], "gateway_id": gateway["id"]}
    assert (await post("associations", ids, 201))["lockingDeviceId"] == lock["id"]
    user = await post("users", {"role": "USER"}, 201)
    device = await post("operating_devices", {"user_id": user["id"]}, 201)
    assert device["userId"] == user["id"]
    body = {
        "gatewayDeviceId": gateway["id"],
        "lockingDeviceId": lock["id"],
        "action": "OPEN",
    }
    assert (await post(f"{place}/execution", {"execution": "denied"}))["execution"]
    await site.create("remote-command", body)
    await post(f"{wall}/door", {"door": 1, "state": "OPEN"})
    await post(f"{place}/touch", status=204)
    await post(f"{wall}/wake", {"reason": "HEARTBEAT"})
    await post(f"{wall}/network")
    told = await post(f"{place}/phone", {"user_id": user["id"], "delay": 0})
    assert told == {"granted": False}
    await post(f"{place}/phone", {"user_id": user["id"], "action": "lock"})
    await post(f"{place}/battery_low", {"delay": 0.5}, 204)
    await post(f"{place}/note", {"event_name": "BOOT-BEAT_PL-3-0.17.2"}, 204)
    changes = {"expiration": "2026-01-01T00:00:00Z", "eligible": True, "revoked": True}
    assert (await post(f"{place}/certificate", changes))["operationalCertificate"] == {
        "eligibleForReKeying": True,
        "expirationDatetime": "2026-01-01T00:00:00Z",
        "revoked": True,
    }
    site.clock.move(10)
    operations = await site.items("locking-device-log/audit")
    assert sorted(row["eventName"] for row in operations) == ["lock", "open", "unlock"]
    assert len(await site.items("locking-device-log/system")) == 2
    log = await site.items(
        f"gateway-device-log/system?gateway-device-id={gateway['id']}"
    )
    assert [row.get("door1State") for row in log] == ["OPEN", "OPEN", None]
    for path in (place, wall):
        assert (await site.control("DELETE", f"{path}/numbers")).status == 204


async def test_state(site: Site) -> None:
    """Everything is shown at once."""
    locks = site.cloud.populate(6)
    state = (await site.control("GET", "state")).json
    assert [lock["name"] for lock in state["locking_devices"]][-1] == "Lock 6"
    sizes = {name: len(state[name]) for name in state}
    assert sizes == {
        "users": 2,
        "operating_devices": 1,
        "invitations": 1,
        "locking_devices": 6,
        "gateways": 2,
        "boxes": 3,
        "associations": 6,
        "commands": 0,
        "messages": 0,
    }
    assert all(site.cloud.gateways.of(locking_device_id=lock.id) for lock in locks)
    reply = await site.control("POST", "populate", {"count": 1})
    assert len(reply.json["locking_devices"]) == 1


async def test_access(site: Site) -> None:
    """Tokens can be revoked, and the API key changed."""
    assert (await site.control("DELETE", "tokens")).status == 204
    assert await site.status("GET", "user") == 401
    await site.control("POST", "api_key", {"api_key": "other"})
    assert await site.status("GET", "user") == 403
    assert (await site.login()).status == 200


async def test_boxes_and_invitations(site: Site) -> None:
    """A box waits to be claimed, and an invitation to be accepted."""
    reply = await site.control("POST", "boxes", {"code": "ABCD-1234"})
    assert (reply.status, reply.json["code"]) == (201, "ABCD-1234")
    assert (await site.control("POST", "boxes", {"code": "ABCD-1234"})).status == 400
    await site.create("gateway-device/claim", {"claimingCode": "ABCD-1234"})
    body = {"userId": site.cloud.admin.id, "deliveryMechanism": "NONE"}
    invitation = await site.create("operating-device/invitation", body)
    reply = await site.control("POST", f"invitations/{invitation['id']}/accept")
    assert (reply.status, reply.json["userId"]) == (201, site.cloud.admin.id)


async def test_webhooks(site: Site) -> None:
    """Subscriptions and events are shown and changed."""
    body = {"url": "http://127.0.0.1:1/", "types": ["UserDeleted"]}
    reply = await site.control("POST", "webhooks", body)
    assert reply.json == {"subscriptions": [body], "sent": []}
    site.cloud.add_user()
    events = (await site.control("GET", "events")).json["events"]
    assert events == list(site.cloud.events.latest)
    reply = await site.control("DELETE", "webhooks")
    assert reply.json == (await site.control("GET", "webhooks")).json
    assert reply.json["subscriptions"] == []
    assert (
        await site.control("POST", "webhooks", {**body, "types": [1]})
    ).status == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"environment": "test"},
        {"list_end": "none"},
        {"execution": "granting"},
        {"rate_limit": -1},
        {"execute_seconds": "2"},
        {"execute_seconds": None},
        {"invalid_status": 200},
        {"heartbeat_seconds": 0},
        {"webhook_copies": 11},
        {"association_limit": "6"},
        {"unknown": 1},
    ],
)
async def test_wrong_options(site: Site, changes: dict[str, Any]) -> None:
    """What no test can mean is refused, with all that comes with it."""
    body = {"token_seconds": 1, **changes}
    assert (await site.control("POST", "options", body)).status == 400
    with pytest.raises(Invalid):
        site.cloud.set_options(**body)
    options = (await site.control("GET", "options")).json
    assert options == site.cloud.options.as_json()
    assert options["token_seconds"] == 3600


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("locking_devices/x/touch", None, 404),
        ("locking_devices/x/phone", {"user_id": "x", "action": "kick"}, 400),
        ("gateways/x/wake", {}, 404),
        ("gateways/x/wake", {"reason": "NOISE"}, 400),
        ("users", {"role": "GUEST"}, 400),
        ("locking_devices", {}, 400),
        ("populate", {"count": -1}, 400),
    ],
)
async def test_refusals(site: Site, path: str, body: object, status: int) -> None:
    """What cannot be done is refused."""
    assert (await site.control("POST", path, body)).status == status


async def test_not_there(site: Site) -> None:
    """Nobody can touch what is not there, or open with a phone that is not there."""
    lock = site.cloud.add_locking_device("A", claimed=False)
    place = f"locking_devices/{lock.id}"
    assert (await site.control("POST", f"{place}/touch")).status == 409
    wall = f"gateways/{site.cloud.add_gateway().id}"
    other = f"locking_devices/{site.cloud.add_locking_device('B').id}"
    phone = {"user_id": site.cloud.admin.id}
    for path, body, status in (
        (f"{place}/execution", {"execution": "x"}, 400),
        (f"{place}/certificate", {"profile": "x"}, 400),
        (f"{wall}/door", {"door": 3, "state": "OPEN"}, 400),
        (f"{other}/phone", phone, 404),
    ):
        assert (await site.control("POST", path, body)).status == status


async def test_command_line(socket_enabled: None) -> None:
    """The platform is served from the command line until it is told to stop."""
    ports = ("--port", "0", "--control-port", "0")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulators.keyless", *ports),
        *("--locks", "3", "--touch-seconds", "1.5"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    try:
        address = json.loads(await process.stdout.readline())
        assert address["url"].endswith("/administration/")
        async with ClientSession() as session:
            async with session.get(address["control"] + "state") as reply:
                assert len((await reply.json())["locking_devices"]) == 3
            async with session.get(address["control"] + "options") as reply:
                assert (await reply.json())["touch_seconds"] == 1.5
    finally:
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
