"""The config flow: accounts are added, renewed, moved; the options name doors."""

from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.const import CONF_PASSWORD, CONF_URL, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.latchkey.const import (
    CONF_DOORS,
    CONF_MAY_BE_HELD_OPEN,
    CONF_POLL_INTERVAL,
    CONF_PULSE,
    CONF_VENDOR,
    MAX_POLL_INTERVAL,
    MIN_POLL_INTERVAL,
)
from custom_components.latchkey.vendors.flexykey.client import PRODUCTION
from simulators.flexykey import Fault, FlexyKeyCloud, serve
from tests.conftest import PASSWORD
from tests.flows import (
    FAILURES,
    WRONG_FIELDS,
    begin,
    choose,
    fill_in,
    open_options,
    suggested,
)
from tests.house import House, door, doors
from tests.tls import impostor

type Account = dict[str, str]


def assert_added(result: ConfigFlowResult, account: Account) -> None:
    """Assert that a flow ended with the account's entry."""
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "FlexyKey anna"
    assert result["result"].unique_id == "flexykey_anna"
    assert result["data"] == {CONF_VENDOR: "flexykey", **account}
    assert result["result"].state is ConfigEntryState.LOADED


async def test_add(hass: HomeAssistant, account: Account) -> None:
    """An account is added under its user's name, without the blanks around what was entered."""
    form = await begin(hass)
    assert suggested(form) == {CONF_USERNAME: None, CONF_PASSWORD: None, CONF_URL: None}
    entered = {
        **account,
        CONF_USERNAME: " anna ",
        CONF_URL: f" {account[CONF_URL]}\n",
    }
    assert_added(await fill_in(hass, form, entered), account)


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_production_address_is_offered(hass: HomeAssistant) -> None:
    """The form offers the vendor's own address."""
    schema = (await begin(hass))["data_schema"]
    assert schema is not None
    filled: dict[str, str] = schema({CONF_USERNAME: "anna", CONF_PASSWORD: "secret"})
    assert filled[CONF_URL] == PRODUCTION


@pytest.mark.parametrize(("fault", "error"), FAILURES)
async def test_add_after_a_failure(
    hass: HomeAssistant,
    cloud: FlexyKeyCloud,
    account: Account,
    fault: dict[str, Any],
    error: str,
) -> None:
    """Each failure is told, the password is asked for anew, and the same flow then succeeds."""
    cloud.add_fault(Fault(**fault))
    form = await fill_in(hass, await begin(hass), account)
    assert (form["type"], form["errors"]) == (FlowResultType.FORM, {"base": error})
    assert suggested(form) == {**account, CONF_PASSWORD: None}
    cloud.clear_faults()
    assert_added(await fill_in(hass, form, account), account)


async def test_add_after_wrong_fields(
    hass: HomeAssistant, cloud: FlexyKeyCloud, account: Account
) -> None:
    """A field that cannot be right is named before anything is sent, and the same flow then succeeds."""
    form = await begin(hass)
    for field, value, error in WRONG_FIELDS:
        form = await fill_in(hass, form, {**account, field: value})
        assert (form["type"], form["errors"]) == (FlowResultType.FORM, {field: error})
    assert cloud.requests.total == 0
    assert_added(await fill_in(hass, form, account), account)


