"""Binary sensors: contacts as the cloud tells them."""

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
import pytest

from tests.house import POLL, SETTLING, House

IN1 = "99998/IN1"


@pytest.mark.parametrize("point", [IN1, "99992/IX8", "3023/IN2"])
async def test_contact(house: House, point: str) -> None:
    """A contact that is made or broken shows at the next poll, on the unit and on an expansion."""
    await house.start()
    unit_id, _, name = point.partition("/")
    for on, state in ((True, STATE_ON), (False, STATE_OFF)):
        house.cloud.set_input(int(unit_id), name, on)
        await house.wait(POLL)
        assert house.contact(point) == state


async def test_contact_at_the_start(house: House) -> None:
    """A contact shows its state from the beginning: the guide's IX2 is on."""
    await house.start()
    assert house.contact("3023/IX2") == STATE_ON
    assert house.contact("3023/IX1") == STATE_OFF


async def test_contact_after_a_command(house: House) -> None:
    """What a command leads to, such as a door's contact, is seen with the command's effect."""
    await house.start()
    await house.act("switch.turn_on", "99998/F1")
    house.cloud.set_input(99998, "IN1", True)
    assert house.contact(IN1) == STATE_OFF
    await house.wait(SETTLING)
    assert house.contact(IN1) == STATE_ON


async def test_contact_during_an_expectation(house: House) -> None:
    """While a relay's older state is disbelieved, the contacts beside it are believed."""
    await house.start()
    house.cloud.set_input(99998, "IN1", True)
    house.cloud.freeze_status(99998)
    await house.act("switch.turn_on", "99998/F1")
    await house.wait(SETTLING)
    assert house.switch("99998/F1") == STATE_ON
    assert house.contact(IN1) == STATE_ON


async def test_contact_that_is_not_listed(house: House) -> None:
    """A contact that the status does not list is unavailable, not off, until it is listed again."""
    await house.start()
    house.cloud.hide(99998, ["IN1"])
    await house.wait(POLL)
    assert house.contact(IN1) == STATE_UNAVAILABLE
    assert house.contact("99998/IN2") == STATE_OFF
    assert house.switch("99998/F1") == STATE_OFF
    house.cloud.hide(99998, [])
    house.cloud.set_input(99998, "IN1", True)
    await house.wait(POLL)
    assert house.contact(IN1) == STATE_ON
