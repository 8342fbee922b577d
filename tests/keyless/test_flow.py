"""The config flow adds a Keyless account: what is asked for, what can be wrong, whose it is."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.latchkey.const import CONF_VENDOR
from custom_components.latchkey.vendors.keyless.client import PRODUCTION
from simulators.keyless import Fault, KeylessCloud
from simulators.keyless.access import new_access_key
from tests.flows import begin, fill_in, suggested
from tests.keyless.home import Home

type Account = dict[str, str]

FAILURES: list[tuple[dict[str, Any], str]] = [
    ({"kind": "status", "status": 401}, "invalid_auth"),
    ({"kind": "status", "status": 418}, "unknown"),
    ({"kind": "status", "status": 503}, "cannot_connect"),
    ({"kind": "reset"}, "cannot_connect"),
    ({"kind": "half"}, "cannot_connect"),
    ({"kind": "redirect"}, "cannot_connect"),
    ({"kind": "html"}, "answer_not_understood"),
    ({"kind": "huge"}, "answer_not_understood"),
    ({"kind": "rate_limit"}, "rate_limited"),
    ({"kind": "rate_limit", "retry_after": 60}, "rate_limited"),
]
"""What can go wrong at the platform, and what the form then says."""

WRONG_FIELDS: list[tuple[str, str, str]] = [
    ("user_id", "anna", "invalid_user_id"),
    ("user_id", "558aef6a-de33-4e6c-8219-1eab9727ae9", "invalid_user_id"),
    ("user_id", "558aef6a-de33-4e6c-8219-1eab9727ae94/x", "invalid_user_id"),
    ("api_key", "nyckel-å", "invalid_api_key"),
    ("api_key", "key\r\nX-Other: 1", "invalid_api_key"),
    ("url", "keyless", "invalid_url"),
    ("url", "http://192.168.1.4/administration/", "insecure_url"),
    ("url", "https://a:b@eu-api.keyless.assaabloy.com/administration/", "bare_url"),
    ("url", "https://eu-api.keyless.assaabloy.com/administration/?a=1", "bare_url"),
]
"""What can be wrong with a field, and what the form then says of it."""


def assert_added(
    result: ConfigFlowResult, platform: KeylessCloud, credentials: Account
) -> None:
    """Assert that a flow ended with the account's entry."""
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == f"Abloy Keyless {platform.tenant_id[:8]}"
    assert result["result"].unique_id == f"keyless_{platform.tenant_id}"
    assert result["data"] == {CONF_VENDOR: "keyless", **credentials}
    assert result["result"].state is ConfigEntryState.LOADED


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_form(hass: HomeAssistant) -> None:
    """Four things are asked for; the production address is offered."""
    form = await begin(hass, "keyless")
    assert list(suggested(form)) == ["user_id", "access_key", "api_key", "url"]
    assert form["data_schema"] is not None
    entered = {"user_id": "a", "access_key": "b", "api_key": "c"}
    assert form["data_schema"](entered)["url"] == PRODUCTION


async def test_add(
    hass: HomeAssistant, platform: KeylessCloud, credentials: Account
) -> None:
    """An account is added under its tenant, without the blanks around what was entered."""
    entered = {
        **credentials,
        "user_id": f" {credentials['user_id']}\n",
        "url": f" {credentials['url']}",
    }
    result = await fill_in(hass, await begin(hass, "keyless"), entered)
    assert_added(result, platform, credentials)


async def test_blanks_around_secrets(
    hass: HomeAssistant, platform: KeylessCloud, credentials: Account
) -> None:
    """Blanks that were copied along with a secret do no harm."""
    entered = {
        **credentials,
        "access_key": f"{credentials['access_key']} ",
        "api_key": f" {credentials['api_key']}\n",
    }
    result = await fill_in(hass, await begin(hass, "keyless"), entered)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].state is ConfigEntryState.LOADED


