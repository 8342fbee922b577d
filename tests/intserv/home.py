"""What a test does and sees of an IntServ account."""

from dataclasses import dataclass, field
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import Event, HomeAssistant, State
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.device_registry import DeviceEntry
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.latchkey.const import DOMAIN, EVENT_PASSAGE
from simulators.faults import Fault
from simulators.intserv import MAIN, IntServCloud
from simulators.intserv.events import Event as Happening
from simulators.intserv.identifications import identity
from tests.running import Running

POLL = 61
"""Seconds after which the account was certainly polled, and its events read."""
INVENTORY = 1000
"""Seconds after which an inventory is certainly due."""
CARD = "EM:1234567890"
"""Anna's."""


@dataclass
class Systems(Running):
    """Home Assistant with the account; systems, doors and persons are named as in the cloud's demonstration."""

    hass: HomeAssistant
    cloud: IntServCloud
    entry: MockConfigEntry
    freezer: FrozenDateTimeFactory
    passages: list[Event[dict[str, Any]]] = field(init=False)

    def __post_init__(self) -> None:
        """Listen to the passages."""
        self.passages = async_capture_events(self.hass, EVENT_PASSAGE)

    def account(self) -> ConfigEntryState:
        """Return how the account's entry is."""
        found: ConfigEntryState = self.entry.state
        return found

    def come(
        self, door: str = "Entrance", system: str = MAIN, card: str = CARD
    ) -> Happening:
        """Hold a card to a door's reader."""
        self.cloud.settle()
        where = self.cloud.systems[system]
        return self.cloud.site.hold_card(
            where, where.doors[door], identity("proximity", card), self.cloud.clock()
        )

    def entity_id(self, platform: str, own_id: str) -> str | None:
        """Return an entity by the end of its unique id, if there is one."""
        registry = er.async_get(self.hass)
        unique_id = f"{self.entry.unique_id}_{own_id}"
        return registry.async_get_entity_id(
            platform, DOMAIN, unique_id
        ) or registry.async_get_entity_id(platform, DOMAIN, f"reading/{unique_id}")

    def shown(self, platform: str, own_id: str) -> State:
        """Return what an entity shows, by the end of its unique id."""
        entity_id = self.entity_id(platform, own_id)
        assert entity_id is not None, own_id
        state = self.hass.states.get(entity_id)
        assert state is not None, entity_id
        return state

    def device(self, device_id: str) -> DeviceEntry | None:
        """Return a device's entry, if there is one."""
        identifier = (DOMAIN, f"{self.entry.unique_id}_{device_id}")
        return dr.async_get(self.hass).async_get_device_by_identifier(
            identifier, self.entry.entry_id
        )

    def told(self) -> list[tuple[str, str | None, str | None]]:
        """Return the passages that were told: outcome, method or reason, and holder."""
        return [
            (
                event.data["outcome"],
                event.data["reason"] or event.data["method"],
                event.data["holder"],
            )
            for event in self.passages
        ]

    def fault(self, kind: str, path: str = "", **fault: Any) -> Fault:
        """Put a fault in force at the cloud, for the paths that begin so."""
        fault["path"] = f"/v1/{path}"
        return self.cloud.add_fault(Fault(kind, **fault))  # type: ignore[arg-type]  # one of its own words

    def count(self, path: str) -> int:
        """Return how often an operation was asked."""
        return self.cloud.requests.counts[f"POST /v1/{path}"]

    async def restart(self, away: float = 0) -> None:
        """Unload the account, let time pass, and set it up again."""
        await self.hass.config_entries.async_unload(self.entry.entry_id)
        await self.settle()
        if away:
            self.tick(away)
        await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.settle()

    async def act(self, action: str, **fields: Any) -> Any:
        """Run an action of ours as an administrator, and return its answer."""
        return await self.hass.services.async_call(
            DOMAIN, action, fields, blocking=True, return_response=True
        )
