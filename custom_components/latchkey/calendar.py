"""The grants, the bookings and the schedules of an account as calendars, to be read."""

from datetime import datetime
from functools import partial
from typing import override

from homeassistant.components.calendar import CalendarEvent
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .booking_keeper import BookingKeeper
from .bookings import BookingBook
from .coordinator import LatchkeyConfigEntry, LatchkeyCoordinator
from .entity import AccountEntity, DeviceEntity, GrantEntity, seen_id, unique_id
from .follow import Seen, Wanted, async_follow_seen
from .ledger import Record
from .occupancy import BOOKING
from .period_calendar import PeriodCalendar
from .schedule_entities import SCHEDULE, calendars_of
from .vendors.bookings import Booking
from .vendors.grants import GrantState
from .vendors.model import Capability, Device

# Nothing is sent.
PARALLEL_UPDATES = 0

BOOKINGS = "bookings"

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
    """Set up the calendars of the account's grants, bookings and schedules."""
    coordinator = entry.runtime_data
    if grants := coordinator.grants:
        async_add_entities([GrantCalendar(coordinator, grants, "grants")])
    if book := coordinator.bookings:
        async_add_entities([BookingCalendar(coordinator, book, "bookings")])
    if keeper := coordinator.reservations:

        def calendar(device: Device) -> Wanted:
            if Capability.BOOKINGS not in device.capabilities:
                return {}
            own_id = seen_id(BOOKING, unique_id(entry, device, BOOKINGS))
            return {own_id: partial(PlaceCalendar, coordinator, device, keeper)}

        async_follow_seen(
            entry,
            async_add_entities,
            Platform.CALENDAR,
            BOOKING,
            Seen(coordinator.async_add_listener, calendar),
        )
    if schedules := coordinator.schedules:
        async_follow_seen(
            entry,
            async_add_entities,
            Platform.CALENDAR,
            SCHEDULE,
            Seen(
                schedules.found.async_listen,
                partial(calendars_of, coordinator, schedules),
                lambda device: schedules.known.is_whole(device.id),
            ),
        )


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


class BookingCalendar(AccountEntity, PeriodCalendar):
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


class PlaceCalendar(DeviceEntity, PeriodCalendar):
    """The bookings of a place, an event for each room."""

    _attr_translation_key = BOOKINGS

    def __init__(
        self, coordinator: LatchkeyCoordinator, device: Device, keeper: BookingKeeper
    ) -> None:
        """Initialize with the account's bookings."""
        super().__init__(coordinator, device, BOOKINGS, BOOKING)
        self._keeper = keeper

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the bookings."""
        await super().async_added_to_hass()
        self.async_on_remove(self._keeper.changed.async_listen(self.async_show))

    @property
    @override
    def available(self) -> bool:
        """Return whether the place's bookings could be read."""
        return super().available and self._keeper.is_known(self.device.id)

    @override
    def _shown(self) -> tuple[object, ...]:
        return (self.available, *super()._shown())

    @override
    def _events(self) -> list[CalendarEvent]:
        return [
            event
            for booking in self._keeper.of_place(self.device.id)
            if not booking.is_off
            for event in self._events_of(booking)
        ]

    def _events_of(self, booking: Booking) -> list[CalendarEvent]:
        """Return an event for each room, by its own times; one for all where no room is told."""
        guest = booking.shown_guest if self._keeper.show_guests else ""
        parts = [
            (stay.start, stay.end, stay.room.name, f"{booking.id}-{stay.room.id}")
            for stay in booking.stays
        ] or [(booking.start, booking.end, booking.id, booking.id)]
        return [
            CalendarEvent(
                start=dt_util.as_local(start),
                end=dt_util.as_local(end),
                summary=f"{guest} · {name}" if guest else name,
                uid=uid,
            )
            for start, end, name, uid in parts
        ]
