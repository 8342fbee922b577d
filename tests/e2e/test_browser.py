"""A person at the dashboard, and what happens on the site meanwhile."""

from typing import Any

from playwright.async_api import Locator, Page, expect
import pytest

from scripts.child import until
from scripts.cloud import SimulatedCloud
from scripts.home import Home
from tests.e2e.conftest import Shoot

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.usefixtures("socket_enabled"),
]

UNIT = 99998
DOOR = "lock.fkv3_test_2_s_kontor_dorr"
TIMEOUT = 30.0


def tile(page: Page, name: str, feature: str = "") -> Locator:
    """Return the card of the first unit's entity by its name, and where names repeat by what it offers."""
    section = page.locator("hui-grid-section").filter(has_text="fkv3 test 2 S.kontor")
    cards = section.locator("hui-tile-card").filter(has_text=name)
    return cards.filter(has=page.locator(feature)) if feature else cards


async def until_relay(cloud: SimulatedCloud, output: str, state: str) -> None:
    """Wait until a relay of the unit really is on or off."""

    async def reached() -> bool | None:
        unit = await cloud.unit(UNIT)
        return unit["relays"][output]["state"] == state or None

    await until(f"{output} to be {state}", TIMEOUT, reached)


async def until_state(home: Home, entity_id: str, state: str) -> None:
    """Wait until Home Assistant shows a state."""

    async def reached() -> bool | None:
        return (await home.api.states())[entity_id]["state"] == state or None

    await until(f"{entity_id} to be {state}", TIMEOUT, reached)


async def commands(cloud: SimulatedCloud, output: str) -> list[dict[str, Any]]:
    """Return what a relay of the unit has been told to do."""
    return [
        command
        for command in (await cloud.unit(UNIT))["commands"]
        if command["output"] == output
    ]


async def test_toggle_relay(page: Page, cloud: SimulatedCloud, shoot: Shoot) -> None:
    """A toggle on the dashboard switches the relay on the site."""
    await shoot(page, "2-dashboard")
    grind = tile(page, "Grind")
    toggle = grind.locator("hui-toggle-card-feature ha-control-switch")
    await toggle.click()
    await until_relay(cloud, "F1", "on")
    await expect(grind).to_contain_text("On")
    await shoot(page, "3-grind-on")
    await toggle.click()
    await until_relay(cloud, "F1", "off")
    await expect(grind).to_contain_text("Off")
    assert [command["action"] for command in await commands(cloud, "F1")] == [
        "ON",
        "OFF",
    ]


async def test_input_moves(page: Page, cloud: SimulatedCloud, shoot: Shoot) -> None:
    """A card follows what happens on the site."""
    detector = tile(page, "Linjedetektor")
    await expect(detector).to_contain_text("Off")
    await cloud.move_input(UNIT, "IN1", "on")
    await expect(detector).to_contain_text("On", timeout=TIMEOUT * 1000)
    await shoot(page, "4-input-on")


async def test_open_door(
    page: Page, home: Home, cloud: SimulatedCloud, shoot: Shoot
) -> None:
    """A confirmed opening on a lock's card pulses the relay, once."""
    door = tile(page, "Dörr", "hui-lock-open-door-card-feature")
    button = door.locator("hui-lock-open-door-card-feature ha-control-button")
    await button.click()
    await expect(button).to_have_text("Really open?")
    await shoot(page, "5-door-confirm")
    assert not await commands(cloud, "F2")
    await button.click()
    await until_relay(cloud, "F2", "on")
    await until_state(home, DOOR, "open")
    await shoot(page, "6-door-open")
    await until_relay(cloud, "F2", "off")
    await until_state(home, DOOR, "locked")
    assert [command["action"] for command in await commands(cloud, "F2")] == ["5"]
