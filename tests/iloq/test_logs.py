"""Passages at iLOQ's locks in Home Assistant: events, the last passage, and the log on demand."""

from typing import Any

from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import Event
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.latchkey.const import EVENT_PASSAGE
from custom_components.latchkey.vendors.iloq.operations import Right
from simulators.iloq import site
from simulators.iloq.demo import crowd
from tests.iloq.home import INVENTORY, Home

LOOK = 121
"""Seconds after which the log was certainly read."""
LOG = "POST LockLogs/GetLockLogDataByTimestamp"


def lock_id(home: Home, name: str) -> str:
    """Return a lock's id by its name."""
    return next(
        lock.id
        for lock in home.cloud.group.locks.values()
        if lock.record["LockingObject"] == name
    )


def use(home: Home, lock: str, key: str | None) -> None:
    """Have a key, or an unknown one, tried at a lock."""
    keys = home.cloud.group.keys.values()
    key_id = next(
        (each.id for each in keys if key and each.record["Description"] == key), None
    )
    site.try_key(home.cloud.group, lock_id(home, lock), key_id, home.cloud.clock())


def passages(home: Home) -> list[Event[dict[str, Any]]]:
    """Collect the passages that are told from now on."""
    told: list[Event[dict[str, Any]]] = async_capture_events(home.hass, EVENT_PASSAGE)
    return told


async def test_passages(home: Home) -> None:
    """Each passage is an event of its lock, once; what came before the start is none."""
    home.cloud.set_options(offline_log_seconds=1)
    use(home, "Front door", "Anna's key")
    home.freezer.tick(10)
    await home.start()
    told = passages(home)
    front = f"{lock_id(home, 'Front door')}_passage"
    assert home.shown("event", front).state == STATE_UNKNOWN
    use(home, "Front door", "Anna's phone")
    at = home.cloud.clock()
    await home.wait(LOOK)
    attributes = home.shown("event", front).attributes
    assert attributes["event_type"] == "granted"
    assert (attributes["holder"], attributes["method"]) == ("Anna Virtanen", "phone")
    assert dt_util.parse_datetime(attributes["occurred_at"]) == at
    use(home, "Front door", None)
    use(home, "Stairwell", "Bo's tag")
    await home.wait(LOOK)
    await home.wait(LOOK)
    assert [
        (event.data["device_id"], event.data["outcome"], event.data["holder"])
        for event in told
    ] == [
        (home.registered_id(lock_id(home, "Front door")), "granted", "Anna Virtanen"),
        (home.registered_id(lock_id(home, "Front door")), "denied", None),
        (home.registered_id(lock_id(home, "Stairwell")), "denied", "Bo Lind"),
    ]
    assert told[1].data["reason"] == "unknown_key"
    assert home.shown("event", front).attributes["reason"] == "unknown_key"


async def test_last_passage(home: Home) -> None:
    """When somebody was last let in is known from the start on."""
    home.cloud.set_options(offline_log_seconds=1)
    use(home, "Front door", "Anna's key")
    began = home.cloud.clock()
    home.freezer.tick(3600)
    await home.start()
    own_id = f"{lock_id(home, 'Front door')}_last_passage"
    shown = dt_util.parse_datetime(home.shown("sensor", own_id).state)
    assert shown == began.replace(microsecond=0)
    use(home, "Front door", None)
    await home.wait(LOOK)
    assert home.shown("sensor", own_id).state == shown.isoformat()
    use(home, "Front door", "Anna's key")
    at = home.cloud.clock()
    await home.wait(LOOK)
    later = dt_util.parse_datetime(home.shown("sensor", own_id).state)
    assert later == at.replace(microsecond=0)
    # Nobody was at the others.
    assert home.entity_id("sensor", f"{lock_id(home, 'Cellar')}_last_passage") is None


async def test_programming(home: Home) -> None:
    """What is no passage is an event of the locking system."""
    home.cloud.set_options(offline_log_seconds=1)
    await home.start()
    told = passages(home)
    site.program_lock(home.cloud.group, lock_id(home, "Stairwell"), home.cloud.clock())
    await home.wait(LOOK)
    attributes = home.shown("event", f"{home.system_id}_log").attributes
    assert attributes["event_type"] == "other"
    assert attributes["text"] == "Stairwell: lock programmed"
    assert told == []


