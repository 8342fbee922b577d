"""The actions that hold doors open until a time: one entry or none, whatever is lost on the way."""

from datetime import timedelta
from typing import Any

from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import Context
from homeassistant.exceptions import Unauthorized
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
import pytest

from custom_components.latchkey.const import DOMAIN
from custom_components.latchkey.holds import LATE
from tests.iloq.doors import (
    READ,
    add_calendar,
    after,
    calendar_id,
    cancel,
    events,
    failed,
    is_on,
    once,
    open_until,
    ours,
    relay,
)
from tests.iloq.home import Home

SENT = ("POST CalendarDatas", "PUT CalendarDatas", "DELETE CalendarDatas/{id}")


BAD: list[tuple[str, str, dict[str, Any]]] = [
    ("empty", "end_datetime", {"end_datetime": None}),
    ("not_a_time", "end_datetime", {"end_datetime": "soon"}),
    ("in_the_past", "end_datetime", {"end_datetime": "2026-11-22T08:59:59Z"}),
    (
        "ends_before_start",
        "end_datetime",
        {"start_datetime": "2026-11-22T12:00:00Z"},
    ),
    ("confirm_long_opening", "confirm", {"end_datetime": "2026-11-23T09:00:01Z"}),
    (
        "confirm_long_opening",
        "confirm",
        {"end_datetime": "2026-11-24T09:00:00Z", "confirm": False},
    ),
    (
        "not_yes_or_no",
        "confirm",
        {"end_datetime": "2026-11-24T09:00:00Z", "confirm": "x"},
    ),
    ("unknown_field", "until", {"until": "2026-11-24T09:00:00Z"}),
    ("empty", "entity_id", {"entity_id": []}),
    ("no_schedule", "entity_id", {"entity_id": "calendar.nothing"}),
    (
        "no_schedule",
        "entity_id",
        {"entity_id": "sensor.demo_house_keys_planned"},
    ),
    (
        "several_calendars",
        "entity_id",
        {"entity_id": ["calendar.a", "calendar.b"]},
    ),
]
"""What can be wrong: the error, the field that it names, and what is given."""


@pytest.fixture
async def gate(home: Home) -> Home:
    """Return a home whose gate follows a calendar, and whose requests are counted from now on."""
    home.freezer.move_to("2026-11-22T09:00:00+00:00")
    await home.start()
    home.cloud.requests.reset()
    return home


def sent(home: Home) -> list[int]:
    """Return how often an entry was added, changed and deleted."""
    return [home.count(each) for each in SENT]


async def restart(home: Home) -> None:
    """Unload the account and set it up again, from what is on disk."""
    await home.hass.config_entries.async_unload(home.entry.entry_id)
    await home.hass.config_entries.async_setup(home.entry.entry_id)
    await home.settle()


async def test_open_and_cancel(gate: Home) -> None:
    """The gate opens at the cloud for the time that was asked for, is shown so at once, and closes when that is taken back."""
    row = await open_until(gate)
    assert row == {
        "entry_id": ours(gate)[0],
        "entity_id": calendar_id(gate),
        "start_datetime": dt_util.as_local(after(0)).isoformat(),
        "end_datetime": dt_util.as_local(after(2)).isoformat(),
        "relays": ["Gate motor"],
    }
    assert (is_on(gate), relay(gate)) == (True, STATE_ON)
    assert [each["summary"] for each in await events(gate)] == ["Door open"]
    await gate.wait(READ)
    assert (is_on(gate), relay(gate)) == (True, STATE_ON)
    assert await cancel(gate) == [row]
    assert (is_on(gate), relay(gate)) == (False, STATE_OFF)
    assert await events(gate) == []
    assert sent(gate) == [1, 0, 1]


async def test_one_of_two_that_stays(gate: Home) -> None:
    """An entry whose deletion fails keeps no other: a door is not held open for that."""
    await open_until(gate)
    await open_until(
        gate,
        start_datetime=after(4).isoformat(),
        end_datetime=after(5).isoformat(),
    )
    assert len(ours(gate)) == 2
    gate.fault("status", "CalendarDatas", method="DELETE", status=403, times=1)
    await failed(gate, "no_right", "cancel_open_until")
    assert len(ours(gate)) == 1
    await cancel(gate)
    assert ours(gate) == []


