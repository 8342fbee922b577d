"""A vendor's schedules as calendars, and what they have relays do as binary sensors."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final, override

from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.components.calendar import CalendarEvent
from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .coordinator import LatchkeyConfigEntry, LatchkeyCoordinator
from .entity import DeviceEntity, seen_id, unique_id
from .follow import Wanted
from .period_calendar import PeriodCalendar
from .schedule_keeper import ScheduleKeeper
from .vendors.model import Device
from .vendors.schedules import Entry, Relay, Schedule

SCHEDULE: Final = "schedule"
"""The kind of entities that there are for schedules and for what they control."""


def calendar_id(entry: LatchkeyConfigEntry, device: Device, schedule: Schedule) -> str:
    """Return what the calendar of a schedule is registered by."""
    return seen_id(SCHEDULE, unique_id(entry, device, schedule.id))


def calendars_of(
    coordinator: LatchkeyCoordinator, keeper: ScheduleKeeper, device: Device
) -> Wanted:
    """Return the calendars of a system."""
    return {
        calendar_id(coordinator.config_entry, device, schedule): partial(
            ScheduleCalendar, coordinator, device, keeper, schedule
        )
        for schedule in keeper.known.of(device.id)
    }


def relays_of(
    coordinator: LatchkeyCoordinator, keeper: ScheduleKeeper, device: Device
) -> Wanted:
    """Return the binary sensors of what a system's schedules control."""
    entry = coordinator.config_entry
    return {
        seen_id(SCHEDULE, unique_id(entry, device, relay.id)): partial(
            ScheduledRelay, coordinator, device, keeper, relay
        )
        for relay in keeper.known.relays(device.id).values()
    }


class ScheduleEntity(DeviceEntity):
    """What belongs to a system's schedules."""

    def __init__(
        self,
        coordinator: LatchkeyCoordinator,
        device: Device,
        keeper: ScheduleKeeper,
        own_id: str,
    ) -> None:
        """Initialize with who keeps the schedules."""
        super().__init__(coordinator, device, own_id, SCHEDULE)
        self.keeper = keeper

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the schedules."""
        await super().async_added_to_hass()
        self.async_on_remove(self.keeper.changed.async_listen(self._take))

    @callback
    def _take(self) -> None:
        self.async_show()


class ScheduleCalendar(ScheduleEntity, PeriodCalendar):
    """A schedule, to be read."""

    _attr_translation_key = SCHEDULE

    def __init__(
        self,
        coordinator: LatchkeyCoordinator,
        device: Device,
        keeper: ScheduleKeeper,
        schedule: Schedule,
    ) -> None:
        """Initialize with the schedule."""
        super().__init__(coordinator, device, keeper, schedule.id)
        self._schedule = schedule
        self._attr_translation_placeholders = {"number": schedule.id[:8]}
        self._name()

    def _name(self) -> None:
        """Take the vendor's name; where it is empty the translated one is it."""
        if self._schedule.name:
            self._attr_name = self._schedule.name
        elif hasattr(self, "_attr_name"):
            del self._attr_name

    @callback
    @override
    def _take(self) -> None:
        """Take the schedule as it is now."""
        for schedule in self.keeper.known.of(self.device.id):
            if schedule.id == self._schedule.id and schedule != self._schedule:
                self._schedule = schedule
                self._name()
        super()._take()

    @property
    @override
    def available(self) -> bool:
        """Return whether the schedule's entries could be read."""
        return super().available and self.keeper.known.is_known(self._schedule.id)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return the kind of what goes on now or comes next, in no language."""
        now = dt_util.utcnow()
        coming = (each for each in self._entries() if each.end > now)
        entry = next(coming, None)
        return {"kind": entry.kind} if entry else None

    @override
    def _shown(self) -> tuple[object, ...]:
        kind = self.extra_state_attributes
        return (self.available, self.name, kind, *super()._shown())

    def _entries(self) -> tuple[Entry, ...]:
        return self.keeper.known.entries(self._schedule.id)

    @override
    def _events(self) -> list[CalendarEvent]:
        return [
            CalendarEvent(
                start=dt_util.as_local(entry.start),
                end=dt_util.as_local(entry.end),
                summary=self._summary(entry),
                uid=entry.id,
            )
            for entry in self._entries()
        ]

    def _summary(self, entry: Entry) -> str:
        """Return what an entry is for, in the home's language, and what somebody wrote to it, which may be a name."""
        key = f"component.{DOMAIN}.entity.calendar.{SCHEDULE}.state_attributes.kind.state.{entry.kind}"
        kind = self.platform_data.platform_translations.get(key, entry.kind.value)
        title = entry.shown_title if self.keeper.show_titles else ""
        return f"{title} · {kind}" if title else kind


class ScheduledRelay(ScheduleEntity, BinarySensorEntity):
    """Whether a schedule has a relay on at this moment; the relay itself is not asked."""

    _attr_translation_key = "scheduled_open"

    def __init__(
        self,
        coordinator: LatchkeyCoordinator,
        device: Device,
        keeper: ScheduleKeeper,
        relay: Relay,
    ) -> None:
        """Initialize with the relay."""
        super().__init__(coordinator, device, keeper, relay.id)
        self._relay_id = relay.id
        self._attr_translation_placeholders = {"name": relay.name}

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether it is to be on; unknown where what would say so could not be read."""
        return self.keeper.known.holds_open(
            self.device.id, self._relay_id, dt_util.utcnow()
        )
