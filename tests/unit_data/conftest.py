"""A house whose units' data are looked at."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulators.flexykey import Address
from tests.house import House
from tests.unit_data.helpers import MODE, PIN, UNIT, Told, define
from tests.unit_data.settings import ROWS


@pytest.fixture
def told(house: House) -> Told:
    """Return what the units' events tell, in a house that is not started yet."""
    told = Told(house.hass)
    told.listen()
    return told


@pytest.fixture
def foreign(hass: HomeAssistant) -> str:
    """Return a device of another integration."""
    entry = MockConfigEntry(domain="other", title="Other")
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("other", "99998")}
    )
    return device.id


@pytest.fixture
async def second(house: House, address: Address) -> MockConfigEntry:
    """Return a second account, in a house that is started with it."""
    await house.start()
    house.cloud.set_user("bo", "annat-4712")
    data: dict[str, Any] = {
        "vendor": "flexykey",
        "username": "bo",
        "password": "annat-4712",
        "url": address.url,
    }
    entry = MockConfigEntry(
        domain="latchkey", title="FlexyKey bo", unique_id="flexykey_bo", data=data
    )
    entry.add_to_hass(house.hass)
    assert await house.hass.config_entries.async_setup(entry.entry_id)
    await house.settle()
    return entry


@pytest.fixture
async def running(house: House) -> House:
    """Return a house that is running."""
    await house.start()
    return house


@pytest.fixture
async def measuring(house: House) -> House:
    """Return a house that is running, with a unit that measures."""
    house.cloud.set_sensors(UNIT, {"H1": 40.0})
    await house.start()
    return house


@pytest.fixture
async def changeable(house: House) -> House:
    """Return a house that is running, with a unit that has a setting of each kind."""
    define(house, MODE)
    house.cloud.set_settings(UNIT, ROWS)
    await house.start()
    return house


@pytest.fixture
async def logged(house: House, told: Told) -> House:
    """Return a house that is running, whose log, with lines of before, has been read for the first time."""
    house.cloud.restart(UNIT)
    house.cloud.type_code(UNIT, PIN)
    await house.start()
    assert told.states == []
    return house
