"""The config flow renews and changes a Keyless account."""

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.data_entry_flow import FlowResultType
import pytest

from simulators.keyless import KeylessCloud, serve
from simulators.keyless.access import new_access_key
from tests.flows import fill_in, suggested
from tests.keyless.home import INVENTORY, Home
from tests.keyless.test_flow import WRONG_FIELDS

type Account = dict[str, str]

SECRETS = ("access_key", "api_key")


def assert_ended(result: ConfigFlowResult, reason: str) -> None:
    """Assert that a flow ended for a reason."""
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, reason)


async def test_reauth(home: Home, credentials: Account) -> None:
    """New secrets are asked for, and nothing else; the account goes on with them."""
    await home.start()
    new = {"access_key": new_access_key(), "api_key": "new-api-key"}
    home.platform.people.add_user("ADMIN", home.platform.admin.id, new["access_key"])
    home.platform.api_key = new["api_key"]
    form = await home.entry.start_reauth_flow(home.hass)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "reauth_confirm")
    assert suggested(form) == dict.fromkeys(SECRETS)
    assert form["description_placeholders"]["vendor"] == "Abloy Keyless"
    for key in SECRETS:
        wrong = {**new, key: credentials[key]}
        form = await fill_in(home.hass, form, wrong)
        assert form["errors"] == {"base": "invalid_auth"}
        assert suggested(form) == dict.fromkeys(SECRETS)
    assert_ended(await fill_in(home.hass, form, new), "reauth_successful")
    assert home.entry.data.items() >= {**credentials, **new}.items()
    assert home.entry.state is ConfigEntryState.LOADED
    assert home.door == "locked"


async def test_revoked_api_key(home: Home, credentials: Account) -> None:
    """A key that the platform does not know any more is asked for once, and its renewal ends that."""
    await home.start()
    home.platform.api_key = "new-api-key"
    await home.run(2 * INVENTORY, 125)
    assert home.reauth_flows() == 1
    [flow] = home.hass.config_entries.flow.async_progress()
    new = {"access_key": credentials["access_key"], "api_key": "new-api-key"}
    result = await home.hass.config_entries.flow.async_configure(flow["flow_id"], new)
    assert_ended(result, "reauth_successful")
    await home.settle()
    await home.run(2 * INVENTORY, 125)
    assert home.reauth_flows() == 0
    assert home.door == "locked"


async def test_revoked_access_key(home: Home) -> None:
    """An administrator whose key is another now is asked for it once the token has ended."""
    await home.start()
    home.platform.people.add_user("ADMIN", home.platform.admin.id)
    await home.run(4000 + INVENTORY, 125)
    assert home.reauth_flows() == 1


async def test_administrator_without_the_role(home: Home) -> None:
    """A lost role is an outage, no wrong secret: new ones would not help."""
    await home.start()
    admin = home.platform.admin
    home.platform.people.add_user("USER", admin.id, admin.access_key)
    await home.run(2 * INVENTORY, 125)
    assert home.reauth_flows() == 0
    assert home.door == "unavailable"


async def test_reconfigure(home: Home, credentials: Account) -> None:
    """An account moves to another address; secrets that are left empty stay."""
    await home.start()
    form = await home.entry.start_reconfigure_flow(home.hass)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "reconfigure")
    assert suggested(form) == {**credentials, **dict.fromkeys(SECRETS)}
    async with serve(home.platform) as moved:
        values = {"user_id": credentials["user_id"], "url": moved.url}
        result = await fill_in(home.hass, form, values)
        assert_ended(result, "reconfigure_successful")
        assert home.entry.data.items() >= {**credentials, "url": moved.url}.items()
        assert home.entry.state is ConfigEntryState.LOADED
        assert await home.hass.config_entries.async_unload(home.entry.entry_id)


async def test_reconfigure_to_another_administrator(
    home: Home, credentials: Account
) -> None:
    """Another administrator of the same system may take the account over."""
    await home.start()
    other = home.platform.add_user("ADMIN")
    form = await home.entry.start_reconfigure_flow(home.hass)
    # The secret of the first one does not become the other one's.
    values = {"user_id": other.id, "url": credentials["url"]}
    form = await fill_in(home.hass, form, values)
    assert form["errors"] == {"base": "invalid_auth"}
    values["access_key"] = other.access_key
    result = await fill_in(home.hass, form, values)
    assert_ended(result, "reconfigure_successful")
    assert home.entry.data["user_id"] == other.id
    assert home.entry.data["api_key"] == credentials["api_key"]
    assert home.entry.state is ConfigEntryState.LOADED


async def test_reconfigure_after_wrong_fields(home: Home, credentials: Account) -> None:
    """What is wrong is told and changes nothing."""
    await home.start()
    before = dict(home.entry.data)
    form = await home.entry.start_reconfigure_flow(home.hass)
    for field, value, error in WRONG_FIELDS:
        form = await fill_in(home.hass, form, {**credentials, field: value})
        assert form["errors"] == {field: error}
    home.fault("status", status=503)
    form = await fill_in(home.hass, form, credentials)
    assert form["errors"] == {"base": "cannot_connect"}
    assert home.entry.data == before


@pytest.mark.parametrize("is_reauth", [True, False])
async def test_another_system(
    home: Home, credentials: Account, is_reauth: bool
) -> None:
    """An account does not turn into that of another system."""
    await home.start()
    before = dict(home.entry.data)
    other = KeylessCloud(
        clock=home.platform.clock, tenant_id="00000000-0000-4000-8000-000000000000"
    )
    async with serve(other) as elsewhere:
        if is_reauth:
            # The same credentials are another system's at an address that was changed meanwhile.
            data = {**before, "url": elsewhere.url}
            home.hass.config_entries.async_update_entry(home.entry, data=data)
            form = await home.entry.start_reauth_flow(home.hass)
            values = {key: credentials[key] for key in SECRETS}
        else:
            data = before
            form = await home.entry.start_reconfigure_flow(home.hass)
            values = {**credentials, "url": elsewhere.url}
        assert_ended(await fill_in(home.hass, form, values), "wrong_account")
        assert home.entry.data == data
        assert await home.hass.config_entries.async_unload(home.entry.entry_id)
