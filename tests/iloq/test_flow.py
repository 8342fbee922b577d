"""The config flow adds an iLOQ account: what is asked for, what can be wrong, which locking system it is about."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.latchkey.const import CONF_VENDOR
from simulators.iloq import Fault, IloqCloud
from tests.flows import begin, fill_in, suggested
from tests.iloq.home import Home

type Account = dict[str, str]

FAILURES: list[tuple[dict[str, Any], str]] = [
    ({"kind": "status", "status": 403}, "refused"),
    ({"kind": "status", "status": 404}, "not_found"),
    ({"kind": "status", "status": 418}, "refused"),
    ({"kind": "status", "status": 503}, "cannot_connect"),
    ({"kind": "reset"}, "cannot_connect"),
    ({"kind": "redirect"}, "cannot_connect"),
    ({"kind": "html"}, "answer_not_understood"),
    ({"kind": "rate_limit"}, "rate_limited"),
]
"""What can go wrong at the cloud, and what the form then says."""

RESULTS: list[tuple[int, str]] = [
    (2, "refused"),
    (3, "refused"),
    (4, "cannot_connect"),
    (5, "invalid_auth"),
    (6, "refused"),
    (7, "locked_out"),
    (8, "locked_out"),
    (9, "password_expired"),
    (10, "single_sign_on"),
    (11, "refused"),
]
"""What a log-in answers with success, and what the form then says."""

WRONG_FIELDS: list[tuple[str, str, str]] = [
    ("api_key", "nyckel-å", "invalid_api_key"),
    ("url", "iloq", "invalid_url"),
    ("url", "http://192.168.1.4/iloqws", "insecure_url"),
    ("customer_code", "  ", "empty"),
]
"""What can be wrong with a field, and what the form then says of it."""


def assert_added(
    result: ConfigFlowResult, iloq: IloqCloud, credentials: Account
) -> None:
    """Assert that a flow ended with the account's entry, and left no session of its own."""
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == f"iLOQ {iloq.group.name}"
    group_id = iloq.group.id.casefold()
    assert result["result"].unique_id == f"iloq_{group_id}"
    assert result["data"] == {
        CONF_VENDOR: "iloq",
        **credentials,
        "lock_group": group_id,
    }
    assert result["result"].state is ConfigEntryState.LOADED
    assert len(iloq.sessions.open) == 1


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_form(hass: HomeAssistant) -> None:
    """Five things are asked for; the address is suggested, and the gateway's key may be left out."""
    form = await begin(hass, "iloq")
    assert list(suggested(form)) == [
        "url",
        "customer_code",
        "username",
        "password",
        "api_key",
    ]
    assert form["data_schema"] is not None
    entered = {"customer_code": "a", "username": "b", "password": "c"}
    assert form["data_schema"](entered) == {
        "url": "https://s5.iloq.com/iloqws",
        **entered,
    }


async def test_add(hass: HomeAssistant, iloq: IloqCloud, credentials: Account) -> None:
    """What is entered becomes an account of the only locking system."""
    del credentials["api_key"]
    result = await fill_in(hass, await begin(hass, "iloq"), credentials)
    assert_added(result, iloq, {**credentials, "api_key": ""})


async def test_version_1(
    hass: HomeAssistant, iloq: IloqCloud, credentials: Account
) -> None:
    """A server that knows no GetUrl is one of the first generation."""
    iloq.set_options(generations="v1")
    entered = {
        **credentials,
        "url": credentials["url"].replace("/iloqws", "/iLoqWsApi"),
    }
    assert_added(await fill_in(hass, await begin(hass, "iloq"), entered), iloq, entered)


async def test_several_locking_systems(
    hass: HomeAssistant, iloq: IloqCloud, credentials: Account
) -> None:
    """Of several locking systems one is chosen; the other can be added as another account."""
    other = iloq.add_group("Summer house")
    form = await fill_in(hass, await begin(hass, "iloq"), credentials)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "lock_group")
    assert len(iloq.sessions.open) == 0
    iloq.add_fault(Fault("status", status=503, times=1))
    chosen = {"lock_group": iloq.group.id.casefold()}
    form = await fill_in(hass, form, chosen)
    assert form["errors"] == {"base": "cannot_connect"}
    assert_added(await fill_in(hass, form, chosen), iloq, credentials)
    form = await fill_in(hass, await begin(hass, "iloq"), credentials)
    again = await fill_in(hass, form, chosen)
    assert (again["type"], again["reason"]) == (
        FlowResultType.ABORT,
        "already_configured",
    )
    form = await fill_in(hass, await begin(hass, "iloq"), credentials)
    second = await fill_in(hass, form, {"lock_group": other.id.casefold()})
    assert second["title"] == "iLOQ Summer house"
    assert len(iloq.sessions.open) == 2


