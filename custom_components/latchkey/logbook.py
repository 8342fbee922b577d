"""Passages in the logbook."""

from collections.abc import Callable
from typing import Any

from homeassistant.components.logbook import (
    LOGBOOK_ENTRY_ENTITY_ID,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.const import ATTR_DEVICE_ID, ATTR_ENTITY_ID
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from .const import (
    ATTR_HOLDER,
    ATTR_METHOD,
    ATTR_OUTCOME,
    ATTR_REASON,
    DOMAIN,
    EVENT_PASSAGE,
)
from .vendors.passages import Outcome


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[
        [str, str, Callable[[Event[dict[str, Any]]], dict[str, Any]]], None
    ],
) -> None:
    """Describe passages; the logbook's own words are English."""

    @callback
    def describe(event: Event[dict[str, Any]]) -> dict[str, Any]:
        data = event.data
        device = dr.async_get(hass).async_get(data.get(ATTR_DEVICE_ID) or "")
        was = "let in" if data[ATTR_OUTCOME] == Outcome.GRANTED else "turned away"
        message = f"{data.get(ATTR_HOLDER) or 'somebody'} was {was}"
        if detail := data.get(ATTR_REASON) or data.get(ATTR_METHOD):
            message += f" ({detail.replace('_', ' ')})"
        return {
            LOGBOOK_ENTRY_NAME: (device and (device.name_by_user or device.name))
            or "Passage",
            LOGBOOK_ENTRY_MESSAGE: message,
            LOGBOOK_ENTRY_ENTITY_ID: data.get(ATTR_ENTITY_ID),
        }

    async_describe_event(DOMAIN, EVENT_PASSAGE, describe)
