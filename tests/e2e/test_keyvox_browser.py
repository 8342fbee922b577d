"""A host at the action tool and the calendar, and a guest at the door: a stay from its booking to its end."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
import re
from typing import Any

from playwright.async_api import Page, expect
import pytest
import pytest_asyncio

from scripts.child import until
from scripts.cloud import SimulatedOrganisation
from scripts.dashboard import put_up
from scripts.develop import add_simulated_organisation
from scripts.home import Home
from tests.e2e.conftest import Shoot
from tests.e2e.tool import TIMEOUT, becomes, device_id_of, entity_of, perform

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.usefixtures("socket_enabled"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def organisation(
    folder: Path, home: Home
) -> AsyncIterator[SimulatedOrganisation]:
    """Run the simulated organisation, with its account in Home Assistant; its batches do not wait for two minutes."""
    async with SimulatedOrganisation(folder / "organisation.log") as organisation:
        await organisation.set_options(batch_seconds=2, delivery_seconds=1)
        await add_simulated_organisation(home, organisation)
        await put_up(home.api)
        yield organisation


async def opens(organisation: SimulatedOrganisation, code: str) -> bool:
    """Type a code at the first lock."""
    lock = (await organisation.state())["locks"][0]
    told: dict[str, Any] = await organisation.type_pin(lock["id"], code)
    granted: bool = told["granted"]
    return granted


async def test_stay(
    page: Page, home: Home, organisation: SimulatedOrganisation, shoot: Shoot
) -> None:
    """A stay is booked and seen in the calendar, its PIN opens, the guest is checked in and out, a box is opened."""
    entry = next(
        each for each in await home.api.entries() if each["title"].startswith("KEYVOX")
    )
    account = {"config_entry_id": entry["entry_id"]}
    house = await device_id_of(home, "House")
    start = datetime.now(UTC).replace(microsecond=0)
    end = start + timedelta(hours=20)
    booked = await perform(
        page,
        home,
        "create_booking",
        device_id=house,
        access="Room 1",
        name="Guest",
        start_datetime=start.isoformat(),
        end_datetime=end.isoformat(),
    )
    found = re.search(r"booking_id: (\w+)", booked)
    assert found is not None, booked
    booking_id = found[1]
    await shoot(page, "20-booked")

    await page.goto(f"{home.url}calendar")
    await expect(page.get_by_text("Room 1").first).to_be_visible()
    await shoot(page, "21-reservation-in-the-calendar")

    issued = await perform(
        page,
        home,
        "issue_pin",
        **account,
        access="Room 1",
        name="Guest",
        booking_id=booking_id,
    )
    code = re.search(r"code: \D?(\d{4,8})", issued)
    assert code is not None, issued
    assert "state: pending" in issued
    await shoot(page, "22-pin-of-the-reservation")

    async def opened() -> bool | None:
        return await opens(organisation, code[1]) or None

    await until("the PIN to open", TIMEOUT, opened)

    occupied = await entity_of(home, house, "binary_sensor", "Room 1")
    await becomes(home, occupied, "off")
    await perform(page, home, "check_in", **account, booking_id=booking_id)
    await becomes(home, occupied, "on")
    await page.goto(f"{home.url}config/devices/device/{house}")
    await expect(page.get_by_text("Room 1").first).to_be_visible()
    await shoot(page, "23-checked-in")

    lock = await device_id_of(home, "Lock 1")
    lock_entity = await entity_of(home, lock, "lock")
    await page.goto(f"{home.url}config/devices/device/{lock}")
    await expect(page.get_by_text("Battery").first).to_be_visible()
    await shoot(page, "24-lock")
    await home.api.call("lock.unlock", entity_id=lock_entity)
    await becomes(home, lock_entity, "unlocked")
    assert (await organisation.state())["locks"][0]["unlocked"]
    await home.api.call("lock.lock", entity_id=lock_entity)
    await becomes(home, lock_entity, "locked")

    box = await device_id_of(home, "Box 2")
    button = await entity_of(home, box, "button")
    await home.api.command(
        "config/entity_registry/update", entity_id=button, disabled_by=None
    )

    async def enabled() -> bool | None:
        return button in await home.api.states() or None

    await until("the button to be there", 90.0, enabled)
    await page.goto(f"{home.url}config/devices/device/{box}")
    press = page.get_by_role("button", name="Press")
    await press.click()

    async def box_opened() -> bool | None:
        boxes = (await organisation.state())["lockers"][0]["boxes"]
        return boxes[1]["openings"] == 1 or None

    await until("the box to open", TIMEOUT, box_opened)
    await shoot(page, "25-box-opened")

    over = await perform(page, home, "check_out", **account, booking_id=booking_id)
    assert "state: checked_out" in over, over
    await shoot(page, "26-checked-out")
    await becomes(home, occupied, "off")

    async def closed() -> bool | None:
        return not await opens(organisation, code[1]) or None

    await until("the PIN to open no more", TIMEOUT, closed)
    assert code[1] not in home.log()
