"""The calendar of grants, and the options that say what others may see."""

from datetime import datetime, timedelta
from typing import Any

from homeassistant.components.calendar import DOMAIN as CALENDAR_DOMAIN
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import pytest

from custom_components.latchkey.const import (
    CONF_EXPIRY_NOTICE,
    CONF_POLL_INTERVAL,
    CONF_SHOW_HOLDERS,
)
from tests.flows import choose, open_options
from tests.grants_ha.helpers import TICK, UNIT, UNIT_NAME, Grants, later


async def events(grants: Grants, days: int = 7) -> list[dict[str, Any]]:
    """Return what the calendar's own action lists."""
    entity_id = grants.entity("calendar", "grants").entity_id
    now = dt_util.now()
    answer = await grants.hass.services.async_call(
        CALENDAR_DOMAIN,
        "get_events",
        {
            "entity_id": entity_id,
            "start_date_time": now - timedelta(days=1),
            "end_date_time": now + timedelta(days=days),
        },
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    calendar = answer[entity_id]
    assert isinstance(calendar, dict)
    listed: Any = calendar["events"]
    return list(listed)


async def test_names_are_hidden(grants: Grants) -> None:
    """An event tells what opens and when, not for whom."""
    row = await grants.issue(start_datetime=later(hours=1), end_datetime=later(hours=2))
    (event,) = await events(grants)
    assert event["summary"] == f"{UNIT_NAME}, R1"
    assert datetime.fromisoformat(event["start"]) == datetime.fromisoformat(
        row["start_datetime"]
    )
    assert datetime.fromisoformat(event["end"]) == datetime.fromisoformat(
        row["end_datetime"]
    )
    assert "Anna" not in str(event)


async def test_names_are_shown_by_option(noted: Grants) -> None:
    """Where the option says so an event names the holder."""
    await noted.house.start(**{CONF_SHOW_HOLDERS: True})
    await noted.issue(end_datetime=later(hours=2))
    (event,) = await events(noted)
    assert event["summary"] == f"Anna · {UNIT_NAME}, R1"


async def test_state_follows_the_clock(grants: Grants) -> None:
    """The calendar is on while a grant opens."""
    await grants.active(start_datetime=later(hours=1), end_datetime=later(hours=2))
    assert grants.entity("calendar", "grants").state == STATE_OFF
    await grants.house.wait(3601)
    assert grants.entity("calendar", "grants").state == STATE_ON
    await grants.house.wait(3600)
    await grants.house.wait(TICK)
    assert grants.entity("calendar", "grants").state == STATE_OFF


async def test_grant_without_an_end_is_no_event(grants: Grants) -> None:
    """A grant for good would fill the calendar, and stands in none."""
    await grants.issue()
    assert await events(grants) == []


async def test_revoked_grant_leaves(grants: Grants) -> None:
    """What was taken back is no event any more."""
    row = await grants.active(end_datetime=later(hours=2))
    assert len(await events(grants)) == 1
    await grants.call("revoke_grant", grant_id=row["grant_id"])
    await grants.deliver()
    assert await events(grants) == []


async def test_calendar_is_read_only(grants: Grants) -> None:
    """Nobody can issue by writing into the calendar."""
    state = grants.entity("calendar", "grants")
    assert state.attributes.get("supported_features", 0) == 0


async def test_options(grants: Grants) -> None:
    """Both options of grants are asked for, off by default, and take effect."""
    form = await open_options(grants.house)
    assert form["type"] is FlowResultType.FORM
    schema = form["data_schema"]
    assert schema is not None
    defaults = schema({})
    assert (defaults[CONF_EXPIRY_NOTICE], defaults[CONF_SHOW_HOLDERS]) == (0, False)
    result = await choose(
        grants.house,
        form,
        **{CONF_POLL_INTERVAL: 30, CONF_EXPIRY_NOTICE: 2, CONF_SHOW_HOLDERS: True},
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await grants.issue(end_datetime=later(hours=1))
    await grants.house.wait(TICK)
    assert grants.life == ["pending", "expiring"] or "expiring" in grants.life
    (event,) = await events(grants)
    assert event["summary"].startswith("Anna")


@pytest.mark.parametrize("end", ["9999-12-31T23:59:59+00:00", "9999-12-31 23:59:59"])
@pytest.mark.parametrize("zone", ["Europe/Stockholm", "US/Pacific"])
async def test_end_of_time(grants: Grants, zone: str, end: str) -> None:
    """A grant until the last day that can be written is issued and shown, or refused; nothing is left half done."""
    await grants.hass.config.async_set_time_zone(zone)
    try:
        row = await grants.issue(end_datetime=end)
    except HomeAssistantError:
        assert grants.house.cloud.entries(UNIT) == []
        return
    assert row["state"] == "pending"
    await grants.deliver()
    assert grants.state(row) == "active"
    assert len(await events(grants, 3000 * 366)) <= 1
