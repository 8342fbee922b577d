"""Doors: opened once and never twice, held open only where that is allowed."""

import asyncio

from homeassistant.components.lock import LockEntityFeature, LockState
from homeassistant.const import (
    ATTR_ASSUMED_STATE,
    ATTR_SUPPORTED_FEATURES,
    STATE_UNAVAILABLE,
)
from homeassistant.exceptions import HomeAssistantError
import pytest

from simulators.faults import FaultKind
from tests.house import POLL, SETTLING, House, doors
from tests.vendors.helpers import FAULTS

F1 = "99998/F1"
OPEN = "lock.open"


def actions(house: House) -> list[str]:
    """Return what the unit was told to do."""
    return [command.action for command in house.commands(99998)]


async def test_lock_instead_of_a_switch(house: House) -> None:
    """A relay declared a door has a lock, whose state is assumed, and no switch; others keep theirs."""
    await house.start(**doors(F1))
    state = house.shown("lock", F1)
    assert state.state == LockState.LOCKED
    assert state.attributes[ATTR_ASSUMED_STATE] is True
    assert state.attributes[ATTR_SUPPORTED_FEATURES] == LockEntityFeature.OPEN
    assert house.entity_id("switch", F1) is None
    assert house.entity_id("lock", "99998/F2") is None
    assert house.entity_id("switch", "99998/F2") is not None


async def test_door_and_back(house: House) -> None:
    """A relay that becomes a door changes its entity at once, and back again when it no longer is one."""
    await house.start()
    for options, there, gone in (
        (doors(F1), "lock", "switch"),
        ({}, "switch", "lock"),
    ):
        before = house.entity_id(gone, F1)
        assert before is not None
        house.hass.config_entries.async_update_entry(house.entry, options=options)
        await house.hass.config_entries.async_reload(house.entry.entry_id)
        await house.settle()
        assert house.shown(there, F1).state != STATE_UNAVAILABLE
        assert house.entity_id(gone, F1) is None
        assert house.hass.states.get(before) is None


@pytest.mark.parametrize("verb", ["open", "unlock"])
async def test_one_passage(house: House, verb: str) -> None:
    """Opening releases the door for the time that the user chose; so does unlocking a door that may not be held open."""
    await house.start(**doors(F1, pulse=7))
    await house.act(f"lock.{verb}", F1)
    assert actions(house) == ["7"]
    assert house.lock(F1) == LockState.OPEN
    await house.wait(6.4)
    assert house.lock(F1) == LockState.OPEN
    await house.wait(0.6)
    assert house.lock(F1) == LockState.LOCKED


async def test_held_open(house: House) -> None:
    """A door that may be held open is released until it is locked; opening it is still one passage."""
    await house.start(**doors(F1, pulse=7, may_be_held_open=True))
    await house.act("lock.unlock", F1)
    await house.wait(POLL)
    assert house.lock(F1) == LockState.OPEN
    await house.act("lock.lock", F1)
    assert house.lock(F1) == LockState.LOCKED
    await house.act(OPEN, F1)
    assert actions(house) == ["ON", "OFF", "7"]


async def test_locking_ends_an_opening(house: House) -> None:
    """Locking ends a pulse before its time, and nothing happens when its time would have come."""
    await house.start(**doors(F1, pulse=7))
    await house.act(OPEN, F1)
    await house.act("lock.lock", F1)
    assert house.lock(F1) == LockState.LOCKED
    assert not house.cloud.unit(99998).is_on("F1")
    await house.wait(POLL)
    assert actions(house) == ["7", "OFF"]
    assert house.lock(F1) == LockState.LOCKED


