"""Answers that are lost, and an account that is unloaded in between; nothing secret anywhere."""

import asyncio
from copy import deepcopy
import json
import logging
from typing import Any

from homeassistant.const import MATCH_ALL
from homeassistant.core import Event
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.helpers.json import JSONEncoder
from homeassistant.helpers.storage import Store
import pytest

from custom_components.latchkey import booking_changes
from custom_components.latchkey.const import CONF_SHOW_HOLDERS, DOMAIN
from custom_components.latchkey.diagnostics import async_get_config_entry_diagnostics
from simulators.keyvox.api.booking_bodies import detailed
from tests.keyvox.bookings.home import READ, Home, later, order

CREATE, CANCEL = "bacsorder/create", "bacsorder/cancel"
UPDATE, LIST = "bacsorder/update", "bacsorder/list"
CHECK_IN = "bacsorder/checkin"


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nothing wait before it tries again."""
    monkeypatch.setattr(booking_changes, "_PAUSES", (0.0, 0.0, 0.0))


@pytest.mark.parametrize("kind", ["reset_after", "half", "html_after"])
async def test_lost_answer(running: Home, kind: str) -> None:
    """A booking whose answer is lost is found, and made no second time."""
    running.fault(kind, CREATE)
    row = await running.book()
    (booking,) = running.live
    assert row["booking_id"] == booking.id
    assert running.count(CREATE) == 1
    assert await running.summaries() == ["Room 1"]


async def test_doubt(running: Home) -> None:
    """What nobody knows is said, and not repeated; what came late is seen in the calendar."""
    running.fault("reset_after", CREATE)
    vendor = running.keeper.vendor
    real = vendor.create_booking

    async def create(*args: Any) -> str:
        running.fault("status", LIST, times=None)
        return await real(*args)

    # The list can be read before the command, and no more after it.
    vendor.create_booking = create  # type: ignore[method-assign,assignment]  # for this one
    error = await running.fails("create_booking", **order())
    assert error.translation_key == "outcome_unknown_room_booking"
    assert running.count(CREATE) == 1
    assert len(running.live) == 1
    running.cloud.clear_faults()
    await running.wait(READ)
    assert await running.summaries() == ["Room 1"]


async def test_request_that_never_came(running: Home) -> None:
    """A request that was lost on its way there is a doubt, too."""
    running.fault("reset", CREATE)
    error = await running.fails("create_booking", **order())
    assert error.translation_key == "outcome_unknown_room_booking"
    assert running.live == []
    assert running.count(CREATE) == 1


async def test_lost_changes(running: Home) -> None:
    """The booking itself tells what became of a change whose answer is lost."""
    booking_id = (await running.book(start_datetime=later()))["booking_id"]
    running.fault("reset_after", UPDATE)
    row = await running.call("update_booking", booking_id=booking_id, name="Bert")
    assert row["name"] == "Bert"
    running.fault("reset", UPDATE)
    error = await running.fails("update_booking", booking_id=booking_id, name="Carl")
    assert error.translation_key == "outcome_unknown_booking_change"
    running.fault("reset_after", CHECK_IN)
    row = await running.call("check_in", booking_id=booking_id)
    assert row["state"] == "checked_in"
    running.fault("reset", CANCEL)
    error = await running.fails("cancel_booking", booking_id=booking_id)
    assert error.translation_key == "outcome_unknown_booking_change"
    running.fault("reset_after", CANCEL)
    row = await running.call("cancel_booking", booking_id=booking_id)
    assert row["state"] == "cancelled"
    assert running.live == []


@pytest.mark.parametrize(
    ("path", "key", "live"),
    [
        (CANCEL, "replacement_cancel_in_doubt", 1),
        (CREATE, "replacement_new_in_doubt", 0),
    ],
)
async def test_doubt_in_the_middle(
    running: Home, path: str, key: str, live: int
) -> None:
    """A doubt while a booking is made anew stops, and says what there is."""
    booking_id = (await running.book())["booking_id"]
    running.cloud.requests.reset()
    running.refuse("updateBooking")
    running.fault("reset", path)
    error = await running.fails("update_booking", booking_id=booking_id, name="Bert")
    assert error.translation_key == key
    assert len(running.live) == live
    assert running.count(path) == 1


async def test_caller_that_is_stopped(running: Home) -> None:
    """A change goes on where its caller is stopped: what was cancelled is made anew."""
    booking_id = (await running.book())["booking_id"]
    running.refuse("updateBooking")
    running.fault("delay_answer", CANCEL, seconds=0)
    call = asyncio.create_task(
        running.answer("update_booking", booking_id=booking_id, name="Bert")
    )
    for _ in range(20_000):
        if running.count(CANCEL):
            break
        await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await running.settle()
    (booking,) = running.live
    assert booking.contact == "Bert"
    assert len(await running.summaries()) == 1


async def test_list_of_before(running: Home) -> None:
    """A list that was asked for before a change is not believed after it."""
    row = await running.book()
    keeper, place_id = running.keeper, running.house.id
    real = keeper.vendor.bookings

    async def slow(*args: Any) -> Any:
        listed = await real(*args)
        keeper.vendor.bookings = real  # type: ignore[method-assign]  # once
        await running.call("cancel_booking", booking_id=row["booking_id"])
        return listed

    keeper.vendor.bookings = slow  # type: ignore[method-assign,assignment]  # a list that is long on its way
    device = running.entry.runtime_data.data.devices[place_id]
    running.hass.async_create_task(keeper._async_read(device))  # noqa: SLF001  as its rhythm does
    await running.settle()
    assert await running.summaries() == []
    found = keeper.find(row["booking_id"])
    assert found is not None and found.state == "cancelled"


async def test_unloaded(running: Home) -> None:
    """While an account is unloaded no change begins."""
    keeper = running.keeper
    await keeper.async_close()
    error = await running.fails("create_booking", **order())
    assert error.translation_key == "booking_not_written"
    assert running.live == []


async def test_number_cannot_be_written(
    running: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a number cannot be written down its booking is answered nevertheless; the intent has to be."""
    write = Store._async_write_data  # noqa: SLF001  what fails with a full disk
    full = True

    async def fail(self: Store[Any], data: dict[str, Any]) -> None:
        if full or running.live:
            raise OSError("No space left on device")
        await write(self, data)

    with monkeypatch.context() as patch:
        patch.setattr(Store, "_async_write_data", fail)
        error = await running.fails("create_booking", **order())
        assert error.translation_key == "booking_not_written"
        assert running.count(CREATE) == 0
    full = False

    with monkeypatch.context() as patch:
        patch.setattr(Store, "_async_write_data", fail)
        row = await running.book()
    assert row["booking_id"] == running.live[0].id