async def test_add_after_the_unexpected(
    hass: HomeAssistant, account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    """What nobody foresaw is told and logged, without the password, and the same flow then succeeds."""
    form = await begin(hass)
    with patch(
        "custom_components.latchkey.vendors.flexykey.adapter.FlexyKey.account",
        side_effect=ZeroDivisionError,
    ):
        form = await fill_in(hass, form, account)
    assert form["errors"] == {"base": "unknown"}
    assert "Unexpected error while connecting to flexykey" in caplog.text
    assert PASSWORD not in caplog.text
    assert_added(await fill_in(hass, form, account), account)


async def test_add_an_impostor(
    hass: HomeAssistant, account: Account, tmp_path: Path
) -> None:
    """A cloud whose certificate nobody vouches for receives nothing, and the same flow then succeeds."""
    with impostor(tmp_path) as (url, received):
        elsewhere = {**account, CONF_URL: str(url / "v1/")}
        form = await fill_in(hass, await begin(hass), elsewhere)
    assert form["errors"] == {"base": "cannot_connect"}
    assert received == []
    assert_added(await fill_in(hass, form, account), account)


@pytest.mark.parametrize("username", ["anna", "Anna", " ANNA "])
async def test_add_twice(
    hass: HomeAssistant,
    cloud: FlexyKeyCloud,
    entry: MockConfigEntry,
    account: Account,
    username: str,
) -> None:
    """An account is added once, in whatever case its name is written."""
    entry.add_to_hass(hass)
    cloud.set_user(username.strip(), PASSWORD)
    result = await fill_in(
        hass, await begin(hass), {**account, CONF_USERNAME: username}
    )
    assert (result["type"], result["reason"]) == (
        FlowResultType.ABORT,
        "already_configured",
    )


async def test_add_another(
    hass: HomeAssistant, cloud: FlexyKeyCloud, entry: MockConfigEntry, account: Account
) -> None:
    """Another user of the same cloud is another account."""
    entry.add_to_hass(hass)
    cloud.set_user("bertil", "secret")
    result = await fill_in(
        hass,
        await begin(hass),
        {**account, CONF_USERNAME: "bertil", CONF_PASSWORD: "secret"},
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id == "flexykey_bertil"


async def test_reauth(house: House, account: Account) -> None:
    """A new password is taken after whatever failures, and nothing but the password is asked for."""
    hass = house.hass
    await house.start()
    house.cloud.set_user("anna", "nytt-4712")
    form = await house.entry.start_reauth_flow(hass)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "reauth_confirm")
    assert suggested(form) == {CONF_PASSWORD: None}
    assert form["description_placeholders"]["vendor"] == "FlexyKey"
    form = await fill_in(hass, form, {CONF_PASSWORD: "wrong"})
    assert form["errors"] == {"base": "invalid_auth"}
    for fault, error in FAILURES:
        house.fault(**fault)
        form = await fill_in(hass, form, {CONF_PASSWORD: "nytt-4712"})
        assert form["errors"] == {"base": error}
        house.cloud.clear_faults()
    result = await fill_in(hass, form, {CONF_PASSWORD: "nytt-4712"})
    assert (result["type"], result["reason"]) == (
        FlowResultType.ABORT,
        "reauth_successful",
    )
    assert (
        house.entry.data.items()
        >= {
            CONF_VENDOR: "flexykey",
            **account,
            CONF_PASSWORD: "nytt-4712",
        }.items()
    )
    assert house.account() is ConfigEntryState.LOADED


async def test_reconfigure(house: House, account: Account) -> None:
    """An account moves to another address; an empty password keeps the present one."""
    await house.start()
    flow = await house.entry.start_reconfigure_flow(house.hass)
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "reconfigure")
    assert suggested(flow) == {**account, CONF_PASSWORD: None}
    async with serve(house.cloud) as moved:
        values = {CONF_USERNAME: "anna", CONF_URL: moved.url}
        result = await fill_in(house.hass, flow, values)
        assert (result["type"], result["reason"]) == (
            FlowResultType.ABORT,
            "reconfigure_successful",
        )
        assert (
            house.entry.data.items()
            >= {
                CONF_VENDOR: "flexykey",
                CONF_USERNAME: "anna",
                CONF_PASSWORD: PASSWORD,
                CONF_URL: moved.url,
            }.items()
        )
        assert house.account() is ConfigEntryState.LOADED
        assert await house.hass.config_entries.async_unload(house.entry.entry_id)


async def test_reconfigure_after_failures(house: House, account: Account) -> None:
    """Each failure is told and changes nothing, and the same flow then succeeds."""
    await house.start()
    before = dict(house.entry.data)
    form = await house.entry.start_reconfigure_flow(house.hass)
    for fault, error in FAILURES:
        house.fault(**fault)
        form = await fill_in(house.hass, form, account)
        assert form["errors"] == {"base": error}
        house.cloud.clear_faults()
    for field, value, error in WRONG_FIELDS:
        form = await fill_in(house.hass, form, {**account, field: value})
        assert form["errors"] == {field: error}
    assert house.entry.data == before
    house.cloud.set_user("anna", "nytt-4712")
    form = await fill_in(house.hass, form, account)
    assert form["errors"] == {"base": "invalid_auth"}
    new = {**account, CONF_PASSWORD: "nytt-4712"}
    result = await fill_in(house.hass, form, new)
    assert result["reason"] == "reconfigure_successful"
    assert house.entry.data[CONF_PASSWORD] == "nytt-4712"


async def test_reconfigure_to_another_account(house: House, account: Account) -> None:
    """An account does not turn into another one."""
    await house.start()
    before = dict(house.entry.data)
    house.cloud.set_user("bertil", "secret")
    flow = await house.entry.start_reconfigure_flow(house.hass)
    other = {**account, CONF_USERNAME: "bertil", CONF_PASSWORD: "secret"}
    result = await fill_in(house.hass, flow, other)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_account")
    assert house.entry.data == before


async def test_poll_interval(house: House) -> None:
    """The time between two polls is chosen in whole seconds within bounds, and takes effect at once."""
    await house.start()
    form = await open_options(house)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "init")
    for outside in (MIN_POLL_INTERVAL - 1, MAX_POLL_INTERVAL + 1, "often", None):
        with pytest.raises(InvalidData):
            await choose(house, form, **{CONF_POLL_INTERVAL: outside})
    form = await choose(house, form, **{CONF_POLL_INTERVAL: 12.5})
    assert form["errors"] == {CONF_POLL_INTERVAL: "whole_seconds"}
    result = await choose(house, form, **{CONF_POLL_INTERVAL: 12.0})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert house.entry.options[CONF_POLL_INTERVAL] == 12
    assert house.entry.options[CONF_DOORS] == {}
    polls = house.count("GET Control")
    await house.wait(13)
    assert house.count("GET Control") > polls


