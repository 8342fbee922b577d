"""What is to be seen of bookings: calendars and occupancy, and who is told of changes."""

from dataclasses import replace

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.util import dt as dt_util
import pytest

from custom_components.latchkey import booking_keeper
from custom_components.latchkey.const import CONF_SHOW_HOLDERS
from custom_components.latchkey.vendors.bookings import Booking
from tests.keyvox.bookings.home import INVENTORY, READ, Home, later, local

LIST = "bacsorder/list"


async def test_calendar(running: Home) -> None:
    """A calendar of a place shows what was booked here and elsewhere, an event for each room."""
    row = await running.book()
    assert await running.summaries() == ["Room 1"]
    other = running.elsewhere(0, 1, start=72, end=96)
    assert await running.summaries() == ["Room 1"]
    await running.wait()
    assert await running.summaries() == ["Room 1", "Room 1", "Room 2"]
    first, *_, last = await running.events()
    assert first["start"] == row["start_datetime"]
    assert first["end"] == row["end_datetime"]
    assert last["start"] == local(other.period[0])
    state = running.shown("calendar", "bookings")
    assert state.state == STATE_OFF
    assert state.attributes["message"] == "Room 1"
    assert state.name == "House Bookings"


async def test_cancelled_ones_vanish(running: Home) -> None:
    """What is cancelled here or elsewhere, or rejected, is not in the calendar."""
    row = await running.book()
    other, third = running.elsewhere(1), running.elsewhere(1, start=72, end=96)
    await running.wait()
    assert len(await running.summaries()) == 3
    await running.call("cancel_booking", booking_id=row["booking_id"])
    assert await running.summaries() == ["Room 2", "Room 2"]
    running.cloud.bookings.cancel(other, dt_util.utcnow())
    third.state = "B"
    await running.wait()
    assert await running.summaries() == []


async def test_gone_ones_vanish(running: Home) -> None:
    """A booking that the vendor knows no more is shown no more; one that a list merely lacks is."""
    booking = running.elsewhere()
    await running.wait()
    running.refuse("bookingList", "E9999")
    await running.wait()
    assert await running.summaries() == ["Room 1"]
    del running.cloud.bookings[booking.id]
    await running.wait()
    assert await running.summaries() == []


@pytest.mark.parametrize("shows", [False, True])
async def test_guests_names(home: Home, shows: bool) -> None:
    """The calendar names guests only where the account is to show them, and nobody's telephone number."""
    home.elsewhere(0, guest="Bert")
    home.elsewhere(1, start=72, end=96, guest="+81 90 1234 5678")
    await home.start(**{CONF_SHOW_HOLDERS: shows})
    names = ["Bert · Room 1" if shows else "Room 1", "Room 2"]
    assert sorted(await home.summaries()) == names
    states = str([state.as_dict() for state in home.hass.states.async_all()])
    assert ("Bert" in states) is shows
    assert "5678" not in states


async def test_occupancy(running: Home) -> None:
    """A room is occupied while a booking of it is checked in."""
    assert running.occupied == [STATE_OFF, STATE_OFF]
    row = await running.book(start_datetime=local(dt_util.now()))
    assert running.occupied == [STATE_OFF, STATE_OFF]
    await running.call("check_in", booking_id=row["booking_id"])
    assert running.occupied == [STATE_ON, STATE_OFF]
    await running.call("check_out", booking_id=row["booking_id"])
    assert running.occupied == [STATE_OFF, STATE_OFF]
    state = running.shown("binary_sensor", running.rooms[0].id)
    assert state.attributes["device_class"] == "occupancy"
    assert state.name == "House Room 1"


async def test_occupied_elsewhere(running: Home) -> None:
    """A guest who is checked in elsewhere, into two rooms, is seen with the next reading."""
    booking = running.elsewhere(0, 1, start=-1)
    for stay in booking.stays:
        running.cloud.bookings.check_in(booking, stay, dt_util.utcnow())
    await running.wait()
    assert running.occupied == [STATE_ON, STATE_ON]
    for stay in booking.stays:
        running.cloud.bookings.check_out(booking, stay, dt_util.utcnow())
    await running.wait()
    assert running.occupied == [STATE_OFF, STATE_OFF]


