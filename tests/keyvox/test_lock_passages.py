"""What happens at smart locks, from their histories: each told once, by whom and by what, and never by which PIN."""

from datetime import datetime
import json
import logging
from typing import Any

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import Event
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.latchkey.const import DOMAIN, EVENT_PASSAGE
from simulators.keyvox.devices import Held
from tests.keyvox.lock_home import STATUS, WORDS, LockHome

PIN = "471190"


@pytest.fixture
def passages(locks: LockHome) -> list[Event]:
    """Return a list of the passages that are told, which grows."""
    events: list[Event] = async_capture_events(locks.hass, EVENT_PASSAGE)
    return events


def shape(event: Event) -> tuple[str, str | None, str | None, str | None]:
    """Return what a passage was."""
    data = event.data
    return data["outcome"], data["method"], data["holder"], data["credential"]


def give(locks: LockHome, code: str, holder: str, kind: Any) -> None:
    """Have the first lock know a PIN or a card."""
    now = dt_util.utcnow()
    held = Held("id", kind, code, now, now.replace(year=2099), holder, None, False)
    locks.lock().memory[code] = held


async def test_each_method(
    locks: LockHome, passages: list[Event], caplog: pytest.LogCaptureFixture
) -> None:
    """Each way to open or lock is told with its holder; a PIN stands nowhere, not even in a name."""
    caplog.set_level(logging.DEBUG)
    cloud, lock_id = locks.cloud, locks.lock().id
    give(locks, PIN, f"Anna {PIN}", "pin")
    give(locks, "04AB12CD", "Bert", "card")
    await locks.start(**WORDS)
    cloud.type_pin(lock_id, PIN)
    await locks.wait(1)
    cloud.hold_card(lock_id, "04AB12CD")
    await locks.wait(1)
    cloud.press_button(lock_id)
    await locks.wait(1)
    cloud.turn_knob(lock_id, "lock")
    await locks.wait(1)
    cloud.use_app(lock_id, "Cleo")
    await locks.wait(1)
    await locks.wait(STATUS)
    assert [shape(each) for each in passages] == [
        ("granted", "pin", "Anna •••", "•••"),
        ("granted", "card", "Bert", None),
        ("granted", "button", None, None),
        ("granted", "knob", None, None),
        ("granted", "app", "Cleo", None),
    ]
    event = locks.shown("event", "passage")
    assert passages[0].data["entity_id"] == event.entity_id
    assert event.attributes["event_type"] == "granted"
    assert locks.shown("lock", "lock").attributes["changed_by"] == "Cleo"
    times = [datetime.fromisoformat(each.data["occurred_at"]) for each in passages]
    assert [(at - times[0]).total_seconds() for at in times] == [0, 1, 2, 3, 4]
    await locks.run(4 * 3600, 300)
    assert len(passages) == 5
    answer = await locks.hass.services.async_call(
        DOMAIN,
        "get_passages",
        {ATTR_DEVICE_ID: device_id(locks)},
        blocking=True,
        return_response=True,
    )
    assert answer is not None and len(answer["passages"]) == 5  # type: ignore[arg-type]  # a list, as documented
    told = [json.dumps(answer), caplog.text, *(str(each.data) for each in passages)]
    told += [str(state.as_dict()) for state in locks.hass.states.async_all()]
    assert not any(PIN in each for each in told)
    assert '"number": null' in told[0]


def device_id(locks: LockHome) -> str:
    """Return the first lock's id in Home Assistant."""
    device = dr.async_get(locks.hass).async_get_device_by_identifier(
        (DOMAIN, f"{locks.entry.unique_id}_{locks.lock().id}"), locks.entry.entry_id
    )
    assert device is not None
    return device.id


async def test_own_command(locks: LockHome, passages: list[Event]) -> None:
    """A command of Home Assistant's is a passage by the API, told soon."""
    await locks.start(**WORDS)
    await locks.wait(60)
    await locks.act("unlock")
    await locks.run(10, 1)
    assert [shape(each) for each in passages] == [("granted", "app", "API", None)]


async def test_late_and_equal(locks: LockHome, passages: list[Event]) -> None:
    """What comes late is told with its own time; two equal lines are two passages."""
    cloud, lock_id = locks.cloud, locks.lock().id
    cloud.press_button(lock_id)
    locks.tick(2)
    await locks.start(**WORDS)
    cloud.set_connection(lock_id, online=False)
    cloud.press_button(lock_id)
    cloud.press_button(lock_id)
    before = dt_util.utcnow().replace(microsecond=0)
    await locks.run(12 * 3600, 600)
    assert passages == []
    cloud.set_connection(lock_id, online=True)
    await locks.run(2 * 3600, 600)
    assert [shape(each)[1] for each in passages] == ["button", "button"]
    told = {datetime.fromisoformat(each.data["occurred_at"]) for each in passages}
    assert told == {before}


@pytest.mark.parametrize("order", ["newest", "oldest"])
async def test_many(locks: LockHome, passages: list[Event], order: str) -> None:
    """However many there were before and come at once, and in whichever order they are listed, each is told once."""
    cloud, lock_id = locks.cloud, locks.lock().id
    cloud.set_options(history_order=order)
    for _ in range(230):
        cloud.press_button(lock_id)
        locks.freezer.tick(60)
        cloud.settle()
    await locks.start(**WORDS)
    for number in range(120):
        cloud.use_app(lock_id, f"Guest {number % 7}")
        locks.freezer.tick(1)
        cloud.settle()
    await locks.run(3 * STATUS, STATUS)
    holders = [shape(each)[2] for each in passages]
    assert holders == [f"Guest {number % 7}" for number in range(120)]
