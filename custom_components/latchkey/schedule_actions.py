"""The actions that hold doors open until a time by a vendor's schedule, for administrators."""

from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.service import async_register_admin_service
from homeassistant.util import dt as dt_util

from . import fields
from .const import ATTR_CONFIRM, ATTR_END, ATTR_START, DOMAIN
from .errors import HOLD_ERRORS, vendor_errors
from .hold_records import HoldDiffers, HoldError
from .ledger import LedgerError
from .schedule_entities import calendar_id
from .schedule_keeper import ScheduleKeeper
from .vendors.schedules import Hold, Schedule

LONGEST: Final = timedelta(hours=24)
"""How far ahead a door is held open without that being confirmed."""

type Row = dict[str, Any]
type Action = Callable[[ServiceCall, _Target], Coroutine[Any, Any, list[Hold]]]


@callback
def async_setup_schedule_actions(hass: HomeAssistant) -> None:
    """Register the actions; each answers with the entries that it is about."""
    actions: dict[str, tuple[Action, tuple[str, ...]]] = {
        "open_until": (
            _open_until,
            (ATTR_ENTITY_ID, ATTR_START, ATTR_END, ATTR_CONFIRM),
        ),
        "cancel_open_until": (_cancel_open_until, (ATTR_ENTITY_ID,)),
    }
    for name, (action, keys) in actions.items():
        async_register_admin_service(
            hass,
            DOMAIN,
            name,
            partial(_answered, hass, action, keys),
            schema=fields.schema(keys),
            supports_response=SupportsResponse.OPTIONAL,
        )


@dataclass(frozen=True, slots=True)
class _Target:
    """A schedule, found before anything is sent, with the calendar by which it is named."""

    keeper: ScheduleKeeper
    system_id: str
    schedule: Schedule
    calendar: str

    @property
    def name(self) -> str:
        """Return what an error calls it."""
        return self.schedule.name or self.calendar

    def row(self, hold: Hold) -> Row:
        """Return an entry as it is answered."""
        return {
            "entry_id": hold.id,
            ATTR_ENTITY_ID: self.calendar,
            ATTR_START: dt_util.as_local(hold.start).isoformat(),
            ATTR_END: dt_util.as_local(hold.end).isoformat(),
            "relays": [relay.name for relay in self.schedule.relays or ()],
        }

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn what fails, and what stands in the way, into an error for the user."""
        try:
            with vendor_errors(self.name, HOLD_ERRORS):
                yield
        except HoldError as err:
            raise fields.invalid(ATTR_ENTITY_ID, err.key, name=self.name) from None
        except HoldDiffers as err:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="hold_differs",
                translation_placeholders={
                    "name": self.name,
                    "start": dt_util.as_local(err.hold.start).isoformat(),
                    "end": dt_util.as_local(err.hold.end).isoformat(),
                },
            ) from None
        except LedgerError:
            raise HomeAssistantError(
                translation_domain=DOMAIN, translation_key="hold_not_written"
            ) from None


async def _answered(
    hass: HomeAssistant, action: Action, keys: tuple[str, ...], call: ServiceCall
) -> ServiceResponse:
    fields.only(call, keys)
    target = _target(hass, call)
    return {"entries": [target.row(hold) for hold in await action(call, target)]}


def _target(hass: HomeAssistant, call: ServiceCall) -> _Target:
    """Return the schedule whose calendar is named."""
    named = fields.texts(call, ATTR_ENTITY_ID)
    if not named:
        raise fields.invalid(ATTR_ENTITY_ID, "empty")
    if len(named) > 1:
        raise fields.invalid(ATTR_ENTITY_ID, "several_calendars")
    registered = er.async_get(hass).async_get(named[0])
    if registered is None or registered.platform != DOMAIN:
        raise fields.invalid(ATTR_ENTITY_ID, "no_schedule")
    entry = fields.loaded(
        hass.config_entries.async_get_entry(registered.config_entry_id or ""),
        ATTR_ENTITY_ID,
    )
    keeper = entry.runtime_data.schedules
    if keeper is not None and registered.domain == "calendar":
        for device in keeper.rhythm.devices:
            for schedule in keeper.known.of(device.id):
                if calendar_id(entry, device, schedule) == registered.unique_id:
                    return _Target(keeper, device.id, schedule, registered.entity_id)
    raise fields.invalid(ATTR_ENTITY_ID, "no_schedule")


async def _open_until(call: ServiceCall, target: _Target) -> list[Hold]:
    """Hold the doors of a schedule open, from now unless told, until a time."""
    end, start = fields.moment(call, ATTR_END), fields.moment(call, ATTR_START)
    if end is None:
        raise fields.invalid(ATTR_END, "empty")
    now = dt_util.utcnow()
    begins, end = fields.period(call, (now, end))
    if end - now > LONGEST and not fields.flag(call, ATTR_CONFIRM):
        raise fields.invalid(ATTR_CONFIRM, "confirm_long_opening", name=target.name)
    if target.schedule.relays is None:
        raise fields.invalid(ATTR_ENTITY_ID, "relays_not_told", name=target.name)
    if not target.schedule.relays:
        raise fields.invalid(ATTR_ENTITY_ID, "no_relays", name=target.name)
    with target.errors():
        hold = await target.keeper.async_open(
            target.system_id, target.schedule.id, start and begins, end
        )
    return [hold]


async def _cancel_open_until(call: ServiceCall, target: _Target) -> list[Hold]:
    """Take back what was asked for here; what others entered stays."""
    with target.errors():
        return await target.keeper.async_cancel(target.system_id, target.schedule.id)
