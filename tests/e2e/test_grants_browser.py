"""A person at the action tool, who issues a PIN; and a guest at the door."""

from datetime import UTC, datetime, timedelta
import re
from typing import Any

from playwright.async_api import Page, expect
import pytest

from scripts.child import until
from scripts.cloud import SimulatedCloud
from scripts.home import Home
from tests.e2e.conftest import Shoot
from tests.e2e.tool import perform

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.usefixtures("socket_enabled"),
]

UNIT = 99998
PROGRESS = "sensor.fkv3_test_2_s_kontor_delivery_of_changes"
GRANT = "event.flexykey_demo_grant"
CALENDAR = "calendar.flexykey_demo_grants"
VALID_FOR = timedelta(seconds=40)


async def until_shown(home: Home, what: str, shown: Any) -> None:
    """Wait until the states of Home Assistant show something."""

    async def reached() -> bool | None:
        return shown(await home.api.states()) or None

    await until(what, 90.0, reached)


def event_type(states: dict[str, Any]) -> str | None:
    """Return what last happened to a grant."""
    found: str | None = states[GRANT]["attributes"]["event_type"]
    return found


async def test_issue_pin(
    page: Page, home: Home, cloud: SimulatedCloud, shoot: Shoot
) -> None:
    """A PIN issued in the action tool is delivered, opens the door, and ends by the clock."""
    devices = await home.api.command("config/device_registry/list")
    unit = next(each for each in devices if each["name"] == "fkv3 test 2 S.kontor")
    # More to deliver than one PIN, so that there is a progress to be seen.
    await cloud.issue_elsewhere(UNIT, 11)
    await cloud.set_options(sync_seconds_per_packet=4)
    await home.api.call(
        "latchkey.set_sync_state", device_id=unit["id"], sync_state="ready_to_send"
    )

    await page.goto(f"{home.url}config/tools/action?service=latchkey.issue_pin")
    await expect(page.get_by_text("Issues a PIN that opens")).to_be_visible()
    await shoot(page, "7-issue-pin-form")
    end = (datetime.now(UTC) + VALID_FOR).isoformat()
    answer = await perform(
        page, home, "issue_pin", device_id=unit["id"], name="Guest", end_datetime=end
    )
    assert "state: pending" in answer
    code = re.search(r"code: \D?(\d{6})", answer)
    assert code is not None
    await shoot(page, "8-pin-issued")
    assert not (await cloud.type_code(UNIT, code[1]))["granted"]

    await page.goto(f"{home.url}config/devices/device/{unit['id']}")
    await until_shown(
        home,
        "the delivery to be under way",
        lambda states: states[PROGRESS]["state"] not in ("unknown", "0", "100"),
    )
    await shoot(page, "9-delivery")
    await until_shown(
        home, "the grant to be active", lambda states: event_type(states) == "active"
    )
    assert (await cloud.type_code(UNIT, code[1]))["granted"]
    await page.goto(f"{home.url}calendar")
    await expect(page.get_by_text("S.kontor, R1").first).to_be_visible()
    await shoot(page, "10-calendar")

    await until_shown(
        home, "the grant to expire", lambda states: event_type(states) == "expired"
    )
    assert not (await cloud.type_code(UNIT, code[1]))["granted"]
    assert code[1] not in home.log()
