"""The action about where a vendor is to call that nobody but a person can tell; for administrators."""

from functools import partial
from typing import Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.service import async_register_admin_service

from . import fields
from .const import ATTR_RENEW, DOMAIN

KEYS: Final = (ATTR_CONFIG_ENTRY_ID, ATTR_RENEW)


@callback
def async_setup_callback_actions(hass: HomeAssistant) -> None:
    """Register the action."""
    async_register_admin_service(
        hass,
        DOMAIN,
        "get_callback_address",
        partial(_get_callback_address, hass),
        schema=fields.schema(KEYS),
        supports_response=SupportsResponse.ONLY,
    )


async def _get_callback_address(
    hass: HomeAssistant, call: ServiceCall
) -> ServiceResponse:
    """Tell the address, which stands nowhere else: whoever knows it may call."""
    fields.only(call, KEYS)
    renew = fields.flag(call, ATTR_RENEW)
    entry = fields.account_with(hass, call, "hints")
    hints = entry.runtime_data.hints
    assert hints is not None
    if (address := await hints.async_address(renew=renew)) is None:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="no_callback_address",
            translation_placeholders={"name": entry.title},
        )
    return {"address": address}