async def test_end(gate: Home) -> None:
    """The gate closes by itself; what is over is not taken back."""
    await open_until(gate, start_datetime=after(1).isoformat())
    for hours, shown in ((0.5, STATE_OFF), (1, STATE_ON), (1, STATE_OFF)):
        await gate.wait(hours * 3600)
        assert relay(gate) == shown
        assert is_on(gate) is (shown == STATE_ON)
    await failed(gate, "no_hold", "cancel_open_until")


async def test_longer_and_shorter(gate: Home) -> None:
    """A later end makes it longer, an earlier one shorter: it stays one entry; the same again sends nothing."""
    first = await open_until(gate)
    await gate.wait(600)
    longer = await open_until(gate, 5)
    shorter = await open_until(gate, 0.5)
    assert await open_until(gate, 0.5) == shorter
    for row in (longer, shorter):
        assert row["entry_id"] == first["entry_id"]
        assert row["start_datetime"] == first["start_datetime"]
    assert sent(gate) == [1, 2, 0]
    assert len(await events(gate)) == 1
    await gate.wait(3600)
    assert not is_on(gate)


async def test_beside_what_others_entered(gate: Home) -> None:
    """What others entered is never changed, and never taken back."""
    entry_id = once(gate, -1, 3)
    await gate.wait(READ)
    await open_until(gate, 1)
    assert len(ours(gate)) == 1
    await cancel(gate)
    await failed(gate, "no_hold", "cancel_open_until")
    assert list(gate.cloud.group.calendars.entries) == [entry_id]
    assert relay(gate) == STATE_ON


async def test_change_of_clocks(home: Home) -> None:
    """An end after the clocks were changed is the instant that was meant."""
    home.freezer.move_to("2026-10-24T20:00:00+00:00")
    await home.start()
    await open_until(home, 8, end_datetime="2026-10-25T04:00:00+02:00")
    for hours, on in ((5.9, True), (0.2, False)):
        await home.wait(hours * 3600)
        assert is_on(home) is on
        assert relay(home) == (STATE_ON if on else STATE_OFF)


async def test_bad_fields(gate: Home) -> None:
    """A field that cannot be right is refused by its name, and nothing is sent."""
    for key, field, fields in BAD:
        assert field in await failed(gate, key, **fields)
    assert sent(gate) == [0, 0, 0]


async def test_confirmed(gate: Home) -> None:
    """For longer than a day it takes a word more."""
    await open_until(gate, 48, confirm=True)
    assert len(ours(gate)) == 1


async def test_no_relay(gate: Home) -> None:
    """A calendar that controls nothing opens no door."""
    added = add_calendar(gate, "Sauna")
    await gate.wait(READ)
    text = await failed(gate, "no_relays", entity_id=calendar_id(gate, added))
    assert "Sauna" in text
    assert sent(gate) == [0, 0, 0]


async def test_relays_that_are_not_told(home: Home) -> None:
    """Without the right to administer nobody knows what would open."""
    home.cloud.user.rights = 1 | 2251799813685248
    await home.start()
    await failed(home, "relays_not_told")
    assert sent(home) == [0, 0, 0]


async def test_right_that_is_lost(gate: Home) -> None:
    """A right that was taken away is told as that."""
    gate.cloud.user.rights = 1
    gate.cloud.sessions.expire()
    await failed(gate, "no_right")
    assert ours(gate) == []


async def test_version_1(home: Home) -> None:
    """Of the first generation nothing is known that holds a door open."""
    home.cloud.set_options(generations="v1")
    await home.start_v1()
    await failed(home, "no_schedule", entity_id="calendar.demo_house_gate_hours")


@pytest.mark.parametrize("action", ["open_until", "cancel_open_until"])
async def test_administrators_alone(gate: Home, action: str) -> None:
    """Nobody else may, even who may control everything."""
    await gate.hass.auth.async_create_user("Owner")
    user = await gate.hass.auth.async_create_user("Ed", group_ids=[GROUP_ID_USER])
    with pytest.raises(Unauthorized):
        await gate.hass.services.async_call(
            DOMAIN,
            action,
            {"entity_id": calendar_id(gate)},
            blocking=True,
            context=Context(user_id=user.id),
        )
    assert sent(gate) == [0, 0, 0]


@pytest.mark.parametrize("kind", ["reset_after", "half", "html_after"])
async def test_answers_that_are_lost(gate: Home, kind: str) -> None:
    """A command whose answer is lost is read back: it was done, once."""
    gate.fault(kind, "CalendarDatas", method="POST", times=1)
    gate.fault(kind, "CalendarDatas", method="PUT", times=1)
    gate.fault(kind, "CalendarDatas", method="DELETE", times=1)
    row = await open_until(gate)
    assert ours(gate) == [row["entry_id"]]
    longer = await open_until(gate, 3)
    assert longer["entry_id"] == row["entry_id"]
    await cancel(gate)
    assert ours(gate) == []
    assert sent(gate) == [1, 1, 1]


