"""Rights: administrators and automations may, nobody else, by whichever way."""

from typing import Any

from homeassistant.auth.const import GROUP_ID_READ_ONLY, GROUP_ID_USER
from homeassistant.core import Context
from homeassistant.exceptions import Unauthorized, UnknownUser
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.latchkey.const import DOMAIN
from tests.grants_ha.helpers import ACTIONS, Grants, Row, sent
from tests.test_actions import person

CODE = "493817"


@pytest.fixture
async def row(grants: Grants) -> Row:
    """Return a grant that is active."""
    row = await grants.active(code=CODE)
    grants.house.cloud.requests.reset()
    return row


def data_of(grants: Grants, action: str, row: Row) -> dict[str, Any]:
    """Return fields with which an action would have its effect."""
    unit = {"device_id": grants.device_id()}
    return {
        "issue_pin": {**unit, "name": "Bo", "code": "380562"},
        "issue_key": {
            **unit,
            "name": "Bo",
            "credential": "phone",
            "code": "+46701234567",
        },
        "update_grant": {"grant_id": row["grant_id"], "name": "Bo"},
        "revoke_grant": {"grant_id": row["grant_id"]},
        "get_grants": unit,
        "deliver_changes": unit,
        "abort_delivery": unit,
        "set_sync_state": {**unit, "sync_state": "ready_to_send"},
    }[action]


def effects(grants: Grants) -> int:
    """Return how often the cloud was asked anything about grants."""
    return sum(
        count
        for request, count in grants.house.cloud.requests.counts.items()
        if any(part in request for part in ("UnitIdEntries", "UnitSync", "Tools"))
    )


@pytest.mark.parametrize("group", [GROUP_ID_READ_ONLY, GROUP_ID_USER])
async def test_without_admin_rights(grants: Grants, row: Row, group: str) -> None:
    """Whoever is no administrator is refused, and nothing is sent or even read."""
    somebody = await person(grants.hass, group)
    for action in ACTIONS:
        with pytest.raises(Unauthorized):
            await grants.act(action, somebody, **data_of(grants, action, row))
    await grants.deliver()
    assert effects(grants) == 0
    assert grants.state(row) == "active"


async def test_bad_fields_without_admin_rights(grants: Grants) -> None:
    """Who is no administrator learns nothing of what there is."""
    somebody = await person(grants.hass, GROUP_ID_USER)
    for action in ACTIONS:
        with pytest.raises(Unauthorized):
            await grants.act(action, somebody)


async def test_read_only_user_of_home_assistant(
    grants: Grants, hass_read_only_user: MockUser
) -> None:
    """The read-only group of Home Assistant has no right to list grants, either."""
    context = Context(user_id=hass_read_only_user.id)
    with pytest.raises(Unauthorized):
        await grants.call("get_grants", context)


async def test_unknown_user(grants: Grants) -> None:
    """A user that is no more is refused."""
    with pytest.raises(UnknownUser):
        await grants.call("get_grants", Context(user_id="nobody"))


async def test_through_a_script(grants: Grants, row: Row) -> None:
    """A script does not lend its rights to the user who runs it."""
    scripts = {}
    for action in ACTIONS:
        step: dict[str, Any] = {
            "action": f"{DOMAIN}.{action}",
            "data": data_of(grants, action, row),
        }
        if action == "get_grants":
            step["response_variable"] = "answer"
        scripts[f"detour_{action}"] = {"sequence": [step]}
    assert await async_setup_component(grants.hass, "script", {"script": scripts})
    somebody = await person(grants.hass, GROUP_ID_USER)
    for detour in scripts:
        with pytest.raises(Unauthorized):
            await grants.hass.services.async_call(
                "script", detour, blocking=True, context=somebody
            )
    await grants.deliver()
    assert effects(grants) == 0
    assert grants.state(row) == "active"


async def use_every_action(grants: Grants, row: Row, context: Context) -> None:
    """Use one action after the other, the one that revokes the grant last, and see an effect of each."""
    for action in sorted(ACTIONS, key=lambda action: action == "revoke_grant"):
        grants.house.cloud.requests.reset()
        await grants.act(action, context, **data_of(grants, action, row))
        await grants.deliver()
        assert effects(grants) > 0, action


async def test_administrator(
    grants: Grants, row: Row, hass_admin_user: MockUser
) -> None:
    """An administrator may use every action."""
    await use_every_action(grants, row, Context(user_id=hass_admin_user.id))


async def test_without_a_user(grants: Grants, row: Row) -> None:
    """An automation runs without a user, and may use every action."""
    await use_every_action(grants, row, Context())


async def test_automation_that_anybody_may_trigger(grants: Grants) -> None:
    """An automation acts without a user, whoever triggered it: its author decides who that may be."""
    assert await async_setup_component(
        grants.hass,
        "automation",
        {
            "automation": {
                "triggers": {"trigger": "event", "event_type": "guest_rings"},
                "actions": {
                    "action": f"{DOMAIN}.issue_pin",
                    "data": {
                        "device_id": grants.device_id(),
                        "name": "Guest",
                        "code": CODE,
                    },
                },
            }
        },
    )
    somebody = await person(grants.hass, GROUP_ID_USER)
    grants.hass.bus.async_fire("guest_rings", context=somebody)
    await grants.house.settle()
    assert grants.entry(CODE) is not None
    assert sent(grants.house) == {"POST /v1/UnitIdEntries": 1}
