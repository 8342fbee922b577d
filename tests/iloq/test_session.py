"""iLOQ's sessions in Home Assistant: one for an account, none left behind, and no log-in that would lock a user out."""

import asyncio
import logging
from typing import Any

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.latchkey.const import DOMAIN
from simulators.iloq import DEMO_PASSWORD
from tests.iloq.home import INVENTORY, Home
from tests.iloq.test_logs import LOOK


class Held:
    """An answer that is held up on its way."""

    def __init__(self, home: Home, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        """Hold the next answer of a name."""
        self.reached, self.let_go = asyncio.Event(), asyncio.Event()
        transport = home.entry.runtime_data.vendor._client.transport  # noqa: SLF001  the way of all requests
        send = transport._send  # noqa: SLF001  as above

        async def hold(method: Any, path: str, *args: Any, **kwargs: Any) -> Any:
            answer = await send(method, path, *args, **kwargs)
            if path.endswith(name) and not self.reached.is_set():
                self.reached.set()
                await self.let_go.wait()
            return answer

        monkeypatch.setattr(transport, "_send", hold)


async def ended(home: Home, how: str, held: Held, patient: bool) -> None:
    """Have the account end while an answer is held up, and let it come then or much later."""
    entries, entry_id = home.hass.config_entries, home.entry.entry_id
    if how == "stop":
        home.hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
        ending = asyncio.create_task(asyncio.sleep(0))
    else:
        way: Any = {
            "unload": entries.async_unload,
            "remove": entries.async_remove,
            "reload": entries.async_reload,
        }[how]
        ending = asyncio.create_task(way(entry_id))
    for number in range(400):
        await asyncio.sleep(0)
        if number == 50 and patient:
            held.let_go.set()
        elif number % 100 == 50 and not patient:
            # Nobody waits that long.
            home.tick(6)
    if not patient:
        await ending
        held.let_go.set()
    await ending
    await home.settle()


async def test_wrong_password(home: Home) -> None:
    """A password that was changed is asked for anew, after one log-in that failed; the right one heals it."""
    await home.start()
    home.cloud.user.password = "changed"
    home.cloud.sessions.expire()
    for _ in range(3):
        await home.wait(INVENTORY)
    (flow,) = home.hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
    assert home.cloud.sessions.failed_log_ins == 1
    wrong = await home.hass.config_entries.flow.async_configure(
        flow["flow_id"], {"password": "wrong"}
    )
    assert wrong["errors"] == {"base": "invalid_auth"}
    done = await home.hass.config_entries.flow.async_configure(
        flow["flow_id"], {"password": "changed"}
    )
    assert done["reason"] == "reauth_successful"
    await home.settle()
    assert home.account() is ConfigEntryState.LOADED
    assert len(home.cloud.sessions.open) == 1


@pytest.mark.parametrize("result", [7, 9, 2])
async def test_set_up_is_tried_again(home: Home, result: int) -> None:
    """Home Assistant tries a set-up again every few seconds; a refused log-in is tried again every half hour."""
    home.cloud.set_options(log_in_result=result)
    await home.start()
    assert home.account() is ConfigEntryState.SETUP_RETRY
    assert home.issue("refused") is not None
    for _ in range(12):
        await home.wait(140)
    assert home.account() is ConfigEntryState.SETUP_RETRY
    assert home.cloud.sessions.failed_log_ins == 1
    home.cloud.set_options(log_in_result=None)
    for _ in range(3):
        await home.wait(140)
    assert home.account() is ConfigEntryState.LOADED
    assert home.issue("refused") is None


async def test_failed_set_up(home: Home) -> None:
    """A set-up that fails after the log-in leaves no session behind, and the next one has one."""
    fault = home.fault("status", "LockGroups", status=500, times=4)
    await home.start()
    assert fault.hits
    assert home.account() is ConfigEntryState.SETUP_RETRY
    assert home.cloud.sessions.open == {}
    home.cloud.faults.active.clear()
    await home.wait(140)
    assert home.account() is ConfigEntryState.LOADED
    assert len(home.cloud.sessions.open) == 1


async def test_fails_in_its_first_inventory(home: Home) -> None:
    """The same where the session stood already."""
    home.fault("status", "Locks", status=500)
    await home.start()
    assert home.account() is ConfigEntryState.SETUP_RETRY
    assert home.cloud.sessions.log_ins == 1
    assert home.cloud.sessions.open == {}


@pytest.mark.parametrize("patient", [True, False])
@pytest.mark.parametrize("how", ["unload", "stop", "remove", "reload"])
async def test_ends_during_a_call(
    home: Home, monkeypatch: pytest.MonkeyPatch, how: str, patient: bool
) -> None:
    """An account that ends while it waits for an answer leaves no session behind, be it late or never there."""
    await home.start()
    held = Held(home, monkeypatch, "LockLogs/GetLockLogDataByTimestamp")
    home.tick(LOOK)
    await held.reached.wait()
    await ended(home, how, held, patient)
    assert len(home.cloud.sessions.open) == (how == "reload")
    assert home.cloud.sessions.log_ins == 1 + (how == "reload")


@pytest.mark.parametrize("how", ["unload", "stop"])
@pytest.mark.parametrize("step", ["CreateSession", "SetLockgroup"])
async def test_ends_during_a_log_in(
    home: Home, monkeypatch: pytest.MonkeyPatch, how: str, step: str
) -> None:
    """The same in the middle of a log-in."""
    await home.start()
    home.cloud.sessions.expire()
    held = Held(home, monkeypatch, step)
    home.tick(LOOK)
    await held.reached.wait()
    await ended(home, how, held, patient=True)
    assert home.cloud.sessions.open == {}
    assert home.cloud.sessions.log_ins == 2


async def test_two_accounts(home: Home) -> None:
    """Two locking systems of one user are two accounts with a session each."""
    other = home.cloud.add_group("Other")
    data = {**home.entry.data, "lock_group": other.id.casefold()}
    await home.start()
    second = MockConfigEntry(
        domain=DOMAIN, title="Other", unique_id=f"iloq_{other.id}", data=data
    )
    second.add_to_hass(home.hass)
    await home.hass.config_entries.async_setup(second.entry_id)
    await home.settle()
    sessions = home.cloud.sessions
    assert sorted(str(each.lock_group_id) for each in sessions.open.values()) == sorted(
        [home.cloud.group.id, other.id]
    )
    await home.hass.config_entries.async_unload(home.entry.entry_id)
    assert [each.lock_group_id for each in sessions.open.values()] == [other.id]
    await home.hass.config_entries.async_unload(second.entry_id)
    assert sessions.open == {}
    assert sessions.log_ins == 2


async def test_renewed(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    """A session that ends is renewed unseen, at whichever request; nothing secret is logged."""
    caplog.set_level(logging.DEBUG)
    await home.start()
    seen = set(home.cloud.sessions.open)
    home.cloud.set_options(session_requests=4)
    for _ in range(8):
        await home.wait(LOOK)
        seen |= set(home.cloud.sessions.open)
    assert home.cloud.sessions.log_ins > 2
    assert home.cloud.sessions.most_log_ins == 1
    assert home.cloud.sessions.most_requests == 1
    assert home.entry.runtime_data.last_update_success
    for secret in (DEMO_PASSWORD, *seen):
        assert secret not in caplog.text
