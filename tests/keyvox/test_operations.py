"""Every operation that the vendor's overview names has its row in the documentation, and is used as that says."""

from datetime import timedelta
from pathlib import Path
import re
from typing import Any, Final

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from custom_components.latchkey.const import DOMAIN
from custom_components.latchkey.vendors.keyvox.calls import CALLS
from custom_components.latchkey.vendors.keyvox.paths import SEED as OURS
from simulators.keyvox import SEED
from tests.keyvox.home import POLL, Home

TABLE: Final = (Path(__file__).parents[2] / "docs/keyvox.md").read_text("utf-8")
CALLED: Final = "`latchkey.call_vendor`"


def test_each_has_a_row() -> None:
    """The table has a row for each of the 34 operations, no more, and says which ones are called by name."""
    rows = dict(re.findall(r"^\| `([A-Za-z/]+)` \| (.*) \|$", TABLE, re.MULTILINE))
    assert len(SEED) == 34
    assert list(rows) == list(SEED) == list(OURS)
    assert {name for name, use in rows.items() if use == CALLED} == set(CALLS)


def test_actions_of_the_table() -> None:
    """The actions that the table names are there."""
    named = set(re.findall(r"`latchkey\.([a-z_]+)`", TABLE))
    services = (
        Path(__file__).parents[2] / "custom_components/latchkey/services.yaml"
    ).read_text("utf-8")
    assert named <= set(re.findall(r"^([a-z_]+):$", services, re.MULTILINE))


async def test_each_is_used(home: Home) -> None:
    """A person who uses everything that there is uses every operation but those that are called by name."""
    await home.start()
    await locks(home)
    await grants(home)
    await boxes(home)
    await reservations(home)
    await home.run(POLL, POLL)
    used = {name for name, path in SEED.items() if home.count(path)}
    assert used == set(SEED) - set(CALLS)


async def call(home: Home, action: str, **data: Any) -> list[dict[str, Any]]:
    """Call an action, and return the rows of its answer."""
    answer = await home.hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True
    )
    assert answer is not None
    (rows,) = (each for each in answer.values() if isinstance(each, list))
    return [dict(row) for row in rows if isinstance(row, dict)]


def later(**time: float) -> str:
    """Return a time that is to come."""
    return (dt_util.now() + timedelta(**time)).isoformat()


async def locks(home: Home) -> None:
    """Unlock a lock, and lock it."""
    lock = {ATTR_ENTITY_ID: home.shown("lock", f"{home.lock_id()}_lock").entity_id}
    for action in ("unlock", "lock"):
        await home.hass.services.async_call("lock", action, lock, blocking=True)
    assert not home.cloud.locks[home.lock_id()].unlocked


async def grants(home: Home) -> None:
    """Issue, change and revoke the PINs of a unit and of a box."""
    for device_id in (home.lock_id(), f"{home.locker_id()}-00-01"):
        (row,) = await call(
            home,
            "issue_pin",
            device_id=home.registered_id(device_id),
            name="Anna",
            end_datetime=later(days=1),
        )
        assert len(row["code"]) == 6
        grant = {"grant_id": row["grant_id"]}
        await call(home, "update_grant", **grant, end_datetime=later(days=2))
        await call(home, "revoke_grant", **grant)
    assert await call(home, "get_grants")


async def boxes(home: Home) -> None:
    """Look which boxes are free, and open one."""
    locker_id = home.locker_id()
    free = await call(
        home,
        "get_available_boxes",
        device_id=home.registered_id(locker_id),
        start_datetime=later(minutes=1),
        end_datetime=later(hours=1),
    )
    assert free
    registry = er.async_get(home.hass)
    entity_id = next(
        each.entity_id
        for each in er.async_entries_for_config_entry(registry, home.entry.entry_id)
        if each.domain == "button" and "00-02" in each.unique_id
    )
    registry.async_update_entity(entity_id, disabled_by=None)
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    await home.settle()
    button = {ATTR_ENTITY_ID: entity_id}
    await home.hass.services.async_call("button", "press", button, blocking=True)
    assert home.cloud.lockers[locker_id].box("00-02").openings == 1


async def reservations(home: Home) -> None:
    """Let a room, change that, check its guests in and out, and cancel another reservation."""
    period = {"start_datetime": later(minutes=1), "end_datetime": later(days=1)}
    place = {"device_id": home.registered_id(home.place_id())}
    assert await call(home, "get_plans", **place)
    rooms = await call(home, "get_availability", **place, **period)
    rows = [
        await call(
            home,
            "create_booking",
            **place,
            **period,
            access=room["access_id"],
            name="Anna",
        )
        for room in rooms
    ]
    first, second = ({"booking_id": row["booking_id"]} for (row,) in rows)
    await call(home, "update_booking", **first, end_datetime=later(days=2))
    await call(home, "check_in", **first)
    (left,) = await call(home, "check_out", **first)
    assert left["state"] == "checked_out"
    (gone,) = await call(home, "cancel_booking", **second)
    assert gone["state"] == "cancelled"
