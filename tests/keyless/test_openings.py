"""Remote openings on the lock card: proven, or ended by a reason that is told."""

from homeassistant.exceptions import HomeAssistantError
import pytest

from tests.keyless.home import Home


async def test_opened(home: Home) -> None:
    """A door that is asked to open shows so until the gateway's log proves it, then as open, then at rest."""
    await home.start()
    assert home.door == "locked"
    await home.act("open")
    assert home.door == "opening"
    await home.wait(30)
    assert home.door == "opening"
    home.platform.touch(home.lock_id())
    for _ in range(3):
        await home.wait(5)
        if home.door == "open":
            break
    assert home.door == "open"
    assert home.ended == "opened"
    await home.wait(10)
    assert home.door == "locked"
    assert len(home.platform.commands) == 1


async def test_nobody_there(home: Home) -> None:
    """An opening that nobody waits for ends after five minutes, and says why."""
    await home.start()
    await home.act("open")
    for _ in range(29):
        await home.wait(10)
        assert home.door == "opening"
    await home.wait(11)
    assert home.door == "locked"
    assert home.ended == "expired"


@pytest.mark.parametrize(
    ("execution", "end"),
    [
        ("denied", "denied"),
        ("acknowledged_only", "unconfirmed"),
        ("nothing", "expired"),
    ],
)
async def test_not_carried_out(home: Home, execution: str, end: str) -> None:
    """What the lock refuses, or nothing proves, never shows as open."""
    await home.start()
    home.platform.set_execution(home.lock_id(), execution)  # type: ignore[arg-type]  # one of its own words
    await home.act("open")
    home.platform.touch(home.lock_id())
    for _ in range(50):
        await home.wait(10)
        assert home.door in ("opening", "locked")
    assert home.door == "locked"
    assert home.ended == end


async def test_second_one(home: Home) -> None:
    """While one is under way a second one is refused; locking cancels it."""
    await home.start()
    await home.act("open")
    with pytest.raises(HomeAssistantError, match="under way"):
        await home.act("open")
    await home.act("lock")
    await home.settle()
    assert home.door == "locked"
    assert home.ended == "cancelled"
    assert len(home.platform.commands) == 1


async def test_too_late_to_cancel(home: Home) -> None:
    """What the gateway has read cannot be cancelled any more."""
    await home.start()
    await home.act("open")
    home.platform.touch(home.lock_id())
    with pytest.raises(HomeAssistantError, match="too late"):
        await home.act("lock")


async def test_restart(home: Home) -> None:
    """An opening that is pending at a restart is taken up again."""
    await home.start()
    await home.act("open")
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    await home.wait(1)
    assert home.door == "opening"
    home.platform.touch(home.lock_id())
    for _ in range(3):
        await home.wait(5)
    assert home.ended == "opened"
