"""The actions on bookings of rooms: made, changed, cancelled, checked in and out, and listed."""

from datetime import timedelta
from typing import Any

from homeassistant.auth.const import GROUP_ID_READ_ONLY, GROUP_ID_USER
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
import pytest

from tests.grants_ha.helpers import exception_texts
from tests.keyvox.bookings.home import Home, Row, later, local, order
from tests.test_actions import person

CREATE, CANCEL = "bacsorder/create", "bacsorder/cancel"
UPDATE, DETAIL = "bacsorder/update", "bacsorder/detail"
LIST = "bacsorder/list"

ACTIONS: dict[str, Row] = {
    "create_booking": {},
    "update_booking": {"booking_id": "K7", "name": "Bert"},
    "cancel_booking": {"booking_id": "K7"},
    "check_in": {"booking_id": "K7"},
    "check_out": {"booking_id": "K7"},
    "get_availability": {},
    "get_bookings": {},
    "get_plans": {},
}


async def test_create(running: Home) -> None:
    """A booking is made once and answered with all that it is."""
    row = await running.book(guests=2)
    start = dt_util.now().replace(microsecond=0) + timedelta(days=1)
    (booking,) = running.live
    assert row == {
        "booking_id": booking.id,
        "device_id": running.place,
        "access": ["Room 1"],
        "name": "Anna",
        "state": "booked",
        "start_datetime": start.isoformat(),
        "end_datetime": (start + timedelta(days=1)).isoformat(),
        "guests": 2,
    }
    assert booking.contact == "Anna"
    assert booking.guests == 2
    assert booking.period[0] == start
    assert running.count(CREATE) == 1


async def test_ways_to_name_rooms(running: Home) -> None:
    """Rooms are named by name or number, several at once, of a place or without."""
    rooms = running.rooms
    for day, access in enumerate(
        ("room 2", rooms[1].id, ["Room 1", rooms[1].id, "Room 2"]), 1
    ):
        for place in ({}, {"device_id": running.place}):
            times = {
                "start_datetime": later(days=2 * day + len(place)),
                "end_datetime": later(days=2 * day + len(place), hours=5),
            }
            row = await running.book(access=access, **times, **place)
            both = ["Room 1", "Room 2"]
            assert row["access"] == (both if isinstance(access, list) else both[1:])


async def test_only_room(running: Home) -> None:
    """A place with one room needs no name of it; one with several does."""
    annex = running.cloud.add_site("Annex")
    running.cloud.add_unit("Attic", annex.id)
    await running.wait(1000)
    row = await running.book(access=None, device_id=running.device(annex.id))
    assert row["access"] == ["Attic"]
    error = await running.fails(
        "create_booking", **order(access=None, device_id=running.place)
    )
    assert error.translation_key == "which_room"
    assert "Room 1, Room 2" in str(error)
    # A name that two places have needs the place.
    running.cloud.add_unit("Room 1", annex.id)
    await running.wait(1000)
    error = await running.fails("create_booking", **order())
    assert error.translation_key == "ambiguous_room"
    row = await running.book(device_id=running.place)
    assert row["device_id"] == running.place
    error = await running.fails("create_booking", **order(access=["Room 2", "Attic"]))
    assert error.translation_key == "several_places"


async def test_plans(running: Home) -> None:
    """The only plan is taken; of several one must be named, by name or number."""
    night = running.cloud.add_plan("Night", running.house.id)
    row = await running.book()
    assert running.cloud.bookings[row["booking_id"]].plan_ids == [night.id]
    week = running.cloud.add_plan("Week", running.house.id)
    error = await running.fails("create_booking", **order(access="Room 2"))
    assert error.translation_key == "which_plan"
    assert "Night, Week" in str(error)
    error = await running.fails(
        "create_booking", **order(access="Room 2", plan="Month")
    )
    assert error.translation_key == "unknown_plan"
    for day, plan in enumerate(("week", week.id), 3):
        times = {
            "start_datetime": later(days=day),
            "end_datetime": later(days=day, hours=3),
        }
        row = await running.book(plan=plan, **times)
        assert running.cloud.bookings[row["booking_id"]].plan_ids == [week.id]
    # Nothing tells by which plan it was made, so none is taken for it.
    data = {"booking_id": row["booking_id"], "guests": 4}
    error = await running.fails("update_booking", **data)
    assert error.translation_key == "which_plan"
    await running.call("update_booking", plan="Night", **data)
    assert running.cloud.bookings[row["booking_id"]].plan_ids == [night.id]
    answer = await running.answer("get_plans")
    assert answer["plans"] == [
        {"device_id": running.place, "plan_id": plan.id, "name": plan.name}
        for plan in (night, week)
    ]


