"""The actions."""

from homeassistant.components.switch import DOMAIN as SWITCH_DOMAIN
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import service
import voluptuous as vol

from .const import ATTR_DURATION, DOMAIN, SERVICE_PULSE_OUTPUT


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    service.async_register_platform_entity_service(
        hass,
        DOMAIN,
        SERVICE_PULSE_OUTPUT,
        entity_domain=SWITCH_DOMAIN,
        # The entity knows what its output takes, and says so in the user's language.
        schema={vol.Optional(ATTR_DURATION): object},
        func="async_pulse",
    )
