"""The grants and the bookings of an account as calendars, to be read."""

from abc import abstractmethod
from datetime import datetime
from typing import override

from homeassistant.components.calendar import CalendarEntity, CalendarEvent
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .bookings import BookingBook
from .coordinator import LatchkeyConfigEntry, LatchkeyCoordinator
from .entity import AccountEntity, GrantEntity
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
    """Set up the calendars of the account's grants and bookings."""
    coordinator = entry.runtime_data
    if grants := coordinator.grants:
        async_add_entities([GrantCalendar(coordinator, grants, "grants")])
    if book := coordinator.bookings:
        async_add_entities([BookingCalendar(coordinator, book, "bookings")])


class PeriodCalendar(AccountEntity, CalendarEntity):
    """Periods of the account, to be read."""

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


class GrantCalendar(GrantEntity, PeriodCalendar):
    """The grants that have an end, in the time in which they open."""

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the grants."""
        await super().async_added_to_hass()
        self.async_on_remove(self.grants.async_listen(self.async_show))

    @override
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


class BookingCalendar(PeriodCalendar):
    """The bookings that were made here."""

    def __init__(
        self, coordinator: LatchkeyCoordinator, book: BookingBook, key: str
    ) -> None:
        """Initialize with the bookings."""
        super().__init__(coordinator, key)
        self._book = book

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the bookings."""
        await super().async_added_to_hass()
        self.async_on_remove(self._book.changed.async_listen(self.async_show))

    @override
    def _events(self) -> list[CalendarEvent]:
        return [
            CalendarEvent(
                start=dt_util.as_local(booking.start),
                end=dt_util.as_local(booking.end),
                # Without the vendor's id nobody knows whether there is one.
                summary=f"{booking.booking_object}{'' if booking.booking_id else ' ?'}",
                uid=booking.id,
            )
            for booking in self._book.bookings.values()
        ]
