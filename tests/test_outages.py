"""What fails stays apart from what works, is told once, and asks for credentials only where they are wrong."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.exceptions import HomeAssistantError
import pytest

from simulators.flexykey.unit import Offline
from tests.house import INVENTORY, POLL, House, told

F1 = "99998/F1"
OTHER = "99992/F1"


@pytest.mark.parametrize("mode", ["stale", "error"])
async def test_one_unit_offline(
    house: House, mode: Offline, caplog: pytest.LogCaptureFixture
) -> None:
    """A unit that is offline leaves the others alone; where the cloud says so, it is told once, and once when it is back."""
    await house.start()
    house.cloud.set_output(99998, "F1", True)
    await house.wait(POLL)
    caplog.clear()
    house.cloud.set_offline(99998, mode)
    for number in range(1, 4):
        house.cloud.set_output(99992, "F1", bool(number % 2))
        await house.wait(POLL)
        assert house.switch(F1) == (STATE_ON if mode == "stale" else STATE_UNAVAILABLE)
        assert house.switch(OTHER) == (STATE_ON if number % 2 else STATE_OFF)
    house.cloud.set_offline(99998, None)
    await house.wait(POLL)
    await house.wait(POLL)
    assert house.switch(F1) == STATE_ON
    lines = told(caplog)
    if mode == "stale":
        assert lines == []
    else:
        assert len(lines) == 2
        assert "99998" in lines[0]
        assert lines[1] == "FlexyKey anna: device 99998 is back"


async def test_every_unit_offline(house: House) -> None:
    """Where no unit can be reached but the cloud answers, the account works: each unit fails by itself."""
    await house.start()
    for unit_id in house.cloud.units:
        house.cloud.set_offline(unit_id, "error")
    await house.wait(POLL)
    assert house.switch(F1) == STATE_UNAVAILABLE
    assert house.entry.runtime_data.last_update_success
    house.cloud.set_offline(99998, None)
    await house.wait(POLL)
    assert house.switch(F1) == STATE_OFF
    assert house.switch(OTHER) == STATE_UNAVAILABLE


async def test_foreign_unit(house: House) -> None:
    """A unit that the account may no longer see leaves the others alone, and asks nobody for credentials."""
    await house.start()
    house.fault(kind="status", path="/v1/Control?unitId=99998", status=401)
    await house.wait(POLL)
    assert house.switch(F1) == STATE_UNAVAILABLE
    assert house.switch(OTHER) == STATE_OFF
    assert house.reauth_flows() == 0


async def test_outage(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """An outage makes everything unavailable, and is logged once at its start and once at its end."""
    await house.start()
    caplog.clear()
    house.fault(kind="status", status=503)
    for _ in range(4):
        await house.wait(POLL)
        assert house.switch(F1) == STATE_UNAVAILABLE
        assert house.contact("3023/IX2") == STATE_UNAVAILABLE
    lines = told(caplog)
    assert len(lines) == 1
    assert "FlexyKey anna" in lines[0]
    house.cloud.clear_faults()
    house.cloud.set_output(99998, "F1", True)
    for _ in range(3):
        await house.wait(POLL)
        assert house.switch(F1) == STATE_ON
    lines = told(caplog)
    assert len(lines) == 2
    assert "recovered" in lines[1]


async def test_outage_during_an_inventory(house: House) -> None:
    """An inventory that cannot be read leaves the states alone, and is read at the next poll."""
    await house.start()
    fault = house.fault(kind="status", path="/v1/units", status=503)
    await house.wait(INVENTORY)
    assert fault.hits
    assert house.switch(F1) == STATE_OFF
    house.cloud.clear_faults()
    house.cloud.rename(99998, "Grinden")
    await house.wait(POLL)
    assert house.shown("switch", F1).name == "Grinden Grind"


async def test_one_refusal(house: House) -> None:
    """One refused request, whichever it is, asks nobody for credentials."""
    await house.start()
    for wait in (POLL, INVENTORY):
        house.fault(kind="status", status=401, times=1)
        await house.wait(wait)
        assert house.reauth_flows() == 0
        await house.wait(POLL)
        assert house.switch(F1) == STATE_OFF
    house.fault(kind="status", status=401, method="POST", times=1)
    with pytest.raises(HomeAssistantError, match="credentials"):
        await house.act("switch.turn_on", F1)
    await house.settle()
    assert house.reauth_flows() == 0
    assert house.switch(F1) == STATE_OFF


@pytest.mark.parametrize("wait", [POLL, INVENTORY])
async def test_wrong_password(house: House, wait: int) -> None:
    """A password that is refused twice is asked for, once, and the cloud is left in peace until then."""
    await house.start()
    house.cloud.set_user("anna", "nytt-4712")
    await house.wait(wait)
    assert house.reauth_flows() == 1
    assert house.switch(F1) == STATE_UNAVAILABLE
    sent = house.cloud.requests.total
    await house.wait(POLL)
    await house.wait(INVENTORY)
    assert house.cloud.requests.total == sent
    assert house.reauth_flows() == 1


async def test_command_with_a_wrong_password(house: House) -> None:
    """A command that is refused for its credentials has them checked at once."""
    await house.start()
    house.cloud.set_user("anna", "nytt-4712")
    with pytest.raises(HomeAssistantError, match="credentials"):
        await house.act("switch.turn_on", F1)
    await house.settle()
    assert house.reauth_flows() == 1


@pytest.mark.parametrize(
    ("retry_after", "wait"), [(300, 300), (None, 60), ("soon", 60), (5, 30)]
)
async def test_rate_limit(
    house: House,
    caplog: pytest.LogCaptureFixture,
    retry_after: int | str | None,
    wait: int,
) -> None:
    """A rate limit keeps all states, tells nobody, and moves the next poll."""
    await house.start()
    caplog.clear()
    house.fault(kind="rate_limit", retry_after=retry_after, times=1)
    await house.wait(POLL)
    assert house.switch(F1) == STATE_OFF
    house.cloud.set_output(99998, "F1", True)
    sent = house.cloud.requests.total
    await house.wait(wait - 2)
    assert house.cloud.requests.total == sent
    assert house.switch(F1) == STATE_OFF
    await house.wait(4)
    assert house.switch(F1) == STATE_ON
    # From then on the rhythm is the usual one.
    sent = house.cloud.requests.total
    await house.wait(POLL)
    assert house.cloud.requests.total > sent
    assert told(caplog) == []


async def test_rate_limit_after_an_outage(house: House) -> None:
    """A rate limit in an outage is not its end: nothing was read that could be shown."""
    await house.start()
    house.fault(kind="status", status=503)
    await house.wait(POLL)
    assert house.switch(F1) == STATE_UNAVAILABLE
    house.cloud.clear_faults()
    house.fault(kind="rate_limit", retry_after=40)
    await house.wait(POLL)
    assert house.switch(F1) == STATE_UNAVAILABLE


async def test_rate_limit_at_the_start(house: House) -> None:
    """A rate limit before anything was read puts the set-up off, until it succeeds."""
    house.fault(kind="rate_limit", retry_after=20, times=1)
    await house.start()
    assert house.account() is ConfigEntryState.SETUP_RETRY
    await house.wait(POLL)
    assert house.account() is ConfigEntryState.LOADED
    assert house.switch(F1) == STATE_OFF
