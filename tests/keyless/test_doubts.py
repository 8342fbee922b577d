"""Openings in doubt: an answer that is lost, proof that comes late, a restart in between."""

from datetime import datetime, timedelta
from typing import Any

from homeassistant.exceptions import HomeAssistantError
import pytest

from simulators.keyless.commands import RemoteCommand
from tests.keyless.home import Home


async def reload(home: Home, pause: float = 0) -> None:
    """Restart the account, with a pause in which nothing looks."""
    assert await home.hass.config_entries.async_unload(home.entry.entry_id)
    if pause:
        await home.wait(pause)
    assert await home.hass.config_entries.async_setup(home.entry.entry_id)
    await home.settle()


async def shown_for(home: Home, seconds: float) -> set[str]:
    """Return all that the first lock shows in some time."""
    states = {home.door}
    for _ in range(round(seconds / 4)):
        await home.wait(4)
        states.add(home.door)
    return states


def told_at(home: Home) -> str:
    """Return when the end of an opening was told last."""
    return home.shown("event", "opening").state


@pytest.mark.parametrize("kind", ["reset_after", "half", "html_after"])
async def test_answer_lost(home: Home, kind: str) -> None:
    """A command whose answer is lost is found in the platform's list, and not sent twice."""
    await home.start()
    home.fault(kind, "remote-command", method="POST", times=1)
    await home.act("open")
    assert home.door == "opening"
    assert len(home.platform.commands) == 1
    assert home.count("POST remote-command") == 1
    home.platform.touch(home.lock_id())
    assert "open" in await shown_for(home, 12)
    assert home.ended == "opened"
    assert home.count("POST remote-command") == 1


async def test_earlier_one_is_not_mistaken(home: Home) -> None:
    """A command that was cut off before it took effect is not taken for an earlier one that is listed."""
    await home.start()
    await home.act("open")
    await home.act("lock")
    home.fault("reset", "remote-command", method="POST")
    with pytest.raises(HomeAssistantError) as caught:
        await home.act("open")
    assert caught.value.translation_key == "outcome_unknown_opening"
    assert home.door == "locked"
    assert home.count("POST remote-command") == 2
    assert len(home.platform.commands) == 1


async def test_list_is_unreadable_too(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the list cannot be read after a lost answer, the doubt is told, and nothing is repeated."""
    await home.start()
    home.fault("reset_after", "remote-command", method="POST")
    issue = home.platform.commands.issue

    def issue_and_fail(*args: Any) -> RemoteCommand:
        home.fault("status", "remote-command", method="GET")
        return issue(*args)

    monkeypatch.setattr(home.platform.commands, "issue", issue_and_fail)
    with pytest.raises(HomeAssistantError) as caught:
        await home.act("open")
    assert caught.value.translation_key == "outcome_unknown_opening"
    assert home.count("POST remote-command") == 1
    assert len(home.platform.commands) == 1


async def test_cancelling_in_doubt(home: Home) -> None:
    """A cancellation whose answer is lost is read back: it is cancelled, and no error."""
    await home.start()
    await home.act("open")
    home.fault("reset_after", "remote-command", method="POST")
    await home.act("lock")
    assert home.door == "locked"
    assert home.ended == "cancelled"


async def test_proof_after_the_end(home: Home) -> None:
    """Proof that comes after the end is a passage with its own time, and opens nothing on the card."""
    await home.start()
    passages = home.passages()
    home.platform.set_options(log_delay_seconds=1200)
    await home.act("open")
    home.platform.touch(home.lock_id())
    at = home.platform.clock()
    assert await shown_for(home, 600) == {"opening", "locked"}
    assert home.ended == "unconfirmed"
    assert passages == []
    assert await shown_for(home, 900) == {"locked"}
    [passage] = passages
    assert passage.data["outcome"] == "granted"
    assert passage.data["method"] == "gateway"
    occurred_at = datetime.fromisoformat(passage.data["occurred_at"])
    assert abs(occurred_at - at) < timedelta(seconds=5)
    assert home.ended == "unconfirmed"


async def test_late_proof_within_the_wait(home: Home) -> None:
    """Proof that is older than a minute when it comes ends the opening, and shows no open door."""
    await home.start()
    home.platform.set_options(log_delay_seconds=90)
    await home.act("open")
    home.platform.touch(home.lock_id())
    assert await shown_for(home, 120) == {"opening", "locked"}
    assert home.ended == "opened"


async def test_proof_after_a_restart(home: Home) -> None:
    """What was proven more than a minute before a restart ended does not show as open, but is told."""
    await home.start()
    await home.act("open")
    home.platform.touch(home.lock_id())
    await reload(home, 90)
    assert "open" not in await shown_for(home, 20)
    assert home.ended == "opened"


async def test_ended_before_a_restart(home: Home) -> None:
    """What was told before a restart is not told again after it, and the lock is at rest."""
    await home.start()
    await home.act("open")
    home.platform.touch(home.lock_id())
    await shown_for(home, 24)
    assert (home.door, home.ended) == ("locked", "opened")
    told = told_at(home)
    await reload(home)
    assert await shown_for(home, 24) == {"locked"}
    assert told_at(home) == told


async def test_denied_before_a_restart(home: Home) -> None:
    """An old denial is not told again after a restart, either."""
    await home.start()
    home.platform.set_execution(home.lock_id(), "denied")
    await home.act("open")
    home.platform.touch(home.lock_id())
    await shown_for(home, 24)
    told = told_at(home)
    assert home.ended == "denied"
    await reload(home)
    assert await shown_for(home, 24) == {"locked"}
    assert told_at(home) == told


async def test_second_one_before_a_restart(home: Home) -> None:
    """Of two commands for a lock the one that is pending is taken up after a restart."""
    await home.start()
    await home.act("open")
    home.platform.touch(home.lock_id())
    await shown_for(home, 24)
    await home.act("open")
    await reload(home)
    await shown_for(home, 40)
    assert home.door == "opening"
    home.platform.touch(home.lock_id())
    assert "open" in await shown_for(home, 24)


async def test_restart_during_an_outage(home: Home) -> None:
    """Commands that cannot be listed after a restart are looked for again."""
    await home.start()
    await home.act("open")
    home.fault("status", "remote-command")
    await reload(home)
    await home.wait(1)
    assert home.door == "locked"
    home.platform.clear_faults()
    await home.wait(61)
    assert home.door == "opening"


async def test_somebody_elses(home: Home) -> None:
    """A command of another administrator's that is pending at the start is followed, too."""
    body = {
        "gatewayDeviceId": home.gateway_id(),
        "lockingDeviceId": home.lock_id(),
        "action": "OPEN",
    }
    home.platform.issue_command(home.platform.add_user("ADMIN").id, body)
    await home.start()
    await home.wait(120)
    assert home.door == "opening"
    assert home.count("POST remote-command") == 0


async def test_outage_while_pending(home: Home) -> None:
    """While the platform cannot be read an opening goes on; at its end it is in doubt, not expired."""
    await home.start()
    await home.act("open")
    home.fault("status", "remote-command")
    assert "open" not in await shown_for(home, 320)
    assert home.ended == "unconfirmed"


async def test_command_is_gone(home: Home) -> None:
    """A command that the platform no longer tells of ends without an error."""
    await home.start()
    await home.act("open")
    home.platform.commands.clear()
    await shown_for(home, 320)
    assert home.door == "locked"
    assert home.ended in ("expired", "unconfirmed")
