"""The action that books, for administrators: a numbered object of a vendor that knows no rooms, or rooms of a place."""

from functools import partial
import re

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
from homeassistant.util import dt as dt_util

from . import fields, room_actions
from .booking_fields import RESERVATIONS
from .const import (
    ATTR_ACCESS,
    ATTR_BOOKING_OBJECT,
    ATTR_END,
    ATTR_GUESTS,
    ATTR_NAME,
    ATTR_PHONE,
    ATTR_PLAN,
    ATTR_START,
    DOMAIN,
)
from .errors import BOOKING_ERRORS, vendor_errors
from .ledger import LedgerError
from .vendors.bookings import BookingOrder
from .vendors.grants import CodeKind, CodeRule

_OF_OBJECTS = (ATTR_BOOKING_OBJECT, ATTR_PHONE)
_WHICH_ROOMS = (ATTR_DEVICE_ID, ATTR_ACCESS)
_OF_ROOMS = (*_WHICH_ROOMS, ATTR_NAME, ATTR_GUESTS, ATTR_PLAN)
_KEYS = (ATTR_CONFIG_ENTRY_ID, *_OF_OBJECTS, *_OF_ROOMS, ATTR_START, ATTR_END)
_PHONE = CodeRule(CodeKind.PHONE, 6, 15)
_NUMBER = re.compile(r"[0-9]{1,10}")
_MOST = 2**31 - 1


@callback
def async_setup_booking_actions(hass: HomeAssistant) -> None:
    """Register the action."""
    async_register_admin_service(
        hass,
        DOMAIN,
        "create_booking",
        partial(_create_booking, hass),
        schema=fields.schema(_KEYS),
        supports_response=SupportsResponse.OPTIONAL,
    )


async def _create_booking(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Book, once."""
    fields.only(call, _KEYS)
    if _is_of_rooms(hass, call):
        _refuse(call, _OF_OBJECTS)
        return {**await room_actions.create(hass, call)}
    _refuse(call, _OF_ROOMS)
    entry = fields.account_with(hass, call, "bookings")
    book = entry.runtime_data.bookings
    assert book is not None
    order = _order(call)
    try:
        with vendor_errors(entry.title, BOOKING_ERRORS):
            booking = await book.async_book(order)
    except LedgerError:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="booking_not_written"
        ) from None
    return {
        "bookings": [
            {
                "booking_id": booking.booking_id,
                ATTR_BOOKING_OBJECT: booking.booking_object,
                ATTR_START: dt_util.as_local(booking.start).isoformat(),
                ATTR_END: dt_util.as_local(booking.end).isoformat(),
            }
        ]
    }


def _is_of_rooms(hass: HomeAssistant, call: ServiceCall) -> bool:
    """Return whether rooms are booked: they are named, or the account that is meant has nothing else to book."""
    if any(call.data.get(key) is not None for key in _WHICH_ROOMS):
        return True
    if any(call.data.get(key) is not None for key in _OF_OBJECTS):
        return False
    if call.data.get(ATTR_CONFIG_ENTRY_ID) is None:
        return not fields.accounts_with(hass, call, "bookings") and bool(
            fields.accounts_with(hass, call, RESERVATIONS)
        )
    entry = hass.config_entries.async_get_entry(
        fields.text(call, ATTR_CONFIG_ENTRY_ID) or ""
    )
    runtime_data = fields.loaded(entry, ATTR_CONFIG_ENTRY_ID).runtime_data
    return runtime_data.bookings is None and runtime_data.reservations is not None


def _refuse(call: ServiceCall, keys: tuple[str, ...]) -> None:
    """Refuse the fields of the other kind of bookings."""
    for key in keys:
        if call.data.get(key) is not None:
            raise fields.invalid(key, "other_kind_of_booking")


def _order(call: ServiceCall) -> BookingOrder:
    number = fields.text(call, ATTR_BOOKING_OBJECT) or ""
    if not (_NUMBER.fullmatch(number) and 0 < int(number) <= _MOST):
        raise fields.invalid(ATTR_BOOKING_OBJECT, "not_a_number")
    start, end = fields.period(call)
    phone = fields.text(call, ATTR_PHONE)
    if phone is not None and not _PHONE.allows(phone):
        raise fields.invalid(
            ATTR_PHONE,
            f"invalid_code_{_PHONE.kind}",
            min=str(_PHONE.shortest),
            max=str(_PHONE.longest),
        )
    return BookingOrder(
        booking_object=int(number),
        start=start,
        end=end,
        phone=phone,
    )
