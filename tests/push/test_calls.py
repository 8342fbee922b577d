"""What a call leads to: the vendor's own is believed at once, unless it is older than what is known."""

from datetime import timedelta

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.util import dt as dt_util

from simulators.clock import iso
from tests.house import INVENTORY, POLL, SETTLING, House
from tests.push.calls import (
    CONTACT,
    UNIT,
    body,
    call,
    call_signed,
    called_in,
    counts,
    inputs,
    move,
    shown,
)

F1 = "99998/F1"


async def test_change(called: House) -> None:
    """What changes shows with the vendor's call, and nobody asks for it."""
    await called.start()
    asked = called.count("GET Control")
    assert called.contact(CONTACT) == STATE_OFF
    await move(called, True)
    assert called.contact(CONTACT) == STATE_ON
    await move(called, False)
    assert called.contact(CONTACT) == STATE_OFF
    assert called.count("GET Control") == asked
    assert (await counts(called))["news"] == 2


async def test_unsigned_after_signed(called: House) -> None:
    """Once the vendor has signed, a call without a signature is nobody's, also after a restart."""
    await called.start()
    called.tick(2)
    content = body(called, inputs=inputs(IN1="on"))
    for number in (1, 2):
        asked = called.count("GET Control")
        assert await call(called, content) == 401
        await called.wait(1)
        assert called.count("GET Control") == asked
        assert (await counts(called))["unsigned"] == 1
        if number == 1:
            await called.hass.config_entries.async_reload(called.entry.entry_id)
            await called.settle()
    assert called.contact(CONTACT) == STATE_OFF


async def test_unsigned_before_signed(called: House) -> None:
    """Where the vendor does not sign, a call only has the unit read, at most once in ten seconds."""
    called.cloud.set_options(sign_webhooks=False)
    await called.start()
    # The tests of the callbacks are such calls, too, and the next poll reads all once more.
    for _ in range(2):
        await called.wait(POLL)
    asked = called.count("GET Control")
    called.cloud.unit(UNIT).reporter = None
    called.cloud.set_input(UNIT, "IN1", True)
    lie = body(called, inputs=inputs(IN1="off", IN2="on"))
    assert await call(called, lie) == 200
    await called.wait(0.1)
    assert called.contact(CONTACT) == STATE_ON
    assert called.contact("99998/IN2") == STATE_OFF
    assert called.count("GET Control") == asked + 1
    for _ in range(9):
        assert await call(called, lie) == 200
        await called.wait(1)
    assert called.count("GET Control") == asked + 1
    await called.wait(2)
    assert called.count("GET Control") == asked + 2
    await called.wait(15)
    assert called.count("GET Control") == asked + 2


async def test_hint_leaves_the_look_at_a_command(called: House) -> None:
    """A call that only has the unit read does not put off the look at what a command has done."""
    called.cloud.set_options(sign_webhooks=False)
    await called.start()
    # The tests of the callbacks are such calls, too, and the next poll reads all once more.
    for _ in range(2):
        await called.wait(POLL)
    assert await call(called, body(called)) == 200
    await called.wait(1)
    called.cloud.unit(UNIT).reporter = None
    await called.act("switch.turn_on", F1)
    asked = called.count("GET Control")
    assert await call(called, body(called)) == 200
    await called.wait(3)
    assert called.count("GET Control") == asked + 1


async def test_two_hints_at_once(called: House) -> None:
    """Two calls at the same time have the unit read at once, not ten seconds later."""
    called.cloud.set_options(sign_webhooks=False)
    await called.start()
    # The tests of the callbacks are such calls, too, and the next poll reads all once more.
    for _ in range(2):
        await called.wait(POLL)
    asked = called.count("GET Control")
    for _ in range(2):
        assert await call(called, body(called)) == 200
    await called.wait(1)
    assert called.count("GET Control") == asked + 1


async def test_replayed(called: House) -> None:
    """A call that comes again, or late, changes nothing and does not count as a sign of life."""
    await called.start()
    await move(called, True)
    await move(called, False)
    before, heard = await counts(called), shown(called, "last_push")
    called.tick(30)
    for push in called.cloud.pushes(UNIT)[-2:]:
        assert await call(called, push.body, push.signature) == 200
    await called.settle()
    after = await counts(called)
    assert called.contact(CONTACT) == STATE_OFF
    assert after["older"] == before.get("older", 0) + 1
    assert after["repeated"] == before.get("repeated", 0) + 1
    assert shown(called, "last_push") == heard


async def test_same_second(called: House) -> None:
    """What happened in the second of what is known may be newer or older: the unit is read."""
    await called.start()
    asked = called.count("GET Control")
    called.cloud.unit(UNIT).reporter = None
    called.cloud.set_input(UNIT, "IN2", True)
    assert await call_signed(called, body(called, inputs=inputs(IN1="on"))) == 200
    assert called.contact(CONTACT) == STATE_OFF
    await called.wait(1.1)
    assert called.count("GET Control") == asked + 1
    assert called.contact(CONTACT) == STATE_OFF
    assert called.contact("99998/IN2") == STATE_ON
    assert (await counts(called)).get("unclear") == 1


