"""What a test does and sees of the bookings of a KEYVOX account."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, override

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import Context, HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.latchkey.booking_keeper import BookingKeeper
from custom_components.latchkey.const import DOMAIN
from simulators.keyvox import Fault, KeyVoxCloud, Refusal
from simulators.keyvox.bookings import Booking, Wish
from simulators.keyvox.places import Site, Unit
from tests.running import Running

READ = 601
"""Seconds after which bookings have certainly been read."""
INVENTORY = 1000
"""Seconds after which an inventory is certainly due."""

type Row = dict[str, Any]


@dataclass
class Home(Running):
    """Home Assistant with the account of a house with two rooms."""

    hass: HomeAssistant
    cloud: KeyVoxCloud
    entry: MockConfigEntry
    freezer: FrozenDateTimeFactory

    @override
    async def wait(self, seconds: float = READ) -> None:
        """Let time pass, and what is due come to its end; as long as it takes to a reading unless told otherwise."""
        await super().wait(seconds)

    async def reload(self) -> None:
        """Unload the account and set it up again."""
        await self.hass.config_entries.async_reload(self.entry.entry_id)
        await self.settle()

    @property
    def house(self) -> Site:
        """Return the place."""
        return next(iter(self.cloud.sites.values()))

    @property
    def rooms(self) -> list[Unit]:
        """Return its rooms."""
        return [
            unit for unit in self.cloud.units.values() if unit.site_id == self.house.id
        ]

    @property
    def keeper(self) -> BookingKeeper:
        """Return the account's bookings."""
        keeper = self.entry.runtime_data.reservations
        assert isinstance(keeper, BookingKeeper)
        return keeper

    @property
    def place(self) -> str:
        """Return what Home Assistant registered the place by."""
        return self.device(self.house.id)

    def device(self, own_id: str) -> str:
        """Return what Home Assistant registered a device by."""
        registered = dr.async_get(self.hass).async_get_device_by_identifier(
            (DOMAIN, f"{self.entry.unique_id}_{own_id}"), self.entry.entry_id
        )
        assert registered is not None
        return registered.id

    def entity_id(self, platform: str, key: str) -> str | None:
        """Return an entity of the place by its key, if there is one."""
        return er.async_get(self.hass).async_get_entity_id(
            platform, DOMAIN, f"booking/{self.entry.unique_id}_{self.house.id}_{key}"
        )

    def shown(self, platform: str, key: str) -> State:
        """Return what an entity of the place shows."""
        entity_id = self.entity_id(platform, key)
        assert entity_id is not None
        state = self.hass.states.get(entity_id)
        assert state is not None
        return state

    @property
    def occupied(self) -> list[str]:
        """Return what the rooms show, in their order."""
        return [self.shown("binary_sensor", room.id).state for room in self.rooms]

    async def events(self) -> list[Row]:
        """Return what the place's calendar shows of the next month."""
        entity_id = self.entity_id("calendar", "bookings")
        assert entity_id is not None
        answer: Any = await self.hass.services.async_call(
            "calendar",
            "get_events",
            {
                "entity_id": entity_id,
                "start_date_time": later(days=-1),
                "end_date_time": later(days=30),
            },
            blocking=True,
            return_response=True,
        )
        events: list[Row] = answer[entity_id]["events"]
        return events

    async def summaries(self) -> list[str]:
        """Return the names of what the calendar shows."""
        return [event["summary"] for event in await self.events()]

    async def answer(
        self, action: str, context: Context | None = None, **data: Any
    ) -> Row:
        """Call an action, and return its answer."""
        answer: Any = await self.hass.services.async_call(
            DOMAIN, action, data, blocking=True, context=context, return_response=True
        )
        return dict(answer)

    async def call(self, action: str, **data: Any) -> Row:
        """Call an action about one booking, and return its row once all is settled."""
        (row,) = (await self.answer(action, **data))["bookings"]
        await self.settle()
        return dict(row)

    async def book(self, **changes: Any) -> Row:
        """Book the first room from tomorrow on for a day."""
        return await self.call("create_booking", **order(**changes))

    async def fails(self, action: str, **data: Any) -> HomeAssistantError:
        """Fail in an action, and return the error."""
        with pytest.raises(HomeAssistantError) as failure:
            await self.answer(action, **data)
        assert failure.value.translation_domain == DOMAIN
        await self.settle()
        return failure.value

    def elsewhere(
        self, *rooms: int, start: float = 24, end: float = 48, guest: str = "Bert"
    ) -> Booking:
        """Have somebody else book rooms, from some hours from now on."""
        now = dt_util.utcnow().replace(microsecond=0)
        period = (now + timedelta(hours=start), now + timedelta(hours=end))
        booking = Booking(self.house.id, period, guest, 1, "offlinePayment", "line", [])
        wishes = [Wish(self.rooms[room].id, period, guest) for room in rooms or (0,)]
        self.cloud.bookings.create(booking, wishes, now)
        return booking

    @property
    def live(self) -> list[Booking]:
        """Return the bookings at the vendor that have not ended."""
        return [each for each in self.cloud.bookings.values() if not each.has_ended]

    def fault(self, kind: str, path: str, **fault: Any) -> Fault:
        """Put a fault in force at the vendor, for an operation by its path."""
        fault["path"] = f"/api/eagle-pms/{path}"
        return self.cloud.add_fault(Fault(kind, **{"times": 1, **fault}))  # type: ignore[arg-type]  # one of its own words

    def refuse(self, operation: str, code: str = "E0005", times: int = 1) -> None:
        """Have the vendor refuse an operation."""
        self.cloud.refusals.append(Refusal(code, operation=operation, times=times))

    def count(self, path: str) -> int:
        """Return how often the vendor received an operation."""
        return self.cloud.requests.counts[f"POST /api/eagle-pms/{path}"]


def later(**delta: float) -> str:
    """Return a time from now on, as a user writes it."""
    moment = dt_util.now() + timedelta(**delta)
    return moment.replace(microsecond=0, tzinfo=None).isoformat(" ")


def order(**changes: Any) -> Row:
    """Return the fields of a booking of the first room."""
    return {
        "access": "Room 1",
        "name": "Anna",
        "start_datetime": later(days=1),
        "end_datetime": later(days=2),
        **changes,
    }


def local(moment: datetime) -> str:
    """Return a time as answers tell it."""
    return dt_util.as_local(moment).isoformat()
