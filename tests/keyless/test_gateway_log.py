"""Gateways' logs: what happened to them, and passages at their locks, each told once whichever log has it."""

from datetime import datetime
from typing import Any

import pytest

from custom_components.latchkey.const import DOMAIN
from tests.keyless.home import INVENTORY, LOG, Home


async def listed(home: Home, *device_ids: str, **data: Any) -> list[dict[str, Any]]:
    """Return the passages of devices as the action answers."""
    entries = [home.device(device_id) for device_id in device_ids]
    answer: Any = await home.hass.services.async_call(
        DOMAIN,
        "get_passages",
        {"device_id": [entry.id for entry in entries if entry], **data},
        blocking=True,
        return_response=True,
    )
    rows: list[dict[str, Any]] = answer["passages"]
    return rows


async def opened(home: Home) -> None:
    """Have the first lock opened by its gateway, and its logs read."""
    await home.act("open")
    home.platform.touch(home.lock_id())
    await home.run(LOG + 20, 20)


@pytest.mark.parametrize("in_lock_log", [True, False])
@pytest.mark.parametrize("separate_numbers", [True, False])
async def test_one_passage(
    home: Home, in_lock_log: bool, separate_numbers: bool
) -> None:
    """An opening through a gateway is one passage at the lock, whether the lock's own log tells of it or not."""
    home.platform.set_options(
        gateways_in_lock_log=in_lock_log, separate_numbers=separate_numbers
    )
    await home.start()
    passages = home.passages()
    for _ in range(3):
        await opened(home)
    await home.run(3600, 125)
    assert [each.data["outcome"] for each in passages] == ["granted"] * 3
    assert {each.data["method"] for each in passages} == {"gateway"}
    assert {each.data["holder"] for each in passages} == {None}
    event = home.shown("event", "passage")
    assert {each.data["entity_id"] for each in passages} == {event.entity_id}
    last = datetime.fromisoformat(home.shown("sensor", "last_passage").state)
    assert last == datetime.fromisoformat(passages[-1].data["occurred_at"])
    assert home.entity_id("sensor", "last_passage", home.lock_id(1)) is None
    rows = await listed(home, home.lock_id())
    assert [(row["outcome"], row["method"]) for row in rows] == [
        ("granted", "gateway")
    ] * 3
    assert await listed(home, home.lock_id(1)) == []


@pytest.mark.parametrize("in_gateway_log", [True, False])
async def test_denied(home: Home, in_gateway_log: bool) -> None:
    """A lock that refuses its gateway tells of one passage, and of no last one."""
    home.platform.set_options(denied_in_gateway_log=in_gateway_log)
    home.platform.set_execution(home.lock_id(), "denied")
    await home.start()
    passages = home.passages()
    await opened(home)
    await home.run(3600, 125)
    assert [each.data["outcome"] for each in passages] == ["denied"]
    assert home.entity_id("sensor", "last_passage") is None
    (row,) = await listed(home, home.lock_id())
    assert (row["outcome"], row["reason"]) == ("denied", "no_permission")


async def test_own_events(home: Home) -> None:
    """What happens to a gateway is its own event; it has no passages."""
    gateway_id = home.gateway_id()
    await home.start()
    assert home.entity_id("event", "passage", gateway_id) is None
    assert home.shown("event", "log", gateway_id).state == "unknown"
    home.platform.wake(gateway_id, "HEARTBEAT")
    await home.wait(2)
    await home.wait(LOG)
    event = home.shown("event", "log", gateway_id)
    assert event.attributes["event_type"] == "restart"
    assert event.attributes["text"] == "BOOT"
    home.platform.change_network(gateway_id)
    await home.wait(2)
    await home.wait(LOG)
    event = home.shown("event", "log", gateway_id)
    assert event.attributes["event_type"] == "other"
    assert event.attributes["text"] == "NETWORK_CHANGED"
    assert home.shown("event", "log").state == "unknown"
    rows = await listed(home, gateway_id)
    assert [(row["outcome"], row["text"]) for row in rows] == [
        ("restart", "BOOT"),
        ("other", "NETWORK_CHANGED"),
    ]


async def test_holders(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose phone it was is told by the name that the account keeps; the platform's id is told nowhere."""
    person, stranger = home.person(), home.person()
    await home.start()
    names = {person.id: "Anna"}
    monkeypatch.setattr(home.entry.runtime_data, "holder_name", names.get)
    passages = home.passages()
    for each in (person, stranger):
        home.platform.open_by_phone(home.lock_id(), each.id)
        await home.wait(5)
    await home.wait(LOG)
    assert [each.data["holder"] for each in passages] == ["Anna", None]
    assert home.shown("event", "passage").attributes["holder"] is None
    rows = await listed(home, home.lock_id())
    assert [row["holder"] for row in rows] == ["Anna", None]
    told = f"{rows} {[each.data for each in passages]}"
    assert person.id not in told and stranger.id not in told


async def test_hint(home: Home) -> None:
    """A hint has a log read at once and once more, and no other device's."""
    person = home.person()
    await home.start()
    await home.wait(60)
    passages = home.passages()
    home.platform.open_by_phone(home.lock_id(), person.id)
    await home.wait(2)
    home.platform.requests.reset()
    log = home.entry.runtime_data.log
    log.async_hint(home.lock_id())
    await home.wait(0)
    assert len(passages) == 1
    await home.run(120)
    assert home.count("GET locking-device-log/audit") == 2
    assert home.count("GET locking-device-log/system") == 2
    assert home.count("GET gateway-device-log/audit") == 0


async def test_firmware(home: Home) -> None:
    """A gateway whose firmware is not in the list has that of its log; what was once told stays after a restart."""
    gateway = home.platform.gateways[home.gateway_id()]
    gateway.reported = False
    await home.start()

    def shown() -> str | None:
        device = home.device(gateway.id)
        assert device is not None
        version: str | None = device.sw_version
        return version

    assert shown() is None
    home.platform.wake(gateway.id)
    await home.wait(2)
    gateway.reported = False
    await home.run(LOG + INVENTORY, 125)
    assert shown() == "0.7.0"
    gateway.log.arrived["system"].clear()
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    await home.settle()
    assert shown() == "0.7.0"
