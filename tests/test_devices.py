"""Devices: what the account has is there without a restart, and what it no longer has is not."""

from typing import Any

from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.device_registry import ChildDeviceEntry, DeviceEntry
import pytest

from custom_components.latchkey import follow
from simulators.flexykey import generate_expansion, generate_unit
from tests.house import INVENTORY, POLL, House


def unit_entry(house: House, device_id: str) -> DeviceEntry:
    """Return a unit's entry."""
    entry = house.devices()[device_id]
    assert isinstance(entry, DeviceEntry)
    return entry


async def test_units_and_expansions(house: House) -> None:
    """Each unit is a device, and each of its expansions that has relays or inputs a part of it."""
    await house.start()
    devices = house.devices()
    assert set(devices) == {
        *("99998", "99992", "99992-1", "99992-2"),
        *("3023", "3023-1", "3023-9", "3023-15", "3023-16"),
    }
    part = devices["99992-2"]
    assert isinstance(part, ChildDeviceEntry)
    assert part.parent_device_id == devices["99992"].id
    assert part.name == "Objekt 2"
    entities = er.async_get(house.hass)
    for point, device_id in (("99992/X5", "99992-2"), ("99992/F1", "99992")):
        entity_id = house.entity_id("switch", point)
        assert entity_id is not None
        entity = entities.async_get(entity_id)
        assert entity is not None
        assert entity.device_id == devices[device_id].id


async def test_what_a_unit_is(house: House) -> None:
    """A unit is told by its serial number, with the zero that leads it, and by its model and firmware."""
    await house.start()
    device = unit_entry(house, "3023")
    assert device.serial_number == "040530585131396"
    assert (device.manufacturer, device.model) == ("FlexAccess", "FlexyKey")
    assert (device.name, device.sw_version) == ("Port och larm", "09.15")


async def test_names(house: House) -> None:
    """What the vendor's user named has that name; what has none is named by its number."""
    unit = generate_unit(500)
    unit["name"] = ""
    unit["relays"][0]["description"] = "Grind"
    unit["relays"][1]["description"] = ""
    unit["inputs"][0]["description"] = ""
    unit["expansions"] = [{**generate_expansion(3), "description": ""}]
    house.cloud.add_unit(unit)
    await house.start()
    devices = house.devices()
    assert devices["500"].name == "Unit 500"
    assert devices["500-3"].name == "Expansion 3"
    for platform, point, name in (
        ("switch", "500/F1", "Unit 500 Grind"),
        ("switch", "500/F2", "Unit 500 Relay F2"),
        ("binary_sensor", "500/IN1", "Unit 500 Input IN1"),
        ("switch", "500/X9", "Expansion 3 X9"),
    ):
        assert house.shown(platform, point).name == name


async def test_new_names(house: House) -> None:
    """A new name at the vendor is the device's and the entity's at the next inventory, and may go again."""
    await house.start()
    house.cloud.rename(99998, "Grinden")
    house.cloud.describe(99998, {"F1": "Infart", "IN1": ""})
    unit = house.cloud.unit(99998)
    unit.document["softVersion"] = "09.16"
    await house.wait(POLL)
    assert house.shown("switch", "99998/F1").name == "fkv3 test 2 S.kontor Grind"
    await house.wait(INVENTORY)
    assert house.shown("switch", "99998/F1").name == "Grinden Infart"
    assert house.shown("binary_sensor", "99998/IN1").name == "Grinden Input IN1"
    assert unit_entry(house, "99998").sw_version == "09.16"
    house.cloud.describe(99998, {"F1": "", "IN1": "Slinga"})
    await house.wait(INVENTORY)
    assert house.shown("switch", "99998/F1").name == "Grinden Relay F1"
    assert house.shown("binary_sensor", "99998/IN1").name == "Grinden Slinga"


