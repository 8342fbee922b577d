"""The lines of devices' logs as events."""

from typing import Any, override

from homeassistant.components.event import EventEntity
from homeassistant.const import ATTR_DEVICE_ID, ATTR_ENTITY_ID, EntityCategory
from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from .const import (
    ATTR_CREDENTIAL,
    ATTR_HOLDER,
    ATTR_METHOD,
    ATTR_OCCURRED_AT,
    ATTR_OUTCOME,
    ATTR_REASON,
    ATTR_TEXT,
    EVENT_PASSAGE,
)
from .coordinator import LatchkeyCoordinator
from .entity import DeviceEntity
from .log_keeper import LogKeeper
from .vendors.model import Device
from .vendors.passages import PASSAGES, LogLine, Outcome


class LogEvent(DeviceEntity, EventEntity):
    """Some of the lines of a device's log."""

    outcomes: tuple[Outcome, ...]

    # Two equal lines of one reading are two events, although nothing differs.
    _attr_force_update = True

    def __init__(
        self, coordinator: LatchkeyCoordinator, log: LogKeeper, device: Device, key: str
    ) -> None:
        """Initialize with the log."""
        super().__init__(coordinator, device, key)
        self._log = log
        self._attr_translation_key = key
        self._attr_event_types = [outcome.value for outcome in self.outcomes]

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the log."""
        await super().async_added_to_hass()
        self.async_on_remove(self._log.async_listen(self.device.id, self._handle))

    @callback
    def _handle(self, line: LogLine) -> None:
        if line.outcome in self.outcomes:
            self._trigger_event(line.outcome, self.attributes_of(line))
            # Noted as written: each writing is an event of its own.
            self._written = self._shown()
            self.async_write_ha_state()

    def attributes_of(self, line: LogLine) -> dict[str, Any]:
        """Return what is told of a line; numbers are masked in it."""
        return {
            ATTR_TEXT: line.text,
            ATTR_OCCURRED_AT: dt_util.as_local(line.occurred_at).isoformat(),
        }


class DeviceEvent(LogEvent):
    """What a device wrote down beside passages."""

    outcomes = tuple(outcome for outcome in Outcome if outcome not in PASSAGES)

    _attr_entity_category = EntityCategory.DIAGNOSTIC


class PassageEvent(LogEvent):
    """Somebody was let in or turned away."""

    outcomes = PASSAGES
    can_be_spared = False

    @override
    def attributes_of(self, line: LogLine) -> dict[str, Any]:
        """Return who came how and when."""
        return {
            ATTR_HOLDER: line.holder,
            ATTR_METHOD: line.method,
            ATTR_CREDENTIAL: line.credential,
            ATTR_REASON: line.reason,
            ATTR_OCCURRED_AT: dt_util.as_local(line.occurred_at).isoformat(),
        }

    @callback
    @override
    def _handle(self, line: LogLine) -> None:
        super()._handle(line)
        if line.outcome in self.outcomes:
            self.hass.bus.async_fire(
                EVENT_PASSAGE,
                {
                    ATTR_ENTITY_ID: self.entity_id,
                    ATTR_DEVICE_ID: self.device_entry.id if self.device_entry else None,
                    ATTR_OUTCOME: line.outcome,
                    **self.attributes_of(line),
                },
            )
