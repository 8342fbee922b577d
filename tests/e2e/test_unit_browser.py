"""A person who looks at a unit: pushed changes, passages, readings, a setting, and a repair."""

from playwright.async_api import Page, expect
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
NAME = "fkv3 test 2 S.kontor"
INPUT = "binary_sensor.fkv3_test_2_s_kontor_linjedetektor"
PASSAGE = "event.fkv3_test_2_s_kontor_passage"
TIMEOUT = 30_000


async def device_page(page: Page, home: Home) -> None:
    """Show the unit's page."""
    devices = await home.api.command("config/device_registry/list")
    unit = next(each for each in devices if each["name"] == NAME)
    await page.goto(f"{home.url}config/devices/device/{unit['id']}")
    await expect(page.get_by_text("Diagnostic", exact=True)).to_be_visible()


async def state(home: Home, entity_id: str) -> str:
    """Return the state of an entity."""
    found: str = (await home.api.states())[entity_id]["state"]
    return found


async def test_pushed(home: Home, cloud: SimulatedCloud) -> None:
    """An input that moves on the site shows here at once, although the unit is hardly asked."""

    async def called() -> bool | None:
        push = "sensor.fkv3_test_2_s_kontor_last_push"
        return push in (await home.api.states()) or None

    await until("the callbacks to be registered", 60.0, called)
    asked = (await cloud.requests())[str(UNIT)]["GET /v1/Control"]
    await cloud.move_input(UNIT, "IN1", "on")

    async def shown() -> bool | None:
        return await state(home, INPUT) == "on" or None

    await until("the input to be shown", 10.0, shown)
    # It is looked at once more where the change fell into the very second of the last reading.
    assert (await cloud.requests())[str(UNIT)]["GET /v1/Control"] <= asked + 2


async def test_passage_and_readings(
    page: Page, home: Home, cloud: SimulatedCloud, shoot: Shoot
) -> None:
    """A number that is turned away shows as a passage; a unit that is asked tells what it measures."""
    await cloud.set_sensors(UNIT, T1=21.4, H1=40.2)
    await cloud.type_code(UNIT, "0701234567")

    async def denied() -> bool | None:
        passage = (await home.api.states())[PASSAGE]
        return passage["attributes"]["event_type"] == "denied" or None

    await until("the passage to be told", 90.0, denied)
    attributes = (await home.api.states())[PASSAGE]["attributes"]
    assert attributes["credential"] == "•••67"
    assert attributes["reason"] == "not_registered"
    await device_page(page, home)
    refresh = page.locator("hui-button-entity-row").filter(has_text="Refresh from unit")
    await refresh.get_by_role("button", name="Press").click()
    await expect(page.get_by_text("40.2%")).to_be_visible(timeout=TIMEOUT)
    await shoot(page, "11-unit")
    await page.goto(f"{home.url}logbook?entity_id={PASSAGE}")
    await expect(page.get_by_text("somebody was turned away").first).to_be_visible()
    await shoot(page, "12-logbook")


async def test_setting(
    page: Page, home: Home, cloud: SimulatedCloud, shoot: Shoot
) -> None:
    """A setting that is changed on the unit's page reaches the unit itself."""
    await device_page(page, home)
    row = page.locator("hui-toggle-entity-row").filter(has_text="WiFi mode")
    await row.locator("ha-entity-toggle").click()

    async def held() -> bool | None:
        settings = await cloud.settings(UNIT)
        return {"setting": "WifiMode", "params": ["OFF"]} in settings or None

    await until("the unit to have the setting", 60.0, held)
    await shoot(page, "13-setting")


async def test_take_callback_over(
    page: Page, home: Home, cloud: SimulatedCloud, shoot: Shoot
) -> None:
    """A callback that leads elsewhere raises a repair, which takes it over."""
    await cloud.set_webhook(UNIT, "https://gates.example.com/hook?token=hemligt")
    (entry,) = await home.api.entries()
    path = f"api/config/config_entries/entry/{entry['entry_id']}/reload"
    await home.api.request("POST", path)
    await page.goto(f"{home.url}config/repairs")
    issue = page.get_by_text("another system gets the vendor's calls")
    await issue.click(timeout=60_000)
    dialog = page.get_by_text("gates.example.com", exact=False)
    await expect(dialog.first).to_be_visible()
    assert await page.get_by_text("hemligt").count() == 0
    await shoot(page, "14-repair")
    await page.get_by_role("button", name="Submit").click()
    await expect(page.get_by_text("The issue is repaired").first).to_be_visible()
    await expect(issue).to_have_count(0)
    callback = (await cloud.webhook(UNIT))["callbackUrl"]
    assert callback.startswith("https://home.example.com/api/webhook/")