@pytest.mark.parametrize("kind", FAULTS)
async def test_one_command_whatever_happens(house: House, kind: FaultKind) -> None:
    """Whatever happens to a command, and for as long as we look, the cloud receives it once."""
    await house.start(**doors(F1, pulse=600))
    house.fault(kind=kind, method="POST", seconds=3600)
    opening = asyncio.create_task(house.act(OPEN, F1))
    if kind.startswith("delay"):
        await house.sent()
        await house.wait(20)
    failure = (await asyncio.gather(opening, return_exceptions=True))[0]
    for _ in range(5):
        await house.wait(POLL)
    assert house.count("POST Control") == 1
    executed = kind in {"delay_answer", "reset_after", "half", "html_after"}
    assert actions(house) == (["600"] if executed else [])
    # What was executed could be read, in time.
    assert (failure is None) is executed
    if failure:
        assert isinstance(failure, HomeAssistantError)
        assert failure.translation_key == (
            "rate_limited" if kind == "rate_limit" else "outcome_unknown"
        )
    await house.wait(3600)


@pytest.mark.parametrize("kind", ["reset_after", "half", "html_after"])
async def test_effect_that_can_be_read(house: House, kind: FaultKind) -> None:
    """Where the answer is lost, but a fresh status shows the door released, opening succeeded."""
    await house.start(**doors(F1))
    house.fault(kind=kind, method="POST")
    await house.act(OPEN, F1)
    assert house.lock(F1) == LockState.OPEN
    await house.wait(5)
    assert house.lock(F1) == LockState.LOCKED


@pytest.mark.parametrize("verb", ["open", "unlock", "lock"])
async def test_effect_that_cannot_be_read(house: House, verb: str) -> None:
    """Where the answer is lost and the cloud tells an older status, the outcome is unknown, and told as such."""
    await house.start(**doors(F1, may_be_held_open=True))
    if verb == "lock":
        house.cloud.set_output(99998, "F1", True)
    house.cloud.freeze_status(99998)
    await house.wait(POLL)
    before = house.lock(F1)
    house.fault(kind="reset_after", method="POST")
    with pytest.raises(HomeAssistantError, match="may or may not") as failure:
        await house.act(f"lock.{verb}", F1)
    assert failure.value.translation_key == "outcome_unknown"
    assert house.count("POST Control") == 1
    assert house.lock(F1) == before
    # Once the cloud tells more, it shows.
    house.cloud.freeze_status(99998, False)
    await house.wait(SETTLING)
    assert house.lock(F1) != before


async def test_cached_effect_is_no_proof(house: House) -> None:
    """A status from the cloud's memory proves nothing, though it shows what was wanted."""
    await house.start(**doors(F1, may_be_held_open=True))
    house.cloud.set_output(99998, "F1", True)
    house.cloud.freeze_status(99998)
    house.fault(kind="reset_after", method="POST")
    with pytest.raises(HomeAssistantError) as failure:
        await house.act("lock.unlock", F1)
    assert failure.value.translation_key == "outcome_unknown"


async def test_pulse_on_an_open_door_is_no_proof(house: House) -> None:
    """Of a door that was released already, a fresh status cannot tell whether the pulse came through."""
    await house.start(**doors(F1))
    house.cloud.set_output(99998, "F1", True)
    await house.wait(POLL)
    house.fault(kind="reset_after", method="POST")
    with pytest.raises(HomeAssistantError) as failure:
        await house.act(OPEN, F1)
    assert failure.value.translation_key == "outcome_unknown"


async def test_unreachable_unit(house: House) -> None:
    """A unit that the cloud cannot reach may have got the command; that cannot be read either."""
    await house.start(**doors(F1))
    house.cloud.set_offline(99998, "error")
    with pytest.raises(HomeAssistantError) as failure:
        await house.act(OPEN, F1)
    assert failure.value.translation_key == "outcome_unknown"
    assert house.count("POST Control") == 1
    await house.wait(POLL)
    assert house.lock(F1) == STATE_UNAVAILABLE


@pytest.mark.parametrize(
    ("verb", "shown"), [("open", LockState.OPENING), ("lock", LockState.LOCKING)]
)
async def test_under_way(house: House, verb: str, shown: LockState) -> None:
    """While a command is under way, that shows."""
    await house.start(**doors(F1))
    house.fault(kind="delay", method="POST", seconds=3, times=1)
    sending = asyncio.create_task(house.act(f"lock.{verb}", F1))
    await house.sent()
    assert house.lock(F1) == shown
    await house.wait(4)
    await sending
    assert house.lock(F1) == (LockState.OPEN if verb == "open" else LockState.LOCKED)


