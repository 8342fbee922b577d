"""Switches: a command shows at once, and stays until the cloud tells something newer."""

from datetime import timedelta

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from tests.house import POLL, SETTLING, House

F1 = "99998/F1"


async def test_on_and_off(house: House) -> None:
    """A switch shows its new state with the answer of the cloud, and the relay has it."""
    await house.start()
    assert house.switch(F1) == STATE_OFF
    await house.act("switch.turn_on", F1)
    assert house.switch(F1) == STATE_ON
    assert house.cloud.unit(99998).is_on("F1")
    await house.act("switch.turn_off", F1)
    assert house.switch(F1) == STATE_OFF
    assert [command.action for command in house.commands(99998)] == ["ON", "OFF"]
    assert house.count("POST Control") == 2


async def test_relay_of_an_expansion(house: House) -> None:
    """A relay of an expansion is commanded through its unit, and others stay as they are."""
    await house.start()
    await house.act("switch.turn_on", "3023/X33")
    assert house.switch("3023/X33") == STATE_ON
    assert house.switch("3023/X34") == STATE_OFF
    assert [(command.output, command.action) for command in house.commands(3023)] == [
        ("X33", "ON")
    ]


async def test_effect_is_looked_for(house: House) -> None:
    """Soon after a command its effect is read, once for several commands to one unit."""
    await house.start()
    reads = house.count("GET Control")
    await house.act("switch.turn_on", F1)
    await house.act("switch.turn_on", "99998/F2")
    assert house.count("GET Control") == reads
    await house.wait(SETTLING)
    assert house.count("GET Control") == reads + 1
    assert house.switch(F1) == STATE_ON


async def test_older_state(house: House) -> None:
    """While the cloud still answers with an older state, the new one stays; after some minutes the cloud is believed."""
    await house.start()
    house.cloud.freeze_status(99998)
    await house.wait(POLL)
    await house.act("switch.turn_on", F1)
    for wait in (SETTLING, POLL, POLL, POLL, POLL):
        await house.wait(wait)
        assert house.switch(F1) == STATE_ON
    await house.wait(5 * 60)
    assert house.switch(F1) == STATE_OFF


async def test_newer_state(house: House) -> None:
    """What somebody does on site after a command is shown at the next poll."""
    await house.start()
    await house.act("switch.turn_on", F1)
    await house.wait(SETTLING)
    house.cloud.set_output(99998, "F1", False)
    await house.wait(POLL)
    assert house.switch(F1) == STATE_OFF
    await house.wait(POLL)
    assert house.switch(F1) == STATE_OFF


async def test_change_on_site(house: House) -> None:
    """What somebody does on site without any command is shown at the next poll."""
    await house.start()
    house.cloud.set_output(99998, "F1", True)
    assert house.switch(F1) == STATE_OFF
    await house.wait(POLL)
    assert house.switch(F1) == STATE_ON


@pytest.mark.parametrize("lag", [timedelta(minutes=-10), timedelta(minutes=10)])
async def test_clocks_that_differ(house: House) -> None:
    """Where the answer to a command was lost but its effect was read, the units' clock alone says what is newer."""
    await house.start()
    house.fault(kind="reset_after", method="POST", times=1)
    await house.act("switch.turn_on", F1)
    assert house.switch(F1) == STATE_ON
    await house.wait(POLL)
    house.cloud.set_output(99998, "F1", False)
    await house.wait(POLL)
    assert house.switch(F1) == STATE_OFF


@pytest.mark.parametrize("seconds", [1, 5, 90])
async def test_pulse(house: House, seconds: int) -> None:
    """A pulse is over in Home Assistant when its time is, without a poll."""
    await house.start()
    await house.act("latchkey.pulse_output", F1, duration=seconds)
    assert house.switch(F1) == STATE_ON
    # The cloud cannot be asked: what is shown then is by our clock alone.
    house.cloud.freeze_status(99998)
    await house.wait(seconds - 0.6)
    assert house.switch(F1) == STATE_ON
    await house.wait(0.6)
    assert house.switch(F1) == STATE_OFF
    assert [command.action for command in house.commands(99998)] == [str(seconds)]
    await house.wait(POLL)
    assert house.switch(F1) == STATE_OFF


