"""A grant that was issued for a booking is moved with it, and taken back when it is over."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest

from custom_components.latchkey.const import DOMAIN
from custom_components.latchkey.diagnostics import async_get_config_entry_diagnostics
from custom_components.latchkey.ledger import Record
from custom_components.latchkey.vendors.grants import GrantState
from custom_components.latchkey.vendors.keyvox import bookings as keyvox_bookings
from simulators.keyvox import Refusal
from simulators.keyvox.bookings import Booking, Wish
from tests.keyvox.home import Home

NIGHT = timedelta(days=1)
ROUND = 660
"""Seconds after which the bookings have certainly been read again."""


async def act(home: Home, action: str, **data: Any) -> dict[str, Any]:
    """Have an action done, and return its answer."""
    answer = await home.hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True
    )
    await home.settle()
    assert answer is not None
    return dict(answer)


def at(hours: float) -> datetime:
    """Return a time some hours from now, in whole seconds."""
    return (dt_util.utcnow() + timedelta(hours=hours)).replace(microsecond=0)


async def book(home: Home, start: float = 1, end: float = 25, rooms: int = 1) -> str:
    """Make a booking of the first rooms, and return its id."""
    answer = await act(
        home,
        "create_booking",
        access=[home.unit_id(room) for room in range(rooms)],
        name="Guest",
        start_datetime=at(start).isoformat(),
        end_datetime=at(end).isoformat(),
    )
    (row,) = answer["bookings"]
    booking_id: str = row["booking_id"]
    return booking_id


async def issue(home: Home, booking_id: str, **data: Any) -> str:
    """Issue a PIN for a booking, and return the grant's id."""
    data = {"access": home.unit_id(), "name": "Guest", **data}
    answer = await act(home, "issue_pin", booking_id=booking_id, **data)
    (row,) = answer["grants"]
    assert row["booking_id"] == booking_id
    grant_id: str = row["grant_id"]
    return grant_id


def record(home: Home, grant_id: str) -> Record:
    """Return what the ledger holds of a grant."""
    found: Record = home.entry.runtime_data.grants.ledger.records[grant_id]
    return found


def state(home: Home, grant_id: str) -> GrantState:
    """Return the state of a grant at this moment."""
    found: GrantState = home.entry.runtime_data.grants.state(record(home, grant_id))
    return found


def pins(home: Home) -> list[Any]:
    """Return the PINs that were issued, without those of the bookings themselves."""
    return [pin for pin in home.cloud.pins.values() if "[" in pin.holder]


async def test_times_of_the_booking(home: Home) -> None:
    """Without times of its own a PIN opens as long as the booking is."""
    await home.start()
    start, end = at(1), at(25)
    grant_id = await issue(home, await book(home))
    terms = record(home, grant_id).terms
    assert (terms.start, terms.end) == (start, end)


async def test_moved(home: Home) -> None:
    """A PIN goes where its booking goes, and keeps what it opens before and after."""
    await home.start()
    booking_id = await book(home)
    grant_id = await issue(home, booking_id, start_datetime=at(0.5).isoformat())
    new_end = at(49)
    await act(
        home, "update_booking", booking_id=booking_id, end_datetime=new_end.isoformat()
    )
    terms = record(home, grant_id).terms
    assert (terms.start, terms.end) == (at(0.5), new_end)
    (pin,) = pins(home)
    assert pin.end == new_end
    new_start = at(3)
    await act(
        home,
        "update_booking",
        booking_id=booking_id,
        start_datetime=new_start.isoformat(),
    )
    assert record(home, grant_id).terms.start == new_start - timedelta(minutes=30)


async def test_moved_elsewhere(home: Home) -> None:
    """A booking that was changed or cancelled in the vendor's own system takes its PIN with it."""
    await home.start()
    booking_id = await book(home)
    grant_id = await issue(home, booking_id)
    booking = home.cloud.bookings[booking_id]
    (stay,) = booking.stays
    before = stay.end
    stay.end += NIGHT
    booking.period = (stay.start, stay.end)
    await home.wait(ROUND)
    terms = record(home, grant_id).terms
    assert terms.end is not None
    assert terms.end == before.replace(microsecond=0) + NIGHT
    home.cloud.bookings.cancel(booking, dt_util.utcnow())
    await home.wait(ROUND)
    assert state(home, grant_id) is GrantState.REVOKING
    await home.run(300)
    assert state(home, grant_id) is GrantState.REVOKED