async def test_no_plans(running: Home) -> None:
    """An organisation that has no right to plans books without."""
    running.refuse("getRoomPlans", "E2003")
    assert (await running.book())["state"] == "booked"
    running.refuse("getRoomPlans", "E2003")
    error = await running.fails("create_booking", **order(plan="Night"))
    assert error.translation_key == "unknown_plan"


async def test_update_of_the_start(running: Home) -> None:
    """A start is compared with the end that stays."""
    row = await running.book()
    booking_id = row["booking_id"]
    error = await running.fails(
        "update_booking", booking_id=booking_id, start_datetime=later(days=3)
    )
    assert error.translation_key == "ends_before_start"
    changed = await running.call(
        "update_booking", booking_id=booking_id, start_datetime=later(days=1, hours=1)
    )
    assert changed["end_datetime"] == row["end_datetime"]
    assert changed["start_datetime"] > row["start_datetime"]


async def test_update(running: Home) -> None:
    """A booking is changed in what is given, and keeps its number and the rest."""
    row = await running.book(guests=2)
    booking_id = row["booking_id"]
    end = dt_util.now().replace(microsecond=0) + timedelta(days=3)
    changed = await running.call(
        "update_booking", booking_id=booking_id, end_datetime=later(days=3)
    )
    assert changed == {**row, "end_datetime": end.isoformat()}
    changed = await running.call(
        "update_booking",
        booking_id=booking_id,
        name="Bert",
        guests=3,
        access=["Room 1", "Room 2"],
    )
    assert changed["access"] == ["Room 1", "Room 2"]
    assert (changed["name"], changed["guests"]) == ("Bert", 3)
    assert changed["end_datetime"] == end.isoformat()
    assert [event["end"] for event in await running.events()] == [end.isoformat()] * 2
    sent = running.count(UPDATE)
    assert await running.call("update_booking", booking_id=booking_id, guests=3) == (
        changed
    )
    assert running.count(UPDATE) == sent == 2


async def test_update_keeps_times_of_rooms(running: Home) -> None:
    """A room that has times of its own keeps them where others are not given."""
    booking = running.elsewhere(0, 1)
    first = booking.stays[0]
    first.start += timedelta(hours=2)
    await running.wait()
    await running.call("update_booking", booking_id=booking.id, name="Carl")
    assert booking.stays[0].start == booking.period[0] + timedelta(hours=2)
    await running.call(
        "update_booking", booking_id=booking.id, start_datetime=later(days=1, hours=1)
    )
    assert {stay.start for stay in booking.stays} == {booking.period[0]}


async def test_replaced(running: Home) -> None:
    """A booking that the vendor will not change is cancelled and made anew, and the answer says so."""
    row = await running.book()
    running.refuse("updateBooking")
    changed = await running.call(
        "update_booking", booking_id=row["booking_id"], name="Bert"
    )
    assert changed["replaced"] == row["booking_id"]
    (booking,) = running.live
    assert booking.id == changed["booking_id"] != row["booking_id"]
    assert booking.contact == "Bert"
    assert running.cloud.bookings[row["booking_id"]].state == "C"
    (event,) = await running.events()
    assert event["summary"] == "Room 1"
    old = running.keeper.find(row["booking_id"])
    assert old is not None and old.state == "cancelled"


@pytest.mark.parametrize(
    ("creations", "key", "live"),
    [
        (["E0005"], "replacement_restored", 1),
        (["E0005", "E0005"], "replacement_lost", 0),
    ],
)
async def test_replaced_in_vain(
    running: Home, creations: list[str], key: str, live: int
) -> None:
    """Where a booking cannot be made anew it is said plainly what there is now."""
    row = await running.book()
    for operation in ("updateBooking", *(["createBooking"] * len(creations))):
        running.refuse(operation)
    error = await running.fails(
        "update_booking", booking_id=row["booking_id"], end_datetime=later(days=3)
    )
    assert error.translation_key == key
    assert len(running.live) == live
    events = await running.events()
    assert [event["end"] for event in events] == [row["end_datetime"]] * live
    if live:
        assert running.live[0].id in str(error)