async def test_stopped_in_between(home: Home, hass_storage: dict[str, Any]) -> None:
    """That a change is under way is on disk; a start that finds it tells, until a change has come to its end."""
    await home.start()
    key = f"latchkey.reservations.{home.entry.entry_id}"
    written: list[Any] = []
    vendor = home.keeper.vendor
    real = vendor.create_booking

    async def create(*args: Any) -> str:
        written.append(deepcopy(hass_storage[key]))
        return await real(*args)

    vendor.create_booking = create  # type: ignore[method-assign,assignment]  # to look what is on disk by then
    await home.book()
    assert written[0]["data"]["under_way"] == home.house.id
    assert hass_storage[key]["data"]["under_way"] is None
    issue = (DOMAIN, f"booking_interrupted_{home.entry.entry_id}")
    issues = ir.async_get(home.hass).issues
    await home.reload()
    assert issue not in issues
    await home.hass.config_entries.async_unload(home.entry.entry_id)
    hass_storage[key] = written[0]
    await home.hass.config_entries.async_setup(home.entry.entry_id)
    await home.settle()
    assert issues[issue].translation_placeholders == {"name": "House"}
    assert len(home.live) == 1
    await home.book(access="Room 2")
    assert issue not in issues


async def test_what_comes_late(running: Home) -> None:
    """After a doubt there is a second look soon: the vendor may have been slow."""
    running.fault("reset", CREATE)
    await running.fails("create_booking", **order())
    running.elsewhere(guest="Anna")
    assert await running.summaries() == []
    await running.wait(61)
    assert await running.summaries() == ["Room 1"]


async def test_removed(running: Home, hass_storage: dict[str, Any]) -> None:
    """With the account its numbers are forgotten; the bookings stay at the vendor."""
    await running.book()
    key = f"latchkey.reservations.{running.entry.entry_id}"
    assert key in hass_storage
    assert "Anna" not in json.dumps(hass_storage[key])
    await running.hass.config_entries.async_remove(running.entry.entry_id)
    await running.settle()
    assert key not in hass_storage
    assert len(running.live) == 1


async def test_secrets(
    home: Home, caplog: pytest.LogCaptureFixture, hass_storage: dict[str, Any]
) -> None:
    """PINs, addresses of QR codes and contact data are nowhere, and neither are guests' names unless they are to be shown."""
    caplog.set_level(logging.DEBUG)
    events: list[Event] = []
    home.hass.bus.async_listen(MATCH_ALL, events.append)
    contact = home.elsewhere(1, guest="guest@example.com")
    await home.start(**{CONF_SHOW_HOLDERS: False})
    row = await home.book(name="Xanthippe")
    running = [row, await home.answer("get_bookings")]
    home.fault("reset_after", UPDATE)
    changed = await home.call(
        "update_booking", booking_id=row["booking_id"], end_datetime=later(days=3)
    )
    running.append(changed)
    await home.wait()
    secrets = ["guest@example.com", "guest"]
    for booking in (home.cloud.bookings[row["booking_id"]], contact):
        for pin in detailed(home.cloud, booking)["unitPinList"]:
            secrets += [pin["pin"], pin["qrShortUrl"]]
    entry_id = home.entry.entry_id
    registered = [
        *dr.async_entries_for_config_entry(dr.async_get(home.hass), entry_id),
        *er.async_entries_for_config_entry(er.async_get(home.hass), entry_id),
    ]
    told = [
        str([state.as_dict() for state in home.hass.states.async_all()]),
        str(
            [event.as_dict() for event in events if event.event_type != "call_service"]
        ),
        str(registered),
        json.dumps(hass_storage, cls=JSONEncoder),
        json.dumps(
            await async_get_config_entry_diagnostics(home.hass, home.entry),
            cls=JSONEncoder,
        ),
        "\n".join(
            record.getMessage()
            for record in caplog.records
            if record.name.startswith("custom_components.latchkey")
        ),
    ]
    for text in told:
        assert "Xanthippe" not in text
    for secret in (secrets[0], *secrets[2:]):
        assert all(secret not in text for text in (*told, str(running)))