@pytest.mark.parametrize("action", ["cancel_booking", "check_out"])
async def test_over(home: Home, action: str) -> None:
    """A PIN is taken back when its booking is cancelled, or its guests are gone."""
    await home.start()
    booking_id = await book(home, 0.001)
    grant_id = await issue(home, booking_id)
    await home.run(300)
    assert state(home, grant_id) is GrantState.ACTIVE
    if action == "check_out":
        await act(home, "check_in", booking_id=booking_id)
        assert state(home, grant_id) is GrantState.ACTIVE
    await act(home, action, booking_id=booking_id)
    assert state(home, grant_id) is GrantState.REVOKING
    await home.run(300)
    assert state(home, grant_id) is GrantState.REVOKED


async def test_other_room(home: Home) -> None:
    """A PIN of a room that is no longer booked is taken back; that of a door on the way stays."""
    await home.start()
    booking_id = await book(home)
    room = await issue(home, booking_id)
    door = await issue(home, booking_id, access=home.unit_id(2))
    await act(home, "update_booking", booking_id=booking_id, access=home.unit_id(1))
    assert state(home, room) is GrantState.REVOKING
    assert state(home, door) is GrantState.PENDING


async def test_made_anew(home: Home) -> None:
    """A booking that the vendor will not change gets another id, and its PIN follows that."""
    await home.start()
    booking_id = await book(home)
    grant_id = await issue(home, booking_id)
    home.cloud.refusals.append(Refusal("E0005", operation="updateBooking"))
    new_end = at(49)
    answer = await act(
        home, "update_booking", booking_id=booking_id, end_datetime=new_end.isoformat()
    )
    (row,) = answer["bookings"]
    assert row["replaced"] == booking_id != row["booking_id"]
    assert record(home, grant_id).booking_id == row["booking_id"]
    assert record(home, grant_id).terms.end == new_end
    await home.wait(ROUND)
    assert state(home, grant_id) is not GrantState.REVOKING
    await act(home, "cancel_booking", booking_id=row["booking_id"])
    assert state(home, grant_id) is GrantState.REVOKING


async def test_changed_by_hand(home: Home) -> None:
    """Who changes a PIN's times has them kept, and moved with the booking from then on."""
    await home.start()
    booking_id = await book(home)
    grant_id = await issue(home, booking_id)
    late = at(27)
    await act(home, "update_grant", grant_id=grant_id, end_datetime=late.isoformat())
    await home.wait(ROUND)
    assert record(home, grant_id).terms.end == late
    booked = home.entry.runtime_data.reservations.find(booking_id)
    new_end = booked.end + NIGHT
    await act(
        home, "update_booking", booking_id=booking_id, end_datetime=new_end.isoformat()
    )
    assert record(home, grant_id).terms.end == late + NIGHT


async def test_restart(home: Home) -> None:
    """What happened to a booking while Home Assistant was away is made up for."""
    await home.start()
    booking_id = await book(home)
    grant_id = await issue(home, booking_id)
    await home.hass.config_entries.async_unload(home.entry.entry_id)
    home.cloud.bookings.cancel(home.cloud.bookings[booking_id], dt_util.utcnow())
    await home.hass.config_entries.async_setup(home.entry.entry_id)
    await home.settle()
    assert state(home, grant_id) is GrantState.REVOKING


async def test_outage(home: Home) -> None:
    """Nothing is taken back because bookings cannot be read."""
    await home.start()
    grant_id = await issue(home, await book(home))
    home.fault("status", "bacsorder", status=503)
    await home.run(3600, 600)
    assert state(home, grant_id) in (GrantState.PENDING, GrantState.ACTIVE)


async def test_refused_and_later(home: Home) -> None:
    """A PIN that could not be moved is moved with the next reading."""
    await home.start()
    booking_id = await book(home)
    grant_id = await issue(home, booking_id)
    home.fault("rate_limit", "v1/changeLockPin")
    new_end = at(49)
    await act(
        home, "update_booking", booking_id=booking_id, end_datetime=new_end.isoformat()
    )
    assert record(home, grant_id).terms.end != new_end
    home.cloud.clear_faults()
    await home.wait(ROUND)
    assert record(home, grant_id).terms.end == new_end


async def test_made_elsewhere_just_now(home: Home) -> None:
    """A booking that was not read yet is asked for, and its PIN is as long and goes with it."""
    await home.start()
    start, end = at(2), at(26)
    booking = Booking(
        home.place_id(), (start, end), "Bert", 1, "offlinePayment", "line", []
    )
    wish = Wish(home.unit_id(), (start, end), "Bert")
    home.cloud.bookings.create(booking, [wish], dt_util.utcnow())
    assert home.entry.runtime_data.reservations.find(booking.id) is None
    grant_id = await issue(home, booking.id)
    terms = record(home, grant_id).terms
    assert (terms.start, terms.end) == (start, end)
    home.cloud.bookings.cancel(booking, dt_util.utcnow())
    await home.wait(ROUND)
    assert state(home, grant_id) is GrantState.REVOKING


