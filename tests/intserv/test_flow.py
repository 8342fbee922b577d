"""The config flow adds an IntServ account: what is asked for, what can be wrong, whose the key is."""

from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.latchkey.const import CONF_PARTS, CONF_VENDOR, DOMAIN
from simulators.intserv import ANNEX, MAIN, Fault, IntServCloud
from tests.flows import FAILURES, fill_in, suggested
from tests.intserv.home import INVENTORY, Systems

type Account = dict[str, str]

HERE = [(fault, error) for fault, error in FAILURES if fault.get("status") != 403]


async def begin(hass: HomeAssistant) -> ConfigFlowResult:
    """Open the flow and choose IntServ in its menu."""
    menu = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    assert "intserv" in menu["menu_options"]
    form = await hass.config_entries.flow.async_configure(
        menu["flow_id"], {"next_step_id": "intserv"}
    )
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "intserv")
    return form


def assert_added(result: ConfigFlowResult, entered: Account) -> None:
    """Assert that a flow ended with the account's entry."""
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == f"IntServ {MAIN}, {ANNEX}"
    assert result["data"] == {
        CONF_VENDOR: "intserv",
        **entered,
        CONF_PARTS: [MAIN, ANNEX],
    }
    assert result["result"].state is ConfigEntryState.LOADED


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_form(hass: HomeAssistant) -> None:
    """Two things are asked for; the vendor's address is suggested."""
    form = await begin(hass)
    assert list(suggested(form)) == ["api_key", "url"]
    assert form["data_schema"] is not None
    assert form["data_schema"]({"api_key": "a"}) == {
        "api_key": "a",
        "url": "https://api.intserv.se/v1/",
    }


async def test_add(
    hass: HomeAssistant, intserv: IntServCloud, integration_key: Account
) -> None:
    """What is entered becomes an account, once for the same set of systems, whichever the key is."""
    assert_added(
        await fill_in(hass, await begin(hass), integration_key), integration_key
    )
    intserv.integration.rotate("another-key")
    again = {**integration_key, "api_key": "another-key"}
    result = await fill_in(hass, await begin(hass), again)
    assert (result["type"], result["reason"]) == (
        FlowResultType.ABORT,
        "already_configured",
    )


@pytest.mark.parametrize(
    ("fault", "error"), [*HERE, ({"kind": "status", "status": 403}, "refused")]
)
async def test_failures(
    hass: HomeAssistant,
    intserv: IntServCloud,
    integration_key: Account,
    fault: dict[str, Any],
    error: str,
) -> None:
    """What goes wrong is told in the form; once it is mended the account is added."""
    intserv.add_fault(Fault(**fault))
    form = await fill_in(hass, await begin(hass), integration_key)
    assert form["errors"] == {"base": error}
    assert suggested(form) == {"api_key": None, "url": integration_key["url"]}
    intserv.clear_faults()
    if error == "rate_limited":
        return
    assert_added(await fill_in(hass, form, integration_key), integration_key)


async def test_no_systems(
    hass: HomeAssistant, intserv: IntServCloud, integration_key: Account
) -> None:
    """An integration that sees no system cannot be added, and is told why."""
    intserv.integration.see([])
    form = await fill_in(hass, await begin(hass), integration_key)
    assert form["errors"] == {"base": "no_levels"}


async def test_wrong_key(
    hass: HomeAssistant, intserv: IntServCloud, integration_key: Account
) -> None:
    """A key that is none is told as such, or named before anything is sent."""
    form = await fill_in(
        hass, await begin(hass), {**integration_key, "api_key": "wrong"}
    )
    assert form["errors"] == {"base": "invalid_auth"}
    before = intserv.requests.total
    form = await fill_in(hass, form, {**integration_key, "api_key": "a b"})
    assert form["errors"] == {"api_key": "invalid_api_key"}
    assert intserv.requests.total == before


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        ([MAIN, ANNEX], "reauth_successful"),
        ([ANNEX], "reauth_successful"),
        ([ANNEX, "other-1"], "reauth_successful"),
        (["other-1"], "wrong_account"),
    ],
)
async def test_reauth(systems: Systems, seen: list[str], reason: str) -> None:
    """A key that was replaced is asked for anew; one of the systems must still be among those that it sees."""
    await systems.start()
    other = systems.cloud.add_system("other-1", "Other")
    other.add_door("Hall")
    other.add_level("All", ("Hall",))
    systems.cloud.integration.see(seen)
    systems.cloud.integration.rotate("another-key")
    await systems.wait(INVENTORY)
    flows = systems.hass.config_entries.flow.async_progress()
    assert [flow["step_id"] for flow in flows] == ["reauth_confirm"]
    form = await systems.hass.config_entries.flow.async_configure(flows[0]["flow_id"])
    result = await fill_in(systems.hass, form, {"api_key": "another-key"})
    assert result["reason"] == reason
    await systems.settle()
    assert systems.entry.unique_id == "intserv_demo"
    if reason == "reauth_successful":
        assert systems.account() is ConfigEntryState.LOADED
        assert systems.entry.data[CONF_PARTS] == sorted(seen)
        return
    # It is asked for again.
    (again,) = systems.hass.config_entries.flow.async_progress()
    assert again["step_id"] == "reauth_confirm"


async def test_reauth_of_other_systems(systems: Systems) -> None:
    """An account all of whose systems came to be others while it ran is the same one when its key is replaced."""
    await systems.start()
    systems.cloud.add_system("other-1", "Other").add_level("All", ())
    await systems.wait(INVENTORY)
    systems.cloud.integration.see(["other-1"])
    for _ in range(3):
        await systems.wait(INVENTORY)
    systems.cloud.integration.rotate("another-key")
    await systems.wait(INVENTORY)
    (flow,) = systems.hass.config_entries.flow.async_progress()
    form = await systems.hass.config_entries.flow.async_configure(flow["flow_id"])
    result = await fill_in(systems.hass, form, {"api_key": "another-key"})
    assert result["reason"] == "reauth_successful"
    await systems.settle()
    assert systems.account() is ConfigEntryState.LOADED


@pytest.mark.parametrize("other", [False, True])
async def test_reconfigure(
    systems: Systems, integration_key: Account, other: bool
) -> None:
    """What is entered anew must lead to one of the same systems."""
    await systems.start()
    if other:
        far = systems.cloud.add_system("other-1", "Other")
        far.add_door("Hall")
        far.add_level("All", ("Hall",))
        systems.cloud.integration.see(["other-1"])
    form = await systems.entry.start_reconfigure_flow(systems.hass)
    result = await fill_in(systems.hass, form, integration_key)
    assert result["reason"] == ("wrong_account" if other else "reconfigure_successful")