async def test_future(called: House) -> None:
    """A time far ahead is not believed: the unit is read, and the calls that follow count."""
    await called.start()
    ahead = iso(dt_util.utcnow() + timedelta(hours=1))
    content = body(called, statusTimestampIso=ahead, inputs=inputs(IN1="on"))
    assert await call_signed(called, content) == 200
    assert called.contact(CONTACT) == STATE_OFF
    await called.wait(2)
    assert called.contact(CONTACT) == STATE_OFF
    await move(called, True)
    assert called.contact(CONTACT) == STATE_ON


async def test_what_is_not_told(called: House) -> None:
    """What a call does not tell, or not so that it can be understood, stays as it was."""
    await called.start()
    await move(called, True, "99992/IX1")
    for number, silence in enumerate((None, [], "?", {"IX1": "on"}, [1])):
        called.tick(2)
        content = body(
            called,
            99992,
            statusTimestampIso=iso(dt_util.utcnow()),
            inputs=inputs(IN1="off" if number % 2 else "on", IN2="ajar"),
            xInputs=silence,
            fOutputs=silence,
        )
        assert await call_signed(called, content) == 200
        expected = STATE_OFF if number % 2 else STATE_ON
        assert called.contact("99992/IN1") == expected
        assert called.contact("99992/IN2") == STATE_OFF
        assert called.contact("99992/IX1") == STATE_ON
        assert called.contact("99992/IX2") == STATE_OFF
        assert called.switch("99992/F1") == STATE_OFF


async def test_back(called: House) -> None:
    """A unit that could not be read is back with its first call."""
    await called.start()
    called.cloud.set_offline(UNIT, "error")
    await called.wait(INVENTORY)
    assert called.contact(CONTACT) == STATE_UNAVAILABLE
    called.cloud.set_offline(UNIT, None)
    await called_in(called)
    assert called.contact(CONTACT) == STATE_OFF
    await called.wait(POLL)
    assert called.contact(CONTACT) == STATE_OFF


async def test_call_during_a_poll(called: House) -> None:
    """What a poll asked for before a change does not take back the call about it."""
    await called.start()
    called.tick(2)
    called.fault(kind="delay_answer", path="/v1/Control?unitId=99998", seconds=5)
    poll = called.hass.async_create_task(
        called.entry.runtime_data.async_request_refresh()
    )
    await called.sent()
    called.tick(2)
    called.cloud.set_input(UNIT, "IN1", True)
    await called.cloud.pushes_done()
    await called.until(lambda: called.contact(CONTACT) == STATE_ON)
    called.tick(4)
    await poll
    await called.settle()
    assert called.contact(CONTACT) == STATE_ON


async def test_call_during_a_look(called: House) -> None:
    """What was read after a command does not take back the call about what changed meanwhile."""
    await called.start()
    called.tick(2)
    await called.act("switch.turn_on", F1)
    await called.cloud.pushes_done()
    called.fault(
        kind="delay_answer", path="/v1/Control?unitId=99998", seconds=5, times=1
    )
    called.tick(2.5)
    await called.sent()
    called.tick(2)
    called.cloud.set_input(UNIT, "IN1", True)
    await called.cloud.pushes_done()
    await called.until(lambda: called.contact(CONTACT) == STATE_ON)
    called.tick(4)
    await called.settle()
    assert called.contact(CONTACT) == STATE_ON


async def test_command(called: House) -> None:
    """A status from before a command that is called in after it does not take the command back."""
    await called.start()
    called.cloud.set_reporting(UNIT, reports_changes=False)
    called.tick(2)
    content = body(called, statusTimestampIso=iso(dt_util.utcnow()))
    called.tick(2)
    await called.act("switch.turn_on", F1)
    assert await call_signed(called, content) == 200
    assert (await counts(called))["news"] == 1
    assert called.switch(F1) == STATE_ON
    await called.wait(SETTLING)
    assert called.switch(F1) == STATE_ON


async def test_same_second_and_an_old_answer(called: House) -> None:
    """Where the vendor answers with what it kept, a change in the very second is looked for again."""
    await called.start()
    called.cloud.cache_seconds = 1.5
    called.tick(5 - dt_util.utcnow().microsecond / 1_000_000)
    device = called.entry.runtime_data.data.devices[str(UNIT)]
    called.entry.runtime_data.commands.async_look_later(device, 0.0)
    await called.wait(0.1)
    called.tick(0.2)
    called.cloud.set_input(UNIT, "IN1", True)
    await called.cloud.pushes_done()
    assert (await counts(called)).get("unclear") == 1
    assert called.contact(CONTACT) == STATE_OFF
    for _ in range(4):
        await called.wait(1)
    assert called.contact(CONTACT) == STATE_ON
