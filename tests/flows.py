"""How the tests of the flows fill in forms, and what can go wrong with them."""

from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigFlowResult
from homeassistant.const import CONF_URL, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from custom_components.latchkey.const import DOMAIN
from tests.house import House

FAILURES: list[tuple[dict[str, Any], str]] = [
    ({"kind": "status", "status": 401}, "invalid_auth"),
    ({"kind": "status", "status": 403}, "no_right"),
    ({"kind": "status", "status": 404}, "not_found"),
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
"""What can go wrong at the cloud, and what the form then says."""

WRONG_FIELDS: list[tuple[str, str, str]] = [
    (CONF_URL, "flexykey", "invalid_url"),
    (CONF_URL, "http://192.168.1.4/v1/", "insecure_url"),
    (CONF_URL, "https://anna:hemligt@api.flexykey.se/", "bare_url"),
    (CONF_USERNAME, "an:na", "invalid_username"),
]
"""What can be wrong with a field, and what the form then says of it."""


async def begin(hass: HomeAssistant, vendor: str = "flexykey") -> ConfigFlowResult:
    """Open the flow and choose a vendor in its menu."""
    menu = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    assert (menu["type"], menu["step_id"]) == (FlowResultType.MENU, "user")
    assert vendor in menu["menu_options"]
    form = await hass.config_entries.flow.async_configure(
        menu["flow_id"], {"next_step_id": vendor}
    )
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, vendor)
    assert form["errors"] == {}
    return form


async def fill_in(
    hass: HomeAssistant, flow: ConfigFlowResult, values: dict[str, str]
) -> ConfigFlowResult:
    """Submit a form, and let what follows from it happen."""
    result = await hass.config_entries.flow.async_configure(flow["flow_id"], values)
    await hass.async_block_till_done()
    return result


def suggested(form: ConfigFlowResult) -> dict[str, Any]:
    """Return what a form holds when it is shown, by field."""
    schema = form["data_schema"]
    assert schema is not None
    return {
        str(marker): (marker.description or {}).get("suggested_value")
        for marker in schema.schema
    }


async def open_options(house: House) -> ConfigFlowResult:
    """Open the options."""
    return await house.hass.config_entries.options.async_init(house.entry.entry_id)


async def choose(
    house: House, flow: ConfigFlowResult, **values: Any
) -> ConfigFlowResult:
    """Submit a form of the options, and let what follows from it happen."""
    result = await house.hass.config_entries.options.async_configure(
        flow["flow_id"], values
    )
    await house.settle()
    return result
