"""Restarts: what was under way is taken up again, and what cannot be written down is not begun."""

import asyncio
from contextlib import suppress
from typing import Any, NoReturn

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import CoreState
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store
from homeassistant.util.file import WriteError
import pytest

from custom_components.latchkey.grants import GrantBook
from tests.grants_ha.helpers import GATHERED, TICK, UNIT, Grants, sent, until


def ledger_key(grants: Grants) -> str:
    """Return the name of the ledger's file."""
    return f"latchkey.grants.{grants.house.entry.entry_id}"


async def test_restart_at_pending(grants: Grants) -> None:
    """A grant that was pending when the account was unloaded is delivered after it is back."""
    row = await grants.issue()
    await grants.restart()
    assert grants.state(row) == "pending"
    await grants.deliver()
    assert grants.state(row) == "active"
    assert grants.opens(row["code"])
    assert grants.house.count("POST UnitIdEntries") == 1


async def test_restart_during_a_sync(grants: Grants) -> None:
    """A sync that goes on in the cloud while the account is unloaded is found done, or waited for."""
    grants.house.cloud.set_options(sync_seconds_per_packet=30)
    row = await grants.issue()
    await grants.house.wait(GATHERED)
    await grants.restart()
    assert grants.state(row) == "pending"
    for _ in range(15):
        await grants.house.wait(3.1)
    assert grants.state(row) == "active"


async def test_delivered_while_unloaded(grants: Grants) -> None:
    """What became active while the account was unloaded is told after it is back."""
    row = await grants.issue()
    entries = grants.hass.config_entries
    await entries.async_unload(grants.house.entry.entry_id)
    grants.house.cloud.program(UNIT).sync.push()
    await grants.house.wait(60)
    await entries.async_setup(grants.house.entry.entry_id)
    await grants.house.wait(TICK)
    assert grants.state(row) == "active"
    assert grants.reading("active_grants") == "1"


async def test_news_while_the_platforms_are_slow(
    grants: Grants, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change that is seen before the entities are there is told once they are."""
    await grants.issue()
    entries = grants.hass.config_entries
    await entries.async_unload(grants.house.entry.entry_id)
    grants.house.cloud.program(UNIT).sync.push()
    await grants.house.wait(60)
    seen = asyncio.Event()
    reconcile = GrantBook.reconcile
    forward = entries.async_forward_entry_setups

    async def reconcile_and_tell(self: GrantBook, *args: Any, **how: Any) -> None:
        await reconcile(self, *args, **how)
        seen.set()

    async def forward_late(
        entry: ConfigEntry, platforms: list[Platform], **options: Any
    ) -> None:
        # A slow import; what looks first into the grants must not overtake it unheard.
        with suppress(TimeoutError):
            await until(seen.is_set)
        await forward(entry, platforms, **options)

    monkeypatch.setattr(GrantBook, "reconcile", reconcile_and_tell)
    monkeypatch.setattr(entries, "async_forward_entry_setups", forward_late)
    grants.events.clear()
    await entries.async_setup(grants.house.entry.entry_id)
    await grants.house.settle()
    assert grants.life[-1] == "active"
    assert grants.reading("active_grants") == "1"


async def test_unloaded_while_a_call_is_under_way(grants: Grants) -> None:
    """A call whose account is unloaded meanwhile still answers, with the code, and its grant is delivered afterwards."""
    grants.house.fault(
        kind="delay_answer", seconds=5, method="POST", path="/v1/UnitIdEntries", times=1
    )
    entries = grants.hass.config_entries
    entry_id = grants.house.entry.entry_id
    call = grants.hass.async_create_task(grants.issue())
    await grants.arrival("POST UnitIdEntries")
    unloading = grants.hass.async_create_task(entries.async_unload(entry_id))
    for _ in range(50):
        await asyncio.sleep(0)
    grants.pass_time(6)
    row = await call
    assert row["code"]
    assert await unloading
    await entries.async_setup(entry_id)
    await grants.house.settle()
    await grants.deliver()
    assert grants.state(row) == "active"
    assert grants.opens(row["code"])


async def test_home_assistant_stops(grants: Grants) -> None:
    """While Home Assistant stops nothing can be written any more, so nothing is sent."""
    row = await grants.active()
    before = sent(grants.house)
    grants.hass.set_state(CoreState.stopping)
    try:
        for action, data in _changes(grants, row["grant_id"]):
            with pytest.raises(HomeAssistantError) as failure:
                await grants.call(action, **data)
            assert failure.value.translation_key == "ledger_not_written"
    finally:
        grants.hass.set_state(CoreState.running)
    assert sent(grants.house) == before
    assert list(grants.keeper.ledger.records) == [row["grant_id"]]
    assert grants.state(row) == "active"


@pytest.mark.parametrize("error", [WriteError, PermissionError, OSError])
async def test_ledger_cannot_be_written(
    grants: Grants, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """After a failed write nothing is sent, the error says why, and all is as it was."""
    row = await grants.active()
    before = sent(grants.house)

    async def fail(self: Store[Any], data: dict[str, Any]) -> NoReturn:
        raise error("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "_async_write_data", fail)
        for action, data in _changes(grants, row["grant_id"]):
            with pytest.raises(HomeAssistantError) as failure:
                await grants.call(action, **data)
            assert failure.value.translation_key == "ledger_not_written"
    assert sent(grants.house) == before
    assert list(grants.keeper.ledger.records) == [row["grant_id"]]
    assert grants.state(row) == "active"
    await grants.issue()


def _changes(grants: Grants, grant_id: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the calls that change something."""
    return [
        ("issue_pin", {"device_id": grants.device_id(), "name": "B", "code": "493817"}),
        ("update_grant", {"grant_id": grant_id, "name": "Bo"}),
        ("revoke_grant", {"grant_id": grant_id}),
    ]


async def test_intent_is_on_disk_before_the_request(
    grants: Grants, hass_storage: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the cloud receives a request the ledger's file holds what is asked, and no code."""
    seen: list[dict[str, Any]] = []
    create = grants.house.cloud.program(UNIT).entries.create

    def look(body: dict[str, Any]) -> Any:
        seen.extend(hass_storage[ledger_key(grants)]["data"]["records"])
        return create(body)

    monkeypatch.setattr(grants.house.cloud.program(UNIT).entries, "create", look)
    row = await grants.issue()
    (record,) = seen
    assert record["grant_id"] == row["grant_id"]
    assert (record["step"], record["state"]) == ("issue", "unknown")
    assert row["code"] not in str(seen)


async def test_removed_account_leaves_no_ledger(
    grants: Grants, hass_storage: dict[str, Any]
) -> None:
    """The ledger goes with its account."""
    await grants.active()
    assert ledger_key(grants) in hass_storage
    await grants.hass.config_entries.async_remove(grants.house.entry.entry_id)
    await grants.house.settle()
    assert ledger_key(grants) not in hass_storage


async def test_account_without_grants_writes_no_ledger(
    grants: Grants, hass_storage: dict[str, Any]
) -> None:
    """An account that never issued anything has no file."""
    await grants.house.wait(TICK)
    assert ledger_key(grants) not in hass_storage