async def test_names_of_the_user(house: House) -> None:
    """A name that Home Assistant's user gave stays, whatever the vendor's user does."""
    await house.start()
    device = house.devices()["99998"]
    dr.async_get(house.hass).async_update_device(device.id, name_by_user="Porten")
    house.cloud.rename(99998, "Grinden")
    await house.wait(INVENTORY)
    device = house.devices()["99998"]
    assert (device.name_by_user, device.name) == ("Porten", "Grinden")


async def test_new_unit(house: House) -> None:
    """A unit that is added at the vendor has its entities at the next inventory."""
    await house.start()
    house.cloud.add_unit(generate_unit(500))
    await house.wait(POLL)
    assert "500" not in house.devices()
    await house.wait(INVENTORY)
    assert "500" in house.devices()
    assert house.switch("500/F1") == STATE_OFF
    await house.act("switch.turn_on", "500/F1")
    assert house.switch("500/F1") == STATE_ON


async def test_new_expansion(house: House) -> None:
    """An expansion that is fitted to a unit has its entities at the next inventory."""
    await house.start()
    house.cloud.add_expansion(99998, generate_expansion(1))
    await house.wait(INVENTORY)
    assert house.devices()["99998-1"].name == "Module 1"
    assert house.switch("99998/X1") == STATE_OFF
    assert house.contact("99998/IX4") == STATE_OFF


async def test_new_relay(house: House) -> None:
    """A relay that a unit has not had before has its entity at the next inventory; the others keep theirs."""
    unit = generate_unit(500)
    relay: Any = unit["relays"].pop()
    house.cloud.add_unit(unit)
    await house.start()
    before = house.entity_id("switch", "500/F1")
    assert house.entity_id("switch", "500/F2") is None
    unit["relays"].append(relay)
    house.cloud.remove_unit(500)
    house.cloud.add_unit(unit)
    await house.wait(INVENTORY)
    assert house.switch("500/F2") == STATE_OFF
    assert house.entity_id("switch", "500/F1") == before


async def test_gone_unit(house: House) -> None:
    """A unit is gone, with its parts and entities, when two inventories lack it, and not when one does."""
    await house.start()
    entity_id = house.entity_id("switch", "99992/X5")
    assert entity_id is not None
    house.cloud.remove_unit(99992)
    await house.wait(INVENTORY)
    assert {"99992", "99992-1", "99992-2"} <= set(house.devices())
    assert house.entity_id("switch", "99992/X5") == entity_id
    await house.wait(INVENTORY)
    assert set(house.devices()).isdisjoint({"99992", "99992-1", "99992-2"})
    assert house.entity_id("switch", "99992/X5") is None
    assert house.hass.states.get(entity_id) is None
    assert house.switch("99998/F1") == STATE_OFF


async def test_gone_expansion(house: House) -> None:
    """An expansion is gone when two inventories lack it; its unit stays."""
    await house.start()
    house.cloud.remove_expansion(99992, 2)
    await house.wait(INVENTORY)
    assert "99992-2" in house.devices()
    await house.wait(INVENTORY)
    assert "99992-2" not in house.devices()
    assert house.entity_id("switch", "99992/X5") is None
    assert house.switch("99992/F1") == STATE_OFF


async def test_gone_relay(house: House) -> None:
    """A relay is gone when two inventories lack it; its device stays."""
    await house.start()
    house.cloud.unit(99998).document["relays"].pop()
    await house.wait(INVENTORY)
    assert house.entity_id("switch", "99998/F2")
    await house.wait(INVENTORY)
    assert house.entity_id("switch", "99998/F2") is None
    assert house.switch("99998/F1") == STATE_OFF


async def test_unit_that_comes_back(house: House) -> None:
    """A unit that one inventory lacks keeps its entities when the next one has it again; after that the count begins anew."""
    await house.start()
    entity_id = house.entity_id("switch", "99998/F1")
    document = house.cloud.unit(99998).document
    for _ in range(2):
        house.cloud.remove_unit(99998)
        await house.wait(INVENTORY)
        assert house.entity_id("switch", "99998/F1") == entity_id
        house.cloud.add_unit(document)
        await house.wait(INVENTORY)
        assert house.switch("99998/F1") == STATE_OFF


