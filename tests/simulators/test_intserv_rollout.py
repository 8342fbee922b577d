"""How changes of access keys come to the systems of the simulated IntServ Access cloud."""

from typing import Any

from hypothesis import given, strategies as st
import pytest

from simulators.intserv import ANNEX, MAIN, IntServCloud
from tests.simulators.helpers import FakeClock
from tests.simulators.intserv import CARD, Estate

ADD = "accesskeys/add"


async def both(estate: Estate, **more: Any) -> str:
    """Add a key that is to be in both systems, and return its id."""
    levels = [estate.level("Staff"), estate.level("Yard")]
    return str((await estate.add(access_levels=levels, **more))["id"])


def held(estate: Estate, system: str = MAIN) -> set[str]:
    """Return the ids of the keys that a system really holds."""
    return set(estate.system(system).held)


async def test_life(estate: Estate) -> None:
    """A change is pending, then applied in one system and then in all, and so is a removal."""
    await estate.pace(ANNEX, 20)
    key_id = await both(estate)
    pending = [{"system_id": MAIN}, {"system_id": ANNEX}]
    assert await estate.status(key_id) == {
        "id": key_id,
        "status": "Pending",
        "systems_where_applied": [],
        "systems_where_pending": pending,
        "systems_where_failed": [],
    }
    applied_at = estate.iso(5)
    estate.later(4.9)
    assert key_id not in held(estate)
    # What was due earlier is applied as of then.
    estate.later(10)
    told = await estate.status(key_id)
    assert told["status"] == "PartiallyApplied"
    assert told["systems_where_applied"] == [
        {"system_id": MAIN, "applied_at": applied_at}
    ]
    assert told["systems_where_pending"] == [{"system_id": ANNEX}]
    estate.later(10)
    assert (await estate.status(key_id))["status"] == "Applied"
    assert (await estate.call("accesskeys/remove", {"id": key_id})).status == 204
    estate.later(5)
    assert key_id not in held(estate)
    assert key_id in held(estate, ANNEX)
    assert (await estate.try_key("Gate", ANNEX, card=CARD))["type"] == 102
    estate.later(15)
    assert (await estate.try_key("Gate", ANNEX, card=CARD))["type"] == 201


async def test_without_levels(estate: Estate) -> None:
    """A key without levels is applied nowhere; one that loses them is dropped at the pace of its systems."""
    told = await estate.add("MC:1")
    assert (await estate.status(told["id"]))["status"] == "NotApplied"
    key_id = await both(estate)
    estate.later(5)
    await estate.ok(ADD, {"id": key_id, "access_levels": [estate.level("Yard")]})
    told = await estate.status(key_id)
    assert told["systems_where_pending"] == [{"system_id": MAIN}, {"system_id": ANNEX}]
    estate.later(5)
    told = await estate.status(key_id)
    assert told["status"] == "Applied"
    assert [row["system_id"] for row in told["systems_where_applied"]] == [ANNEX]
    await estate.ok(ADD, {"id": key_id, "access_levels": []})
    assert (await estate.status(key_id))["status"] == "Pending"
    estate.later(5)
    assert (await estate.status(key_id))["status"] == "NotApplied"
    assert key_id not in held(estate) | held(estate, ANNEX)


async def test_never(estate: Estate) -> None:
    """A system may never apply anything until it synchronises."""
    estate.cloud.set_options(apply_seconds=None)
    key_id = await both(estate)
    estate.later(1_000_000)
    assert (await estate.status(key_id))["status"] == "Pending"
    await estate.control("POST", f"systems/{MAIN}/synchronise")
    assert (await estate.status(key_id))["status"] == "PartiallyApplied"
    assert key_id in held(estate)


async def test_failure(estate: Estate) -> None:
    """A change that fails in one system has failed; that system keeps what it had until it synchronises."""
    key_id = await both(estate, pin="1111")
    estate.later(5)
    await estate.pace(ANNEX, 1, "SystemBusy")
    await estate.ok(ADD, {"id": key_id, "pin": "2222"})
    estate.later(5)
    told = await estate.status(key_id)
    assert told["status"] == "Failed"
    assert told["systems_where_failed"] == [
        {"system_id": ANNEX, "error_type": "SystemBusy"}
    ]
    assert [row["system_id"] for row in told["systems_where_applied"]] == [MAIN]
    assert estate.system(ANNEX).held[key_id].rights.pin == "1111"
    await estate.control("POST", f"systems/{ANNEX}/synchronise")
    assert (await estate.status(key_id))["status"] == "Applied"
    assert estate.system(ANNEX).held[key_id].rights.pin == "2222"
    # A removal that fails leaves the key in the system, where nobody can see it any more.
    await estate.call("accesskeys/remove", {"id": key_id})
    estate.later(5)
    assert key_id in held(estate, ANNEX)
    await estate.control("DELETE", f"systems/{ANNEX}/pace", status=204)
    await estate.control("POST", f"systems/{ANNEX}/synchronise")
    assert key_id not in held(estate, ANNEX)


