"""Smart locks: unlocked once and never twice, shown as they tell themselves and never as one might guess."""

import asyncio

from homeassistant.components.lock import LockState
from homeassistant.const import (
    ATTR_SUPPORTED_FEATURES,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest

from simulators.faults import FaultKind
from tests.keyvox.lock_home import LOOK, STATUS, WORDS, LockHome
from tests.texts import AT_SMART_LOCKS
from tests.vendors.helpers import FAULTS


async def test_names(locks: LockHome) -> None:
    """Each of these texts calls an entity, and no entity lacks its name."""
    locks.lock().related = "1"
    await locks.start()
    used = {
        (entity.domain, entity.translation_key)
        for entity in er.async_entries_for_config_entry(
            er.async_get(locks.hass), locks.entry.entry_id
        )
    }
    assert used >= AT_SMART_LOCKS
    for state in locks.hass.states.async_all():
        assert "{" not in state.name


async def test_unknown_words(locks: LockHome) -> None:
    """By words that may mean either, a lock is neither locked nor unlocked; a sensor shows the word."""
    await locks.start()
    state = locks.shown("lock", "lock")
    assert state.state == STATE_UNKNOWN
    assert state.attributes[ATTR_SUPPORTED_FEATURES] == 0
    assert locks.shown("sensor", "reported_status").state == "0"
    await locks.act("unlock")
    await locks.run(60)
    assert locks.lock().unlocked
    assert locks.state() == STATE_UNKNOWN
    assert locks.shown("sensor", "reported_status").state == "1"


@pytest.mark.parametrize(
    ("locked", "unlocked"), [("Locked", "UNLOCKED"), ("施錠", "解錠")]
)
async def test_clear_words(locks: LockHome, locked: str, unlocked: str) -> None:
    """Words that can mean nothing else are understood without being asked for."""
    locks.cloud.set_options(locked_status=locked, unlocked_status=unlocked)
    await locks.start()
    assert locks.state() == LockState.LOCKED
    locks.cloud.turn_knob(locks.lock().id)
    await locks.wait(STATUS)
    assert locks.state() == LockState.UNLOCKED


async def test_words_of_the_user(locks: LockHome) -> None:
    """What the user says counts, even against what a word is taken for otherwise."""
    locks.cloud.set_options(locked_status="open", unlocked_status="CLOSE")
    await locks.start(locked_words=["Open"], unlocked_words=["close"])
    assert locks.state() == LockState.LOCKED
    locks.cloud.turn_knob(locks.lock().id)
    await locks.wait(STATUS)
    assert locks.state() == LockState.UNLOCKED


async def test_unlock_and_lock(locks: LockHome) -> None:
    """A lock is shown on its way until it tells that it is there."""
    await locks.start(**WORDS)
    assert locks.state() == LockState.LOCKED
    await locks.act("unlock")
    assert locks.lock().unlocked
    assert locks.state() == LockState.UNLOCKING
    await locks.wait(LOOK)
    assert locks.state() == LockState.UNLOCKED
    await locks.act("lock")
    assert not locks.lock().unlocked
    assert locks.state() == LockState.LOCKING
    await locks.wait(LOOK)
    assert locks.state() == LockState.LOCKED
    assert locks.count("unlock") == 2
    assert locks.state(1) == LockState.LOCKED


async def test_looks(locks: LockHome) -> None:
    """After a command a lock is looked at after 3, 10 and 30 seconds, and then as often as before."""
    await locks.start(**WORDS)
    await locks.act("unlock")
    before = locks.count("getLockStatus")
    looks = []
    for second in range(1, 120):
        await locks.wait(1)
        if locks.count("getLockStatus") > before:
            before = locks.count("getLockStatus")
            looks.append(second)
    assert looks == [3, 10, 30]
    before = locks.count("getLockStatus")
    await locks.run(3600, 30)
    # Two locks, every three minutes.
    assert locks.count("getLockStatus") - before in range(38, 43)


async def test_late_report(locks: LockHome) -> None:
    """A report from before the command is not taken for what came of it; after the looks the state is unknown."""
    locks.cloud.set_options(history_seconds=100)
    await locks.start(**WORDS)
    await locks.act("unlock")
    await locks.run(9, 1)
    assert locks.state() == LockState.UNLOCKING
    await locks.run(30, 1)
    assert locks.state() == STATE_UNKNOWN
    await locks.run(STATUS)
    assert locks.state() == LockState.UNLOCKED


async def test_relocks(locks: LockHome) -> None:
    """A lock that locks itself is shown so once it tells so."""
    locks.cloud.set_options(relock_seconds=5)
    await locks.start(**WORDS)
    await locks.act("unlock")
    await locks.wait(LOOK)
    assert locks.state() == LockState.UNLOCKED
    await locks.wait(8)
    assert locks.state() == LockState.LOCKED


@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.parametrize("live", [True, False])
async def test_one_command_whatever_happens(
    locks: LockHome, kind: FaultKind, live: bool
) -> None:
    """Whatever happens to an unlocking, the cloud receives it once, and the door is never shown as locked wrongly."""
    locks.cloud.set_options(live_status=live, history_seconds=0)
    await locks.start(**WORDS)
    locks.fault(kind, "unlock", seconds=3600)
    unlocking = await locks.acting("unlock")
    if kind.startswith("delay"):
        await locks.wait(80)
    failure = (await asyncio.gather(unlocking, return_exceptions=True))[0]
    executed = kind in {"delay_answer", "reset_after", "half", "html_after"}
    assert locks.lock().unlocked is executed
    # What was executed could be read.
    assert (failure is None) is executed
    if failure:
        assert isinstance(failure, HomeAssistantError)
        assert failure.translation_key == (
            "rate_limited" if kind == "rate_limit" else "outcome_unknown_unlock"
        )
    await locks.run(2 * STATUS, 5)
    assert locks.count("unlock") == 1
    if executed:
        assert locks.state() == LockState.UNLOCKED
    elif live or kind == "rate_limit":
        assert locks.state() == LockState.LOCKED
    else:
        # What it last reported is from before the command.
        assert locks.state() == STATE_UNKNOWN
        await locks.run(600, 60)
        assert locks.state() == LockState.LOCKED
    await locks.wait(3600)


async def test_effect_that_is_told_later(locks: LockHome) -> None:
    """Where the cloud tells an older report, the outcome is unknown at first, and shown once it can be read."""
    await locks.start(**WORDS)
    locks.fault("reset_after", "unlock")
    with pytest.raises(HomeAssistantError, match="may or may not") as failure:
        await locks.act("unlock")
    assert failure.value.translation_key == "outcome_unknown_unlock"
    assert locks.state() == STATE_UNKNOWN
    await locks.wait(LOOK)
    assert locks.state() == LockState.UNLOCKED
    assert locks.count("unlock") == 1


async def test_lost_locking(locks: LockHome) -> None:
    """A locking whose answer is lost is not repeated either, and is believed where the lock tells so."""
    locks.cloud.set_options(history_seconds=0)
    await locks.start(**WORDS)
    await locks.act("unlock")
    await locks.wait(LOOK)
    locks.fault("reset_after", "unlock", times=1)
    await locks.act("lock")
    assert locks.state() == LockState.LOCKED
    await locks.wait(LOOK)
    locks.fault("reset", "unlock")
    with pytest.raises(HomeAssistantError) as failure:
        await locks.act("lock")
    assert failure.value.translation_key == "outcome_unknown_lock"
    assert locks.count("unlock") == 3


@pytest.mark.parametrize("action", ["lock", "unlock"])
async def test_unreachable_lock(locks: LockHome, action: str) -> None:
    """A lock that is not reached may still do what it was told: that is said, and nothing is sent again."""
    await locks.start(**WORDS)
    locks.cloud.set_connection(locks.lock().id, online=False)
    with pytest.raises(HomeAssistantError, match="may still") as failure:
        await locks.act(action)
    assert failure.value.translation_key == f"device_unreachable_{action}"
    assert locks.state() == STATE_UNKNOWN
    await locks.run(60)
    # It was locked when it last reported.
    known = LockState.LOCKED if action == "lock" else STATE_UNKNOWN
    assert locks.state() == known
    assert locks.count("unlock") == 1
    assert locks.shown("binary_sensor", "connected").state == STATE_OFF


async def test_opens_after_all(locks: LockHome) -> None:
    """A lock that the cloud gave up may unlock later; that shows."""
    locks.cloud.set_connection(locks.lock().id, seconds=90)
    await locks.start(**WORDS)
    unlocking = await locks.acting("unlock")
    await locks.wait(66)
    with pytest.raises(HomeAssistantError) as failure:
        await unlocking
    assert failure.value.translation_key == "device_unreachable_unlock"
    assert not locks.lock().unlocked
    await locks.run(30)
    assert locks.lock().unlocked
    await locks.run(STATUS)
    assert locks.state() == LockState.UNLOCKED
    assert locks.count("unlock") == 1


async def test_slow_lock(locks: LockHome) -> None:
    """A lock that takes a minute is waited for; meanwhile it is unlocked by nobody else, and locked afterwards."""
    await locks.start(**WORDS)
    locks.cloud.set_connection(locks.lock().id, seconds=60)
    unlocking = await locks.acting("unlock")
    assert locks.state() == LockState.UNLOCKING
    with pytest.raises(HomeAssistantError) as failure:
        await locks.act("unlock")
    assert failure.value.translation_key == "already_opening"
    locking = asyncio.create_task(locks.act("lock"))
    for _ in range(5):
        await locks.go_on(10)
        assert locks.state() == LockState.UNLOCKING
        assert not unlocking.done()
    locks.cloud.set_connection(locks.lock().id, seconds=0)
    locks.tick(10)
    await unlocking
    await locking
    assert locks.count("unlock") == 2
    await locks.wait(LOOK)
    assert not locks.lock().unlocked
    assert locks.state() == LockState.LOCKED


async def test_unlock_behind_a_lock(locks: LockHome) -> None:
    """An unlocking does not wait long for its turn: later it would open to nobody."""
    await locks.start(**WORDS)
    locks.cloud.set_connection(locks.lock().id, seconds=60)
    locking = await locks.acting("lock")
    unlocking = asyncio.create_task(locks.act("unlock"))
    await locks.go_on(0)
    locks.tick(6)
    with pytest.raises(HomeAssistantError) as failure:
        await unlocking
    assert failure.value.translation_key == "device_busy"
    locks.tick(55)
    await locking
    assert locks.count("unlock") == 1


async def test_poll_during_a_command(locks: LockHome) -> None:
    """A status that was asked for before a command's end says nothing of what came of it."""
    await locks.start(**WORDS)
    fault = locks.fault("delay_answer", "getLockStatus", seconds=2, times=1)
    await locks.go_on(STATUS)
    assert fault.hits == 1
    await locks.act("unlock")
    # The answer that says locked comes now.
    await locks.go_on(2.1)
    assert locks.state() == LockState.UNLOCKING
    await locks.wait(1)
    assert locks.state() == LockState.UNLOCKED


async def test_unavailable_and_back(locks: LockHome) -> None:
    """A lock that does not answer is unavailable, and the others are not."""
    locks.cloud.set_options(live_status=True)
    await locks.start(**WORDS)
    assert locks.shown("binary_sensor", "connected").state == STATE_ON
    locks.cloud.set_connection(locks.lock().id, online=False)
    await locks.wait(STATUS)
    assert locks.state() == STATE_UNAVAILABLE
    assert locks.state(1) == LockState.LOCKED
    assert locks.shown("binary_sensor", "connected").state == STATE_OFF
    locks.cloud.turn_knob(locks.lock().id)
    locks.cloud.set_connection(locks.lock().id, online=True)
    await locks.wait(STATUS)
    assert locks.state() == LockState.UNLOCKED
    assert locks.shown("binary_sensor", "connected").state == STATE_ON


@pytest.mark.parametrize(
    ("kind", "patience"), [("html", 1), ("status", 2), ("reset", 2)]
)
async def test_no_status(locks: LockHome, kind: FaultKind, patience: int) -> None:
    """A lock whose status cannot be read is neither locked nor unlocked, but for a short outage."""
    await locks.start(**WORDS)
    locks.fault(kind, "getLockStatus")
    for _ in range(patience):
        assert locks.state() == LockState.LOCKED
        await locks.wait(STATUS)
    assert locks.state() == STATE_UNKNOWN
    locks.cloud.clear_faults()
    await locks.wait(STATUS)
    assert locks.state() == LockState.LOCKED


async def test_readings(locks: LockHome) -> None:
    """Charges, connection and last report are shown where a lock tells of them."""
    reader = locks.cloud.add_lock("Reader", related="PiACK II", battery=80)
    virtual = locks.cloud.add_lock("Virtual", virtual=True)
    locks.cloud.add_unit("Hall", next(iter(locks.cloud.sites)), [reader.id, virtual.id])
    await locks.start(**WORDS)
    assert locks.shown("sensor", "battery_level", 2).state == "80.0"
    assert locks.shown("sensor", "related_battery", 2).state == "100.0"
    reported = locks.shown("sensor", "last_contact", 2).state
    assert reported == reader.report.at.isoformat(timespec="seconds")
    assert locks.shown("binary_sensor", "connected", 2).state == STATE_ON
    assert locks.shown("binary_sensor", "connected", 3).state == STATE_OFF
    for key, place in (("battery_level", 3), ("related_battery", 0)):
        with pytest.raises(AssertionError, match=key):
            locks.shown("sensor", key, place)
    name = locks.shown("sensor", "battery_level", 2).attributes["friendly_name"]
    assert name == "Reader Battery"
    reader.virtual = True
    await locks.wait(STATUS)
    assert locks.shown("sensor", "battery_level", 2).state == STATE_UNKNOWN
    assert locks.shown("sensor", "related_battery", 2).state == "100.0"


@pytest.mark.parametrize("word", ["x" * 40, "PIN 4711", "a\u0000b", "04A1 12B2"])
async def test_words_that_are_none(locks: LockHome, word: str) -> None:
    """What may be no word is not shown."""
    locks.cloud.set_options(locked_status=word)
    await locks.start()
    assert locks.state() == STATE_UNKNOWN
    assert locks.shown("sensor", "reported_status").state == "•••"
