"""What a test does and sees of the calendars of an iLOQ account."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest

from custom_components.latchkey.const import DOMAIN
from simulators.iloq.calendars import Calendar
from simulators.registry import new_id
from tests.iloq.home import Home

READ = 901
"""Seconds after which calendars have certainly been read."""
TICKS = 10_000_000
"""Ticks in a second."""


def calendar(home: Home) -> Calendar:
    """Return the calendar that the demonstration's gate follows."""
    return next(iter(home.cloud.group.calendars.values()))


def add_calendar(home: Home, name: str | None, *, linked: bool = False) -> Calendar:
    """Add a calendar, which the gate follows or nothing does."""
    group = home.cloud.group
    like = calendar(home)
    record = {**like.record, "CalendarDataTitle_ID": new_id(), "Name": name}
    added = group.calendars.insert(record, group.dates("zulu"))
    if linked:
        added.relay_ids = list(like.relay_ids)
    return added


def put(home: Home, kind: str, record: Mapping[str, Any]) -> str:
    """Put an entry into the gate's calendar, and return its id."""
    group = home.cloud.group
    entry_id = new_id()
    raw = {
        "CalendarData_ID": entry_id,
        "CalendarDataTitle_ID": calendar(home).id,
        "Type": 0,
        **record,
    }
    group.calendars.put_entries({kind: [raw]}, group.dates("zulu"), new=True)
    return entry_id


def once(home: Home, start: float, end: float, **record: Any) -> str:
    """Put an entry into the gate's calendar, from and until some hours from now."""
    times = {"StartDateTime": after(start), "EndDateTime": after(end)}
    return put(
        home,
        "Entries",
        {name: at.isoformat() for name, at in times.items()} | record,
    )


def after(hours: float) -> datetime:
    """Return a time to come, to the second."""
    return dt_util.utcnow().replace(microsecond=0) + timedelta(hours=hours)


def calendar_id(home: Home, of: Calendar | None = None) -> str | None:
    """Return the entity of a calendar, of the gate's unless another is named, if there is one."""
    return seen(home, "calendar", (of or calendar(home)).id)


def seen(home: Home, platform: str, own_id: str) -> str | None:
    """Return an entity of the locking system's calendars by the vendor's id, if there is one."""
    return er.async_get(home.hass).async_get_entity_id(
        platform,
        DOMAIN,
        f"schedule/{home.entry.unique_id}_{home.system_id}_{own_id.casefold()}",
    )


def relay(home: Home) -> str:
    """Return what the binary sensor of the gate's relay shows."""
    entity_id = seen(home, "binary_sensor", calendar(home).relay_ids[0])
    assert entity_id is not None
    state = home.hass.states.get(entity_id)
    assert state is not None
    return state.state


def is_on(home: Home) -> bool:
    """Return whether the gate's relay is on at the cloud."""
    return home.cloud.group.calendars.on(
        calendar(home).relay_ids[0], home.cloud.clock()
    )


async def events(home: Home, of: Calendar | None = None) -> list[dict[str, Any]]:
    """Return what a calendar shows, from two weeks ago until a year from now."""
    entity_id = calendar_id(home, of)
    assert entity_id is not None
    answer = await home.hass.services.async_call(
        "calendar",
        "get_events",
        {
            "entity_id": entity_id,
            "start_date_time": after(-14 * 24),
            "end_date_time": after(365 * 24),
        },
        blocking=True,
        return_response=True,
    )
    found = cast("dict[str, dict[str, list[dict[str, Any]]]]", answer)
    return found[entity_id]["events"]


async def open_until(home: Home, end: float = 2, **more: Any) -> dict[str, Any]:
    """Hold the gate open until some hours from now, and return the entry that is answered."""
    data = {"entity_id": calendar_id(home), "end_datetime": after(end).isoformat()}
    answer = await home.act("open_until", **data | more)
    (row,) = answer["entries"]
    assert isinstance(row, dict)
    return row


async def cancel(home: Home, **more: Any) -> list[dict[str, Any]]:
    """Take back what was asked for, and return the entries that are answered."""
    data = {"entity_id": calendar_id(home)}
    answer = await home.act("cancel_open_until", **data | more)
    rows: list[dict[str, Any]] = answer["entries"]
    return rows


async def failed(home: Home, key: str, action: str = "open_until", **more: Any) -> str:
    """Assert that an action fails for a reason, and return what the user is told."""
    with pytest.raises(HomeAssistantError) as failure:
        await (open_until if action == "open_until" else cancel)(home, **more)
    assert failure.value.translation_key == key
    return str(failure.value)


def ours(home: Home) -> list[str]:
    """Return the ids of the entries that were made from here."""
    return [
        entry.id
        for entry in home.cloud.group.calendars.entries.values()
        if entry.record["Subject"] == "Home Assistant"
    ]