async def test_pulse_after_pulse(house: House) -> None:
    """A second pulse lasts for its own time, whatever was left of the first."""
    await house.start()
    await house.act("latchkey.pulse_output", F1, duration=10)
    await house.wait(8)
    await house.act("latchkey.pulse_output", F1, duration=10)
    await house.wait(8)
    assert house.switch(F1) == STATE_ON
    await house.wait(3)
    assert house.switch(F1) == STATE_OFF


@pytest.mark.parametrize(
    ("action", "state"), [("turn_on", STATE_ON), ("turn_off", STATE_OFF)]
)
async def test_command_during_a_pulse(house: House, action: str, state: str) -> None:
    """A command during a pulse ends it, and with it what was to happen at its end."""
    await house.start()
    await house.act("latchkey.pulse_output", F1, duration=10)
    await house.act(f"switch.{action}", F1)
    assert house.switch(F1) == state
    await house.wait(SETTLING)
    reads = house.count("GET Control")
    await house.wait(8)
    await house.wait(SETTLING)
    assert house.switch(F1) == state
    assert house.count("GET Control") == reads
    await house.wait(POLL)
    assert house.switch(F1) == state


async def test_pulse_ended_on_site(house: House) -> None:
    """A pulse that somebody ends on site is shown as ended when the cloud tells so."""
    await house.start()
    await house.act("latchkey.pulse_output", F1, duration=600)
    await house.wait(SETTLING)
    house.cloud.set_output(99998, "F1", False)
    await house.wait(POLL)
    assert house.switch(F1) == STATE_OFF


async def test_offline_unit_takes_the_command(house: House) -> None:
    """A command that a stale unit never gets is shown as accepted, until the cloud is believed again."""
    await house.start()
    house.cloud.set_offline(99998, "stale")
    await house.act("switch.turn_on", F1)
    assert house.switch(F1) == STATE_ON
    await house.wait(5 * 60 + POLL)
    assert house.switch(F1) == STATE_OFF


@pytest.mark.parametrize(
    ("status", "error", "key"),
    [
        (400, ServiceValidationError, "invalid_request"),
        (401, HomeAssistantError, "wrong_credentials"),
        (403, HomeAssistantError, "no_right"),
        (404, HomeAssistantError, "not_found"),
        (409, ServiceValidationError, "conflict"),
        (429, HomeAssistantError, "rate_limited"),
    ],
)
async def test_refusal(
    house: House, status: int, error: type[HomeAssistantError], key: str
) -> None:
    """A refusal is told in the user's words, names the output, and leaves the state as it was."""
    await house.start()
    house.fault(kind="status", method="POST", status=status)
    with pytest.raises(error) as failure:
        await house.act("switch.turn_on", F1)
    assert failure.type is error
    assert failure.value.translation_key == key
    assert str(failure.value).startswith("fkv3 test 2 S.kontor, Grind: ")
    assert house.switch(F1) == STATE_OFF
    assert house.count("POST Control") == 1
    assert house.commands(99998) == []


async def test_rate_limit_with_a_time(house: House) -> None:
    """A refusal for now says how long to wait."""
    await house.start()
    house.fault(kind="rate_limit", method="POST", retry_after=42)
    with pytest.raises(HomeAssistantError, match="42 seconds") as failure:
        await house.act("switch.turn_on", F1)
    assert failure.value.translation_key == "rate_limited_until"


async def test_unavailable(house: House) -> None:
    """A relay that the status does not list is unavailable, not off, and nothing is sent to it."""
    house.cloud.hide(99998, ["F1"])
    await house.start()
    assert house.switch(F1) == STATE_UNAVAILABLE
    assert house.switch("99998/F2") == STATE_OFF
    await house.act("switch.turn_on", F1)
    assert house.count("POST Control") == 0
    house.cloud.hide(99998, [])
    await house.wait(POLL)
    assert house.switch(F1) == STATE_OFF
