"""The actions on bookings of rooms, for administrators."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.service import async_register_admin_service

from . import booking_fields, fields, room_lists
from .booking_changes import BookingChanges, ReplacementFailed
from .booking_fields import Place
from .const import (
    ATTR_ACCESS,
    ATTR_BOOKING_ID,
    ATTR_END,
    ATTR_GUESTS,
    ATTR_NAME,
    ATTR_PLAN,
    ATTR_START,
    DOMAIN,
    LONGEST_NAME,
)
from .errors import BOOKING_CHANGE_ERRORS, ROOM_BOOKING_ERRORS, vendor_errors
from .ledger import LedgerError
from .room_lists import BOOKINGS, Row, row_of
from .vendors.bookings import Booking, BookingTerms, Room, Stay
from .vendors.vendor import VendorError

type Action = Callable[[HomeAssistant, ServiceCall], Coroutine[Any, Any, Row]]
type OfRoom = Callable[[Booking, str], Coroutine[Any, Any, Booking]]

_PERIOD: Final = (ATTR_START, ATTR_END)
_ACCOUNT: Final = (ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID)
_ONE: Final = (ATTR_CONFIG_ENTRY_ID, ATTR_BOOKING_ID)


@callback
def async_setup_room_actions(hass: HomeAssistant) -> None:
    """Register the actions."""
    actions: dict[str, tuple[Action, tuple[str, ...]]] = {
        "update_booking": (
            _update,
            (*_ONE, ATTR_ACCESS, ATTR_NAME, ATTR_GUESTS, *_PERIOD, ATTR_PLAN),
        ),
        "cancel_booking": (_cancel, _ONE),
        "check_in": (_check_in, (*_ONE, ATTR_ACCESS)),
        "check_out": (_check_out, (*_ONE, ATTR_ACCESS)),
        "get_availability": (room_lists.get_availability, (*_ACCOUNT, *_PERIOD)),
        "get_bookings": (room_lists.get_bookings, (*_ACCOUNT, *_PERIOD)),
        "get_plans": (room_lists.get_plans, _ACCOUNT),
    }
    for name, (action, keys) in actions.items():
        async_register_admin_service(
            hass,
            DOMAIN,
            name,
            partial(_answered, hass, action, keys),
            schema=fields.schema(keys),
            supports_response=SupportsResponse.OPTIONAL,
        )


async def _answered(
    hass: HomeAssistant, action: Action, keys: tuple[str, ...], call: ServiceCall
) -> ServiceResponse:
    fields.only(call, keys)
    return {**await action(hass, call)}


async def create(hass: HomeAssistant, call: ServiceCall) -> Row:
    """Book rooms of a place."""
    place, rooms = booking_fields.place_and_rooms(hass, call)
    guest = fields.checked_name(fields.text(call, ATTR_NAME), LONGEST_NAME)
    start, end = fields.period(call)
    guests = booking_fields.guests(call, 1)
    terms = BookingTerms(
        start=start,
        end=end,
        stays=tuple(
            Stay(room=room, start=start, end=end, guest=guest) for room in rooms
        ),
        guest=guest,
        guests=guests,
        plan=await booking_fields.plan(call, place),
    )
    made = await _changed(
        place, place.keeper.changes.create(place.id, terms), ROOM_BOOKING_ERRORS
    )
    return {BOOKINGS: [row_of(place, made)]}


async def _update(hass: HomeAssistant, call: ServiceCall) -> Row:
    """Change a booking in what is given."""
    if not any(
        call.data.get(key) is not None
        for key in (ATTR_ACCESS, ATTR_NAME, ATTR_GUESTS, *_PERIOD, ATTR_PLAN)
    ):
        raise fields.invalid(ATTR_BOOKING_ID, "nothing_to_change")
    # What can be wrong by itself is refused before the booking is read.
    if (guest := fields.text(call, ATTR_NAME)) is not None:
        guest = fields.checked_name(guest, LONGEST_NAME)
    booking_fields.guests(call, 1)
    for key in _PERIOD:
        fields.moment(call, key)
    place, booking = await booking_fields.booking(hass, call)
    terms = _terms(call, place, booking, guest)
    plan = await booking_fields.plan(call, place, booking.plan_ids)
    if terms.is_met_by(booking) and fields.text(call, ATTR_PLAN) is None:
        return {BOOKINGS: [row_of(place, booking)]}
    changed = await _changed(
        place,
        place.keeper.changes.change(booking, replace(terms, plan=plan)),
        of=booking,
    )
    row = row_of(place, changed)
    if changed.id != booking.id:
        row["replaced"] = booking.id
    return {BOOKINGS: [row]}


def _terms(
    call: ServiceCall, place: Place, booking: Booking, guest: str | None
) -> BookingTerms:
    """Return what a booking shall be: a room keeps its own times and guest, unless the booking gets others."""
    start, end = fields.period(call, (booking.start, booking.end))
    held = {stay.room.id: stay for stay in booking.stays}
    rooms = booking_fields.rooms_of(call, place) or tuple(
        stay.room for stay in booking.stays
    )
    has_start, has_end = (call.data.get(key) is not None for key in _PERIOD)
    stays = []
    for room in rooms:
        stay = held.get(
            room.id, Stay(room=room, start=start, end=end, guest=booking.guest)
        )
        stays.append(
            replace(
                stay,
                start=start if has_start else stay.start,
                end=end if has_end else stay.end,
                guest=stay.guest if guest is None else guest,
            )
        )
    if not stays:
        raise fields.invalid(ATTR_ACCESS, "empty")
    if any(stay.end <= stay.start for stay in stays):
        raise fields.invalid(ATTR_END, "ends_before_start")
    return BookingTerms(
        start=start,
        end=end,
        stays=tuple(stays),
        guest=booking.guest if guest is None else guest,
        guests=booking_fields.guests(call, booking.guests or 1),
    )


async def _cancel(hass: HomeAssistant, call: ServiceCall) -> Row:
    """Cancel a booking."""
    place, booking = await booking_fields.booking(hass, call)
    now = await _changed(place, place.keeper.changes.cancel(booking))
    return {BOOKINGS: [row_of(place, now)]}


async def _check_in(hass: HomeAssistant, call: ServiceCall) -> Row:
    """Check the guests of a booking's rooms in."""
    return await _for_rooms(hass, call, lambda changes: changes.check_in)


