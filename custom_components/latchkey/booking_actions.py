"""The action that books, for administrators."""

from functools import partial
import re

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
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

from . import fields
from .const import ATTR_BOOKING_OBJECT, ATTR_END, ATTR_PHONE, ATTR_START, DOMAIN
from .errors import BOOKING_ERRORS, vendor_errors
from .ledger import LedgerError
from .vendors.bookings import BookingOrder
from .vendors.grants import CodeKind, CodeRule

_KEYS = (ATTR_CONFIG_ENTRY_ID, ATTR_BOOKING_OBJECT, ATTR_START, ATTR_END, ATTR_PHONE)
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


def _order(call: ServiceCall) -> BookingOrder:
    number = fields.text(call, ATTR_BOOKING_OBJECT) or ""
    if not (_NUMBER.fullmatch(number) and 0 < int(number) <= _MOST):
        raise fields.invalid(ATTR_BOOKING_OBJECT, "not_a_number")
    start, end = fields.moment(call, ATTR_START), fields.moment(call, ATTR_END)
    if start is None:
        raise fields.invalid(ATTR_START, "empty")
    if end is None:
        raise fields.invalid(ATTR_END, "empty")
    if end <= dt_util.utcnow():
        raise fields.invalid(ATTR_END, "in_the_past")
    if end.timestamp() <= start.timestamp():
        raise fields.invalid(ATTR_END, "ends_before_start")
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
        start=dt_util.as_utc(start),
        end=dt_util.as_utc(end),
        phone=phone,
    )
