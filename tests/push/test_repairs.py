"""Repairs: somebody else's callback is taken over, one that fails is registered anew and tested."""

from typing import Any

from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.latchkey.callbacks import UNHEALTHY_INTERVAL
from custom_components.latchkey.const import DOMAIN
from custom_components.latchkey.repairs import PushRepairFlow, async_create_fix_flow
from tests.house import House
from tests.push.calls import UNIT, UNITS, address, health, move, registered, secret

FOREIGN = "https://other.example/hook?token=geheim"
NOWHERE = "http://127.0.0.1:9"


def issues(house: House, kind: str) -> list[ir.IssueEntry]:
    """Return the issues of a kind."""
    return [
        issue
        for (domain, _), issue in ir.async_get(house.hass).issues.items()
        if domain == DOMAIN and issue.translation_key == kind
    ]


async def flow_of(house: House, issue: ir.IssueEntry) -> PushRepairFlow:
    """Return the flow of a repair, at its question."""
    assert isinstance(issue.data, dict)
    flow = await async_create_fix_flow(house.hass, issue.issue_id, issue.data)
    assert isinstance(flow, PushRepairFlow)
    flow.hass, flow.issue_id, flow.data = house.hass, issue.issue_id, issue.data
    flow.handler, flow.flow_id = DOMAIN, "1"
    return flow


async def fix(
    house: House, client: ClientSessionGenerator, issue: ir.IssueEntry
) -> dict[str, Any]:
    """Have an issue fixed in the browser, and return how that ended."""
    session = await client()
    answer = await session.post(
        "/api/repairs/issues/fix",
        json={"handler": DOMAIN, "issue_id": issue.issue_id},
    )
    asked = await answer.json()
    assert (asked["type"], asked["step_id"]) == ("form", "confirm")
    assert asked["description_placeholders"] == issue.translation_placeholders
    answer = await session.post(f"/api/repairs/issues/fix/{asked['flow_id']}", json={})
    ended: dict[str, Any] = await answer.json()
    await house.settle()
    return ended


async def test_foreign(called: House, hass_client: ClientSessionGenerator) -> None:
    """Another's callback is left alone, however long; its host is named, and with consent it is taken over."""
    called.cloud.set_webhook(UNIT, FOREIGN, "theirs")
    await called.start()
    for _ in range(3):
        await called.wait(UNHEALTHY_INTERVAL + 1)
    assert registered(called) == FOREIGN
    assert called.cloud.webhook_secret(UNIT) == "theirs"
    (issue,) = issues(called, "foreign_callback")
    assert issue.is_fixable
    assert issue.translation_placeholders == {
        "name": "fkv3 test 2 S.kontor",
        "host": "other.example",
    }
    assert "geheim" not in repr(issue) and "/hook" not in repr(issue)
    assert (await fix(called, hass_client, issue))["type"] == "create_entry"
    assert registered(called) == address(called)
    assert called.cloud.webhook_secret(UNIT) == secret(called)
    assert not issues(called, "foreign_callback")
    assert health(called, "last_push")


async def test_foreign_no_more(called: House) -> None:
    """Where the other gives up, ours is registered, and there is nothing to repair."""
    called.cloud.set_webhook(UNIT, FOREIGN)
    await called.start()
    assert issues(called, "foreign_callback")
    called.cloud.remove_webhook(UNIT)
    await called.wait(UNHEALTHY_INTERVAL + 1)
    assert registered(called) == address(called)
    assert not issues(called, "foreign_callback")


async def test_taken_away(called: House) -> None:
    """A callback that somebody else takes over is not taken back unasked."""
    await called.start()
    called.cloud.set_webhook(UNIT, FOREIGN)
    await called.wait(3601)
    await called.wait(3601)
    assert registered(called) == FOREIGN
    assert len(issues(called, "foreign_callback")) == 1
    assert not issues(called, "push_failing")


async def test_taken_over_in_vain(called: House) -> None:
    """A callback that is taken over but does not come through either is told of in the form."""
    called.cloud.set_webhook(UNIT, FOREIGN)
    await called.start()
    (issue,) = issues(called, "foreign_callback")
    flow = await flow_of(called, issue)
    called.cloud.set_options(callback_through=NOWHERE)
    result = await flow.async_step_confirm({})
    assert (result["type"], result["errors"]) == ("form", {"base": "not_called"})


