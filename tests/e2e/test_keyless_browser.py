"""A person at the dashboard who opens a lock behind a gateway, and somebody, or nobody, at the lock."""

from collections.abc import AsyncIterator
from pathlib import Path

from playwright.async_api import Page, expect
import pytest
import pytest_asyncio

from scripts.child import until
from scripts.cloud import SimulatedPlatform
from scripts.dashboard import put_up
from scripts.develop import add_simulated_platform
from scripts.home import Home
from tests.e2e.conftest import Shoot

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.usefixtures("socket_enabled"),
]

TIMEOUT = 60.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def platform(folder: Path, home: Home) -> AsyncIterator[SimulatedPlatform]:
    """Run the simulated platform, with its account in Home Assistant and its locks on the dashboard."""
    async with SimulatedPlatform(folder / "platform.log") as platform:
        await add_simulated_platform(home, platform)
        await put_up(home.api)
        yield platform


async def states(home: Home, entity_id: str) -> tuple[str, str | None]:
    """Return a lock's state, and what became of its last opening."""
    found = await home.api.states()
    event = found[entity_id.replace("lock.", "event.") + "_opening"]
    return found[entity_id]["state"], event["attributes"]["event_type"]


async def test_open(
    page: Page, home: Home, platform: SimulatedPlatform, shoot: Shoot
) -> None:
    """Open shows as opening until somebody touches the lock and the gateway's log proves it; without a touch it returns, with the reason."""
    lock = (await platform.locks())[0]
    name = lock["name"]
    entity_id = "lock." + name.lower().replace(" ", "_")
    await page.goto(f"{home.url}latchkey/units")
    card = page.locator("hui-grid-section").filter(has_text=name)
    button = card.locator("hui-lock-open-door-card-feature ha-control-button")
    await button.click()
    await expect(button).to_have_text("Really open?")
    await button.click()

    async def becomes(wanted: tuple[str, str | None]) -> None:
        async def reached() -> bool | None:
            return await states(home, entity_id) == wanted or None

        await until(f"{entity_id} to be {wanted}", TIMEOUT, reached)

    await becomes(("opening", None))
    await expect(card).to_contain_text("Opening")
    await shoot(page, "15-opening")
    await platform.touch(lock["id"])
    await becomes(("open", "opened"))
    await expect(card).to_contain_text("Open")
    await shoot(page, "16-open")
    await becomes(("locked", "opened"))
    assert len(await platform.commands()) == 1

    # Nobody at the lock: the platform's five minutes are some seconds here.
    await platform.set_options(command_seconds=12)
    await button.click()
    await expect(button).to_have_text("Really open?")
    await button.click()
    await becomes(("opening", "opened"))
    await shoot(page, "17-nobody-there")
    await becomes(("locked", "expired"))
    await expect(card).to_contain_text("nobody touched the lock")
    await shoot(page, "18-expired")
    assert len(await platform.commands()) == 2

    await platform.set_options(command_seconds=300)
    await home.api.call("lock.open", entity_id=entity_id)
    await becomes(("opening", "expired"))
    await home.api.call("lock.lock", entity_id=entity_id)
    await becomes(("locked", "cancelled"))
    await page.goto(f"{home.url}logbook?entity_id={entity_id}")
    await shoot(page, "19-cancelled")