@pytest.mark.parametrize(("fault", "error"), FAILURES)
async def test_failures(
    hass: HomeAssistant,
    iloq: IloqCloud,
    credentials: Account,
    fault: dict[str, Any],
    error: str,
) -> None:
    """What goes wrong is told in the form; once it is mended the account is added."""
    iloq.add_fault(Fault(**fault))
    form = await fill_in(hass, await begin(hass, "iloq"), credentials)
    assert form["errors"] == {"base": error}
    shown = suggested(form)
    assert shown["url"] == credentials["url"]
    assert shown["password"] is shown["api_key"] is None
    iloq.clear_faults()
    assert_added(await fill_in(hass, form, credentials), iloq, credentials)


@pytest.mark.parametrize(("result", "error"), RESULTS)
async def test_refused_log_in(
    hass: HomeAssistant, iloq: IloqCloud, credentials: Account, result: int, error: str
) -> None:
    """Each way in which a log-in is refused is told in words of its own, and none is tried twice."""
    iloq.set_options(log_in_result=result)
    form = await fill_in(hass, await begin(hass, "iloq"), credentials)
    assert form["errors"] == {"base": error}
    assert iloq.requests.counts["POST /{base}/api/v2/CreateSession"] == 1
    iloq.set_options(log_in_result=None)
    assert_added(await fill_in(hass, form, credentials), iloq, credentials)


@pytest.mark.parametrize("wrong", WRONG_FIELDS)
async def test_wrong_fields(
    hass: HomeAssistant,
    iloq: IloqCloud,
    credentials: Account,
    wrong: tuple[str, str, str],
) -> None:
    """A field that cannot be right is named, and nothing is sent."""
    field, value, error = wrong
    result = await fill_in(
        hass, await begin(hass, "iloq"), {**credentials, field: value}
    )
    assert result["errors"] == {field: error}
    assert iloq.requests.counts.total() == 0


async def test_gateway(
    hass: HomeAssistant, iloq: IloqCloud, credentials: Account
) -> None:
    """Behind the gateway its key is needed."""
    iloq.set_options(api_key="gateway")
    form = await fill_in(hass, await begin(hass, "iloq"), credentials)
    assert form["errors"] == {"base": "refused"}
    entered = {**credentials, "api_key": "gateway"}
    assert_added(await fill_in(hass, form, entered), iloq, entered)


async def test_handed_out_address(
    hass: HomeAssistant, iloq: IloqCloud, credentials: Account
) -> None:
    """The password goes to no address in the clear, whoever hands it out."""
    iloq.set_options(handed_out="http://203.0.113.7/iloqws/")
    form = await fill_in(hass, await begin(hass, "iloq"), credentials)
    assert form["errors"] == {"base": "answer_not_understood"}
    for nothing in (None, ""):
        iloq.set_options(handed_out=nothing)
        result = await fill_in(hass, await begin(hass, "iloq"), credentials)
        assert_added(result, iloq, credentials)
        await hass.config_entries.async_remove(result["result"].entry_id)


async def test_reauth(home: Home) -> None:
    """A password that was changed is asked for anew; the locking system stays."""
    await home.start()
    home.cloud.user.password = "another"
    home.cloud.sessions.expire()
    await home.wait(1000)
    flows = home.hass.config_entries.flow.async_progress()
    assert [flow["step_id"] for flow in flows] == ["reauth_confirm"]
    assert home.cloud.sessions.failed_log_ins == 1
    form = await home.hass.config_entries.flow.async_configure(flows[0]["flow_id"])
    result = await fill_in(home.hass, form, {"password": "another"})
    assert result["reason"] == "reauth_successful"
    await home.settle()
    assert home.account() is ConfigEntryState.LOADED


@pytest.mark.parametrize("other", [False, True])
async def test_reconfigure(home: Home, credentials: Account, other: bool) -> None:
    """What is entered anew must lead to the same locking system."""
    await home.start()
    if other:
        home.cloud.groups.clear()
        home.cloud.add_group("Elsewhere")
    form = await home.entry.start_reconfigure_flow(home.hass)
    result = await fill_in(home.hass, form, {**credentials, "api_key": "gateway"})
    if other:
        assert result["errors"] == {"base": "not_found"}
        return
    assert result["reason"] == "reconfigure_successful"
    assert home.entry.data["api_key"] == "gateway"
    assert home.entry.data["lock_group"] == home.system_id
