"""Calls that are not the platform's, or too many: they are counted, and lead to few readings or none."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
import json

from aiohttp import ClientSession
from homeassistant.config_entries import ConfigEntryState
import pytest
from yarl import URL

from custom_components.latchkey.hint_reader import MOST_KNOWN
from custom_components.latchkey.webhook_calls import LARGEST_BODY
from simulators.keyless.events import EVENT_TYPES
from tests.keyless.called import CalledHome
from tests.keyless.home import INVENTORY
from tests.push.calls import post
from tests.push.test_bad_calls import LARGE, NOT_UNDERSTOOD, pieces

CALLS = 1000
WINDOW = 10
"""Seconds within which the same is read once."""
ELSEWHERE = "00000000-bca3-48c0-8f29-a757ef2b3c3f"


def subjects(home: CalledHome, place: int) -> dict[str, str]:
    """Return what an event may be about, from one place in the platform's lists to the next."""
    locks, gateways = list(home.platform.locks), list(home.platform.gateways)
    commands = [*home.platform.commands, "none"]
    return {
        "lockingDeviceId": locks[place % len(locks)],
        "gatewayDeviceId": gateways[place % len(gateways)],
        "remoteCommandId": commands[place % len(commands)],
    }


async def flood(home: CalledHome, calls: int, seconds: float) -> None:
    """Make calls about everything, each with an id of its own, spread over some seconds."""
    kinds = sorted(EVENT_TYPES)
    for number in range(calls):
        told = subjects(home, number // len(kinds))
        entry = {"remoteCommandId": told["remoteCommandId"]}
        kind = kinds[number % len(kinds)]
        assert await home.post(home.event(kind, **told, logEntry=entry)) == 200
        if number % 10 == 9:
            await home.wait(10 * seconds / calls)


async def test_flood(hinted: CalledHome) -> None:
    """Whoever knows the address makes each thing be read once in ten seconds at most, however often they call."""
    hinted.platform.webhooks.unsubscribe()
    hinted.platform.populate(8)
    await hinted.wait(INVENTORY)
    await hinted.act("open")
    await hinted.wait(16)
    hinted.platform.requests.reset()
    locks, gateways = len(hinted.platform.locks), len(hinted.platform.gateways)
    assert (locks, gateways) == (10, 3)
    await flood(hinted, CALLS, 25)
    assert (await hinted.counts())["hint"] == CALLS
    await hinted.wait(WINDOW)
    # In thirty-five seconds, from the first call on.
    times = 4
    for inventory in ("locking-device", "gateway-device", "gateway-device-association"):
        assert 2 <= hinted.count(f"GET {inventory}") <= times
    for log in ("system", "audit"):
        # What a lock reports, and its log, which is read a second time now and then.
        asked = hinted.count(f"GET locking-device-log/{log}")
        assert locks < asked <= times * (3 * locks + 3)
    assert hinted.count("GET gateway-device-log/system") <= times * gateways
    # Its own looks every five seconds, and those that three kinds of events lead to.
    assert hinted.count("GET remote-command/{id}") <= 35 / 5 + 3 * times
    by_lock = hinted.platform.requests.by_subject()
    for lock_id in hinted.platform.locks:
        assert sum(by_lock[lock_id].values()) <= times * 8
    # When it is over, it is over.
    await hinted.wait(WINDOW)
    inventories = hinted.count("GET locking-device")
    await hinted.run(90)
    assert hinted.count("GET locking-device") == inventories
    assert hinted.account() is ConfigEntryState.LOADED


async def test_flood_in_a_pause(hinted: CalledHome) -> None:
    """Where the platform wants a pause, no call ends it; what was hinted at is read afterwards, once."""
    hinted.platform.webhooks.unsubscribe()
    hinted.fault("rate_limit")
    kind = "LockingDeviceSystemLogEntryReceived"
    told = hinted.event(kind, lockingDeviceId=hinted.lock_id())
    assert await hinted.post(told) == 200
    await hinted.wait(0.1)
    assert 1 <= hinted.platform.requests.total <= 2
    hinted.platform.clear_faults()
    hinted.platform.requests.reset()
    lock = hinted.platform.add_locking_device("New")
    await flood(hinted, 100, 50)
    assert hinted.platform.requests.total == 0
    await hinted.wait(11)
    await hinted.wait(0.1)
    assert hinted.device(lock.id) is not None
    assert hinted.count("GET locking-device") == 1
    await hinted.run(30)
    assert hinted.count("GET locking-device") == 1


async def test_pause_that_begins_meanwhile(hinted: CalledHome) -> None:
    """What waits for its time waits on where the platform comes to want a pause."""
    hinted.platform.webhooks.unsubscribe()
    for _ in range(2):
        assert await hinted.post(hinted.event("GatewayDeviceActivated")) == 200
        await hinted.wait(0.1)
    assert hinted.count("GET gateway-device") == 1
    hinted.entry.runtime_data.async_pause(60)
    await hinted.run(50)
    assert hinted.count("GET gateway-device") == 1
    await hinted.run(20)
    assert hinted.count("GET gateway-device") == 2


async def test_wrong_credentials(hinted: CalledHome) -> None:
    """Where polling has stopped for wrong credentials, no call begins it again."""
    hinted.platform.webhooks.unsubscribe()
    hinted.platform.api_key = "another"
    await hinted.run(INVENTORY, 125)
    assert hinted.reauth_flows() == 1
    hinted.platform.requests.reset()
    await flood(hinted, 100, 25)
    await hinted.run(30)
    assert hinted.platform.requests.total == 0


async def test_duplicates(hinted: CalledHome) -> None:
    """What is told several times is looked into once."""
    hinted.platform.set_options(webhook_copies=3)
    hinted.platform.battery_low(hinted.lock_id(), delay=0)
    await hinted.told()
    assert await hinted.counts() == {"hint": 1, "repeated": 2}
    await hinted.run(30)
    # Its log, read from both ends, and what it reports.
    assert hinted.count("GET locking-device-log/system") == 2
    assert hinted.platform.requests.total == 4


async def test_memory(hinted: CalledHome) -> None:
    """So many events are remembered, and no more."""
    events = [hinted.event("UserCreated") for _ in range(MOST_KNOWN + 1)]
    for part in range(0, len(events), 100):
        assert await hinted.post(*events[part : part + 100]) == 200
    assert await hinted.post(events[1]) == 200
    assert (await hinted.counts())["repeated"] == 1
    assert await hinted.post(events[0]) == 200
    assert (await hinted.counts())["repeated"] == 1


async def test_foreign(hinted: CalledHome) -> None:
    """What happens in another system is nothing to us, and no fault of who tells of it."""
    for kind in sorted(EVENT_TYPES):
        told = hinted.event(kind, **subjects(hinted, 0), eventSystemId=ELSEWHERE)
        assert await hinted.post(told) == 200
    await hinted.run(30)
    assert hinted.platform.requests.total == 0
    assert await hinted.counts() == {"foreign": 17}
    told = hinted.event("GatewayDeviceActivated")
    told["eventSystemId"] = told["eventSystemId"].upper()
    assert await hinted.post(told) == 200
    await hinted.wait(0.1)
    assert hinted.platform.requests.total == 3


async def test_not_understood(hinted: CalledHome) -> None:
    """What is no event is refused, and leads to nothing."""
    for content in NOT_UNDERSTOOD:
        assert await post(hinted.hass, hinted.webhook_id, content) == 400
    await hinted.run(30)
    assert hinted.platform.requests.total == 0
    assert await hinted.counts() == {"malformed": len(NOT_UNDERSTOOD)}


@pytest.mark.parametrize("chunked", [False, True])
async def test_oversized(hinted: CalledHome, *, chunked: bool) -> None:
    """A body that is larger than any may be is not read to its end."""
    data = pieces(LARGE) if chunked else BytesIO(b" " * LARGE)
    async with (
        ClientSession() as session,
        session.post(hinted.local_address, data=data) as response,
    ):
        assert response.status == 413
    assert await hinted.counts() == {"too_large": 1}


@pytest.mark.parametrize(("size", "status"), [(0, 200), (1, 413)])
async def test_largest(hinted: CalledHome, size: int, status: int) -> None:
    """A body may be as large as that, and no larger, also where it comes by a cloudhook."""
    content = json.dumps(hinted.event("UserCreated")).encode()
    content = content.ljust(LARGEST_BODY + size)
    assert await post(hinted.hass, hinted.webhook_id, content) == status


async def test_slow(hinted: CalledHome) -> None:
    """A caller who does not send the body it promised is not waited for."""
    begun, ended = asyncio.Event(), asyncio.Event()

    async def drop_by_drop() -> AsyncIterator[bytes]:
        yield b"{"
        begun.set()
        await ended.wait()

    async def call() -> int:
        async with (
            ClientSession() as session,
            session.post(hinted.local_address, data=drop_by_drop()) as response,
        ):
            return response.status

    called = asyncio.create_task(call())
    await begun.wait()
    for _ in range(500):
        await asyncio.sleep(0)
    assert await hinted.counts() == {}
    await hinted.wait(11)
    assert await called == 408
    ended.set()
    assert await hinted.counts() == {"too_slow": 1}


async def test_cut_off(hinted: CalledHome) -> None:
    """A caller that is gone before its end is counted, and that is all."""
    url = URL(hinted.local_address)
    _, writer = await asyncio.open_connection(url.host, url.port)
    head = f"POST {url.path} HTTP/1.1\r\nHost: home\r\nContent-Length: 1000\r\n\r\n{{"
    writer.write(head.encode())
    await writer.drain()
    for _ in range(500):
        await asyncio.sleep(0)
    writer.close()
    await writer.wait_closed()
    for _ in range(2000):
        await asyncio.sleep(0)
    assert await hinted.counts() == {"truncated": 1}


async def test_end(hinted: CalledHome) -> None:
    """What was still to be read is not read after the account's end; a call then is answered, and no more."""
    hinted.platform.webhooks.unsubscribe()
    for _ in range(2):
        assert await hinted.post(hinted.event("GatewayDeviceActivated")) == 200
        await hinted.wait(0.1)
    assert await hinted.hass.config_entries.async_unload(hinted.entry.entry_id)
    hinted.platform.requests.reset()
    assert await hinted.post(hinted.event("GatewayDeviceActivated")) == 200
    await hinted.run(30)
    assert hinted.platform.requests.total == 0
    assert await hinted.hass.config_entries.async_setup(hinted.entry.entry_id)
    assert await hinted.post(hinted.event("GatewayDeviceActivated")) == 200
    assert await hinted.counts() == {"hint": 1}
