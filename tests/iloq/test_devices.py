"""A locking system and its locks as devices, as far as the user has rights to them."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.helpers import device_registry as dr
import pytest

from tests.iloq.home import INVENTORY, Home


async def test_devices(home: Home) -> None:
    """Each lock is a device, reached through its locking system; one that is hidden there is hidden here."""
    await home.start()
    system = home.device(home.system_id)
    assert isinstance(system, dr.DeviceEntry)
    assert (system.name, system.model) == (home.cloud.group.name, "5 Series")
    for lock in home.cloud.group.locks.values():
        device = home.device(lock.id.casefold())
        hidden = lock.record["PhysicalState"] == 3
        assert (device is None) is hidden
        if isinstance(device, dr.DeviceEntry):
            assert device.via_device_id == system.id
            assert device.name == lock.record["LockingObject"]
            assert device.serial_number == str(lock.record["SerialNumber"])


async def test_version_1(home: Home) -> None:
    """The first generation shows its locks, and the numbers of keys."""
    home.cloud.set_options(generations="v1")
    await home.start_v1()
    system = home.device(home.system_id)
    assert isinstance(system, dr.DeviceEntry)
    assert system.model == "S10"
    handed_over = home.shown("sensor", f"{home.system_id}_keys_handed_over")
    states = [int(key.state) for key in home.cloud.group.keys.values()]
    assert int(handed_over.state) == states.count(1) > 0


async def test_rights(home: Home) -> None:
    """What the user has no right to is not asked for, and not shown."""
    home.cloud.user.rights = 1
    await home.start()
    assert home.account() is ConfigEntryState.LOADED
    assert home.count("GET Keys") == home.count("GET Locks") == 0
    assert home.entity_id("sensor", f"{home.system_id}_keys_handed_over") is None
    home.cloud.user.rights = -1 & (2**63 - 1)
    home.cloud.sessions.expire()
    await home.wait(INVENTORY)
    assert home.entity_id("sensor", f"{home.system_id}_keys_handed_over")


@pytest.mark.parametrize("how", ["unload", "stop", "remove"])
async def test_session_ends(home: Home, how: str) -> None:
    """No session is left behind, however the account ends."""
    await home.start()
    assert len(home.cloud.sessions.open) == 1
    if how == "stop":
        home.hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    elif how == "unload":
        await home.hass.config_entries.async_unload(home.entry.entry_id)
    else:
        await home.hass.config_entries.async_remove(home.entry.entry_id)
    await home.settle()
    assert home.cloud.sessions.open == {}
    assert home.cloud.sessions.log_ins == len(home.cloud.sessions.killed)


@pytest.mark.parametrize("how", ["locked_out", "password_expired"])
async def test_not_let_in(home: Home, how: str) -> None:
    """A repair says why the user is not let in; the account runs again by itself once it is."""
    await home.start()
    home.cloud.set_options(log_in_result={"locked_out": 8, "password_expired": 9}[how])
    home.cloud.sessions.expire()
    for _ in range(4):
        await home.wait(INVENTORY)
    issue = home.issue("refused")
    assert issue is not None
    assert issue.translation_key == f"refused_{how}"
    # Every half hour, so that it is not locked again.
    assert 1 <= home.cloud.sessions.failed_log_ins <= 3
    assert home.hass.config_entries.flow.async_progress() == []
    home.cloud.set_options(log_in_result=None)
    for _ in range(3):
        await home.wait(INVENTORY)
    assert home.issue("refused") is None
    assert home.entry.runtime_data.last_update_success


async def test_lock_that_is_gone(home: Home) -> None:
    """A lock that is not there any more is no device any more, after two readings that agree."""
    await home.start()
    lock_id = next(iter(home.cloud.group.locks))
    del home.cloud.group.locks[lock_id]
    await home.wait(INVENTORY)
    await home.wait(INVENTORY)
    assert home.device(lock_id.casefold()) is None
    registry = dr.async_get(home.hass)
    assert dr.async_entries_for_config_entry(registry, home.entry.entry_id)
