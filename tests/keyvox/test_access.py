"""An account that is refused while it runs: a repair, and another try, never a call for credentials."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import issue_registry as ir
import pytest

from tests.keyvox.home import INVENTORY, POLL, Home


def refuse(home: Home, why: str) -> None:
    """Have the vendor refuse all that is asked."""
    if why == "address":
        home.cloud.register_addresses(["203.0.113.7"])
    else:
        home.cloud.set_api_key("another", "another")


def reauths(home: Home) -> list[Any]:
    """Return the flows that ask for credentials."""
    return home.hass.config_entries.flow.async_progress()


@pytest.mark.parametrize("why", ["address", "key"])
async def test_refused_and_back(home: Home, why: str) -> None:
    """A refusal is told in a repair that names no secret; polls go on, and the repair goes once they are answered."""
    await home.start()
    assert home.issue("refused") is None
    refuse(home, why)
    await home.wait(INVENTORY)
    issue = home.issue("refused")
    assert issue is not None
    assert issue.severity is ir.IssueSeverity.ERROR
    assert issue.translation_placeholders == {"account": "KEYVOX"}
    assert reauths(home) == []
    assert home.account() is ConfigEntryState.LOADED
    assert not home.entry.runtime_data.last_update_success
    home.cloud.register_addresses(["127.0.0.1"])
    home.cloud.set_api_key("demo-key", "demo-secret")
    await home.wait(POLL)
    assert home.issue("refused") is None
    assert home.entry.runtime_data.last_update_success


async def test_refused_at_the_start(home: Home) -> None:
    """An account that is refused when Home Assistant starts is tried again, and a repair says why it is not there."""
    refuse(home, "address")
    await home.start()
    assert home.account() is ConfigEntryState.SETUP_RETRY
    assert home.issue("refused") is not None
    assert reauths(home) == []
    home.cloud.register_addresses(["127.0.0.1"])
    await home.run(120)
    assert home.account() is ConfigEntryState.LOADED
    assert home.issue("refused") is None


async def test_refused_once(home: Home) -> None:
    """A single refusal is asked about once more before anybody is troubled."""
    await home.start()
    home.fault("status", "v1/getUnits", status=403, times=1)
    await home.wait(INVENTORY)
    assert home.issue("refused") is None
    assert home.entry.runtime_data.last_update_success


@pytest.mark.parametrize("seconds", [-60, 4, 60])
async def test_clock(home: Home, seconds: float) -> None:
    """A clock that is off is corrected, and told of while it is so."""
    await home.start()
    home.cloud.set_skew(seconds)
    await home.wait(INVENTORY)
    assert home.entry.runtime_data.last_update_success
    assert home.issue("refused") is None
    is_off = abs(seconds) >= 5
    issue = home.issue("clock_off")
    assert (issue is not None) is is_off
    if issue:
        placeholders = issue.translation_placeholders
        assert placeholders is not None
        assert placeholders["account"] == "KEYVOX"
        assert abs(int(placeholders["seconds"]) - abs(seconds)) <= 1
    home.cloud.set_skew(0)
    await home.wait(INVENTORY)
    assert home.issue("clock_off") is None


async def test_removed(home: Home) -> None:
    """What was told of an account goes with it."""
    await home.start()
    refuse(home, "key")
    await home.wait(INVENTORY)
    assert home.issue("refused") is not None
    await home.hass.config_entries.async_remove(home.entry.entry_id)
    await home.settle()
    assert home.issue("refused") is None
