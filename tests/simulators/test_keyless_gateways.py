"""Gateways of the simulated Keyless platform, their waking and their associations."""

import pytest

from tests.simulators.keyless import Json, Site

EXAMPLE = {"claimingCode": "2K7H-ASR3"}


async def system_log(site: Site, gateway_id: str) -> list[Json]:
    """Return what a gateway has told of itself."""
    path = f"gateway-device-log/system?gateway-device-id={gateway_id}&limit=100"
    return await site.items(path)


async def test_claim_and_activation(site: Site) -> None:
    """A box is claimed by its code, activates itself when it is powered, and tells of its hardware later."""
    created = await site.create("gateway-device/claim", EXAMPLE)
    path = f"gateway-device/{created['id']}"
    assert created == {
        "id": created["id"],
        "serialNumber": "BGWA1DD2E00004",
        "activationStatus": "PENDING_ACTIVATION",
        "creationDatetime": site.iso(),
    }
    site.clock.move(60)
    site.cloud.wake(created["id"])
    assert await site.get(path) == created
    site.cloud.power(created["id"])
    active = {
        **created,
        "activationStatus": "ACTIVATED",
        "activationDatetime": site.iso(),
    }
    assert await site.items("gateway-device") == [active]
    assert site.events("GatewayDeviceActivated")[0]["gatewayDeviceId"] == created["id"]
    site.cloud.wake(created["id"])
    site.clock.move(1)
    hardware = {
        "hardwareModel": "BEAT_GW_A1",
        "hardwareVersion": "1.0.0",
        "firmwareVersion": "0.7.0",
    }
    assert await site.get(path) == active | hardware
    site.cloud.set_options(active_status="ACTIVE")
    assert (await site.get(path))["activationStatus"] == "ACTIVE"


async def test_boxes(site: Site) -> None:
    """A box is claimed once, and again when it is out of the system and reset."""
    for body, status in (
        ({}, 400),
        ({"claimingCode": "XXXX-XXXX"}, 404),
        (EXAMPLE, 201),
        (EXAMPLE, 409),
    ):
        assert await site.status("POST", "gateway-device/claim", body) == status
    gateway_id = next(iter(site.cloud.gateways))
    reset = "boxes/2K7H-ASR3/reset"
    assert (await site.control("POST", reset)).status == 409
    assert await site.status("DELETE", f"gateway-device/{gateway_id}") == 204
    assert await site.status("POST", "gateway-device/claim", EXAMPLE) == 409
    assert (await site.control("POST", reset)).status == 204
    again = await site.create("gateway-device/claim", EXAMPLE)
    assert again["serialNumber"] == "BGWA1DD2E00004"
    assert again["id"] != gateway_id


async def test_activation_by_itself(site: Site) -> None:
    """A gateway can be powered by somebody unseen."""
    site.cloud.set_options(activation_seconds=30)
    created = await site.create("gateway-device/claim", EXAMPLE)
    path = f"gateway-device/{created['id']}"
    site.clock.move(29)
    assert (await site.get(path))["activationStatus"] == "PENDING_ACTIVATION"
    site.clock.move(31)
    assert (await site.get(path))["activationDatetime"] == site.iso(-30)


async def test_heartbeat(site: Site) -> None:
    """A gateway wakes once a day at its own time, however long nobody has looked, while it has power."""
    gateway = site.cloud.add_gateway()
    site.cloud.gateways.set_door(gateway.id, 2, "OPEN")
    await site.later(2 * 86400 + 1)
    log = await system_log(site, gateway.id)
    assert [(row["sequenceNumber"], row["datetime"]) for row in log] == [
        (0, site.iso(-86401)),
        (1, site.iso(-1)),
    ]
    assert log[0] == {
        "sequenceNumber": 0,
        "datetime": site.iso(-86401),
        "eventName": "BOOT",
        "bootReason": "HEARTBEAT",
        "hardwareModel": "BEAT_GW_A1",
        "hardwareVersion": "1.0.0",
        "firmwareVersion": "0.7.0",
        "door1State": "CLOSED",
        "door2State": "OPEN",
    }
    site.cloud.power(gateway.id, False)
    await site.later(86400)
    assert len(await system_log(site, gateway.id)) == 2
    site.cloud.power(gateway.id)
    await site.later(86400)
    assert len(await system_log(site, gateway.id)) == 3
    await site.call("DELETE", f"gateway-device/{gateway.id}")
    await site.later(86400)
    missing = f"gateway-device-log/system?gateway-device-id={gateway.id}"
    assert await site.status("GET", missing) == 404