async def _check_out(hass: HomeAssistant, call: ServiceCall) -> Row:
    """Check the guests of a booking's rooms out."""
    return await _for_rooms(hass, call, lambda changes: changes.check_out)


async def _for_rooms(
    hass: HomeAssistant,
    call: ServiceCall,
    change_of: Callable[[BookingChanges], OfRoom],
) -> Row:
    place, booking = await booking_fields.booking(hass, call)
    rooms = booking_fields.booked_rooms(call, booking)
    change = change_of(place.keeper.changes)
    now = await _changed(place, _one_by_one(change, booking, rooms))
    return {BOOKINGS: [row_of(place, now)]}


async def _one_by_one(
    change: OfRoom, booking: Booking, rooms: tuple[Room, ...]
) -> Booking:
    for room in rooms:
        booking = await change(booking, room.id)
    return booking


async def _changed(
    place: Place,
    change: Coroutine[Any, Any, Booking],
    errors: Mapping[type[VendorError], str] = BOOKING_CHANGE_ERRORS,
    *,
    of: Booking | None = None,
) -> Booking:
    """Have a change made, and say plainly what there is where it went wrong."""
    try:
        with vendor_errors(place.name, errors):
            return await place.keeper.async_change(place.id, change, of)
    except ReplacementFailed as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=f"replacement_{err.outcome}",
            translation_placeholders={
                "name": place.name,
                "restored": err.restored.id if err.restored else "–",
            },
        ) from err
    except LedgerError:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="booking_not_written"
        ) from None
