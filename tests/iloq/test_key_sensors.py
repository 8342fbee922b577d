"""A sensor for each key, which there is only where the user wants it."""

from datetime import UTC, datetime
from typing import Any

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import Event, EventStateChangedData, State
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.latchkey import key_sensor
from custom_components.latchkey.const import CONF_KEY_SENSORS, DOMAIN
from custom_components.latchkey.follow import BESIDE
from simulators.iloq.demo import crowd
from simulators.iloq.endpoints import ALL_RIGHTS, R
from simulators.iloq.keys import Programming, State as KeyState
from tests.iloq.home import INVENTORY, Home
from tests.iloq.key_home import key_named
from tests.texts import translations

HIDDEN = 3


def sensors(home: Home) -> list[er.RegistryEntry]:
    """Return the sensors of keys."""
    registry = er.async_get(home.hass)
    return [
        each
        for each in er.async_entries_for_config_entry(registry, home.entry.entry_id)
        if each.unique_id.startswith("key/")
    ]


def sensor_id(home: Home, key_id: str) -> str | None:
    """Return the sensor of a key, if there is one."""
    own_id = f"key/{home.entry.unique_id}_{home.system_id}_{key_id}"
    return er.async_get(home.hass).async_get_entity_id("sensor", DOMAIN, own_id)


def shown(home: Home, description: str) -> State:
    """Return what the sensor of a key shows."""
    entity_id = sensor_id(home, key_named(home, description).id)
    assert entity_id is not None
    state = home.hass.states.get(entity_id)
    assert state is not None
    return state


async def open_options(home: Home) -> Any:
    """Open the options."""
    return await home.hass.config_entries.options.async_init(home.entry.entry_id)


async def test_off_by_default(home: Home) -> None:
    """No key has a sensor, nor an entry in the registry, unless somebody asks for it."""
    await home.start()
    assert sensors(home) == []


async def test_sensors(home: Home) -> None:
    """Each key has a sensor of its system, by its description, which tells how it stands and nothing that is secret."""
    key = key_named(home, "Anna's key")
    ends = datetime(2027, 1, 31, 10, tzinfo=UTC)
    key.record = key.record | {"ExpireDate": ends}
    await home.start(key_sensors=True)
    assert len(sensors(home)) == len(home.cloud.group.keys)
    state = shown(home, "Anna's key")
    assert state.state == "handed_over"
    assert state.name == f"{home.cloud.group.name} Anna's key"
    told = dict(state.attributes)
    assert told.pop("options") == ["planned", "handed_over", "hidden", "returned"]
    assert told.pop("expires_at") == dt_util.as_local(ends).isoformat()
    for known in ("device_class", "friendly_name", "icon", "attribution"):
        told.pop(known, None)
    assert told == {"programming": "programmed", "blocked": False}
    assert shown(home, "Spare key").state == "planned"
    system = home.device(home.system_id)
    assert system is not None
    assert {each.device_id for each in sensors(home)} == {system.id}


async def test_changes(home: Home) -> None:
    """What changes of a key is shown, and nobody else's state is written."""
    await home.start(key_sensors=True)
    await home.wait(INVENTORY)
    written: list[str] = []

    def note(event: Event[EventStateChangedData]) -> None:
        if str(event.data["entity_id"]) in {each.entity_id for each in sensors(home)}:
            written.append(event.data["entity_id"])

    home.hass.bus.async_listen("state_changed", note)
    await home.wait(INVENTORY)
    assert written == []
    key = key_named(home, "Spare key")
    key.programming = Programming.ORDERED
    home.cloud.group.blacklist.add(key_named(home, "Fob"), home.cloud.clock())
    key_named(home, "Bo's key").record["Description"] = ""
    key_named(home, "Anna's key").state = KeyState.HIDDEN
    await home.wait(INVENTORY)
    assert shown(home, "Spare key").attributes["programming"] == "ordered"
    assert shown(home, "Fob").attributes["blocked"] is True
    assert shown(home, "Anna's key").state == "hidden"
    nameless = shown(home, "")
    assert nameless.name.endswith(f"Key {key_named(home, '').id[:8]}")
    assert len(written) == 4