@pytest.mark.parametrize("is_restarted", [False, True])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_commands_that_are_lost(
    gate: Home, method: str, is_restarted: bool
) -> None:
    """A command that is lost leaves everything as it was, and is not repeated; until that is known nothing else is sent."""
    there = method != "POST"
    if there:
        await open_until(gate)
    before = await events(gate)
    gate.fault("reset", "CalendarDatas", method=method, times=1)
    action = "cancel_open_until" if method == "DELETE" else "open_until"
    fields = {} if method == "DELETE" else {"end": 3}
    await failed(gate, "outcome_unknown_hold", action, **fields)
    commands = sent(gate)
    if is_restarted:
        await restart(gate)
    await failed(gate, "hold_in_doubt", action, **fields)
    assert sent(gate) == commands
    await gate.wait(LATE.total_seconds() + 1)
    await gate.wait(READ)
    assert len(ours(gate)) == there
    assert await events(gate) == before
    if method == "DELETE":
        await cancel(gate)
        assert ours(gate) == []
    else:
        await open_until(gate, 3)
        assert len(ours(gate)) == 1
    assert sum(sent(gate)) == sum(commands) + 1


@pytest.mark.parametrize("is_restarted", [False, True])
async def test_neither_answer_nor_reading(gate: Home, is_restarted: bool) -> None:
    """What was done although nothing answered is found later, and stays one entry."""
    gate.fault("reset_after", "CalendarDatas", method="POST", times=1)
    fault = gate.fault("status", "CalendarDatas/", method="GET")
    await failed(gate, "outcome_unknown_hold")
    if is_restarted:
        await restart(gate)
    gate.cloud.faults.active.remove(fault)
    await gate.wait(READ)
    row = await open_until(gate, 3)
    assert ours(gate) == [row["entry_id"]]
    assert sent(gate) == [1, 1, 0]
    await cancel(gate)
    assert ours(gate) == []


async def test_refused(gate: Home) -> None:
    """What the vendor refuses is told, and leaves nothing behind."""
    gate.fault("status", "CalendarDatas", method="POST", status=400, times=1)
    await failed(gate, "invalid_request_hold")
    await restart(gate)
    await failed(gate, "no_hold", "cancel_open_until")
    assert ours(gate) == []


async def test_restart(gate: Home) -> None:
    """What was made before a restart is known after it: it is changed, and taken back."""
    row = await open_until(gate)
    await restart(gate)
    assert (await open_until(gate, 3))["entry_id"] == row["entry_id"]
    await restart(gate)
    assert [each["entry_id"] for each in await cancel(gate)] == [row["entry_id"]]
    assert ours(gate) == []


async def test_disk_that_is_full(gate: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent that could not be written down first."""

    async def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "_async_write_data", fail)
        await failed(gate, "hold_not_written")
    assert sent(gate) == [0, 0, 0]
    assert await events(gate) == []
    await open_until(gate)


async def test_removed(gate: Home, hass_storage: dict[str, Any]) -> None:
    """What is kept of an account that is removed is removed, too."""
    await open_until(gate)
    key = f"{DOMAIN}.holds.{gate.entry.entry_id}"
    assert key in hass_storage
    assert "Gate" not in str(hass_storage[key])
    await gate.hass.config_entries.async_remove(gate.entry.entry_id)
    await gate.settle()
    assert key not in hass_storage


async def test_vendor_with_another_zone(gate: Home) -> None:
    """Where the vendor takes the times for another zone's, it is told what is open instead, and that can be taken back."""
    put_entries = gate.cloud.group.calendars.put_entries

    def shifted(body: Any, dates: Any, new: bool) -> None:
        put_entries(body, dates, new)
        for entry in gate.cloud.group.calendars.entries.values():
            for name in ("StartDateTime", "EndDateTime"):
                entry.record[name] += timedelta(hours=2)

    gate.cloud.group.calendars.put_entries = shifted  # type: ignore[method-assign]  # a server that ignores offsets
    text = await failed(gate, "hold_differs")
    assert dt_util.as_local(after(4)).isoformat() in text
    assert [each["start"] for each in await events(gate)] == [
        dt_util.as_local(after(2)).isoformat()
    ]
    await cancel(gate)
    assert ours(gate) == []