@pytest.mark.parametrize("what", ["unknown", "over"])
async def test_no_such_booking(home: Home, what: str) -> None:
    """A booking that is not there, or over, is refused by name, and nothing is issued."""
    await home.start()
    booking_id = "ABCDEF123"
    if what == "over":
        booking_id = await book(home)
        await act(home, "cancel_booking", booking_id=booking_id)
    with pytest.raises((ServiceValidationError, HomeAssistantError)) as raised:
        await issue(home, booking_id)
    assert raised.value.translation_key in ("unknown_booking", "booking_over")
    assert pins(home) == []


async def test_diagnosed(home: Home) -> None:
    """Diagnostics tell how far bookings and grants are, and nobody's name or code."""
    await home.start()
    await issue(home, await book(home))
    told = await async_get_config_entry_diagnostics(home.hass, home.entry)
    assert told["bookings"][home.place_id()] == {
        "known": True,
        "whole": True,
        "count": 1,
    }
    (grant,) = told["grants"]
    assert (grant["state"], grant["fault"]) == ("pending", None)
    (pin,) = pins(home)
    assert pin.code not in str(told)
    assert "Guest" not in str(told)


async def test_made_anew_and_restarted(home: Home) -> None:
    """Which booking a PIN goes on to follow is on disk, even where nothing of the PIN itself changed."""
    await home.start()
    booking_id = await book(home)
    grant_id = await issue(home, booking_id)
    home.cloud.refusals.append(Refusal("E0005", operation="updateBooking"))
    answer = await act(home, "update_booking", booking_id=booking_id, name="Another")
    (row,) = answer["bookings"]
    assert row["replaced"] == booking_id
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    await home.settle()
    await home.wait(ROUND)
    assert record(home, grant_id).booking_id == row["booking_id"]
    assert state(home, grant_id) is not GrantState.REVOKING


async def test_rooms_not_read(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PIN is not taken back because its booking's rooms, which no list tells, could not be read yet."""
    await home.start()
    booking_id = await book(home, rooms=2)
    grant_id = await issue(home, booking_id, access=home.unit_id(1))
    await home.hass.config_entries.async_unload(home.entry.entry_id)
    # As where many other bookings come first.
    with monkeypatch.context() as patch:
        patch.setattr(keyvox_bookings, "DETAILS", 0)
        await home.hass.config_entries.async_setup(home.entry.entry_id)
        await home.settle()
        await home.wait(ROUND)
        assert state(home, grant_id) in (GrantState.PENDING, GrantState.ACTIVE)
    booking = home.cloud.bookings[booking_id]
    for stay in booking.stays:
        stay.end += NIGHT
    booking.period = (stay.start, stay.end)
    await home.wait(ROUND)
    terms = record(home, grant_id).terms
    assert terms.end == stay.end.replace(microsecond=0)


async def test_made_anew_while_the_pin_is_changed(home: Home) -> None:
    """A PIN that is being changed while its booking is made anew follows the new one all the same."""
    await home.start()
    booking_id = await book(home)
    grant_id = await issue(home, booking_id)
    reservations = home.entry.runtime_data.reservations
    vendor = home.entry.runtime_data.vendor
    change = vendor.update

    async def update(*args: Any) -> None:
        await change(*args)
        old = reservations.find(booking_id)
        reservations.replaced.async_tell(booking_id, replace(old, id="NEW000001"))

    with patch.object(vendor, "update", update):
        await act(home, "update_grant", grant_id=grant_id, name="Another")
    assert record(home, grant_id).booking_id == "NEW000001"


async def test_long_over(home: Home) -> None:
    """A booking that is long over is not asked for again and again on account of its PIN."""
    await home.start()
    grant_id = await issue(home, await book(home))
    await home.run(10 * 86400, 86400)
    assert state(home, grant_id) is GrantState.EXPIRED
    home.cloud.requests.reset()
    await home.run(2 * ROUND, ROUND)
    assert home.count("bacsorder/list") > 0
    assert home.count("bacsorder/detail") == 0


async def test_rooms_read_for_a_pin(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A PIN of a room that no list tells is a room's, however it is issued and changed, and goes with it."""
    monkeypatch.setattr(keyvox_bookings, "DETAILS", 0)
    await home.start()
    booking_id = await book(home, rooms=2)
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    await home.settle()
    assert not home.entry.runtime_data.reservations.find(booking_id).rooms_known
    grant_id = await issue(home, booking_id, access=home.unit_id(1))
    await act(home, "update_grant", grant_id=grant_id, end_datetime=at(26).isoformat())
    tie = record(home, grant_id).tie
    assert tie is not None
    assert tie.is_room