async def test_touch(site: Site) -> None:
    """A locking device wakes the gateways that are associated with it, and no others."""
    lock = site.cloud.add_locking_device("A")
    gateways = [site.cloud.add_gateway() for _ in range(3)]
    for gateway in gateways[:2]:
        site.cloud.associate(lock.id, gateway.id)
    site.cloud.touch(lock.id)
    site.clock.move(1)
    reasons = [
        [row["bootReason"] for row in await system_log(site, gateway.id)]
        for gateway in gateways
    ]
    assert reasons == [["LOCKING_DEVICE"], ["LOCKING_DEVICE"], []]


async def test_network(site: Site) -> None:
    """Another kind of entry has other fields."""
    gateway = site.cloud.add_gateway()
    site.cloud.change_network(gateway.id)
    site.clock.move(1)
    row = {
        "sequenceNumber": 0,
        "datetime": site.iso(-1),
        "eventName": "NETWORK_CHANGED",
    }
    assert await system_log(site, gateway.id) == [row]


async def test_associations(site: Site) -> None:
    """Devices are associated once, also before either is there."""
    lock = site.cloud.add_locking_device("A", claimed=False)
    gateway = site.cloud.add_gateway(activated=False)
    body = {"gatewayDeviceId": gateway.id, "lockingDeviceId": lock.id}
    path = "gateway-device-association"
    created = await site.create(path, body)
    assert created == {
        **body,
        "id": created["id"],
        "creationDatetime": site.iso(),
    }
    assert await site.get(f"{path}/{created['id']}") == created
    assert await site.status("POST", path, body) == 409
    other = site.cloud.add_gateway()
    site.cloud.associate(lock.id, other.id)
    assert len(await site.items(path)) == 2
    query = f"{path}?gateway-device-id={gateway.id}"
    assert await site.items(query) == [created]
    assert await site.status("GET", f"{path}?gateway-device-id=x") == 400
    assert await site.status("DELETE", f"{path}/{created['id']}") == 204
    assert await site.items(query) == []
    await site.call("DELETE", f"gateway-device/{other.id}")
    assert await site.items(path) == []


@pytest.mark.parametrize("limit", [6, 5])
async def test_association_limit(site: Site, limit: int) -> None:
    """A gateway is associated with six locking devices at most, or with five."""
    site.cloud.set_options(association_limit=limit)
    gateway = site.cloud.add_gateway()
    statuses = [
        await site.status(
            "POST",
            "gateway-device-association",
            {
                "gatewayDeviceId": gateway.id,
                "lockingDeviceId": site.cloud.add_locking_device("A").id,
            },
        )
        for _ in range(limit + 1)
    ]
    assert statuses == [201] * limit + [409]


@pytest.mark.parametrize(
    "changes", [{"lockingDeviceId": None}, {"gatewayDeviceId": "x"}, {"id": "x"}]
)
async def test_association_rules(site: Site, changes: Json) -> None:
    """What is no association is refused."""
    body = {
        "gatewayDeviceId": site.cloud.add_gateway().id,
        "lockingDeviceId": site.cloud.add_locking_device("A").id,
        **changes,
    }
    assert await site.status("POST", "gateway-device-association", body) == 400