async def test_cancel(running: Home) -> None:
    """A booking is cancelled here as at the vendor, one made elsewhere too, known or not."""
    mine = await running.book()
    other = running.elsewhere(1)
    for booking_id in (mine["booking_id"], other.id):
        row = await running.call("cancel_booking", booking_id=booking_id)
        assert (row["booking_id"], row["state"]) == (booking_id, "cancelled")
    assert running.live == []
    again = await running.call("cancel_booking", booking_id=other.id)
    assert again["state"] == "cancelled"
    assert running.count(CANCEL) == 2
    error = await running.fails("cancel_booking", booking_id="GONE")
    assert error.translation_key == "unknown_booking"


async def test_guests(running: Home) -> None:
    """Guests are checked in and out, all of a booking or room by room."""
    row = await running.book(access=["Room 1", "Room 2"])
    booking_id = row["booking_id"]
    for action, access, state in (
        ("check_in", "Room 2", "checked_in"),
        ("check_in", None, "checked_in"),
        ("check_out", running.rooms[0].id, "checked_in"),
        ("check_out", "Room 2", "checked_out"),
    ):
        row = await running.call(action, booking_id=booking_id, access=access)
        assert row["state"] == state
    error = await running.fails("check_in", booking_id=booking_id)
    assert error.translation_key == "conflict_booking_change"
    error = await running.fails("check_in", booking_id=booking_id, access="Attic")
    assert error.translation_key == "room_not_booked"


async def test_availability(running: Home) -> None:
    """The rooms that nobody has in a period."""
    await running.book()
    period: Row = {
        "start_datetime": later(days=1, hours=2),
        "end_datetime": later(days=1, hours=3),
    }
    (room,) = (await running.answer("get_availability", **period))["rooms"]
    assert room == {
        "device_id": running.place,
        "access": "Room 2",
        "access_id": running.rooms[1].id,
    }
    period = {"start_datetime": later(days=5), "end_datetime": later(days=6)}
    answer = await running.answer("get_availability", device_id=running.place, **period)
    assert len(answer["rooms"]) == 2


async def test_list(running: Home) -> None:
    """The bookings of a period, the cancelled ones included, as the vendor has them at this moment."""
    row = await running.book()
    other = running.elsewhere(1, start=72, end=96)
    running.cloud.bookings.cancel(other, dt_util.utcnow())
    answer = await running.answer("get_bookings")
    assert answer["complete"]
    assert answer["bookings"][0] == row
    assert [each["state"] for each in answer["bookings"]] == ["booked", "cancelled"]
    assert answer["bookings"][1]["start_datetime"] == local(other.period[0])
    answer = await running.answer(
        "get_bookings",
        device_id=[running.place],
        start_datetime=later(days=1, hours=2),
        end_datetime=later(days=2),
    )
    assert answer["bookings"] == [row]


async def test_taken(running: Home) -> None:
    """What is taken is refused in words of its own; nothing is made or cancelled for it."""
    row = await running.book()
    running.elsewhere(0, start=72, end=96)
    error = await running.fails("create_booking", **order())
    assert isinstance(error, ServiceValidationError)
    assert error.translation_key == "conflict_booking"
    error = await running.fails(
        "update_booking", booking_id=row["booking_id"], end_datetime=later(days=4)
    )
    assert error.translation_key == "conflict_booking_change"
    assert running.count(CANCEL) == 0
    assert len(running.live) == 2


BAD: tuple[tuple[str, str, str, list[Any]], ...] = (
    ("create_booking", "access", "empty", [None, "", []]),
    ("create_booking", "access", "unknown_access", ["Attic", ["Room 1", "x"]]),
    ("create_booking", "access", "not_text", [1.5, True, {}]),
    ("create_booking", "device_id", "unknown_device", ["x"]),
    ("create_booking", "name", "empty", [None, "", " "]),
    ("create_booking", "name", "too_long", ["x" * 65]),
    ("create_booking", "name", "not_allowed", ["a\nb"]),
    ("create_booking", "guests", "not_a_number", [0, -1, "x", 1001, "1.5", "²"]),
    ("create_booking", "guests", "not_text", [1.5, True, []]),
    ("create_booking", "start_datetime", "empty", [None]),
    ("create_booking", "end_datetime", "empty", [None]),
    ("create_booking", "end_datetime", "in_the_past", ["2026-01-01 00:00:00"]),
    ("create_booking", "end_datetime", "not_a_time", ["soon"]),
    ("create_booking", "phone", "other_kind_of_booking", ["+46701234567"]),
    ("create_booking", "booking_object", "other_kind_of_booking", [5]),
    ("create_booking", "end", "unknown_field", ["2026-12-01 00:00:00"]),
    ("update_booking", "booking_id", "empty", [None, ""]),
    ("update_booking", "booking_id", "not_allowed", ["../x", "K 7"]),
    ("update_booking", "name", "empty", ["", " "]),
    ("update_booking", "guests", "not_a_number", [0, "x"]),
    ("update_booking", "start_datetime", "not_a_time", ["soon"]),
    ("cancel_booking", "booking_id", "not_allowed", ["../x"]),
    ("cancel_booking", "name", "unknown_field", ["Anna"]),
    ("get_availability", "start_datetime", "empty", [None]),
    ("get_availability", "device_id", "unknown_device", ["x"]),
    ("get_bookings", "end_datetime", "ends_before_start", ["2026-01-01 00:00:00"]),
    ("get_plans", "config_entry_id", "unknown_account", ["x"]),
)


