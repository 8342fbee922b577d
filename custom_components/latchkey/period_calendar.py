"""What all calendars have in common."""

from abc import abstractmethod
from datetime import datetime
from typing import override

from homeassistant.components.calendar import CalendarEntity, CalendarEvent
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .entity import LatchkeyEntity


class PeriodCalendar(LatchkeyEntity, CalendarEntity):
    """Periods, to be read."""

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return what goes on now or comes next."""
        now = dt_util.utcnow()
        coming = [event for event in self._events() if event.end > now]
        return min(coming, key=lambda event: event.start, default=None)

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return what lies in a period, or reaches into it."""
        return [
            event
            for event in self._events()
            if event.start < end_date and event.end > start_date
        ]

    @override
    def _shown(self) -> tuple[object, ...]:
        return (self.state, self.state_attributes)

    @abstractmethod
    def _events(self) -> list[CalendarEvent]:
        """Return all that there is."""
