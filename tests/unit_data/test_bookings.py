"""The action create_booking: made once, remembered, and never twice."""

from datetime import datetime, timedelta
import logging
from typing import Any, NoReturn

from homeassistant.core import CoreState, Event, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
import pytest

from custom_components.latchkey.ledger import LedgerError
from custom_components.latchkey.vendors.bookings import BookingOrder
from tests.grants_ha.helpers import later
from tests.house import House
from tests.unit_data.bookings import (
    BOOK,
    NOT_WRITTEN,
    PHONE,
    POST,
    booked,
    calendar,
    fails,
    order,
    shown,
)
from tests.unit_data.helpers import call, reload


async def test_booking(running: House) -> None:
    """A booking is made once, answered with the vendor's number, and stands in the calendar."""
    (row,) = await call(running, BOOK, **order())
    start = dt_util.now().replace(microsecond=0) + timedelta(days=1)
    end = start + timedelta(hours=2)
    times = {"start_datetime": start.isoformat(), "end_datetime": end.isoformat()}
    assert row == {"booking_id": "1", "booking_object": 123, **times}
    (made,) = running.cloud.bookings()
    assert made["bookingObjectId"] == 123
    assert made["phone1"] == PHONE
    assert datetime.fromisoformat(made["startDate"]) == start
    assert datetime.fromisoformat(made["endDate"]) == end
    (event,) = await booked(running)
    assert event == {**event, "summary": "123", "start": start.isoformat()}
    assert event["end"] == end.isoformat()
    assert shown(running) == "123"
    assert running.count(POST) == 1


async def test_restart(running: House) -> None:
    """A booking is remembered over a restart, and not made again."""
    await call(running, BOOK, **order())
    before = await booked(running)
    await reload(running)
    assert await booked(running) == before
    assert running.count(POST) == 1


async def test_in_time(running: House) -> None:
    """The calendar is on while a booking lasts; long after it the booking is forgotten."""
    await call(running, BOOK, **order(start_datetime=later(hours=-1)))
    await running.wait(31)
    state = running.hass.states.get(calendar(running))
    assert state
    assert state.state == "on"
    running.tick(402 * 24 * 3600)
    await reload(running)
    assert running.entry.runtime_data.bookings.bookings == {}


async def test_conflict(running: House) -> None:
    """A period that is taken is refused in words of its own, and nothing is remembered of it."""
    await call(running, BOOK, **order())
    error = await fails(running, start_datetime=later(days=1, hours=1))
    assert isinstance(error, ServiceValidationError)
    assert error.translation_key == "conflict_booking"
    assert len(await booked(running)) == 1
    assert len(running.cloud.bookings()) == 1


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"booking_object": 124}, "not_found_booking"),
        # The simulated vendor wants a number to be called by.
        ({"phone": None}, "invalid_request_booking"),
    ],
)
async def test_refused_by_the_vendor(
    running: House, changes: dict[str, Any], key: str
) -> None:
    """What the vendor refuses leaves nothing in the calendar, over a restart neither."""
    assert (await fails(running, **changes)).translation_key == key
    assert shown(running) is None
    await reload(running)
    assert await booked(running) == []
    assert running.cloud.bookings() == []


@pytest.mark.parametrize("kind", ["reset_after", "half"])
async def test_outcome_unknown(running: House, kind: str) -> None:
    """A booking whose answer is lost is an error, stands in the calendar with a question mark, and is not repeated."""
    running.fault(kind=kind, method="POST", times=1)
    assert (await fails(running)).translation_key == "outcome_unknown_booking"
    assert shown(running) == "123 ?"
    await reload(running)
    for _ in range(3):
        await running.wait(3600)
    (event,) = await booked(running)
    assert event["summary"] == "123 ?"
    assert running.count(POST) == 1
    assert len(running.cloud.bookings()) == 1


async def test_cannot_be_written(
    running: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the intent cannot be written nothing is sent, and nothing is shown."""

    async def fail(self: Store[Any], data: dict[str, Any]) -> NoReturn:
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "_async_write_data", fail)
        assert (await fails(running)).translation_key == NOT_WRITTEN
    assert running.count(POST) == 0
    assert await booked(running) == []
    assert shown(running) is None
    await call(running, BOOK, **order())


async def test_answer_cannot_be_written(
    running: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where only the answer cannot be written, nobody is told that nothing was sent."""
    write = Store._async_write_data  # noqa: SLF001  what fails with a full disk

    async def fail(self: Store[Any], data: dict[str, Any]) -> None:
        if running.cloud.bookings():
            raise OSError("No space left on device")
        await write(self, data)

    message = ""
    with monkeypatch.context() as patch:
        patch.setattr(Store, "_async_write_data", fail)
        try:
            (row,) = await call(running, BOOK, **order())
            assert row["booking_id"] == "1"
        except HomeAssistantError as error:
            message = str(error)
    assert len(running.cloud.bookings()) == 1
    assert "Nothing was sent" not in message


async def test_home_assistant_stops(running: House) -> None:
    """While Home Assistant stops nothing can be written any more, so nothing is sent."""
    running.hass.set_state(CoreState.stopping)
    try:
        assert (await fails(running)).translation_key == NOT_WRITTEN
    finally:
        running.hass.set_state(CoreState.running)
    assert running.count(POST) == 0


async def test_phone_is_nowhere(
    running: House, hass_storage: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """The telephone number is with the vendor alone."""
    caplog.set_level(logging.DEBUG)
    events: list[str] = []

    @callback
    def note(event: Event) -> None:
        # Home Assistant itself tells of the call.
        if event.event_type != "call_service":
            events.append(str(event.as_dict()))

    running.hass.bus.async_listen("*", note)
    await call(running, BOOK, **order())
    running.fault(kind="reset_after", method="POST", times=1)
    await fails(running, start_datetime=later(days=3), end_datetime=later(days=4))
    await reload(running)
    logged = [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components.latchkey")
    ]
    digits = PHONE.removeprefix("+")
    assert digits not in "\n".join((*events, *logged))
    assert digits not in str(hass_storage)
    assert digits not in str(
        [each.as_dict() for each in running.hass.states.async_all()]
    )
    assert len(running.cloud.bookings()) == 2


async def test_removed(running: House, hass_storage: dict[str, Any]) -> None:
    """With the account its bookings are forgotten."""
    await call(running, BOOK, **order())
    key = f"latchkey.bookings.{running.entry.entry_id}"
    assert key in hass_storage
    await running.hass.config_entries.async_remove(running.entry.entry_id)
    await running.settle()
    assert key not in hass_storage
    assert len(running.cloud.bookings()) == 1


async def test_closed(running: House) -> None:
    """After the account is unloaded nothing is booked, and nobody waits for it."""
    book = running.entry.runtime_data.bookings
    await running.hass.config_entries.async_unload(running.entry.entry_id)
    order = BookingOrder(
        booking_object=123,
        start=dt_util.utcnow() + timedelta(hours=1),
        end=dt_util.utcnow() + timedelta(hours=2),
    )
    with pytest.raises(LedgerError):
        await book.async_book(order)
    assert running.cloud.bookings() == []
