"""The action pulse_output: open to all who may control the switch, and choosy about its duration."""

from typing import Any

from homeassistant.auth.const import GROUP_ID_READ_ONLY, GROUP_ID_USER
from homeassistant.const import ATTR_ENTITY_ID, STATE_OFF, STATE_ON
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.setup import async_setup_component
import pytest
import voluptuous as vol

from custom_components.latchkey.const import ATTR_DURATION, DOMAIN, SERVICE_PULSE_OUTPUT
from tests.house import House, doors

F1 = "99998/F1"
PULSE = "latchkey.pulse_output"

BAD_DURATIONS: tuple[Any, ...] = (
    *(0, -1, 100_000, 1.5, 0.999999, 10**400, -(10**400)),
    *(float("nan"), float("inf"), float("-inf"), 1e300),
    *("x", "", "1.5", "5 s", "0x10", "nan", "inf", "1e999"),
    *(None, True, False, [], [5], {}, {"seconds": 5}),
)


async def test_durations(house: House) -> None:
    """A whole number of seconds is sent as digits, however it is written."""
    await house.start()
    for duration in (1, 5.0, "60", 99999):
        await house.act(PULSE, F1, duration=duration)
    sent = [command.action for command in house.commands(99998)]
    assert sent == ["1", "5", "60", "99999"]
    assert house.switch(F1) == STATE_ON


async def test_bad_durations(house: House) -> None:
    """A duration that is missing or cannot be right is refused in the user's words, which name the field; nothing is sent."""
    await house.start()
    for data in ({}, *({ATTR_DURATION: duration} for duration in BAD_DURATIONS)):
        with pytest.raises(ServiceValidationError) as failure:
            await house.act(PULSE, F1, **data)
        assert failure.value.translation_domain == DOMAIN
        assert failure.value.translation_key == "invalid_duration"
        message = str(failure.value)
        assert "duration" in message
        assert "fkv3 test 2 S.kontor, Grind" in message
        assert "1 to 99999" in message
    assert house.count("POST Control") == 0
    assert house.switch(F1) == STATE_OFF


async def test_unknown_field(house: House) -> None:
    """A field that does not exist is refused before anything is sent."""
    await house.start()
    with pytest.raises(vol.Invalid, match="minutes"):
        await house.act(PULSE, F1, duration=5, minutes=1)
    assert house.count("POST Control") == 0


async def test_several_outputs(house: House) -> None:
    """Several switches are pulsed by one call, each once."""
    await house.start()
    points = [F1, "99998/F2", "99992/X1"]
    await house.hass.services.async_call(
        DOMAIN,
        SERVICE_PULSE_OUTPUT,
        {
            ATTR_ENTITY_ID: [house.entity_id("switch", point) for point in points],
            ATTR_DURATION: 3,
        },
        blocking=True,
    )
    assert house.count("POST Control") == 3
    assert [house.switch(point) for point in points] == [STATE_ON] * 3


async def test_door_is_no_target(house: House) -> None:
    """A relay declared a door is not pulsed past its lock."""
    await house.start(**doors(F1))
    await house.hass.services.async_call(
        DOMAIN,
        SERVICE_PULSE_OUTPUT,
        {ATTR_ENTITY_ID: house.entity_id("lock", F1), ATTR_DURATION: 3},
        blocking=True,
    )
    assert house.count("POST Control") == 0


async def person(hass: HomeAssistant, group: str) -> Context:
    """Return the context of somebody without admin rights."""
    # The first one to be created is the owner.
    await hass.auth.async_create_user("Owner")
    user = await hass.auth.async_create_user("Somebody", group_ids=[group])
    assert not user.is_admin
    return Context(user_id=user.id)


async def test_user_without_admin_rights(house: House) -> None:
    """Who may control a switch may pulse it."""
    await house.start()
    somebody = await person(house.hass, GROUP_ID_USER)
    await house.act(PULSE, F1, context=somebody, duration=2)
    assert len(house.commands(99998)) == 1


async def test_user_who_may_only_look(house: House) -> None:
    """Who may not control a switch may not pulse it."""
    await house.start()
    guest = await person(house.hass, GROUP_ID_READ_ONLY)
    with pytest.raises(Unauthorized):
        await house.act(PULSE, F1, context=guest, duration=2)
    assert house.count("POST Control") == 0


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_action_without_an_account(hass: HomeAssistant) -> None:
    """The action exists before any account does, so that automations can be checked."""
    assert await async_setup_component(hass, DOMAIN, {})
    assert hass.services.has_service(DOMAIN, SERVICE_PULSE_OUTPUT)
