"""The fields and rights of create_booking: checked before anything is sent."""

from typing import Any

from homeassistant.auth.const import GROUP_ID_READ_ONLY, GROUP_ID_USER
from homeassistant.exceptions import Unauthorized
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.grants_ha.helpers import later
from tests.house import House
from tests.test_actions import person
from tests.unit_data.bookings import BOOK, POST, booked, order
from tests.unit_data.helpers import call, refused


async def test_number_as_text(running: House) -> None:
    """The number of the booking object may be written as a text."""
    for days, number in enumerate(("123", " 123 ", 123), 2):
        times = {
            "start_datetime": later(days=days),
            "end_datetime": later(days=days, hours=1),
        }
        (row,) = await call(running, BOOK, **order(booking_object=number, **times))
        assert row["booking_object"] == 123


BAD: tuple[tuple[str, str, list[Any]], ...] = (
    ("booking_object", "not_a_number", [None, "", 0, -1, "1.5", "x", 2**31, "١", "²"]),
    ("booking_object", "not_text", [1.5, True, [], {}]),
    ("start_datetime", "empty", [None]),
    ("end_datetime", "empty", [None]),
    ("start_datetime", "not_a_time", ["", "soon", 5, "2026-13-01 00:00:00"]),
    ("end_datetime", "not_a_time", ["", "soon", [], "9999-12-31 00:00:00"]),
    ("end_datetime", "in_the_past", ["2026-01-01 00:00:00"]),
    ("phone", "invalid_code_phone", ["", "12345", "+", "x" * 8, "1" * 16, "+46 70x"]),
    ("phone", "not_text", [True, [], 1.5]),
    ("config_entry_id", "unknown_account", ["", "nothing"]),
    ("end", "unknown_field", ["2026-12-01 00:00:00"]),
)


async def test_bad_fields(running: House) -> None:
    """A field that cannot be right is refused by its name, and nothing is sent or remembered."""
    for field, key, wrong in BAD:
        for value in wrong:
            data = order(**{field: value})
            message = await refused(running, BOOK, key, field, **data)
            assert len(str(value)) < 5 or str(value) not in message
    assert await booked(running) == []
    assert running.count(POST) == 0


async def test_endless_number(running: House) -> None:
    """A number of thousands of digits is refused like any other that is too large."""
    data = order(booking_object="9" * 5000)
    await refused(running, BOOK, "not_a_number", "booking_object", **data)


async def test_bad_period(running: House) -> None:
    """A booking ends after its start."""
    for hours in (24, 23):
        data = order(end_datetime=later(hours=hours))
        await refused(running, BOOK, "ends_before_start", "end_datetime", **data)


async def test_two_accounts(second: MockConfigEntry, house: House) -> None:
    """With two accounts the booking is made by the one that is named, and by none without a name."""
    await refused(house, BOOK, "which_account", "config_entry_id", **order())
    await call(house, BOOK, **order(config_entry_id=second.entry_id))
    assert await booked(house) == []
    assert len(second.runtime_data.bookings.bookings) == 1
    assert len(house.cloud.bookings()) == 1


async def test_account_that_is_not_running(running: House) -> None:
    """By an account that is not loaded nothing is booked, whether it is named or not."""
    entry_id = running.entry.entry_id
    await running.hass.config_entries.async_unload(entry_id)
    await refused(running, BOOK, "which_account", "config_entry_id", **order())
    named = order(config_entry_id=entry_id)
    await refused(running, BOOK, "not_loaded", "config_entry_id", **named)


async def test_without_admin_rights(running: House) -> None:
    """Whoever is no administrator books nothing."""
    for group in (GROUP_ID_READ_ONLY, GROUP_ID_USER):
        somebody = await person(running.hass, group)
        for data in (order(), {}):
            with pytest.raises(Unauthorized):
                await call(running, BOOK, somebody, **data)
    assert running.count(POST) == 0
