"""The config flow adds a KEYVOX account: what is asked for, what can be wrong, whose it is."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from yarl import URL

from custom_components.latchkey.const import CONF_VENDOR
from simulators.keyvox import Fault, KeyVoxCloud
from tests.flows import begin, fill_in, suggested
from tests.keyvox.home import Home

type Account = dict[str, str]

FAILURES: list[tuple[dict[str, Any], str]] = [
    ({"kind": "status", "status": 401}, "refused"),
    ({"kind": "status", "status": 403}, "refused"),
    ({"kind": "status", "status": 404}, "not_found"),
    ({"kind": "status", "status": 418}, "unknown"),
    ({"kind": "status", "status": 503}, "cannot_connect"),
    ({"kind": "reset"}, "cannot_connect"),
    ({"kind": "redirect"}, "cannot_connect"),
    ({"kind": "html"}, "answer_not_understood"),
    ({"kind": "rate_limit"}, "rate_limited"),
]
"""What can go wrong at the cloud, and what the form then says."""

WRONG_FIELDS: list[tuple[str, str, str]] = [
    ("api_key", 'a"b', "invalid_api_key"),
    ("api_secret", "hemlighet-å", "invalid_api_secret"),
    ("url", "keyvox", "invalid_url"),
    ("url", "http://192.168.1.4/", "insecure_url"),
]
"""What can be wrong with a field, and what the form then says of it."""


def assert_added(
    result: ConfigFlowResult, organisation: KeyVoxCloud, credentials: Account
) -> None:
    """Assert that a flow ended with the account's entry."""
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == f"KEYVOX {organisation.org_id[:8]}"
    assert result["result"].unique_id == f"keyvox_{organisation.org_id}"
    assert result["data"] == {CONF_VENDOR: "keyvox", **credentials}
    assert result["result"].state is ConfigEntryState.LOADED


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_form(hass: HomeAssistant) -> None:
    """Four things are asked for; the portal is offered, and the address may be left out."""
    form = await begin(hass, "keyvox")
    assert list(suggested(form)) == ["api_key", "api_secret", "profile", "url"]
    assert form["data_schema"] is not None
    entered = form["data_schema"]({"api_key": "a", "api_secret": "b"})
    assert entered == {"api_key": "a", "api_secret": "b", "profile": "portal"}


async def test_add(
    hass: HomeAssistant, organisation: KeyVoxCloud, credentials: Account
) -> None:
    """What is entered becomes an account of the organisation."""
    result = await fill_in(hass, await begin(hass, "keyvox"), credentials)
    assert_added(result, organisation, credentials)


async def test_overview(
    hass: HomeAssistant, organisation: KeyVoxCloud, credentials: Account
) -> None:
    """The other profile is refused with a hint while it is not live, and chosen in the same form when it is."""
    organisation.set_options(profile="overview")
    form = await fill_in(hass, await begin(hass, "keyvox"), credentials)
    assert form["errors"] == {"base": "not_found"}
    other = {
        **credentials,
        "profile": "overview",
        "url": str(URL(credentials["url"]).with_path("/")),
    }
    assert_added(await fill_in(hass, form, other), organisation, other)


@pytest.mark.parametrize(("fault", "error"), FAILURES)
async def test_failures(
    hass: HomeAssistant,
    organisation: KeyVoxCloud,
    credentials: Account,
    fault: dict[str, Any],
    error: str,
) -> None:
    """What goes wrong is told in the form; once it is mended the account is added."""
    organisation.add_fault(Fault(**fault))
    form = await fill_in(hass, await begin(hass, "keyvox"), credentials)
    assert form["errors"] == {"base": error}
    shown = suggested(form)
    assert shown["url"] == credentials["url"]
    assert shown["api_key"] is shown["api_secret"] is None
    organisation.clear_faults()
    assert_added(await fill_in(hass, form, credentials), organisation, credentials)


@pytest.mark.parametrize("what", ["key", "secret", "address", "clock"])
async def test_refused(
    hass: HomeAssistant, organisation: KeyVoxCloud, credentials: Account, what: str
) -> None:
    """A key, a secret, an address that is refused: one error names all that it may be; a clock that is off is corrected."""
    entered = dict(credentials)
    match what:
        case "key":
            entered["api_key"] = "other"
        case "secret":
            entered["api_secret"] = "other"
        case "address":
            organisation.register_addresses(["203.0.113.7"])
        case "clock":
            organisation.set_skew(3600)
    result = await fill_in(hass, await begin(hass, "keyvox"), entered)
    if what == "clock":
        assert_added(result, organisation, credentials)
    else:
        assert result["errors"] == {"base": "refused"}


@pytest.mark.parametrize("wrong", WRONG_FIELDS)
async def test_wrong_fields(
    hass: HomeAssistant,
    organisation: KeyVoxCloud,
    credentials: Account,
    wrong: tuple[str, str, str],
) -> None:
    """A field that cannot be right is named, and nothing is sent."""
    field, value, error = wrong
    result = await fill_in(
        hass, await begin(hass, "keyvox"), {**credentials, field: value}
    )
    assert result["errors"] == {field: error}
    assert organisation.requests.counts.total() == 0


async def test_without_places(
    hass: HomeAssistant, organisation: KeyVoxCloud, credentials: Account
) -> None:
    """An organisation that may not ask for places is known by its key, of which nothing is told."""
    organisation.add_fault(
        Fault("status", path="/api/eagle-pms/place/list", status=404)
    )
    result = await fill_in(hass, await begin(hass, "keyvox"), credentials)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    unique_id = result["result"].unique_id
    assert unique_id is not None
    assert len(unique_id) == len("keyvox_") + 24
    assert credentials["api_key"] not in unique_id


async def test_twice(home: Home, credentials: Account) -> None:
    """One organisation is one account, whatever the key."""
    await home.start()
    home.cloud.set_api_key("second", "other")
    entered = {**credentials, "api_key": "second", "api_secret": "other"}
    result = await fill_in(home.hass, await begin(home.hass, "keyvox"), entered)
    assert result["reason"] == "already_configured"


async def test_reconfigure(home: Home, credentials: Account) -> None:
    """The key is changed; a secret that is left empty stays, an address that is left empty is the profile's."""
    await home.start()
    home.cloud.set_api_key("second", credentials["api_secret"])
    form = await home.entry.start_reconfigure_flow(home.hass)
    assert suggested(form)["profile"] == "portal"
    result = await fill_in(
        home.hass,
        form,
        {"api_key": "second", "profile": "portal", "url": credentials["url"]},
    )
    assert result["reason"] == "reconfigure_successful"
    assert home.entry.data["api_key"] == "second"
    assert home.entry.data["api_secret"] == credentials["api_secret"]
    await home.settle()
    assert home.account() is ConfigEntryState.LOADED
