"""A lock behind a gateway: what its card offers, and what is told when the platform does not open it."""

from homeassistant.components.lock import LockEntityFeature
from homeassistant.const import ATTR_ASSUMED_STATE, ATTR_SUPPORTED_FEATURES
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from tests.keyless.home import INVENTORY, READINGS, Home


async def opened(home: Home, place: int = 0) -> str:
    """Have a lock touched, and return what it shows once that is proven."""
    home.platform.touch(home.lock_id(place))
    for _ in range(4):
        await home.wait(5)
        state = home.shown("lock", "door", home.lock_id(place)).state
        if state == "open":
            break
    return state


def ended(home: Home, place: int = 0) -> str | None:
    """Return what became of the last opening of a lock."""
    event = home.shown("event", "opening", home.lock_id(place))
    found: str | None = event.attributes["event_type"]
    return found


async def test_card(home: Home) -> None:
    """The state is assumed; a lock can be opened, and has its device's name."""
    await home.start()
    state = home.shown("lock", "door")
    assert state.name == "Lock 1"
    assert state.attributes[ATTR_ASSUMED_STATE] is True
    assert state.attributes[ATTR_SUPPORTED_FEATURES] == LockEntityFeature.OPEN
    assert home.shown("event", "opening").state == "unknown"


@pytest.mark.parametrize("action", ["open", "unlock"])
async def test_opening(home: Home, action: str) -> None:
    """To unlock is to open: one command, shown as open for some seconds once it is proven."""
    await home.start()
    await home.act(action)
    [command] = home.platform.commands.values()
    assert command.locking_device_id == home.lock_id()
    assert command.gateway_id == home.gateway_id()
    assert await opened(home) == "open"
    await home.wait(9)
    assert home.door == "locked"
    assert len(home.platform.commands) == 1


async def test_lock_at_rest(home: Home) -> None:
    """To lock a lock for which nothing is under way sends nothing."""
    await home.start()
    home.platform.requests.reset()
    await home.act("lock")
    assert home.platform.requests.total == 0
    assert home.door == "locked"


async def test_open_again(home: Home) -> None:
    """Once an opening has ended the next one may begin, and is judged by its own proof."""
    await home.start()
    home.platform.set_execution(home.lock_id(), "denied")
    await home.act("open")
    assert await opened(home) == "locked"
    assert ended(home) == "denied"
    home.platform.set_execution(home.lock_id(), None)
    await home.act("open")
    assert await opened(home) == "open"
    assert ended(home) == "opened"
    assert len(home.platform.commands) == 2


async def test_two_locks(home: Home) -> None:
    """Openings of two locks at one gateway are independent of each other."""
    await home.start()
    home.platform.set_execution(home.lock_id(1), "denied")
    await home.act("open")
    await home.act("open", 1)
    assert home.shown("lock", "door", home.lock_id(1)).state == "opening"
    home.platform.touch(home.lock_id())
    for _ in range(2):
        await home.wait(5)
    assert (ended(home), ended(home, 1)) == ("opened", "denied")
    assert home.door == "open"
    assert home.shown("lock", "door", home.lock_id(1)).state == "locked"
    await home.act("open", 1)
    await home.act("lock", 1)
    assert (ended(home), ended(home, 1)) == ("opened", "cancelled")


async def test_gateway_heard_last(home: Home) -> None:
    """Of two gateways the one that was awake last is told to open."""
    first, other = home.gateway_id(), home.platform.add_gateway().id
    home.platform.associate(home.lock_id(), other)
    await home.start()
    for gateway_id in (first, other, first):
        home.platform.wake(gateway_id, "HEARTBEAT")
        await home.run(READINGS + INVENTORY, 125)
        await home.act("open")
        [*_, command] = home.platform.commands.values()
        assert command.gateway_id == gateway_id
        await home.act("lock")


@pytest.mark.parametrize("status", [409, 400, 422])
async def test_refused(home: Home, status: int) -> None:
    """What the platform refuses is told in words, and leaves the lock at rest."""
    await home.start()
    home.platform.set_options(conflict_status=status)
    home.platform.gateways.associations.drop(locking_device_id=home.lock_id())
    with pytest.raises(ServiceValidationError) as caught:
        await home.act("open")
    key = "conflict_opening" if status == 409 else "invalid_request_opening"
    assert caught.value.translation_key == key
    assert str(caught.value).startswith("Lock 1: ")
    assert home.door == "locked"
    assert not home.platform.commands


async def test_lock_is_gone(home: Home) -> None:
    """A lock that was deleted at the platform since cannot be opened; that is told in words."""
    await home.start()
    entity_id = home.shown("lock", "door").entity_id
    home.platform.delete_lock(home.lock_id())
    with pytest.raises(HomeAssistantError, match="Lock 1: ") as caught:
        await home.hass.services.async_call(
            "lock",
            "open",
            {"entity_id": entity_id},
            blocking=True,
        )
    assert caught.value.translation_key == "not_found"