async def test_doors(house: House) -> None:
    """Relays are declared doors, one form for each, and the entities follow at once."""
    await house.start()
    form = await open_options(house)
    form = await choose(
        house,
        form,
        **{CONF_POLL_INTERVAL: 30, CONF_DOORS: ["99998/F2", "99992/X5"]},
    )
    assert (form["step_id"], form["last_step"]) == ("door", False)
    placeholders = form["description_placeholders"]
    assert placeholders == {"door": "fkv3 test 2 S.kontor · Dörr (F2)"}
    for outside in (0, 100_000, "long"):
        with pytest.raises(InvalidData):
            await choose(
                house, form, **{CONF_PULSE: outside, CONF_MAY_BE_HELD_OPEN: False}
            )
    form = await choose(house, form, **{CONF_PULSE: 2.5, CONF_MAY_BE_HELD_OPEN: True})
    assert form["errors"] == {CONF_PULSE: "whole_seconds"}
    assert form["description_placeholders"] == placeholders
    form = await choose(house, form, **{CONF_PULSE: 3, CONF_MAY_BE_HELD_OPEN: True})
    assert (form["step_id"], form["last_step"]) == ("door", True)
    assert form["description_placeholders"] == {
        "door": "BDD Demo enhet · Objekt 2 · Dörr (X5)"
    }
    result = await choose(house, form, **{CONF_PULSE: 7, CONF_MAY_BE_HELD_OPEN: False})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert house.entry.options[CONF_DOORS] == {
        "99998/F2": door(3, may_be_held_open=True),
        "99992/X5": door(7),
    }
    assert house.lock("99998/F2") == "locked"
    assert house.entity_id("switch", "99998/F2") is None


async def test_doors_are_kept_and_removed(house: House) -> None:
    """What was chosen before is offered again; a door that is chosen no longer is a switch again."""
    await house.start(**doors("99998/F1", "99998/F2", pulse=9, may_be_held_open=True))
    form = await open_options(house)
    assert form["data_schema"] is not None
    offered = form["data_schema"]({})
    assert offered[CONF_DOORS] == ["99998/F1", "99998/F2"]
    form = await choose(
        house, form, **{CONF_POLL_INTERVAL: 30, CONF_DOORS: ["99998/F2"]}
    )
    assert form["data_schema"] is not None
    offered = form["data_schema"]({})
    assert offered == door(9, may_be_held_open=True)
    await choose(house, form, **offered)
    assert house.entry.options[CONF_DOORS] == {
        "99998/F2": door(9, may_be_held_open=True)
    }
    assert house.switch("99998/F1") == "off"
    assert house.entity_id("lock", "99998/F1") is None


async def test_door_whose_unit_is_gone(house: House) -> None:
    """A door that the account no longer has is named by its key, and can be kept or dropped."""
    await house.start(**doors("4711/F1", pulse=9))
    form = await open_options(house)
    form = await choose(
        house, form, **{CONF_POLL_INTERVAL: 30, CONF_DOORS: ["4711/F1"]}
    )
    assert form["description_placeholders"] == {"door": "4711/F1"}
    await choose(house, form, **door(8))
    assert house.entry.options[CONF_DOORS] == {"4711/F1": door(8)}
    form = await open_options(house)
    result = await choose(house, form, **{CONF_POLL_INTERVAL: 30, CONF_DOORS: []})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert house.entry.options[CONF_DOORS] == {}


async def test_unknown_door(house: House) -> None:
    """A relay that nobody knows is not taken for a door."""
    await house.start()
    form = await open_options(house)
    with pytest.raises(InvalidData):
        await choose(house, form, **{CONF_POLL_INTERVAL: 30, CONF_DOORS: ["4711/F1"]})


async def test_options_without_relays(house: House) -> None:
    """Where there are no relays, none is asked for."""
    house.cloud.units.clear()
    await house.start()
    form = await open_options(house)
    result = await choose(house, form, **{CONF_POLL_INTERVAL: 60})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert house.entry.options[CONF_POLL_INTERVAL] == 60
    assert house.entry.options[CONF_DOORS] == {}


async def test_options_while_not_loaded(house: House) -> None:
    """While the account is not running, its relays are not known: the options say so."""
    await house.start()
    form = await open_options(house)
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    result = await choose(house, form, **{CONF_POLL_INTERVAL: 60})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_loaded")
    result = await open_options(house)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_loaded")


async def test_door_while_not_loaded(house: House) -> None:
    """If the account stops while doors are asked about, the options say so, too."""
    await house.start()
    form = await open_options(house)
    form = await choose(
        house,
        form,
        **{CONF_POLL_INTERVAL: 30, CONF_DOORS: ["99998/F1", "99998/F2"]},
    )
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    result = await choose(house, form, **door())
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_loaded")