async def test_gone_unit_comes_back(house: House) -> None:
    """A unit that was gone can come back."""
    await house.start()
    document = house.cloud.unit(99998).document
    house.cloud.remove_unit(99998)
    await house.wait(INVENTORY)
    await house.wait(INVENTORY)
    assert "99998" not in house.devices()
    house.cloud.add_unit(document)
    await house.wait(INVENTORY)
    assert house.switch("99998/F1") == STATE_OFF


async def test_inventory_that_is_not_understood(house: House) -> None:
    """Inventories with an entry that cannot be read remove nothing."""
    await house.start()
    house.cloud.remove_unit(99998)
    document: Any = house.cloud.unit(99992).document
    number = document.pop("unitId")
    for _ in range(3):
        await house.wait(INVENTORY)
    assert {"99998", "99992", "99992-1"} <= set(house.devices())
    document["unitId"] = number
    await house.wait(INVENTORY)
    assert "99998" in house.devices()
    await house.wait(INVENTORY)
    assert "99998" not in house.devices()
    assert "99992" in house.devices()


@pytest.mark.parametrize("offline", ["stale", "error"])
async def test_offline_unit_is_not_gone(house: House, offline: Any) -> None:
    """A unit that cannot be reached stays for as long as it is listed."""
    await house.start()
    house.cloud.set_offline(99998, offline)
    for _ in range(3):
        await house.wait(INVENTORY)
    assert "99998" in house.devices()


async def test_left_over(house: House) -> None:
    """What was removed at the vendor while Home Assistant was off is removed here too, once that is certain."""
    await house.start()
    hass = house.hass
    assert await hass.config_entries.async_unload(house.entry.entry_id)
    document = house.cloud.unit(99998).document
    document["relays"].pop()
    house.cloud.remove_unit(99992)
    await hass.config_entries.async_setup(house.entry.entry_id)
    await house.settle()
    assert {"99992", "99992-1"} <= set(house.devices())
    assert house.entity_id("switch", "99998/F2")
    await house.wait(INVENTORY)
    assert set(house.devices()).isdisjoint({"99992", "99992-1", "99992-2"})
    assert house.entity_id("switch", "99998/F2") is None
    assert house.entity_id("switch", "99992/X5") is None
    assert house.switch("99998/F1") == STATE_OFF


async def test_more_than_home_assistant_takes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of more points than Home Assistant takes the last ones start disabled: inputs of parts first, then their relays."""
    mains = sum(
        len(unit.document["relays"]) + len(unit.document["inputs"])
        for unit in house.cloud.units.values()
    )
    kept = follow.KEPT * len(house.cloud.units)
    monkeypatch.setattr(follow, "MOST_ENABLED", mains + kept + 1)
    await house.start()
    registry = er.async_get(house.hass)
    entries = er.async_entries_for_config_entry(registry, house.entry.entry_id)
    disabled = {
        registered.unique_id.rpartition("_")[2]
        for registered in entries
        if registered.disabled_by and registered.translation_key in ("input", "output")
    }
    # The one that is left of all parts is the first relay of the first part.
    assert house.switch("99992/X1") == STATE_OFF
    assert "X1" not in disabled
    assert {"X2", "X5", "X64", "IX1", "IX8"} <= disabled
    assert all(name.startswith(("X", "IX")) for name in disabled)
    # What a unit has beside them is spared first, but for its passages and its deliveries.
    beside = {
        (registered.domain, registered.translation_key): bool(registered.disabled_by)
        for registered in entries
        if registered.translation_key not in ("input", "output")
    }
    assert not beside["event", "passage"]
    assert not beside["sensor", "delivery"]
    assert beside["event", "log"]
    assert beside["button", "refresh"]
    assert beside["sensor", "modem_temperature"]
    assert beside["number", None]