async def test_failures(
    hass: HomeAssistant, platform: KeylessCloud, credentials: Account
) -> None:
    """Each failure is told, the secrets are asked for anew, and the same flow then succeeds."""
    form = await begin(hass, "keyless")
    for fault, error in FAILURES:
        platform.add_fault(Fault(**fault))
        form = await fill_in(hass, form, credentials)
        assert (form["type"], form["errors"]) == (FlowResultType.FORM, {"base": error})
        assert suggested(form) == {**credentials, "access_key": None, "api_key": None}
        platform.clear_faults()
    assert_added(await fill_in(hass, form, credentials), platform, credentials)


async def test_wrong_credentials(
    hass: HomeAssistant, platform: KeylessCloud, credentials: Account
) -> None:
    """What the platform refuses is told, be it the access key, the API key, or somebody unknown."""
    form = await begin(hass, "keyless")
    for wrong in (
        {"access_key": new_access_key()},
        {"api_key": "another-key"},
        {"user_id": "00000000-0000-4000-8000-000000000000"},
    ):
        form = await fill_in(hass, form, {**credentials, **wrong})
        assert form["errors"] == {"base": "invalid_auth"}
    assert_added(await fill_in(hass, form, credentials), platform, credentials)


async def test_no_administrator(
    hass: HomeAssistant, platform: KeylessCloud, credentials: Account
) -> None:
    """A user who is no administrator may log in, and no more."""
    user = platform.add_user("USER")
    entered = {**credentials, "user_id": user.id, "access_key": user.access_key}
    form = await fill_in(hass, await begin(hass, "keyless"), entered)
    assert form["errors"] == {"base": "no_right"}


async def test_wrong_fields(
    hass: HomeAssistant, platform: KeylessCloud, credentials: Account
) -> None:
    """A field that cannot be right is named before anything is sent, and the same flow then succeeds."""
    form = await begin(hass, "keyless")
    for field, value, error in WRONG_FIELDS:
        form = await fill_in(hass, form, {**credentials, field: value})
        assert (form["type"], form["errors"]) == (FlowResultType.FORM, {field: error})
    assert platform.requests.total == 0
    assert_added(await fill_in(hass, form, credentials), platform, credentials)


async def test_wrong_path(hass: HomeAssistant, credentials: Account) -> None:
    """An address at which there is another path says that nothing is found there."""
    elsewhere = {**credentials, "url": credentials["url"].replace("admin", "odmin")}
    form = await fill_in(hass, await begin(hass, "keyless"), elsewhere)
    assert form["errors"] == {"base": "not_found"}


async def test_nobody_there(hass: HomeAssistant, credentials: Account) -> None:
    """An address at which nobody answers is told."""
    elsewhere = {**credentials, "url": "http://127.0.0.1:1/administration/"}
    form = await fill_in(hass, await begin(hass, "keyless"), elsewhere)
    assert form["errors"] == {"base": "cannot_connect"}


@pytest.mark.parametrize("in_capitals", [False, True])
async def test_twice(home: Home, credentials: Account, in_capitals: bool) -> None:
    """A system is added once, in whatever case its administrator is written."""
    home.entry.add_to_hass(home.hass)
    user_id = credentials["user_id"]
    if in_capitals:
        key = credentials["access_key"]
        home.platform.people.add_user("ADMIN", user_id.upper(), key)
        user_id = user_id.upper()
    result = await fill_in(
        home.hass,
        await begin(home.hass, "keyless"),
        {**credentials, "user_id": user_id},
    )
    assert (result["type"], result["reason"]) == (
        FlowResultType.ABORT,
        "already_configured",
    )


async def test_another_administrator(home: Home, credentials: Account) -> None:
    """Another administrator of the same system is not another account."""
    home.entry.add_to_hass(home.hass)
    other = home.platform.add_user("ADMIN")
    entered = {**credentials, "user_id": other.id, "access_key": other.access_key}
    result = await fill_in(home.hass, await begin(home.hass, "keyless"), entered)
    assert (result["type"], result["reason"]) == (
        FlowResultType.ABORT,
        "already_configured",
    )