async def test_gone(home: Home) -> None:
    """A key that is missing from two inventories in a row loses its sensor; a new one gets one."""
    await home.start(key_sensors=True)
    await home.wait(INVENTORY)
    gone = key_named(home, "Spare key")
    entity_id = sensor_id(home, gone.id)
    assert entity_id
    del home.cloud.group.keys[gone.id]
    await home.wait(INVENTORY)
    assert sensor_id(home, gone.id) == entity_id
    assert home.hass.states.get(entity_id)
    await home.wait(INVENTORY)
    assert sensor_id(home, gone.id) is None
    assert home.hass.states.get(entity_id) is None
    crowd(home.cloud.group, keys=1)
    await home.wait(INVENTORY)
    assert shown(home, "Key 1").attributes["programming"] == "programmed"
    assert len(sensors(home)) == len(home.cloud.group.keys)


async def test_gone_meanwhile(home: Home) -> None:
    """A key that went while the account was not running loses its sensor after two inventories."""
    await home.start(key_sensors=True)
    gone = key_named(home, "Spare key")
    await home.hass.config_entries.async_unload(home.entry.entry_id)
    del home.cloud.group.keys[gone.id]
    await home.hass.config_entries.async_setup(home.entry.entry_id)
    await home.settle()
    assert sensor_id(home, gone.id)
    await home.wait(INVENTORY)
    assert sensor_id(home, gone.id) is None


async def test_not_told(home: Home) -> None:
    """Where the keys may not be seen for a time, they keep their sensors."""
    await home.start(key_sensors=True)
    count = len(sensors(home))
    home.cloud.user.rights = int(R.LOG_IN | R.LOCKS)
    home.cloud.sessions.expire()
    for _ in range(3):
        await home.wait(INVENTORY)
    assert len(sensors(home)) == count
    home.cloud.user.rights = ALL_RIGHTS


async def test_outage(home: Home) -> None:
    """Where the account cannot be reached, the sensors are unavailable."""
    await home.start(key_sensors=True)
    fault = home.fault("status")
    for _ in range(3):
        await home.wait(INVENTORY)
    assert shown(home, "Anna's key").state == STATE_UNAVAILABLE
    home.cloud.faults.active.remove(fault)
    await home.wait(INVENTORY)
    assert shown(home, "Anna's key").state == "handed_over"


async def test_too_many(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of very many keys, those beyond what Home Assistant takes start disabled."""
    shown_locks = [
        lock
        for lock in home.cloud.group.locks.values()
        if lock.record["PhysicalState"] != HIDDEN
    ]
    beside = BESIDE * (1 + len(shown_locks))
    monkeypatch.setattr(key_sensor, "MOST_ENABLED", beside + 5)
    await home.start(key_sensors=True)
    found = sensors(home)
    assert len(found) == len(home.cloud.group.keys) > 5
    enabled = [each for each in found if each.disabled_by is None]
    assert len(enabled) == 5


async def test_option(home: Home) -> None:
    """The option adds the sensors, and takes them away again with their entries in the registry."""
    await home.start()
    for wanted in (True, False):
        form = await open_options(home)
        markers = {str(marker): marker for marker in form["data_schema"].schema}
        assert markers[CONF_KEY_SENSORS].default() is not wanted
        choices = {name: marker.default() for name, marker in markers.items()}
        done = await home.hass.config_entries.options.async_configure(
            form["flow_id"], {**choices, CONF_KEY_SENSORS: wanted}
        )
        assert done["type"] is FlowResultType.CREATE_ENTRY
        await home.settle()
        assert bool(sensors(home)) is wanted
    texts = translations("en")["options"]["step"]["init"]
    assert texts["data"]["key_sensors"] and texts["data_description"]["key_sensors"]


async def test_option_of_other_vendors(home: Home, entry: MockConfigEntry) -> None:
    """An account without keys has no such option."""
    entry.add_to_hass(home.hass)
    await home.hass.config_entries.async_setup(entry.entry_id)
    form = await home.hass.config_entries.options.async_init(entry.entry_id)
    assert form["data_schema"] is not None
    assert "key_sensors" not in form["data_schema"].schema


async def test_version_1(home: Home) -> None:
    """The first generation has sensors, too, which tell less."""
    home.cloud.set_options(generations="v1")
    await home.start_v1(key_sensors=True)
    state = shown(home, "Anna's key")
    assert state.state == "handed_over"
    assert state.attributes["programming"] is state.attributes["blocked"] is None
