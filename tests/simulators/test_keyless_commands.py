"""Remote commands of the simulated Keyless platform."""

from dataclasses import dataclass
from typing import Any

import pytest

from simulators.keyless.gateways import Gateway
from simulators.keyless.locks import LockingDevice
from tests.simulators.keyless import Json, Site


@dataclass
class Door:
    """A locking device with its gateway."""

    site: Site
    lock: LockingDevice
    gateway: Gateway

    async def order(self, **changes: Any) -> Json:
        """Issue a command."""
        return await self.site.create("remote-command", self.body(**changes))

    def body(self, **changes: Any) -> Json:
        """Return the body of a command."""
        return {
            "gatewayDeviceId": self.gateway.id,
            "lockingDeviceId": self.lock.id,
            "action": "OPEN",
            **changes,
        }

    async def told(self, command: Json) -> Json:
        """Return what is told of a command."""
        told: Json = await self.site.get(f"remote-command/{command['id']}")
        return told

    async def operations(self) -> list[tuple[str, bool]]:
        """Return when the locking device was operated, and whether it opened."""
        rows = await self.site.items("locking-device-log/audit")
        return [(row["occurrenceDatetime"], row["granted"]) for row in rows]

    async def conversations(self) -> list[Json]:
        """Return what the gateway has told of its conversations."""
        query = f"gateway-device-id={self.gateway.id}"
        return await self.site.items(f"gateway-device-log/audit?{query}")


@pytest.fixture
def door(site: Site) -> Door:
    """Return a door."""
    lock, gateway = site.cloud.add_locking_device("A"), site.cloud.add_gateway()
    site.cloud.associate(lock.id, gateway.id)
    return Door(site, lock, gateway)


async def test_granted(site: Site, door: Door) -> None:
    """A command waits for a touch; it is acknowledged, executed, and told of when the logs have arrived."""
    command = await door.order()
    assert command == {
        **door.body(),
        "id": command["id"],
        "validityStartDatetime": site.iso(),
        "validityEndDatetime": site.iso(300),
        "issuerUserId": site.cloud.admin.id,
        "issuanceDatetime": site.iso(),
    }
    site.clock.move(100)
    assert await door.told(command) == command
    site.cloud.touch(door.lock.id)
    acknowledged = {**command, "acknowledgementDatetime": site.iso()}
    assert await door.told(command) == acknowledged
    event = site.events("RemoteCommandAcknowledged")[0]
    assert event["remoteCommandId"] == command["id"]
    site.clock.move(2)
    assert await door.operations() == []
    site.clock.move(1)
    rows = await site.items(
        f"locking-device-log/audit?locking-device-id={door.lock.id}"
    )
    assert rows == [
        {
            "id": rows[0]["id"],
            "lockingDeviceId": door.lock.id,
            "eventName": "open",
            "occurrenceDatetime": site.iso(-1),
            "sequenceNumber": 0,
            "client": {"type": "GATEWAY_DEVICE", "gatewayDeviceId": door.gateway.id},
            "granted": True,
        }
    ]
    assert await door.conversations() == [
        {
            "sequenceNumber": 1,
            "datetime": site.iso(-1),
            "conversationName": "open",
            "lockingDeviceId": door.lock.id,
            "remoteCommandId": command["id"],
        }
    ]
    site.cloud.touch(door.lock.id)
    site.clock.move(10)
    assert len(await door.operations()) == 1
    assert await site.items("remote-command") == [acknowledged]


@pytest.mark.parametrize(
    ("execution", "acknowledged", "operations"),
    [
        ("denied", True, [False]),
        ("acknowledged_only", True, []),
        ("nothing", False, []),
    ],
)
async def test_other_executions(
    site: Site,
    door: Door,
    execution: Any,
    acknowledged: bool,
    operations: list[bool],
) -> None:
    """A locking device does not always open, by a choice for all of them or for one."""
    site.cloud.set_execution(door.lock.id, execution)
    command = await door.order()
    site.cloud.touch(door.lock.id)
    site.clock.move(10)
    assert ("acknowledgementDatetime" in await door.told(command)) is acknowledged
    assert [granted for _, granted in await door.operations()] == operations
    assert await door.conversations() == []


