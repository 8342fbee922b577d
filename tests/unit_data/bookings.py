"""What the tests of bookings do: book, and look at the calendar."""

from typing import Any

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.latchkey.const import DOMAIN
from tests.grants_ha.helpers import later
from tests.house import House
from tests.unit_data.helpers import Json, call

BOOK = "create_booking"


PHONE = "+46701234567"


POST = "POST Bookings"


NOT_WRITTEN = "booking_not_written"


def order(**changes: Any) -> dict[str, Any]:
    """Return the fields of a booking from tomorrow on."""
    return {
        "booking_object": 123,
        "start_datetime": later(days=1),
        "end_datetime": later(days=1, hours=2),
        "phone": PHONE,
        **changes,
    }


def calendar(house: House) -> str:
    """Return the calendar of the account's bookings."""
    entity_id = er.async_get(house.hass).async_get_entity_id(
        "calendar", DOMAIN, f"{house.entry.unique_id}_bookings"
    )
    assert entity_id
    return entity_id


async def booked(house: House) -> list[Json]:
    """Return what the calendar shows of the next week."""
    entity_id = calendar(house)
    answer: Any = await house.hass.services.async_call(
        "calendar",
        "get_events",
        {
            "entity_id": entity_id,
            "start_date_time": later(days=-1),
            "end_date_time": later(days=7),
        },
        blocking=True,
        return_response=True,
    )
    events: list[Json] = answer[entity_id]["events"]
    return events


def shown(house: House) -> str | None:
    """Return what the calendar shows as the next booking."""
    state = house.hass.states.get(calendar(house))
    assert state
    return state.attributes.get("message")


async def fails(house: House, **changes: Any) -> HomeAssistantError:
    """Fail to book, and return the error."""
    with pytest.raises(HomeAssistantError) as failure:
        await call(house, BOOK, **order(**changes))
    assert failure.value.translation_domain == DOMAIN
    assert PHONE not in str(failure.value)
    return failure.value
