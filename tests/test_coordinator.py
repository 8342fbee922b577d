"""The account's clock: what is read when, and that what does not change is not written."""

import asyncio
from typing import Any

from homeassistant.const import (
    EVENT_STATE_CHANGED,
    EVENT_STATE_REPORTED,
    STATE_OFF,
    STATE_ON,
)
from homeassistant.core import Event, callback
import pytest

from custom_components.latchkey.const import (
    CONF_POLL_INTERVAL,
    MAX_POLL_INTERVAL,
    MIN_POLL_INTERVAL,
)
from custom_components.latchkey.vendors.transport import CONCURRENCY
from simulators.flexykey import Shape
from tests.house import INVENTORY, POLL, SETTLING, House

F1 = "99998/F1"
OTHER = "99992/F1"


@pytest.fixture
def written(house: House) -> list[str]:
    """Return the entities whose states are written, changed or not."""
    written: list[str] = []

    @callback
    def note(event: Event[Any]) -> None:
        written.append(event.data["entity_id"])

    @callback
    def every(_data: object) -> bool:
        return True

    house.hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    house.hass.bus.async_listen(EVENT_STATE_REPORTED, note, event_filter=every)
    return written


async def test_unchanged_refresh(house: House, written: list[str]) -> None:
    """A refresh, of states or of the inventory, in which nothing changed writes no state."""
    await house.start()
    assert written
    written.clear()
    polls = house.count("GET Control")
    await house.wait(POLL)
    await house.wait(INVENTORY)
    assert house.count("GET Control") >= polls + 2 * 3
    assert house.count("GET units") == 2
    assert written == []


async def test_one_change(house: House, written: list[str]) -> None:
    """Where one contact moves, one state is written, once."""
    await house.start()
    written.clear()
    house.cloud.set_input(99998, "IN1", True)
    await house.wait(POLL)
    await house.wait(POLL)
    assert written == [house.entity_id("binary_sensor", "99998/IN1")]


async def test_command_writes_once(house: House, written: list[str]) -> None:
    """A switch that is turned on is written once, not again when its effect is seen."""
    await house.start()
    written.clear()
    await house.act("switch.turn_on", F1)
    await house.wait(POLL)
    await house.wait(POLL)
    assert written == [house.entity_id("switch", F1)]


@pytest.mark.parametrize("seconds", [MIN_POLL_INTERVAL, 600, MAX_POLL_INTERVAL])
async def test_poll_interval(house: House, seconds: int) -> None:
    """The user's interval is kept."""
    await house.start(**{CONF_POLL_INTERVAL: seconds})
    polls = house.count("GET Control")
    await house.wait(seconds - 2)
    assert house.count("GET Control") == polls
    await house.wait(3)
    assert house.count("GET Control") == polls + 3


@pytest.mark.parametrize("seconds", [MIN_POLL_INTERVAL, 600, MAX_POLL_INTERVAL])
@pytest.mark.parametrize("fraction", [0.0, 0.9])
async def test_inventory_interval(house: House, seconds: int, fraction: float) -> None:
    """However seldom the user has states polled, what there is gets read every 15 minutes."""
    house.freezer.move_to("2026-11-21T08:14:50+00:00")
    house.freezer.tick(fraction)
    await house.start(**{CONF_POLL_INTERVAL: seconds})
    # A poll may be due a little before its time, and then comes only after another interval.
    await house.wait(899.6)
    await house.wait(60)
    assert house.count("GET units") >= 2


async def test_older_reading(house: House) -> None:
    """A reading that took long does not overwrite one that was made after it."""
    await house.start()
    slow = "/v1/Control?unitId=99998"
    house.fault(kind="delay_answer", path=slow, seconds=8, times=1)
    house.tick(POLL)
    await house.sent()
    await house.act("switch.turn_on", "99998/F2")
    house.cloud.set_input(99998, "IN1", True)
    house.tick(SETTLING)
    await house.until(lambda: house.contact("99998/IN1") == STATE_ON)
    await house.wait(8)
    assert house.cloud.requests.in_flight == 0
    assert house.contact("99998/IN1") == STATE_ON


async def test_fleet(house: House) -> None:
    """Many units are read with few requests at once, of which one place is kept for commands."""
    house.cloud.generate_units(40, Shape())
    house.fault(kind="delay", path="/v1/Control", seconds=5, times=CONCURRENCY - 1)
    starting = asyncio.create_task(house.start())
    await house.sent(CONCURRENCY - 1)
    house.tick(6)
    await starting
    assert house.count("GET Control") == len(house.cloud.units)
    assert house.cloud.requests.max_in_flight == CONCURRENCY - 1
    assert house.switch("100038/F2") == STATE_OFF