@pytest.mark.parametrize("between", [[], ["lock"]])
async def test_second_opening(house: House, between: list[str]) -> None:
    """While an opening is under way another one is refused, even if locking was asked for in between."""
    await house.start(**doors(F1))
    house.fault(kind="delay", method="POST", seconds=3, times=1)
    first = asyncio.create_task(house.act(OPEN, F1))
    await house.sent()
    others = [
        asyncio.create_task(house.act(f"lock.{verb}", F1))
        for verb in (*between, "open")
    ]
    await house.sent()
    await house.wait(4)
    *successes, refusal = await asyncio.gather(first, *others, return_exceptions=True)
    assert successes == [None for _ in successes]
    assert isinstance(refusal, HomeAssistantError)
    assert refusal.translation_key == "already_opening"
    assert "Grind" in str(refusal)
    assert actions(house) == ["5", *("OFF" for _ in between)]


@pytest.mark.parametrize("verb", ["open", "unlock"])
async def test_opening_an_open_door(house: House, verb: str) -> None:
    """While a door's pulse runs another opening is needless, and not sent; once it is over, or ended, it is."""
    await house.start(**doors(F1))
    await house.act(OPEN, F1)
    await house.wait(SETTLING)
    await house.act(f"lock.{verb}", F1)
    assert actions(house) == ["5"]
    await house.wait(SETTLING)
    await house.act(f"lock.{verb}", F1)
    assert actions(house) == ["5", "5"]
    await house.act("lock.lock", F1)
    await house.act(f"lock.{verb}", F1)
    assert actions(house) == ["5", "5", "OFF", "5"]


async def test_too_late(house: House) -> None:
    """A door does not open long after somebody asked for it: what has to wait for too long is refused."""
    await house.start(**doors(F1))
    turn = house.entry.runtime_data.commands.turn(
        house.entry.runtime_data.data.devices["99998"]
    )
    async with turn:
        late = asyncio.create_task(house.act(OPEN, F1))
        await house.until(lambda: house.lock(F1) == LockState.OPENING)
        house.tick(5.1)
        with pytest.raises(HomeAssistantError, match="fkv3 test 2") as failure:
            await late
    assert failure.value.translation_key == "device_busy"
    assert house.lock(F1) == LockState.LOCKED
    assert actions(house) == []


async def test_cancelled(house: House) -> None:
    """Where nobody waits for an opening any more, what it did is looked for nevertheless."""
    await house.start(**doors(F1, pulse=60))
    house.fault(kind="delay_answer", method="POST", seconds=9, times=1)
    opening = asyncio.create_task(house.act(OPEN, F1))
    await house.sent()
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert house.lock(F1) == LockState.LOCKED
    await house.wait(SETTLING)
    assert house.lock(F1) == LockState.OPEN
    assert actions(house) == ["60"]
    await house.wait(9)


async def test_other_doors_do_not_wait(house: House) -> None:
    """A slow command to one unit holds up those to the same unit, and no other's."""
    await house.start(**doors(F1, "99998/F2", "99992/F2"))
    house.fault(kind="delay", method="POST", seconds=3, times=1)
    slow = asyncio.create_task(house.act(OPEN, F1))
    await house.sent()
    same = asyncio.create_task(house.act(OPEN, "99998/F2"))
    await house.act(OPEN, "99992/F2")
    assert len(house.commands(99992)) == 1
    assert house.commands(99998) == []
    assert house.lock("99998/F2") == LockState.OPENING
    await house.wait(4)
    await asyncio.gather(slow, same)
    assert [command.output for command in house.commands(99998)] == ["F1", "F2"]


async def test_unknown_state(house: House) -> None:
    """A door whose relay the status does not list is unavailable, neither locked nor open."""
    house.cloud.hide(99998, ["F1"])
    await house.start(**doors(F1))
    assert house.lock(F1) == STATE_UNAVAILABLE
    await house.act(OPEN, F1)
    assert house.count("POST Control") == 0