async def test_not_read(running: Home) -> None:
    """What cannot be read twice is not shown as it was; it comes back."""
    running.elsewhere()
    await running.wait()
    running.fault("status", LIST, times=None)
    await running.wait()
    assert running.occupied == [STATE_OFF, STATE_OFF]
    await running.wait(301)
    assert running.occupied == [STATE_UNAVAILABLE] * 2
    assert running.shown("calendar", "bookings").state == STATE_UNAVAILABLE
    running.cloud.clear_faults()
    await running.wait(301)
    assert running.occupied == [STATE_OFF, STATE_OFF]
    assert await running.summaries() == ["Room 1"]


async def test_never_read(home: Home) -> None:
    """What could not be read at all is not shown as free."""
    home.fault("status", LIST, times=None)
    await home.start()
    assert home.occupied == [STATE_UNAVAILABLE] * 2


@pytest.mark.parametrize("profile", ["overview"])
async def test_overview(home: Home) -> None:
    """Where nothing can be listed, what was booked here is known by its number, over a restart too; the rest is unknown."""
    home.elsewhere(1)
    await home.start()
    assert home.occupied == [STATE_UNKNOWN, STATE_UNKNOWN]
    row = await home.book()
    assert await home.summaries() == ["Room 1"]
    await home.reload()
    assert await home.summaries() == ["Room 1"]
    await home.call("check_in", booking_id=row["booking_id"])
    assert home.occupied == [STATE_ON, STATE_UNKNOWN]
    listed = await home.answer("get_bookings")
    assert not listed["complete"]
    assert [each["booking_id"] for each in listed["bookings"]] == [row["booking_id"]]
    await home.call("check_out", booking_id=row["booking_id"])
    assert home.occupied == [STATE_UNKNOWN, STATE_UNKNOWN]


