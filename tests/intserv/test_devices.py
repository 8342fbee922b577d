"""IntServ's systems and doors as devices: what appears, what stays, what goes."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNKNOWN
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util

from custom_components.latchkey import async_remove_config_entry_device
from custom_components.latchkey.const import CONF_PARTS
from custom_components.latchkey.diagnostics import async_get_config_entry_diagnostics
from simulators.intserv import ANNEX, MAIN
from tests.intserv.home import INVENTORY, POLL, Systems

ENTRANCE = f"{MAIN}/Entrance"


async def test_systems(systems: Systems) -> None:
    """Each system is a device with its id for a name; it tells up to when its events have come."""
    await systems.start()
    for system_id in (MAIN, ANNEX):
        device = systems.device(system_id)
        assert device is not None
        assert device.name == f"System {system_id}"
        shown = systems.shown("sensor", f"{system_id}_least_sync_time")
        synced = dt_util.parse_datetime(shown.state)
        assert synced is not None
        assert 0 < (dt_util.utcnow() - synced).total_seconds() < 903
        assert (
            systems.shown("binary_sensor", f"{system_id}_sync_late").state == STATE_OFF
        )
    assert systems.device(ENTRANCE) is None


async def test_steps(systems: Systems) -> None:
    """Up to when events have come is another time with each reading; it is written once in a quarter of an hour."""
    await systems.start()
    own_id = f"{MAIN}_least_sync_time"
    shown = [systems.shown("sensor", own_id).state]
    for _ in range(60):
        await systems.wait(POLL)
        shown.append(systems.shown("sensor", own_id).state)
    assert len(set(shown)) in (5, 6)
    assert shown == sorted(shown)


async def test_lag(systems: Systems) -> None:
    """A system that is cut off for more than an hour is a problem, until it is back; the other one is none."""
    await systems.start()
    house = systems.cloud.systems[MAIN]
    systems.cloud.set_online(house, False)
    for _ in range(2):
        await systems.wait(1900)
    assert systems.shown("binary_sensor", f"{MAIN}_sync_late").state == STATE_ON
    assert systems.shown("binary_sensor", f"{ANNEX}_sync_late").state == STATE_OFF
    systems.cloud.set_online(house, True)
    await systems.wait(POLL)
    assert systems.shown("binary_sensor", f"{MAIN}_sync_late").state == STATE_OFF


async def test_events_that_cannot_be_read(systems: Systems) -> None:
    """What was told last gets older where events are refused while all else works: that is a problem, too."""
    await systems.start()
    systems.fault("status", "events/list", status=403)
    for _ in range(5):
        await systems.wait(INVENTORY)
    assert systems.account() is ConfigEntryState.LOADED
    assert systems.shown("binary_sensor", f"{MAIN}_sync_late").state == STATE_ON
    systems.cloud.clear_faults()
    await systems.wait(INVENTORY)
    assert systems.shown("binary_sensor", f"{MAIN}_sync_late").state == STATE_OFF


async def test_diagnostics(systems: Systems) -> None:
    """Diagnostics name no door, nobody, and no number."""
    await systems.start()
    systems.come()
    await systems.wait(POLL)
    told = await async_get_config_entry_diagnostics(systems.hass, systems.entry)
    assert [each["kind"] for each in told["devices"].values()] == [
        *("system", "system"),
        "door",
    ]
    shown = str(told)
    assert MAIN in shown
    for secret in ("Entrance", "Anna", "1234567890", systems.entry.data["api_key"]):
        assert secret not in shown


async def test_doors_stay(systems: Systems) -> None:
    """A door is found by its first event, and stays when none comes, over a restart as well."""
    systems.come()
    systems.freezer.tick(60)
    await systems.start()
    door = systems.device(ENTRANCE)
    system = systems.device(MAIN)
    assert door is not None
    assert system is not None
    assert (door.name, door.via_device_id) == ("Entrance", system.id)
    # What was there before is no news.
    assert systems.told() == []
    assert systems.shown("event", f"{ENTRANCE}_passage").state == STATE_UNKNOWN
    for _ in range(3):
        await systems.wait(INVENTORY)
    await systems.restart(away=20 * 24 * 3600)
    for _ in range(3):
        await systems.wait(INVENTORY)
    assert systems.device(ENTRANCE) == door
    assert systems.entity_id("event", f"{ENTRANCE}_passage")


async def test_removed_door(systems: Systems) -> None:
    """A door can be deleted, a system cannot; it is back with its next event."""
    await systems.start()
    systems.come()
    await systems.wait(POLL)
    door, system = systems.device(ENTRANCE), systems.device(MAIN)
    assert door is not None
    assert system is not None
    entry = systems.entry
    assert not await async_remove_config_entry_device(systems.hass, entry, system)
    assert await async_remove_config_entry_device(systems.hass, entry, door)
    dr.async_get(systems.hass).async_remove_device(door.id)
    for _ in range(3):
        await systems.wait(INVENTORY)
    assert systems.device(ENTRANCE) is None
    await systems.restart()
    assert systems.device(ENTRANCE) is None
    systems.come()
    await systems.wait(POLL)
    assert systems.device(ENTRANCE) is not None


async def test_parts(systems: Systems) -> None:
    """The entry knows which systems make the account as these come and go, and nothing is reloaded for that."""
    await systems.start()
    running = systems.entry.runtime_data
    other = systems.cloud.add_system("other-1", "Other")
    other.add_level("All", ())
    await systems.wait(INVENTORY)
    assert systems.entry.data[CONF_PARTS] == [MAIN, ANNEX, "other-1"]
    systems.cloud.integration.see(["other-1"])
    await systems.wait(INVENTORY)
    assert systems.entry.data[CONF_PARTS] == [MAIN, ANNEX, "other-1"]
    await systems.wait(INVENTORY)
    assert systems.entry.data[CONF_PARTS] == ["other-1"]
    systems.cloud.integration.see([])
    for _ in range(3):
        await systems.wait(INVENTORY)
    assert systems.entry.data[CONF_PARTS] == ["other-1"]
    assert systems.entry.runtime_data is running
    assert systems.entry.unique_id == "intserv_demo"


async def test_system_without_levels(systems: Systems) -> None:
    """A system that only events tell of is shown, stays without events, and can be deleted with its doors."""
    await systems.start()
    other = systems.cloud.add_system("other-1", "Other")
    other.add_door("Hall")
    await systems.wait(INVENTORY)
    assert systems.device("other-1") is None
    systems.come("Hall", "other-1")
    for _ in range(4):
        await systems.wait(INVENTORY)
    system, door = systems.device("other-1"), systems.device("other-1/Hall")
    assert system is not None
    assert door is not None
    assert door.via_device_id == system.id
    systems.come("Hall", "other-1")
    await systems.wait(POLL)
    assert systems.told() == [("denied", "unknown_key", None)]
    assert systems.entry.data[CONF_PARTS] == [MAIN, ANNEX]
    await systems.restart()
    for _ in range(3):
        await systems.wait(INVENTORY)
    assert systems.device("other-1/Hall") == door
    assert await async_remove_config_entry_device(systems.hass, systems.entry, system)
    dr.async_get(systems.hass).async_remove_device(system.id)
    await systems.wait(POLL)
    assert systems.device("other-1/Hall") is None
    for _ in range(3):
        await systems.wait(INVENTORY)
    assert systems.device("other-1") is None


async def test_system_that_is_gone(systems: Systems) -> None:
    """A system that is not seen any more goes with its doors; that none at all is seen is not believed."""
    await systems.start()
    systems.come("Gate", ANNEX)
    await systems.wait(POLL)
    assert systems.device(f"{ANNEX}/Gate") is not None
    systems.cloud.integration.see([])
    for _ in range(3):
        await systems.wait(INVENTORY)
    assert systems.device(ANNEX) is not None
    systems.cloud.integration.see([MAIN])
    for _ in range(3):
        await systems.wait(INVENTORY)
    assert systems.device(ANNEX) is None
    assert systems.device(f"{ANNEX}/Gate") is None
    assert systems.device(MAIN) is not None