async def test_get_passages(home: Home) -> None:
    """A lock's passages can be listed, and those of the whole system, each with its lock."""
    home.cloud.set_options(offline_log_seconds=1)
    await home.start()
    use(home, "Front door", "Anna's key")
    home.freezer.tick(60)
    use(home, "Stairwell", "Bo's tag")
    home.freezer.tick(60)
    front, stairs = (
        home.registered_id(lock_id(home, name)) for name in ("Front door", "Stairwell")
    )
    answer = await home.act("get_passages", device_id=front)
    (row,) = answer["passages"]
    assert row["device_id"] == front
    assert (row["outcome"], row["holder"]) == ("granted", "Anna Virtanen")
    assert (row["method"], row["number"], row["credential"]) == ("key", None, None)
    answer = await home.act(
        "get_passages", device_id=home.registered_id(home.system_id)
    )
    assert [(row["device_id"], row["holder"]) for row in answer["passages"]] == [
        (front, "Anna Virtanen"),
        (stairs, "Bo Lind"),
    ]
    answer = await home.act("get_passages", device_id=[front, stairs])
    assert len(answer["passages"]) == 2


async def test_many_passages(home: Home) -> None:
    """More lines than an answer holds are all listed."""
    home.cloud.group.logs.most = 50
    crowd(home.cloud.group, lines=6 * 120)
    await home.start()
    front = home.registered_id(lock_id(home, "Front door"))
    answer = await home.act("get_passages", device_id=front)
    assert len(answer["passages"]) == 120
    times = [row["occurred_at"] for row in answer["passages"]]
    assert times == sorted(times)


async def test_rights(home: Home) -> None:
    """The events of logs come and go with the right to them."""
    home.cloud.user.rights = int(~Right.LOGS)
    await home.start()
    front = f"{lock_id(home, 'Front door')}_passage"
    assert home.entity_id("event", front) is None
    assert home.entity_id("event", f"{home.system_id}_log") is None
    with pytest.raises(ServiceValidationError, match="keeps no log"):
        await home.act(
            "get_passages", device_id=home.registered_id(lock_id(home, "Front door"))
        )
    home.cloud.user.rights = -1 & (2**63 - 1)
    home.cloud.sessions.expire()
    await home.wait(INVENTORY)
    assert home.entity_id("event", front)
    await home.wait(LOOK)
    use(home, "Front door", "Anna's key")
    home.cloud.settle()
    await home.wait(LOOK)
    assert home.shown("event", front).attributes["event_type"] == "granted"
    home.cloud.user.rights = int(~Right.LOGS)
    home.cloud.sessions.expire()
    await home.wait(INVENTORY)
    await home.wait(INVENTORY)
    assert home.entity_id("event", front) is None
    asked = home.count(LOG)
    await home.wait(LOOK)
    assert home.count(LOG) == asked


async def test_version_1(home: Home) -> None:
    """The first generation has no logs."""
    home.cloud.set_options(generations="v1")
    await home.start_v1()
    registry = er.async_get(home.hass)
    entries = er.async_entries_for_config_entry(registry, home.entry.entry_id)
    assert not [
        each.unique_id
        for each in entries
        if each.unique_id.endswith(("_passage", "_log"))
    ]


async def test_no_numbers(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    """What identifies a key, and who has it otherwise, stands in no state and no log."""
    home.cloud.set_options(offline_log_seconds=1)
    await home.start()
    for key in home.cloud.group.keys.values():
        use(home, "Front door", key.record["Description"])
    await home.wait(LOOK)
    await home.act("get_passages", device_id=home.registered_id(home.system_id))
    shown = repr([state.as_dict() for state in home.hass.states.async_all()])
    for key in home.cloud.group.keys.values():
        for name in ("ROM_ID", "TagKey"):
            if secret := key.record[name]:
                assert secret not in shown
                assert secret not in caplog.text
    for secret in ("anna@example.com", "+358401234567", "+358409876543"):
        assert secret not in shown
        assert secret not in caplog.text


async def test_nothing_new(home: Home) -> None:
    """A reading in which nothing is new writes no state, and costs one request."""
    await home.start()
    changed = async_capture_events(home.hass, "state_changed")
    home.cloud.requests.reset()
    for _ in range(3):
        await home.wait(LOOK)
    assert changed == []
    assert home.count(LOG) == 3
    assert home.cloud.requests.total == 3


async def test_late_lines(home: Home) -> None:
    """A lock that is offline tells late, with when it was."""
    await home.start()
    told = passages(home)
    use(home, "Sauna", "Anna's key")
    at = home.cloud.clock()
    await home.wait(1800)
    assert told == []
    await home.wait(1810)
    await home.wait(LOOK)
    (event,) = told
    assert dt_util.parse_datetime(event.data["occurred_at"]) == at