@pytest.mark.parametrize("profile", ["overview"])
async def test_many_known_by_number(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where each booking is read by its number, all of them come round, some with each reading."""
    monkeypatch.setattr(booking_keeper, "MOST_LOOKUPS", 2)
    await home.start()
    rows = [
        await home.book(
            start_datetime=later(days=day), end_datetime=later(days=day, hours=5)
        )
        for day in range(1, 6)
    ]
    await home.wait()
    for row in rows:
        home.cloud.bookings[row["booking_id"]].state = "C"
    shown = []
    for _ in range(3):
        await home.wait()
        shown.append(len(await home.summaries()))
    assert shown == [3, 1, 0]


async def test_rooms_come_and_go(running: Home) -> None:
    """A room has an entity from the inventory on that tells of it, until two tell of it no more."""
    third = running.cloud.add_unit("Room 3", running.house.id)
    await running.wait(INVENTORY)
    assert running.occupied == [STATE_OFF] * 3
    third.name = "Attic"
    await running.wait(INVENTORY)
    assert running.shown("binary_sensor", third.id).name == "House Attic"
    del running.cloud.units[third.id]
    await running.wait(INVENTORY)
    assert running.entity_id("binary_sensor", third.id) is not None
    await running.wait(INVENTORY)
    assert running.entity_id("binary_sensor", third.id) is None


async def test_nothing_new(running: Home) -> None:
    """A reading in which nothing changed writes no state, and reads nothing but the list."""
    running.elsewhere()
    await running.wait()
    before = {state.entity_id: state for state in running.hass.states.async_all()}
    running.cloud.requests.reset()
    for _ in range(3):
        await running.wait()
    assert running.count(LIST) == 3
    assert running.count("bacsorder/detail") == 0
    after = {state.entity_id: state for state in running.hass.states.async_all()}
    kinds = ("calendar.house", "binary_sensor.house")
    keys = [key for key in before if key.startswith(kinds)]
    assert len(keys) == 3
    assert all(after[key] is before[key] for key in keys)


async def test_what_is_known(running: Home) -> None:
    """What the keeper knows of a booking follows it to its end; one that the vendor has no more is forgotten."""

    def state(booking_id: str) -> str | None:
        found = running.keeper.find(booking_id)
        return found.state.value if found else None

    row = await running.book(start_datetime=local(dt_util.now()))
    booking_id = row["booking_id"]
    assert state(booking_id) == "booked"
    await running.call("check_in", booking_id=booking_id)
    assert state(booking_id) == "checked_in"
    booking = running.cloud.bookings[booking_id]
    running.cloud.bookings.cancel(booking, dt_util.utcnow())
    await running.wait()
    assert state(booking_id) == "cancelled"
    other = running.elsewhere()
    await running.wait()
    assert state(other.id) == "booked"
    del running.cloud.bookings[other.id], running.cloud.bookings[booking.id]
    await running.wait()
    # What is cancelled is over, whether a list has it or not.
    assert (state(booking_id), state(other.id)) == ("cancelled", None)


async def test_hint(running: Home) -> None:
    """A hint has a place read soon, many of them no more than one reading each few seconds."""
    running.elsewhere()
    await running.wait(20)
    running.cloud.requests.reset()
    for _ in range(20):
        running.keeper.async_hint(running.house.id)
        await running.wait(0.5)
    assert await running.summaries() == ["Room 1"]
    assert 1 <= running.count(LIST) <= 3


async def test_limits(running: Home) -> None:
    """A limit on requests keeps what is shown, and is waited for."""
    running.elsewhere()
    await running.wait()
    running.fault("rate_limit", LIST, retry_after=900)
    await running.wait()
    running.cloud.requests.reset()
    await running.wait(READ)
    assert running.count(LIST) == 0
    assert await running.summaries() == ["Room 1"]
    await running.wait(INVENTORY)
    assert running.count(LIST) > 0


async def test_old_ones(running: Home) -> None:
    """A booking that is long over is forgotten."""
    running.elsewhere(end=36)
    await running.wait()
    assert len(running.keeper.of_place(running.house.id)) == 1
    for _ in range(10):
        await running.wait(24 * 3600)
    assert running.keeper.of_place(running.house.id) == []


async def test_rows_that_cannot_be_read(running: Home) -> None:
    """A booking that cannot be read hides none of the others, and leaves it open who is there."""
    running.elsewhere()
    broken = running.elsewhere(1)
    broken.id = "K 7"
    await running.wait()
    assert await running.summaries() == ["Room 1"]
    assert running.occupied == [STATE_UNKNOWN, STATE_UNKNOWN]
    listed = await running.answer("get_bookings")
    assert (listed["complete"], len(listed["bookings"])) == (False, 1)
    broken.state = "C"
    broken.id = "K7"
    await running.wait()
    assert running.occupied == [STATE_OFF, STATE_OFF]


async def test_booking_that_cannot_be_looked_up(running: Home) -> None:
    """A booking that is missing from a list and cannot be read by its number stays as it was."""
    booking = running.elsewhere()
    await running.wait()
    booking.site_id = "elsewhere"
    # The vendor says that the place is wrong, not that there is no such booking.
    await running.wait()
    assert await running.summaries() == ["Room 1"]
    assert running.occupied == [STATE_OFF, STATE_OFF]


async def test_booking_without_rooms(running: Home) -> None:
    """A booking to which no room is assigned yet is shown by its number, and has nobody to check in."""
    booking = running.elsewhere()
    vendor = running.keeper.vendor
    real = vendor.booking

    async def bare(place_id: str, booking_id: str, *row: Booking) -> Booking:
        return replace(await real(place_id, booking_id), stays=())

    vendor.booking = bare  # type: ignore[method-assign]  # the simulator's have rooms
    error = await running.fails("check_in", booking_id=booking.id)
    assert error.translation_key == "no_rooms_booked"
    error = await running.fails("update_booking", booking_id=booking.id, guests=2)
    assert error.translation_key == "empty"
    running.keeper._take(await bare(running.house.id, booking.id))  # noqa: SLF001  as a reading does
    running.keeper.changed.async_tell()
    assert await running.summaries() == [booking.id]
