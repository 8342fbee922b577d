"""Calendars of a locking system as calendars, and what they have relays do."""

from datetime import timedelta

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from custom_components.latchkey.diagnostics import async_get_config_entry_diagnostics
from tests.iloq.doors import (
    READ,
    TICKS,
    add_calendar,
    after,
    calendar,
    calendar_id,
    events,
    is_on,
    once,
    put,
    relay,
    seen,
)
from tests.iloq.home import INVENTORY, Home


async def test_calendar(home: Home, hass_client: ClientSessionGenerator) -> None:
    """A calendar shows its entries by what they are for, in the home's language, and can be read as any other."""
    once(home, -1, 1)
    once(home, 2, 3, Type=1, Subject="Anna")
    once(home, 4, 5, Type=2)
    once(home, 6, 7, Type=3)
    await home.start()
    entity_id = calendar_id(home)
    assert entity_id is not None
    state = home.hass.states.get(entity_id)
    assert state is not None
    assert state.name.endswith("Gate hours")
    assert state.state == STATE_ON
    assert state.attributes["message"] == "Door open"
    assert state.attributes["kind"] == "held_open"
    assert "supported_features" not in state.attributes
    assert [each["summary"] for each in await events(home)] == [
        *("Door open", "Open with a code", "Key and its code", "Keys open"),
    ]
    client = await hass_client()
    period = {"start": after(1.5).isoformat(), "end": after(2.5).isoformat()}
    answer = await client.get(f"/api/calendars/{entity_id}", params=period)
    assert [each["summary"] for each in await answer.json()] == ["Open with a code"]
    await home.wait(1.5 * 3600)
    state = home.hass.states.get(entity_id)
    assert state is not None
    assert (state.state, state.attributes["kind"]) == (STATE_OFF, "code")


async def test_language(home: Home) -> None:
    """What an entry is for is told in the home's language."""
    home.hass.config.language = "sv"
    once(home, 1, 2)
    await home.start()
    assert [each["summary"] for each in await events(home)] == ["Dörren öppen"]


async def test_titles(home: Home) -> None:
    """What somebody wrote to an entry may be a name: it is shown where names are; a number is shown to nobody."""
    once(home, 1, 2, Type=1, Subject="Anna")
    once(home, 3, 4, Type=1, Subject="+358 40 123 4567")
    await home.start()
    assert "Anna" not in str(await events(home))
    await home.hass.config_entries.async_unload(home.entry.entry_id)
    home.hass.config_entries.async_update_entry(
        home.entry, options={"show_holders": True}
    )
    await home.hass.config_entries.async_setup(home.entry.entry_id)
    await home.settle()
    assert [each["summary"] for each in await events(home)] == [
        "Anna · Open with a code",
        "Open with a code",
    ]


async def test_what_recurs(home: Home) -> None:
    """What recurs is shown each time, less what happens otherwise; the relay follows it as it does at the cloud."""
    home.freezer.move_to("2026-03-27T07:00:00+00:00")
    series = {
        "Re_ID": "a0000000-0000-4000-8000-000000000001",
        "Re_OccurrenceStartTime": "2026-03-02T10:00:00",
        "Re_OccurrenceDurationTicks": 2 * 3600 * TICKS,
        "Re_PatternDaysOfWeek": 127,
        "Re_PatternFrequency": 1,
        "Re_RangeStartDate": "2026-03-02T00:00:00",
        "Re_RangeEndDate": "2026-04-03T00:00:00",
        "Re_RangeLimit": 2,
        "StartDateTime": None,
        "EndDateTime": None,
    }
    put(home, "RecurringEntries", series)
    put(
        home,
        "RecurringEntryExceptions",
        {
            "RecurrenceId": series["Re_ID"],
            "A_IsRemoved": True,
            "OriginalStartDateTime": "2026-03-28T10:00:00",
            "StartDateTime": None,
            "EndDateTime": None,
        },
    )
    await home.start()
    shown = [
        dt_util.as_utc(dt_util.parse_datetime(each["start"], raise_on_error=True))
        for each in await events(home)
    ]
    days = [f"{start:%d %H}" for start in shown if start > dt_util.utcnow()]
    # The clocks are changed on the 29th.
    assert days == ["27 08", "29 07", "30 07", "31 07", "01 07", "02 07", "03 07"]
    for _ in range(3 * 12):
        assert relay(home) == (STATE_ON if is_on(home) else STATE_OFF)
        await home.wait(7200)
    assert home.entry.runtime_data.last_update_success


