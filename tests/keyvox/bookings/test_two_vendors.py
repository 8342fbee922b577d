"""Accounts of two kinds: what is booked tells which of them is meant, and the other one is left alone."""

from typing import Any

from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.latchkey.const import CONF_SHOW_HOLDERS
from tests.house import House
from tests.keyvox.bookings.home import Home, Row, order
from tests.unit_data.bookings import POST, booked, order as object_order


@pytest.fixture
async def both(running: Home, house: House) -> House:
    """Return a home with an account of each kind; they share Home Assistant and its clock."""
    await house.start()
    return house


async def book(home: Home, **data: Any) -> Row:
    """Book, and return the row."""
    (row,) = (await home.answer("create_booking", **data))["bookings"]
    return dict(row)


async def test_what_is_booked(running: Home, both: House) -> None:
    """A numbered object is booked at the one, a room at the other, without a word of the account."""
    row = await book(running, **object_order())
    assert row == {**row, "booking_id": "1", "booking_object": 123}
    assert len(await booked(both)) == 1
    assert running.live == []
    await running.book()
    assert len(running.live) == 1
    assert both.count(POST) == 1
    assert await running.summaries() == ["Room 1"]
    assert len(await booked(both)) == 1


async def test_accounts_that_are_named(running: Home, both: House) -> None:
    """An account that is named and books the other kind of thing is refused."""
    data = object_order(config_entry_id=running.entry.entry_id)
    error = await running.fails("create_booking", **data)
    assert error.translation_key == "no_bookings"
    data = order(config_entry_id=both.entry.entry_id)
    error = await running.fails("create_booking", **data)
    assert error.translation_key == "no_reservations"
    for action in ("get_bookings", "get_plans"):
        data = {"config_entry_id": both.entry.entry_id}
        error = await running.fails(action, **data)
        assert error.translation_key == "no_reservations"
    assert both.count(POST) == 0
    assert running.live == []


async def test_fields_of_the_other_kind(running: Home, both: House) -> None:
    """Fields of both kinds do not go together, and a unit is no place."""
    for field, value in (("name", "Anna"), ("guests", 2), ("plan", "Night")):
        error = await running.fails("create_booking", **object_order(**{field: value}))
        assert error.translation_key == "other_kind_of_booking"
        assert error.translation_placeholders == {"field": field}
    error = await running.fails("create_booking", **object_order(access="Room 1"))
    assert error.translation_key == "other_kind_of_booking"
    unit = next(
        each
        for each in dr.async_entries_for_config_entry(
            dr.async_get(running.hass), both.entry.entry_id
        )
        if any(name.endswith("_99998") for _, name in each.identifiers)
    )
    error = await running.fails("create_booking", **order(device_id=unit.id))
    assert error.translation_key == "no_place"
    assert both.count(POST) == 0
    assert running.live == []


async def test_option(running: Home) -> None:
    """Whether guests are named can be chosen."""
    options = running.hass.config_entries.options
    form: Any = await options.async_init(running.entry.entry_id)
    schema = form["data_schema"]
    assert schema is not None
    assert CONF_SHOW_HOLDERS in {str(key) for key in schema.schema}