async def test_denied_in_gateway_log(site: Site, door: Door) -> None:
    """A gateway may tell of a conversation that came to nothing."""
    site.cloud.set_options(execution="denied", denied_in_gateway_log=True)
    command = await door.order()
    site.cloud.touch(door.lock.id)
    site.clock.move(10)
    assert (await door.conversations())[0]["remoteCommandId"] == command["id"]


async def test_late_logs(site: Site, door: Door) -> None:
    """Logs may arrive hours later, with the instants and numbers of their devices."""
    site.cloud.set_options(log_delay_seconds=7200)
    await door.order()
    site.cloud.touch(door.lock.id)
    at = site.iso(2)
    site.clock.move(7201)
    await site.login()
    assert await door.operations() == []
    site.clock.move(1)
    assert await door.operations() == [(at, True)]


async def test_expiry(site: Site, door: Door) -> None:
    """A command that nobody reads in time is not read at all."""
    command = await door.order()
    site.clock.move(300)
    site.cloud.touch(door.lock.id)
    site.clock.move(10)
    assert await door.told(command) == command
    assert await door.operations() == []


async def test_key_expires_on_the_way(site: Site, door: Door) -> None:
    """A command that was read in time fails when it is executed too late."""
    command = await door.order()
    site.clock.move(299)
    site.cloud.touch(door.lock.id)
    site.clock.move(10)
    assert "acknowledgementDatetime" in await door.told(command)
    assert [granted for _, granted in await door.operations()] == [False]


async def test_cancel(site: Site, door: Door) -> None:
    """A command can be cancelled until it is acknowledged or cancelled."""
    command = await door.order()
    path = f"remote-command/{command['id']}/cancel"
    site.clock.move(5)
    assert await site.status("POST", path) == 204
    assert await door.told(command) == {
        **command,
        "cancelerUserId": site.cloud.admin.id,
        "cancellationDatetime": site.iso(),
    }
    assert await site.status("POST", path) == 409
    site.cloud.touch(door.lock.id)
    other = await door.order()
    site.cloud.touch(door.lock.id)
    assert await site.status("POST", path.replace(command["id"], other["id"])) == 409
    site.clock.move(10)
    assert len(await door.operations()) == 1


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"action": "CLOSE"}, 400),
        ({"action": None}, 400),
        ({"gatewayDeviceId": "x"}, 400),
        ({"validity": "PT5M"}, 400),
        ({"lockingDeviceId": "e9e9f7f2-dec4-4320-b9db-0be6f9a51caa"}, 404),
    ],
)
async def test_rules(site: Site, door: Door, changes: Json, status: int) -> None:
    """What is no command is refused."""
    assert await site.status("POST", "remote-command", door.body(**changes)) == status
    assert await site.items("remote-command") == []


async def test_preconditions(site: Site, door: Door) -> None:
    """The devices are there, and associated."""
    unclaimed = site.cloud.add_locking_device("B", claimed=False).id
    pending = site.cloud.add_gateway(activated=False).id
    other = site.cloud.add_gateway().id
    site.cloud.associate(unclaimed, door.gateway.id)
    site.cloud.associate(door.lock.id, pending)
    for changes in (
        {"lockingDeviceId": unclaimed},
        {"gatewayDeviceId": pending},
        {"gatewayDeviceId": other},
    ):
        body = door.body(**changes)
        assert await site.status("POST", "remote-command", body) == 409


async def test_filter(site: Site, door: Door) -> None:
    """The list can be that of one gateway."""
    command = await door.order()
    query = "remote-command?gateway-device-id="
    assert await site.items(query + door.gateway.id) == [command]
    assert await site.items(query + site.cloud.add_gateway().id) == []


@pytest.mark.parametrize("reads", [True, False])
async def test_heartbeat_reads(site: Site, door: Door, reads: bool) -> None:
    """A gateway that wakes by itself reads commands, or does not."""
    site.cloud.set_options(heartbeat_reads=reads)
    await site.later(86399)
    command = await door.order()
    site.clock.move(1)
    assert ("acknowledgementDatetime" in await door.told(command)) is reads


async def test_somebody_touches(site: Site, door: Door) -> None:
    """Somebody can be at the door for every command, as long as the gateway has power."""
    site.cloud.set_options(touch_seconds=5)
    command = await door.order()
    site.clock.move(60)
    told = await door.told(command)
    assert told["acknowledgementDatetime"] == site.iso(-55)
    site.cloud.power(door.gateway.id, False)
    command = await door.order()
    site.clock.move(60)
    assert await door.told(command) == command
