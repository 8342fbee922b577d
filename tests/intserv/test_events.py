"""Passages at IntServ's doors in Home Assistant: each is told once, the first one of a door as well."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.latchkey.log_memory import SECONDS
from custom_components.latchkey.vendors.passages import LogLine
from simulators.intserv import ANNEX, MAIN
from tests.intserv.home import INVENTORY, POLL, Systems

ENTRANCE = f"{MAIN}/Entrance"
ANNA = ("granted", "card", "Anna Berg")


async def test_passages(systems: Systems) -> None:
    """Who came how is told at the door, the first event by which it is found among them."""
    await systems.start()
    systems.come()
    await systems.wait(POLL)
    assert systems.told() == [ANNA]
    shown = systems.shown("event", f"{ENTRANCE}_passage")
    assert shown.attributes["event_type"] == "granted"
    assert shown.attributes["holder"] == "Anna Berg"
    assert shown.attributes["credential"] == "•••90"
    systems.come(card="EM:999999999999")
    systems.come("Gate", ANNEX)
    await systems.wait(POLL)
    assert sorted(systems.told()[1:], key=str) == [
        ("denied", "unknown_key", None),
        ANNA,
    ]
    for _ in range(3):
        await systems.wait(POLL)
    assert len(systems.told()) == 3


async def test_late_events(systems: Systems) -> None:
    """What a system tells late is told once it comes, with its own time."""
    await systems.start()
    house = systems.cloud.systems[MAIN]
    systems.cloud.set_online(house, False)
    event = systems.come()
    await systems.wait(7200)
    assert systems.told() == []
    systems.cloud.set_online(house, True)
    await systems.wait(POLL)
    await systems.wait(POLL)
    assert systems.told() == [ANNA]
    occurred_at = systems.passages[0].data["occurred_at"]
    assert occurred_at[:13] != systems.cloud.clock().isoformat()[:13]
    assert event.at.minute == int(occurred_at[14:16])


async def test_restart(systems: Systems) -> None:
    """What happened while nobody asked is told afterwards, and nothing is told twice."""
    await systems.start()
    systems.come()
    await systems.wait(POLL)
    await systems.restart()
    assert len(systems.told()) == 1
    await systems.hass.config_entries.async_unload(systems.entry.entry_id)
    systems.come("Office")
    await systems.restart(away=3600)
    await systems.wait(POLL)
    assert systems.told() == [ANNA, ANNA]


async def test_kept(systems: Systems, hass_storage: dict[str, Any]) -> None:
    """Nobody's name and no number is kept; it goes with the account."""
    await systems.start()
    systems.come()
    await systems.wait(POLL)
    await systems.wait(POLL)
    key = f"latchkey.log.{systems.entry.entry_id}"
    assert hass_storage[key]["data"][MAIN]["doors"] == ["Entrance"]
    assert "Anna" not in str(hass_storage[key])
    assert "1234567890" not in str(hass_storage[key])
    await systems.hass.config_entries.async_remove(systems.entry.entry_id)
    await systems.settle()
    assert key not in hass_storage


async def test_crash(systems: Systems, hass_storage: dict[str, Any]) -> None:
    """What was told is on disk within seconds, however much is told meanwhile: a crash repeats no more than that."""
    await systems.start()
    memory = systems.entry.runtime_data.log_memory
    key = f"latchkey.log.{systems.entry.entry_id}"
    systems.come()
    await systems.wait(POLL)
    systems.come()
    for _ in range(int(SECONDS)):
        memory.async_changed()
        await systems.wait(1.01)
    assert len(systems.told()) == 1
    assert len(hass_storage[key]["data"][MAIN]["known"]) == 1


async def test_system_that_is_back(systems: Systems) -> None:
    """What happened while a system was not seen is told once it is, by doors that are only just there again."""
    await systems.start()
    systems.come("Gate", ANNEX)
    await systems.wait(POLL)
    systems.cloud.integration.see([MAIN])
    for _ in range(4):
        await systems.wait(INVENTORY)
    assert systems.device(f"{ANNEX}/Gate") is None
    systems.come("Gate", ANNEX)
    systems.cloud.integration.see([MAIN, ANNEX])
    for _ in range(2):
        await systems.wait(INVENTORY)
    assert systems.told() == [ANNA, ANNA]


@pytest.mark.parametrize("late", [False, True])
async def test_nobody_listens_yet(systems: Systems, late: bool) -> None:
    """What is told of a door whose entity is not there yet waits for it, until the next reading."""
    await systems.start()
    systems.come()
    await systems.wait(POLL)
    entity_id = systems.entity_id("event", f"{ENTRANCE}_passage")
    assert entity_id is not None
    er.async_get(systems.hass).async_update_entity(
        entity_id, disabled_by=er.RegistryEntryDisabler.USER
    )
    await systems.settle()
    systems.come()
    for _ in range(3 if late else 1):
        await systems.wait(POLL)
    lines: list[LogLine] = []
    systems.entry.runtime_data.log.async_listen(ENTRANCE, lines.append)
    assert len(lines) == (0 if late else 1)
    assert len(systems.told()) == 1


async def test_log_on_demand(systems: Systems) -> None:
    """The log of a door is read on demand."""
    systems.come()
    systems.come("Office")
    systems.freezer.tick(60)
    await systems.start()
    door = systems.device(ENTRANCE)
    assert door is not None
    answer = await systems.act("get_passages", device_id=door.id)
    (line,) = answer["passages"]
    assert (line["outcome"], line["holder"]) == ("granted", "Anna Berg")


@pytest.mark.parametrize("status", [401, 403, 503])
async def test_outage(systems: Systems, hass: HomeAssistant, status: int) -> None:
    """What fails meanwhile leaves nothing out."""
    await systems.start()
    systems.fault("status", "events/list", status=status, times=3)
    systems.come()
    await systems.wait(POLL)
    assert systems.told() == []
    for _ in range(3):
        await systems.wait(INVENTORY)
    assert systems.told() == [ANNA]
