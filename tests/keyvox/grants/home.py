"""What a test does and sees of the grants of a KEYVOX account."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast, override

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import Context, Event, HomeAssistant, State
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.latchkey.const import DOMAIN
from custom_components.latchkey.grant_keeper import GrantKeeper
from simulators.keyvox import KeyVoxCloud
from simulators.keyvox.credentials import Credential as Pin
from simulators.keyvox.devices import Held
from tests.running import Running

type Row = dict[str, Any]

BATCH = 130
"""Seconds after which a batch has certainly arrived."""
SEEN = 3 * 60
"""Seconds after which what arrived has certainly been looked at."""


@dataclass
class Home(Running):
    """Home Assistant with the account: a room with two locks, a shed with none, a locker."""

    hass: HomeAssistant
    cloud: KeyVoxCloud
    entry: MockConfigEntry
    freezer: FrozenDateTimeFactory
    ids: dict[str, str]
    """The vendor's ids by names."""
    events: list[Event[Any]] = field(default_factory=list)

    @override
    async def start(self, **options: Any) -> None:
        """Set the account up, and note each state from then on."""
        await super().start(**options)
        assert self.entry.state is ConfigEntryState.LOADED
        self.events = async_capture_events(self.hass, "state_changed")

    @override
    async def wait(self, seconds: float, step: float = 61) -> None:
        """Let time pass in steps, and what is due come to its end."""
        while seconds > 0:
            await super().wait(min(step, seconds))
            seconds -= step

    async def deliver(self) -> None:
        """Let a batch arrive, and be looked at."""
        await self.wait(BATCH + SEEN)

    def device_id(self, name: str) -> str:
        """Return what Home Assistant registered a device by."""
        registry = dr.async_get(self.hass)
        own = (DOMAIN, f"{self.entry.unique_id}_{self.ids[name]}")
        for device in (
            *dr.async_entries_for_config_entry(registry, self.entry.entry_id),
            *dr.async_child_entries_for_config_entry(registry, self.entry.entry_id),
        ):
            if own in device.identifiers:
                return device.id
        raise LookupError(name)

    async def call(
        self,
        action: str,
        /,
        context: Context | None = None,
        *,
        answer: bool = True,
        **data: Any,
    ) -> list[Row]:
        """Call an action and return the rows of its answer."""
        response = await self.hass.services.async_call(
            DOMAIN, action, data, blocking=True, context=context, return_response=answer
        )
        return cast("list[Row]", response["grants"]) if response else []

    async def issue(self, **data: Any) -> Row:
        """Issue a PIN for two days, for the room's front lock unless told otherwise, and return its row."""
        if not {"access", "device_id"} & data.keys():
            data["device_id"] = self.device_id("front")
        data = {"name": "Anna Andersson", "end_datetime": later(days=2), **data}
        (row,) = await self.call("issue_pin", **data)
        return row

    async def refused(self, action: str, key: str, field: str, /, **data: Any) -> None:
        """Assert that an action is refused before anything is sent."""
        before = self.sent
        with pytest.raises(ServiceValidationError) as caught:
            await self.call(action, **data)
        assert caught.value.translation_key == key
        assert (caught.value.translation_placeholders or {})["field"] == field
        assert self.sent == before

    @property
    def sent(self) -> int:
        """Return how many requests came that change something."""
        return sum(
            count
            for request, count in self.cloud.requests.counts.items()
            if not any(word in request for word in ("get", "list", "List"))
        )

    def asked(self, operation: str) -> int:
        """Return how often an operation was asked for."""
        return sum(
            count
            for request, count in self.cloud.requests.counts.items()
            if request.endswith(f"/{operation}")
        )

    @property
    def keeper(self) -> GrantKeeper:
        """Return the account's grants."""
        keeper = self.entry.runtime_data.grants
        assert isinstance(keeper, GrantKeeper)
        return keeper

    def state(self, row: Row) -> str:
        """Return where a grant stands."""
        return self.keeper.state(self.keeper.ledger.records[row["grant_id"]]).value

    async def listed(self, row: Row, **data: Any) -> Row:
        """Return the row of a grant in the list; nothing where it is not there."""
        rows = await self.call("get_grants", **data)
        return next((each for each in rows if each["grant_id"] == row["grant_id"]), {})

    def pin(self, row: Row) -> Pin:
        """Return the vendor's PIN of a grant."""
        self.cloud.settle()
        (pin,) = [
            each
            for each in self.cloud.pins.values()
            if f"[{row['grant_id']}." in each.holder
        ]
        return pin

    def held(self, row: Row, name: str = "front") -> Held | None:
        """Return what a device holds of a grant."""
        self.cloud.settle()
        return self.cloud.device(self.ids[name]).memory.get(self.pin(row).id)

    def issues(self) -> set[str]:
        """Return what repairs there are about deliveries."""
        return {
            str(issue.translation_key)
            for (domain, _), issue in ir.async_get(self.hass).issues.items()
            if domain == DOMAIN and "delivery" in str(issue.translation_key)
        }

    def shown(self, platform: str, key: str) -> State:
        """Return what an entity of the account shows."""
        entity_id = er.async_get(self.hass).async_get_entity_id(
            platform, DOMAIN, f"{self.entry.unique_id}_{key}"
        )
        assert entity_id is not None
        state = self.hass.states.get(entity_id)
        assert state is not None
        return state

    @property
    def life(self) -> list[str]:
        """Return what the event entity told, in its order."""
        entity_id = self.shown("event", "grant").entity_id
        return [
            event.data["new_state"].attributes["event_type"]
            for event in self.events
            if event.data["entity_id"] == entity_id
            and event.data["new_state"] is not None
            and event.data["new_state"].attributes.get("event_type")
        ]


def later(**delta: float) -> str:
    """Return a time from now on, as a user writes it."""
    moment = dt_util.now() + timedelta(**delta)
    return moment.replace(microsecond=0, tzinfo=None).isoformat(" ")
