"""The grants of an account as a calendar, to be read."""

from datetime import datetime
from typing import override

from homeassistant.components.calendar import CalendarEntity, CalendarEvent
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .coordinator import LatchkeyConfigEntry
from .entity import AccountEntity
from .ledger import Record
from .vendors.grants import GrantState

# Nothing is sent.
PARALLEL_UPDATES = 0

_SHOWN = (
    GrantState.PENDING,
    GrantState.ACTIVE,
    GrantState.EXPIRED,
    GrantState.REVOKING,
    GrantState.UNKNOWN,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: LatchkeyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the calendar of the account's grants."""
    if grants := entry.runtime_data.grants:
        async_add_entities([GrantCalendar(entry.runtime_data, grants, "grants")])


class GrantCalendar(AccountEntity, CalendarEntity):
    """The grants that have an end, in the time in which they open."""

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return the grant that ends next."""
        now = dt_util.utcnow()
        coming = [event for event in self._events() if event.end > now]
        return min(coming, key=lambda event: event.start, default=None)

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return the grants of a period."""
        return [
            event
            for event in self._events()
            if event.start < end_date and event.end > start_date
        ]

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the grants."""
        await super().async_added_to_hass()
        self._shown = (self.state, self.state_attributes)
        self.async_on_remove(self.grants.async_listen(self._handle))

    @callback
    def _handle(self) -> None:
        shown = (self.state, self.state_attributes)
        if shown != self._shown:
            self._shown = shown
            self.async_write_ha_state()

    _shown: tuple[object, object] | None = None

    def _events(self) -> list[CalendarEvent]:
        return [
            self._event_of(record, record.terms.end)
            for record in self.grants.ledger.records.values()
            if record.terms.end is not None and self.grants.state(record) in _SHOWN
        ]

    def _event_of(self, record: Record, end: datetime) -> CalendarEvent:
        summary = record.access_name
        if self.grants.show_holders:
            summary = f"{record.terms.name} · {summary}"
        start = min(record.terms.start or record.created_at, end)
        return CalendarEvent(
            start=dt_util.as_local(start),
            end=dt_util.as_local(end),
            summary=summary,
            uid=record.grant_id,
        )
