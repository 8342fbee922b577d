"""Passages and openings in the logbook."""

from collections.abc import Callable, Mapping
from typing import Any, Final

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
    EVENT_OPENING,
    EVENT_PASSAGE,
)
from .vendors.openings import End
from .vendors.passages import Outcome

OPENINGS: Final[Mapping[str, str]] = {
    End.OPENED: "was opened through its gateway",
    End.DENIED: "was not opened: the lock refused its gateway",
    End.EXPIRED: "was not opened: nobody touched it in time",
    End.CANCELLED: "was not opened: the command was cancelled",
    End.UNCONFIRMED: "may have been opened: nothing proves it",
}


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[
        [str, str, Callable[[Event[dict[str, Any]]], dict[str, Any]]], None
    ],
) -> None:
    """Describe passages and openings; the logbook's own words are English."""

    def name_of(data: Mapping[str, Any]) -> str | None:
        device = dr.async_get(hass).async_get(data.get(ATTR_DEVICE_ID) or "")
        return (device.name_by_user or device.name) if device else None

    @callback
    def describe_passage(event: Event[dict[str, Any]]) -> dict[str, Any]:
        data = event.data
        was = "let in" if data[ATTR_OUTCOME] == Outcome.GRANTED else "turned away"
        message = f"{data.get(ATTR_HOLDER) or 'somebody'} was {was}"
        if detail := data.get(ATTR_REASON) or data.get(ATTR_METHOD):
            message += f" ({detail.replace('_', ' ')})"
        return {
            LOGBOOK_ENTRY_NAME: name_of(data) or "Passage",
            LOGBOOK_ENTRY_MESSAGE: message,
            LOGBOOK_ENTRY_ENTITY_ID: data.get(ATTR_ENTITY_ID),
        }

    @callback
    def describe_opening(event: Event[dict[str, Any]]) -> dict[str, Any]:
        data = event.data
        return {
            LOGBOOK_ENTRY_NAME: name_of(data) or "Opening",
            LOGBOOK_ENTRY_MESSAGE: OPENINGS[data[ATTR_OUTCOME]],
            LOGBOOK_ENTRY_ENTITY_ID: data.get(ATTR_ENTITY_ID),
        }

    async_describe_event(DOMAIN, EVENT_PASSAGE, describe_passage)
    async_describe_event(DOMAIN, EVENT_OPENING, describe_opening)
