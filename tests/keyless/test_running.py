"""An account as it runs: tokens that end, limits that are obeyed, outages, its end."""

import asyncio

from homeassistant.config_entries import ConfigEntryState
import pytest

from tests.keyless.home import INVENTORY, LOG, Home


def failures(home: Home) -> dict[str, int]:
    """Return what went wrong, by the account's own counts."""
    counts = home.entry.runtime_data.vendor.counts
    return {key: counts[key] for key in counts if key != "requests"}


@pytest.mark.parametrize("seconds", [120, 61, 30])
async def test_short_tokens(home: Home, seconds: int) -> None:
    """That tokens end is never noticed: a new one is fetched before."""
    home.platform.set_options(token_seconds=seconds)
    person = home.person()
    await home.start()
    passages = home.passages()
    for _ in range(10):
        home.platform.open_by_phone(home.lock_id(), person.id)
        await home.run(LOG + 10, 13)
    await home.act("open")
    home.platform.touch(home.lock_id())
    await home.run(LOG + 10, 10)
    assert home.ended == "opened"
    assert len(passages) == 11
    assert failures(home) == {}
    assert home.reauth_flows() == 0
    assert home.count("POST login") > 5


async def test_revoked_tokens(home: Home) -> None:
    """A token that the platform knows no more is replaced, and what was asked for is done once."""
    await home.start()
    logins = home.count("POST login")
    home.platform.revoke_tokens()
    await home.act("open")
    assert home.door == "opening"
    assert len(home.platform.commands) == 1
    assert home.count("POST login") == logins + 1
    home.platform.revoke_tokens()
    await home.act("lock")
    assert home.ended == "cancelled"
    assert home.reauth_flows() == 0


async def test_one_login_for_many(home: Home) -> None:
    """Who needs a new token at the same time waits for one login."""
    await home.start()
    home.platform.revoke_tokens()
    logins = home.count("POST login")
    await asyncio.gather(home.act("open"), home.act("open", 1))
    assert len(home.platform.commands) == 2
    assert home.count("POST login") == logins + 1


async def test_rate_limit_with_a_time(home: Home) -> None:
    """Nothing is read for as long as the platform asks for, and nothing looks like an outage."""
    await home.start()
    home.fault("rate_limit", retry_after=900)
    await home.run(LOG)
    home.platform.clear_faults()
    home.platform.requests.reset()
    await home.run(400)
    assert home.platform.requests.total == 0
    assert home.door == "locked"
    # A door is opened nevertheless once nothing forbids commands, by what is known.
    await home.run(900)
    assert home.platform.requests.total > 0
    await home.act("open")
    assert home.door == "opening"
    assert home.reauth_flows() == 0


async def test_rate_limit_without_a_time(home: Home) -> None:
    """Where the platform names no time, each of the account's rhythms tries once a minute, and no more."""
    await home.start()
    home.fault("rate_limit")
    home.platform.requests.reset()
    await home.run(1800)
    assert 0 < home.platform.requests.total <= 3 * 31 + 3
    assert home.door == "locked"


async def test_limited_at_the_start(home: Home) -> None:
    """A limit at the start is waited for."""
    home.fault("rate_limit", retry_after=60)
    await home.start()
    assert home.account() is ConfigEntryState.SETUP_RETRY
    home.platform.clear_faults()
    await home.run(120)
    assert home.account() is ConfigEntryState.LOADED


async def test_real_limit(home: Home) -> None:
    """Sixty requests in a minute are enough for ten locks and an opening."""
    home.platform.populate(8)
    await home.start()
    await home.run(120)
    home.platform.set_options(rate_limit=60)
    await home.act("open")
    home.platform.touch(home.lock_id())
    await home.run(1800)
    assert home.ended == "opened"
    assert failures(home) == {}


async def test_outage(home: Home) -> None:
    """While the platform cannot be reached nothing is shown that nobody knows; afterwards all goes on."""
    person = home.person()
    await home.start()
    passages = home.passages()
    home.fault("status", status=503)
    home.platform.open_by_phone(home.lock_id(), person.id)
    await home.run(2 * INVENTORY, 60)
    assert home.door == "unavailable"
    assert home.shown("binary_sensor", "revoked").state == "unavailable"
    home.platform.clear_faults()
    await home.run(INVENTORY, 60)
    assert home.door == "locked"
    assert len(passages) == 1


async def test_outage_is_short(home: Home) -> None:
    """One failed reading shows nothing as unavailable, and asks nobody for anything."""
    await home.start()
    home.fault("reset")
    await home.run(130)
    assert home.door == "locked"
    home.platform.clear_faults()
    await home.run(INVENTORY, 60)
    assert home.door == "locked"
    assert home.reauth_flows() == 0


async def test_end(home: Home) -> None:
    """After an account was unloaded nothing is sent any more, whatever was under way; it can come back."""
    await home.start()
    await home.act("open")
    await home.act("open", 1)
    home.platform.touch(home.lock_id())
    await home.wait(5)
    assert home.door == "open"
    assert await home.hass.config_entries.async_unload(home.entry.entry_id)
    home.platform.requests.reset()
    await home.run(INVENTORY, 20)
    assert home.platform.requests.total == 0
    assert await home.hass.config_entries.async_setup(home.entry.entry_id)
    await home.run(20)
    assert home.door == "locked"


async def test_end_in_an_outage(home: Home) -> None:
    """An account that never got to know the platform's orders leaves nothing behind, either."""
    home.fault("status", "remote-command")
    await home.start()
    assert await home.hass.config_entries.async_unload(home.entry.entry_id)
    home.platform.requests.reset()
    await home.run(INVENTORY, 20)
    assert home.platform.requests.total == 0


async def test_removed(home: Home) -> None:
    """An account that is removed leaves no devices and no entities."""
    await home.start()
    lock_id = home.lock_id()
    await home.hass.config_entries.async_remove(home.entry.entry_id)
    await home.settle()
    assert home.device(lock_id) is None
    assert home.hass.states.async_all() == []


async def test_outage_is_noticed_soon(home: Home) -> None:
    """An outage shows within some minutes, not with the next inventory, and costs few requests; so does its end."""
    await home.start()
    await home.run(120)
    fault = home.fault("status", status=503)
    await home.run(370)
    assert home.door == "unavailable"
    fault.hits = 0
    await home.run(600)
    # One reading and its two repetitions with each poll.
    assert fault.hits <= 3 * 6
    home.platform.clear_faults()
    await home.run(130)
    assert home.door == "locked"


async def test_one_log_fails(home: Home) -> None:
    """A log that cannot be read has the account looked at, which works: nothing is shown as out of reach."""
    await home.start()
    home.fault("status", "locking-device-log", status=503)
    home.platform.requests.reset()
    for _ in range(20):
        await home.run(60)
        assert home.door == "locked"
    assert home.count("GET gateway-device") <= 20 * 60 / 120 + 1


async def test_rate_limit_while_opening(home: Home) -> None:
    """A pause that is asked for where an opening is looked at is one for all that is read behind it."""
    await home.start()
    await home.act("open")
    home.fault("rate_limit", "remote-command", retry_after=200)
    await home.run(20, 5)
    home.platform.requests.reset()
    await home.run(170)
    assert home.platform.requests.total == 0
    assert home.door == "opening"
    await home.run(200)
    assert home.platform.requests.total > 0
