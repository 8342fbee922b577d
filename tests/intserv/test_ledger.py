"""The ledger is the only list of IntServ's access keys: lost and restored from its export, all can be changed and revoked."""

import json
from typing import Any

from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.latchkey.const import CONF_PARTS, DOMAIN
from simulators.intserv import ANNEX, DEMO_API_KEY, MAIN
from tests.intserv.grants import (
    GRACE,
    SOON,
    card,
    change,
    keys,
    later,
    listed,
    pin,
    revoke,
)
from tests.intserv.home import Systems

COUNT = 12


async def lose(systems: Systems, unique_id: str, parts: list[str]) -> None:
    """Delete the account with its ledger, and add it again."""
    await systems.hass.config_entries.async_remove(systems.entry.entry_id)
    await systems.settle()
    systems.entry = MockConfigEntry(
        domain=DOMAIN,
        title="IntServ again",
        unique_id=unique_id,
        data={**systems.entry.data, CONF_PARTS: parts},
    )
    await systems.start()
    assert not await listed(systems)


async def test_lost_and_restored(systems: Systems) -> None:
    """Every grant can still be changed and revoked, whatever it was when the ledger was exported, and no key is left."""
    await systems.start()
    staff = systems.cloud.integration.store.keys.copy()
    rows = [
        await pin(systems, code=f"70{number:04}", access=["Staff", "Yard"])
        for number in range(COUNT)
    ]
    rows += [
        await card(
            systems, code=f"EM:{number}", pin="1357", end_datetime=later(days=number)
        )
        for number in range(1000, 1000 + COUNT)
    ]
    systems.fault("reset_after", "accesskeys/add", times=1)
    doubted = await card(systems, code="EM:4242")
    systems.fault("reset_after", "accesskeys/add", times=1)
    await change(systems, rows[0], end_datetime=later(days=2))
    await systems.wait(SOON)
    await revoke(systems, rows[1])
    exported = await systems.act("export_grants")
    text = json.dumps(exported)
    for secret in ("700003", "1357", "EM:", "4242", DEMO_API_KEY):
        assert secret not in text
    # A system more makes another account of it, of which the export is all the same.
    await lose(systems, "another id", [MAIN, ANNEX, "abc123-003"])
    answer = await systems.act("import_grants", ledger=exported["ledger"])
    assert answer["added"] == 2 * COUNT + 1
    again = await systems.act("import_grants", ledger=text)
    assert (again["added"], again["kept"]) == (0, 2 * COUNT + 1)
    await systems.run(GRACE, 61)
    told = await listed(systems)
    assert set(told) == {row["grant_id"] for row in [*rows, doubted]} - {
        rows[1]["grant_id"]
    }
    for row in [rows[0], *rows[2:], doubted]:
        more: dict[str, Any] = {}
        if row["credential"] == "card" and row is not doubted:
            more["pin"] = "2468"
        if row is doubted:
            more |= {"code": "EM:4242", "confirm": True}
        changed = await change(systems, row, end_datetime=later(days=30), **more)
        assert (changed["grant_id"], changed["state"]) == (row["grant_id"], "pending")
    assert len(keys(systems, "Gun")) == 2 * COUNT
    for row in [rows[0], *rows[2:], doubted]:
        assert (await revoke(systems, row))["state"] == "revoking"
    assert systems.cloud.integration.store.keys == staff
    await systems.run(3 * GRACE, 61)
    assert not await listed(systems)


async def test_of_another_account(systems: Systems) -> None:
    """An export of an account that has no system in common is refused."""
    await systems.start()
    await pin(systems)
    exported = await systems.act("export_grants")
    other = systems.cloud.add_system("xyz-001", "Boathouse")
    other.add_level("Boats", ())
    systems.cloud.integration.see([other.id])
    await lose(systems, "another id", [other.id])
    with pytest.raises(HomeAssistantError) as caught:
        await systems.act("import_grants", **exported)
    assert caught.value.translation_key == "ledger_of_other_account"
    assert not await listed(systems)