async def test_errors(home: Home) -> None:
    """What keeps a command from being sent is told in words, and nothing is under way."""
    await home.start()
    for kind, status, retry_after, key in (
        ("status", 503, None, "service_unavailable"),
        ("status", 401, None, "wrong_credentials"),
        ("rate_limit", 429, None, "rate_limited"),
        ("rate_limit", 429, 30, "rate_limited_until"),
    ):
        home.fault(kind, status=status, retry_after=retry_after)
        with pytest.raises(HomeAssistantError) as caught:
            await home.act("open")
        assert caught.value.translation_key == key
        assert str(caught.value).startswith("Lock 1: ")
        assert home.door == "locked"
        home.platform.clear_faults()
    assert not home.platform.commands


async def test_cancelled_by_somebody_else(home: Home) -> None:
    """What an administrator cancels elsewhere is shown as cancelled."""
    await home.start()
    await home.act("open")
    [command_id] = home.platform.commands
    home.platform.commands.cancel(command_id, "somebody", home.platform.settle())
    await home.wait(6)
    assert home.door == "locked"
    assert ended(home) == "cancelled"


async def test_cancelled_by_both(home: Home) -> None:
    """To lock what somebody else has just cancelled is no error: what was asked for is so."""
    await home.start()
    await home.act("open")
    [command_id] = home.platform.commands
    home.platform.commands.cancel(command_id, "somebody", home.platform.settle())
    await home.act("lock")
    assert home.door == "locked"
    assert ended(home) == "cancelled"


async def test_names_in_errors(home: Home) -> None:
    """After a renaming at the platform errors name a lock as it is called now."""
    await home.start()
    home.platform.locks[home.lock_id()].name = "Gate"
    await home.run(INVENTORY, 125)
    await home.act("open")
    with pytest.raises(HomeAssistantError, match="Gate: "):
        await home.act("open")
    home.platform.touch(home.lock_id())
    with pytest.raises(HomeAssistantError, match="Gate: "):
        await home.act("lock")


async def test_cannot_cancel(home: Home) -> None:
    """What keeps an opening from being cancelled is told as such; it goes on, and can be cancelled later."""
    await home.start()
    await home.act("open")
    for kind, status, key in (
        ("status", 503, "outcome_unknown_cancel"),
        ("status", 401, "could_not_cancel"),
        ("status", 418, "could_not_cancel"),
        ("rate_limit", 429, "could_not_cancel"),
        ("reset", 503, "outcome_unknown_cancel"),
    ):
        # To read how it stands fails, too.
        home.fault(kind, "remote-command", status=status)
        with pytest.raises(HomeAssistantError) as caught:
            await home.act("lock")
        assert caught.value.translation_key == key
        assert "cancel" in str(caught.value)
        assert str(caught.value).startswith("Lock 1: ")
        assert home.door == "opening"
        home.platform.clear_faults()
    await home.act("lock")
    assert ended(home) == "cancelled"


@pytest.mark.parametrize("status", [409, 400, 422])
async def test_too_late(home: Home, status: int) -> None:
    """However the platform refuses to cancel what was read, it is too late."""
    await home.start()
    home.platform.set_options(conflict_status=status)
    await home.act("open")
    home.platform.touch(home.lock_id())
    with pytest.raises(HomeAssistantError, match="too late") as caught:
        await home.act("lock")
    assert caught.value.translation_key == "too_late_to_cancel"


async def test_denied_before_it_was_cancelled(home: Home) -> None:
    """To lock what was denied meanwhile is no error: it is not open."""
    await home.start()
    home.platform.set_execution(home.lock_id(), "denied")
    await home.act("open")
    home.platform.touch(home.lock_id())
    home.freezer.tick(4)
    await home.act("lock")
    assert ended(home) == "denied"


async def test_in_doubt(home: Home) -> None:
    """A command that was cut off keeps a second one from being sent for half a minute, and says so."""
    await home.start()
    home.fault("reset", "remote-command", method="POST", times=1)
    with pytest.raises(HomeAssistantError) as caught:
        await home.act("open")
    assert caught.value.translation_key == "outcome_unknown_opening"
    with pytest.raises(HomeAssistantError, match="Lock 1: ") as caught:
        await home.act("open")
    assert caught.value.translation_key == "opening_in_doubt"
    assert home.count("POST remote-command") == 1
    await home.run(45, 5)
    await home.act("open")
    assert home.door == "opening"
    assert home.count("POST remote-command") == 2


async def test_gateway_woken_before_the_start(home: Home) -> None:
    """Which gateway was awake last is known from the first opening on."""
    first, other = home.gateway_id(), home.platform.add_gateway().id
    home.platform.associate(home.lock_id(), other)
    await home.start()
    for gateway_id in (first, other):
        home.platform.wake(gateway_id, "HEARTBEAT")
        await home.wait(5)
        await home.act("open")
        [*_, command] = home.platform.commands.values()
        assert command.gateway_id == gateway_id
        await home.act("lock")