PERIODS: dict[str, Row] = {
    "get_availability": {
        "start_datetime": "2090-01-01 00:00:00",
        "end_datetime": "2090-01-02 00:00:00",
    },
    "get_bookings": {},
    "get_plans": {},
}
"""The fields without which what lists is refused."""


async def test_bad_fields(running: Home) -> None:
    """A field that cannot be right is refused by its name in every language, and nothing is sent."""
    for action, field, key, wrong in BAD:
        for value in wrong:
            data = {**(ACTIONS[action] or order()), field: value}
            if action.startswith("get_"):
                data = {**PERIODS[action], field: value}
            error = await running.fails(action, **data)
            assert isinstance(error, ServiceValidationError)
            assert (field, key) == (field, error.translation_key), (action, value)
            placeholders = error.translation_placeholders or {}
            assert placeholders["field"] == field
            for texts in exception_texts():
                assert texts[key].format(**placeholders)
    error = await running.fails("update_booking", booking_id="K7")
    assert error.translation_key == "nothing_to_change"
    assert running.cloud.requests.total == 0


async def test_wrong_devices(running: Home) -> None:
    """A lock is no place, and a booking is of one."""
    (lock, *_) = running.cloud.locks
    data = order(device_id=running.device(lock))
    assert (await running.fails("create_booking", **data)).translation_key == "no_place"
    data = order(device_id=[running.place, running.place])
    error = await running.fails("create_booking", **data)
    assert error.translation_key == "several_devices"


async def test_without_admin_rights(running: Home) -> None:
    """Whoever is no administrator does and sees nothing of bookings."""
    row = await running.book()
    running.cloud.requests.reset()
    for group in (GROUP_ID_READ_ONLY, GROUP_ID_USER):
        somebody = await person(running.hass, group)
        for action, data in ACTIONS.items():
            given = {**(PERIODS[action] if action in PERIODS else data or order())}
            if "booking_id" in given:
                given["booking_id"] = row["booking_id"]
            with pytest.raises(Unauthorized):
                await running.answer(action, somebody, **given)
    assert running.cloud.requests.total == 0
    assert len(running.live) == 1


async def test_account_that_is_not_running(running: Home) -> None:
    """By an account that is not loaded nothing is done."""
    place = running.place
    await running.hass.config_entries.async_unload(running.entry.entry_id)
    for action, data in ACTIONS.items():
        given = PERIODS[action] if action in PERIODS else data or order()
        error = await running.fails(action, **given)
        assert error.translation_key == "which_account"
        named = {**given, "config_entry_id": running.entry.entry_id}
        error = await running.fails(action, **named)
        assert error.translation_key == "not_loaded"
    error = await running.fails("get_plans", device_id=place)
    assert error.translation_key == "not_loaded"
    assert dr.async_get(running.hass).async_get(place) is not None


async def test_nothing_but_an_account(running: Home) -> None:
    """Where nothing says what is booked, an account of rooms alone asks for a room."""
    data = order(access=None)
    assert (await running.fails("create_booking", **data)).translation_key == "empty"
    data["config_entry_id"] = running.entry.entry_id
    error = await running.fails("create_booking", **data)
    assert "access" in str(error)


async def test_names_of_contact(running: Home) -> None:
    """What a booking made elsewhere tells of its guest's telephone is in no answer."""
    running.elsewhere(guest="070-1234567")
    (row,) = (await running.answer("get_bookings"))["bookings"]
    assert row["name"] == ""
    await running.wait()
    changed = await running.call(
        "update_booking", booking_id=row["booking_id"], guests=3
    )
    assert changed["guests"] == 3
    (booking,) = running.live
    assert booking.contact == "070-1234567"
