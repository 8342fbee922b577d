"""A caretaker at the action tool and the calendar: a phone's key from its order to its return, and a door held open."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
import re
from typing import Any

from playwright.async_api import Page, expect
import pytest
import pytest_asyncio

from scripts.child import until
from scripts.cloud import SimulatedManager
from scripts.dashboard import put_up
from scripts.develop import add_simulated_manager
from scripts.home import Home
from tests.e2e.conftest import Shoot
from tests.e2e.tool import TIMEOUT, becomes, device_id_of, entity_of, perform

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.usefixtures("socket_enabled"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def manager(folder: Path, home: Home) -> AsyncIterator[SimulatedManager]:
    """Run the simulated locking system, with its account in Home Assistant; keys are programmed when a test says so."""
    async with SimulatedManager(folder / "manager.log") as manager:
        await add_simulated_manager(home, manager)
        await put_up(home.api)
        yield manager


async def key_named(manager: SimulatedManager, name: str) -> dict[str, Any] | None:
    """Return a key of the locking system by its description."""
    keys: list[dict[str, Any]] = (await manager.lock_group())["keys"]
    return next((each for each in keys if each["Description"] == name), None)


async def test_key(
    page: Page, home: Home, manager: SimulatedManager, shoot: Shoot
) -> None:
    """A phone's key is issued, programmed, used at a lock, blocked, let go, and returned."""
    entry = next(
        each for each in await home.api.entries() if each["title"].startswith("iLOQ")
    )
    account = {"config_entry_id": entry["entry_id"]}
    listed = await perform(page, home, "get_accesses", **account)
    assert "name: Entrance" in listed, listed
    await shoot(page, "30-accesses")

    phone = "+358401234599"
    issued = await perform(
        page,
        home,
        "issue_key",
        **account,
        access="Entrance",
        credential="phone",
        code=phone,
        name="Caretaker",
        end_datetime=(datetime.now(UTC) + timedelta(days=3)).isoformat(),
    )
    assert "state: pending" in issued, issued
    grant = re.search(r"grant_id: (\w+)", issued)
    assert grant is not None
    await shoot(page, "31-key-issued")
    key = await key_named(manager, "Caretaker")
    assert key is not None
    await manager.program(key["FNKey_ID"])

    told = await perform(page, home, "get_key", grant_id=grant[1])
    assert "programming: programmed" in told, told

    lock = await device_id_of(home, "Front door")
    passages = await entity_of(home, lock, "event")
    lock_id = next(
        each["FLock_ID"]
        for each in (await manager.lock_group())["locks"]
        if each["LockingObject"] == "Front door"
    )
    await manager.try_key(lock_id, key["FNKey_ID"])

    async def came() -> bool | None:
        state = (await home.api.states())[passages]
        return state["attributes"].get("event_type") == "granted" or None

    await until("the passage to be told", TIMEOUT, came)
    await page.goto(f"{home.url}config/devices/device/{lock}")
    await expect(page.get_by_text("Last passage").first).to_be_visible()
    await shoot(page, "32-lock")

    grant_id = grant[1]
    blocked = await perform(page, home, "block_key", grant_id=grant_id)
    assert "blocked: true" in blocked, blocked
    await perform(page, home, "unblock_key", grant_id=grant_id)
    revoked = await perform(page, home, "revoke_grant", grant_id=grant_id)
    assert re.search(r"state: revok(ed|ing)", revoked), revoked
    await shoot(page, "33-key-returned")
    assert await key_named(manager, "Caretaker") is None
    assert phone not in home.log()


async def test_open_until(
    page: Page, home: Home, manager: SimulatedManager, shoot: Shoot
) -> None:
    """A door is held open by the calendar for an hour, which is to be seen there, and closed again."""
    system = await device_id_of(home, "Demo house")
    calendar = await entity_of(home, system, "calendar")
    held = await entity_of(home, system, "binary_sensor", "scheduled open")
    before = (await home.api.states())[held]["state"]
    end = datetime.now(UTC) + timedelta(hours=1)
    opened = await perform(
        page, home, "open_until", entity_id=calendar, end_datetime=end.isoformat()
    )
    assert "entry_id" in opened, opened
    await becomes(home, held, "on")
    await page.goto(f"{home.url}calendar")
    await expect(page.get_by_text("Door open").first).to_be_visible()
    await shoot(page, "34-open-until")
    await perform(page, home, "cancel_open_until", entity_id=calendar)
    await becomes(home, held, before)