async def test_gone(called: House) -> None:
    """The callback of a unit that is gone is nobody's concern."""
    called.cloud.set_webhook(UNIT, FOREIGN)
    await called.start()
    (issue,) = issues(called, "foreign_callback")
    flow = await flow_of(called, issue)
    called.cloud.remove_unit(UNIT)
    for _ in range(4):
        await called.wait(931)
    assert (await flow.async_step_confirm({}))["type"] == "create_entry"


async def test_unreachable(called: House, hass_client: ClientSessionGenerator) -> None:
    """Calls that do not come through are told of once for all units; the repair helps once they do."""
    through = called.cloud.options.callback_through
    called.cloud.set_options(callback_through=NOWHERE)
    await called.start()
    await called.wait(UNHEALTHY_INTERVAL + 1)
    (issue,) = issues(called, "push_failing")
    assert issue.translation_placeholders
    assert issue.translation_placeholders["account"] == "FlexyKey anna"
    assert "home.example.com" not in repr(issue)
    # They all have the same address: one test tells enough.
    assert called.count("POST Webhooks/Test") <= 2
    failed = await fix(called, hass_client, issue)
    assert (failed["type"], failed["errors"]) == ("form", {"base": "not_called"})
    assert issues(called, "push_failing")
    called.cloud.set_options(callback_through=through)
    put = called.count("PUT Webhooks")
    assert (await fix(called, hass_client, issue))["type"] == "create_entry"
    assert called.count("PUT Webhooks") == put + len(UNITS)
    assert not issues(called, "push_failing")


@pytest.mark.parametrize("failures", [2, 3])
async def test_failing(called: House, failures: int) -> None:
    """Calls that begin to fail are told of from the third on, until one comes through."""
    await called.start()
    called.cloud.fail_webhook(UNIT, failures)
    await called.wait(3601)
    assert bool(issues(called, "push_failing")) is (failures >= 3)
    await move(called, True)
    assert not issues(called, "push_failing")


async def test_vendor_away(called: House) -> None:
    """A vendor that does not do what it is asked is told of in the form."""
    await called.start()
    called.cloud.fail_webhook(UNIT, 3)
    await called.wait(3601)
    (issue,) = issues(called, "push_failing")
    flow = await flow_of(called, issue)
    called.fault(kind="status", method="PUT", status=503)
    result = await flow.async_step_confirm({})
    assert (result["type"], result["errors"]) == ("form", {"base": "vendor_failed"})
    called.cloud.clear_faults()
    assert (await flow.async_step_confirm({}))["type"] == "create_entry"


async def test_no_address(called: House) -> None:
    """Without an address there is nothing that would help."""
    await called.start()
    called.cloud.fail_webhook(UNIT, 3)
    await called.wait(3601)
    (issue,) = issues(called, "push_failing")
    flow = await flow_of(called, issue)
    await called.hass.config.async_update(external_url=None)
    result = await flow.async_step_confirm({})
    assert (result["type"], result["errors"]) == ("form", {"base": "not_called"})
    await called.wait(1)
    assert registered(called) is None
    assert not issues(called, "push_failing")


async def test_not_running(called: House) -> None:
    """The repair of an account that is not running says so."""
    called.cloud.set_webhook(UNIT, FOREIGN)
    await called.start()
    (issue,) = issues(called, "foreign_callback")
    flow = await flow_of(called, issue)
    await called.hass.config_entries.async_unload(called.entry.entry_id)
    result = await flow.async_step_confirm({})
    assert (result["type"], result["reason"]) == ("abort", "not_loaded")


async def test_removed(called: House) -> None:
    """With the account, all that was to be repaired is gone."""
    called.cloud.set_webhook(UNIT, FOREIGN)
    await called.start()
    called.cloud.fail_webhook(3023, 3)
    await called.wait(3601)
    assert issues(called, "foreign_callback") and issues(called, "push_failing")
    await called.hass.config_entries.async_remove(called.entry.entry_id)
    assert not issues(called, "foreign_callback")
    assert not issues(called, "push_failing")