async def test_relay(home: Home) -> None:
    """A relay is to be on while an entry lasts that turns it on, to the second; others do not count."""
    once(home, 1, 2)
    once(home, 3, 4, Type=1)
    await home.start()
    entity_id = seen(home, "binary_sensor", calendar(home).relay_ids[0])
    assert entity_id is not None
    state = home.hass.states.get(entity_id)
    assert state is not None
    assert state.name.endswith("Gate motor scheduled open")
    assert relay(home) == STATE_OFF
    for hours, shown in ((1, STATE_ON), (1, STATE_OFF), (1.5, STATE_OFF)):
        await home.wait(hours * 3600 + 1)
        assert relay(home) == shown


async def test_what_is_not_understood(home: Home) -> None:
    """What is not understood is counted in the diagnostics; whether a relay is to be on is not certain then."""
    entry_id = once(home, 1, 2)
    home.cloud.group.calendars.entries[entry_id].record["EndDateTime"] = None
    await home.start()
    assert relay(home) == STATE_UNKNOWN
    told = await async_get_config_entry_diagnostics(home.hass, home.entry)
    assert told["schedules"] == [
        {"known": True, "relays": 1, "count": 0, "left_out": 1, "ours": 0}
    ]
    once(home, 0, 3)
    await home.wait(READ)
    assert relay(home) == STATE_ON


async def test_calendars_come_and_go(home: Home) -> None:
    """A new calendar appears, another name is taken, one that is gone disappears after two readings that agree."""
    await home.start()
    added = add_calendar(home, None)
    await home.wait(READ)
    entity_id = calendar_id(home, added)
    assert entity_id is not None
    state = home.hass.states.get(entity_id)
    assert state is not None
    assert state.name.endswith(f"Calendar {added.id[:8]}")
    added.record["Name"] = "Sauna"
    await home.wait(READ)
    state = home.hass.states.get(entity_id)
    assert state is not None
    assert state.name.endswith("Sauna")
    home.cloud.group.calendars.delete(added)
    await home.wait(READ)
    assert calendar_id(home, added) == entity_id
    await home.wait(READ)
    assert calendar_id(home, added) is None
    assert calendar_id(home) is not None


async def test_rights(home: Home) -> None:
    """Without the right to calendars there are none; without the right to administer, no relays."""
    home.cloud.user.rights = 1
    await home.start()
    assert calendar_id(home) is None
    assert home.count("GET CalendarDataTitles") == 0
    home.cloud.user.rights = 1 | 2251799813685248
    home.cloud.sessions.expire()
    await home.wait(INVENTORY)
    await home.wait(READ)
    assert calendar_id(home) is not None
    assert seen(home, "binary_sensor", calendar(home).relay_ids[0]) is None


async def test_version_1(home: Home) -> None:
    """The first generation has no calendars."""
    home.cloud.set_options(generations="v1")
    await home.start_v1()
    assert calendar_id(home) is None


async def test_outage(home: Home) -> None:
    """One failed reading changes nothing, two make a calendar unavailable; a fault of one leaves the others alone."""
    other = add_calendar(home, "Sauna")
    once(home, -1, 9)
    await home.start()
    entity_id, other_id = calendar_id(home), calendar_id(home, other)
    assert entity_id is not None and other_id is not None
    fault = home.fault(
        "status", f"CalendarDataTitles/{calendar(home).id}/CalendarDatas", status=400
    )
    states = []
    for _ in range(3):
        await home.wait(READ)
        shown = [home.hass.states.get(each) for each in (entity_id, other_id)]
        states.append([state and state.state for state in shown])
    assert states == [
        [STATE_ON, STATE_OFF],
        [STATE_UNAVAILABLE, STATE_OFF],
        [STATE_UNAVAILABLE, STATE_OFF],
    ]
    assert relay(home) == STATE_UNKNOWN
    home.cloud.faults.active.remove(fault)
    await home.wait(READ)
    assert relay(home) == STATE_ON


async def test_cost(home: Home) -> None:
    """Calendars are read every quarter of an hour, each relay's name once in that."""
    add_calendar(home, "Sauna", linked=True)
    await home.start()
    home.cloud.requests.reset()
    await home.wait(READ)
    assert home.count("GET CalendarDataTitles") == 1
    assert home.count("GET CalendarDataTitles/{id}/CalendarDatas") == 2
    assert home.count("GET NetworkModuleDeviceRelays/{id}") == 1
    await home.wait(READ / 3)
    assert home.count("GET CalendarDataTitles") == 1


async def test_read_only(home: Home, hass_ws_client: WebSocketGenerator) -> None:
    """Nobody writes to a calendar but by the actions."""
    await home.start()
    client = await hass_ws_client(home.hass)
    start = dt_util.utcnow()
    await client.send_json_auto_id(
        {
            "type": "calendar/event/create",
            "entity_id": calendar_id(home),
            "event": {
                "summary": "x",
                "dtstart": start.isoformat(),
                "dtend": (start + timedelta(hours=1)).isoformat(),
            },
        }
    )
    answer = await client.receive_json()
    assert answer["success"] is False
    assert home.cloud.group.calendars.entries == {}
