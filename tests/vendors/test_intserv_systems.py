"""IntServ's systems: those that levels name, and those that events alone tell of."""

import pytest

from custom_components.latchkey.vendors.intserv.part import system_device
from custom_components.latchkey.vendors.vendor import InvalidRequest
from simulators.intserv import ANNEX, MAIN
from tests.vendors.intserv_account import Watched

OTHER = "other-1"
HOUR = 3600.0


async def devices(watched: Watched) -> list[str]:
    """Return the ids of all that the inventory has."""
    inventory = await watched.account.inventory()
    return [device.id for device in inventory.devices]


async def found(watched: Watched, system: str = MAIN) -> list[str]:
    """Return the ids of what a system's news are the first to tell of."""
    return [device.id for device in (await watched.news(system)).found]


def drop_levels(watched: Watched, system: str = ANNEX) -> None:
    """Delete all levels of a system."""
    for level_id in list(watched.cloud.systems[system].levels):
        watched.cloud.drop_level(level_id)


async def test_never_had_a_level() -> None:
    """A system without levels is found by its first passage, and makes no other account; its doors are found after it."""
    watched = Watched()
    watched.cloud.add_system(OTHER, "Other").add_door("Hall")
    assert await devices(watched) == [MAIN, ANNEX]
    assert await found(watched) == []
    watched.happen(system=OTHER, door="Hall")
    watched.later(60)
    watched.clock.move(-61)
    asked = watched.offline.count("POST events/list")
    assert await found(watched) == []
    assert watched.offline.count("POST events/list") == asked + 1
    watched.clock.move(61)
    watched.later(HOUR)
    assert await found(watched) == [OTHER]
    assert await found(watched, OTHER) == [f"{OTHER}/Hall"]
    inventory = await watched.account.inventory()
    assert [device.id for device in inventory.devices] == [
        *(MAIN, ANNEX, OTHER),
        f"{OTHER}/Hall",
    ]
    assert inventory.complete
    assert inventory.parts == (await watched.account.account()).parts == {MAIN, ANNEX}
    watched.later(HOUR)
    assert await found(watched) == []


async def test_level_without_an_id() -> None:
    """A level that cannot be read is left out, and nothing that is missing then is taken for gone."""
    watched = Watched()
    levels = [{"id": "1", "system_id": MAIN}, {"name": "A", "system_id": ANNEX}]
    watched.offline.answers = {"POST accesslevels/list": {"levels": levels}}
    inventory = await watched.account.inventory()
    assert [device.id for device in inventory.devices] == [MAIN]
    assert not inventory.complete


async def test_lost_its_levels() -> None:
    """A system whose levels are gone keeps its doors and tells of them, over a restart as well."""
    watched = Watched()
    await devices(watched)
    await watched.news(ANNEX)
    watched.happen(system=ANNEX, door="Gate")
    watched.later(60)
    await watched.news(ANNEX)
    drop_levels(watched)
    wanted = [MAIN, ANNEX, f"{ANNEX}/Gate"]
    assert await devices(watched) == wanted
    watched.restart()
    assert await devices(watched) == wanted
    watched.happen(system=ANNEX, door="Gate")
    watched.later(60)
    await watched.news(ANNEX)
    assert [line.device_id for line in watched.lines] == [f"{ANNEX}/Gate"] * 2


async def test_seen_no_more() -> None:
    """A system without levels whose events are refused goes, and comes back with its doors when it has something new to tell."""
    watched = Watched()
    await devices(watched)
    watched.happen(system=ANNEX, door="Gate")
    watched.later(60)
    await watched.news(ANNEX)
    watched.cloud.integration.see([MAIN])
    with pytest.raises(InvalidRequest):
        await watched.news(ANNEX)
    # Its levels were there still when it was last looked.
    assert await devices(watched) == [MAIN, ANNEX, f"{ANNEX}/Gate"]
    with pytest.raises(InvalidRequest):
        await watched.news(ANNEX)
    assert await devices(watched) == [MAIN]
    watched.restart()
    assert await devices(watched) == [MAIN]
    drop_levels(watched)
    watched.cloud.integration.see([MAIN, ANNEX])
    assert await found(watched) == []
    watched.happen(system=ANNEX, door="Gate")
    watched.later(HOUR)
    assert await found(watched) == [ANNEX, f"{ANNEX}/Gate"]
    assert await devices(watched) == [MAIN, ANNEX, f"{ANNEX}/Gate"]
    watched.lines.clear()
    assert await found(watched, ANNEX) == []
    assert len(watched.lines) == 1


async def test_forgotten() -> None:
    """A system without levels can be forgotten with its doors, one with levels cannot; only something new brings it back."""
    watched = Watched()
    await devices(watched)
    watched.happen(system=ANNEX, door="Gate")
    watched.later(60)
    await watched.news(ANNEX)
    assert not watched.account.forget(ANNEX)
    drop_levels(watched)
    await devices(watched)
    assert watched.account.forget(ANNEX)
    assert await devices(watched) == [MAIN]
    assert not watched.account.forget(ANNEX)
    watched.restart()
    await devices(watched)
    assert await found(watched) == []
    watched.happen(system=ANNEX, door="Store")
    watched.later(HOUR)
    assert await found(watched) == [ANNEX]
    assert await found(watched, ANNEX) == [f"{ANNEX}/Store"]


async def test_all_together_refused() -> None:
    """Where events cannot be asked for without naming a system, each one's own are told all the same."""
    watched = Watched()
    await devices(watched)
    told = watched.offline.answers["POST events/list"]
    watched.offline.answers = {
        "POST events/list": lambda sent: (
            told(sent) if "systems" in sent.body else InvalidRequest("status 400")
        )
    }
    await watched.news()
    watched.happen()
    watched.later(HOUR)
    await watched.account.news(system_device(MAIN))
    watched.happen()
    watched.later(60)
    assert len((await watched.news()).lines) == 1


async def test_same_name() -> None:
    """Doors of two systems are two, although their names are alike."""
    watched = Watched()
    watched.cloud.systems[MAIN].add_door("Gate")
    for system in (MAIN, ANNEX):
        await watched.news(system)
        watched.happen(system=system, door="Gate")
    watched.later(60)
    for system in (MAIN, ANNEX):
        assert await found(watched, system) == [f"{system}/Gate"]
    assert [line.device_id for line in watched.lines] == [
        f"{MAIN}/Gate",
        f"{ANNEX}/Gate",
    ]