async def test_codes(estate: Estate) -> None:
    """A code is cut from the left to what a system takes, and fails where there are no codes or it is in use."""
    await estate.control("PATCH", f"systems/{MAIN}", {"code_length": 4})
    levels = [estate.level("Staff")]
    first = await estate.add("991234", "code", access_levels=levels)
    assert first["key"]["identification"] == "991234"
    second = await estate.add("881234", "code", access_levels=levels)
    estate.later(5)
    assert (await estate.status(first["id"]))["status"] == "Applied"
    told = await estate.status(second["id"])
    assert told["systems_where_failed"][0]["error_type"] == "KeyAlreadyInUse"
    assert (await estate.try_key(code="991234"))["type"] == 201
    assert (await estate.try_key(code="1234"))["key_id"] == first["id"]
    assert (await estate.try_key(key_id=second["id"]))["key_id"] == first["id"]
    await estate.control("PATCH", f"systems/{MAIN}", {"codes_enabled": False})
    third = await estate.add("5678", "code", access_levels=levels)
    estate.later(5)
    told = await estate.status(third["id"])
    assert told["systems_where_failed"][0]["error_type"] == "CodeNotEnabled"
    await estate.control("POST", f"systems/{MAIN}/synchronise")
    assert (await estate.status(third["id"]))["status"] == "Failed"


async def test_in_use(estate: Estate) -> None:
    """A card of a user who is managed in the system itself is in use there, be it one chip of several."""
    body = {"name": "Janitor", "identification": "MC:9", "type": "proximity"}
    await estate.control("POST", f"systems/{ANNEX}/local", body, 204)
    levels = [estate.level("Staff"), estate.level("Yard")]
    told = await estate.add("EM:9|0x00000009", access_levels=levels)
    estate.later(5)
    told = await estate.status(told["id"])
    assert told["status"] == "Failed"
    assert told["systems_where_failed"][0] == {
        "system_id": ANNEX,
        "error_type": "KeyAlreadyInUse",
    }
    assert (await estate.try_key(card="EM:9"))["type"] == 102


async def test_offline(estate: Estate) -> None:
    """A system that is cut off applies nothing, and what it has missed at its pace once it is back."""
    await estate.control("PATCH", f"systems/{MAIN}", {"online": False})
    key_id = await both(estate)
    estate.later(60)
    assert (await estate.status(key_id))["status"] == "PartiallyApplied"
    await estate.control("POST", f"systems/{MAIN}/synchronise", status=409)
    await estate.control("PATCH", f"systems/{MAIN}", {"online": True})
    estate.later(4)
    assert (await estate.status(key_id))["status"] == "PartiallyApplied"
    estate.later(1)
    assert (await estate.status(key_id))["status"] == "Applied"


async def test_dropped_level(estate: Estate) -> None:
    """A level that is deleted is gone from the list, from access keys and from doors."""
    level = estate.level("Staff")
    key_id = await both(estate)
    estate.later(5)
    await estate.control("DELETE", f"levels/{level}", status=204)
    await estate.control("DELETE", f"levels/{level}", status=404)
    told = await estate.ok(ADD, {"id": key_id})
    assert told["access_levels"] == [estate.level("Yard")]
    assert (await estate.try_key(card=CARD))["type"] == 206
    body = {"id": key_id, "access_levels": [level]}
    assert "access_levels" in await estate.refused(ADD, body)


@pytest.mark.parametrize("pace", [0.0, 5.0])
async def test_overtaken(estate: Estate, pace: float) -> None:
    """A change that a later one has overtaken is never applied."""
    estate.cloud.set_options(apply_seconds=pace)
    key_id = await both(estate, pin="1111")
    await estate.pace(MAIN, 1)
    await estate.ok(ADD, {"id": key_id, "pin": "2222"})
    estate.later(2)
    assert estate.system().held[key_id].rights.pin == "2222"
    estate.later(60)
    assert estate.system().held[key_id].rights.pin == "2222"
    await estate.call("accesskeys/remove", {"id": key_id})
    again = await both(estate)
    estate.later(60)
    assert (await estate.status(again))["status"] == "Applied"


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("add", "level", "remove", "later", "slow", "fail", "cut")),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    max_size=40,
)


@given(STEPS)
def test_in_the_end(steps: list[tuple[str, int, int]]) -> None:
    """Whatever has happened, after a synchronisation every system holds what the cloud says, and nothing else."""
    clock = FakeClock()
    cloud = IntServCloud(clock=clock)
    store, systems = cloud.integration.store, list(cloud.systems.values())
    levels = [level.id for level in cloud.integration.levels()]
    for step, first, second in steps:
        cloud.settle()
        system = systems[first % 2]
        name = {"identification": f"EM:{first}", "type": "proximity"}
        there = any(key.identity.given == f"EM:{first}" for key in store.keys.values())
        match step:
            case "add" | "level":
                chosen = [levels[second], levels[3 - second]] if step == "add" else []
                store.put(
                    {"key": name, "pin": f"{second:04d}", "access_levels": chosen}
                )
            case "remove" if there:
                store.remove({"key": name})
            case "later":
                clock.move(second * 3)
            case "slow" | "fail":
                cloud.set_options(
                    apply_seconds=[0, 3, 30, None][second],
                    apply_error="Busy" if step == "fail" else None,
                )
            case "cut":
                cloud.set_online(system, bool(second % 2))
    for system in systems:
        cloud.set_online(system, True)
        cloud.rollout.synchronise(system, clock())
        assert not system.behind
        wanted = {
            key.id: key.rights.pin
            for key in store.keys.values()
            if set(key.rights.level_ids) & system.levels.keys()
        }
        assert {key: held.rights.pin for key, held in system.held.items()} == wanted
    assert {key.change.status for key in store.keys.values()} <= {
        "Applied",
        "NotApplied",
    }
