"""A Home Assistant with one account at a simulated cloud, under a clock that moves when told to."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
import logging
from typing import Any, override

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import Context, HomeAssistant, State, split_entity_id
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.device_registry import AnyDeviceEntry
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.latchkey.const import (
    CONF_DOORS,
    CONF_MAY_BE_HELD_OPEN,
    CONF_PULSE,
    DOMAIN,
)
from simulators.flexykey import Fault, FlexyKeyCloud
from simulators.flexykey.unit import Command
from tests.running import Running

POLL = 31
"""Seconds after which a poll is certainly due."""
INVENTORY = 15 * 60 + POLL
"""Seconds after which an inventory is certainly due."""
SETTLING = 3
"""Seconds after which a command's effect has certainly been looked for."""


@dataclass
class House(Running):
    """What a test does and sees; outputs and inputs are named as in "99998/F1"."""

    hass: HomeAssistant
    cloud: FlexyKeyCloud
    entry: MockConfigEntry
    freezer: FrozenDateTimeFactory

    def account(self) -> ConfigEntryState:
        """Return how the account's entry is."""
        state: ConfigEntryState = self.entry.state
        return state

    @override
    async def start(self, **options: Any) -> None:
        """Set the account up, with options."""
        await super().start(**options)
        # Units whose calls were tested are looked at once more.
        await self.wait(0)

    async def until(self, condition: Callable[[], object]) -> None:
        """Let others run, in no time, until something is so."""
        for _ in range(20_000):
            if condition():
                return
            await asyncio.sleep(0)
        raise AssertionError("it never came about")

    async def sent(self, requests: int = 1) -> None:
        """Let others run until so many requests are at the cloud, unanswered, and no further one comes."""
        await self.until(lambda: self.cloud.requests.in_flight >= requests)
        for _ in range(200):
            await asyncio.sleep(0)
        assert self.cloud.requests.in_flight == requests

    def entity_id(self, platform: str, point: str) -> str | None:
        """Return the entity of an output or input, if there is one."""
        unique_id = f"{self.entry.unique_id}_{point.replace('/', '_')}"
        registry = er.async_get(self.hass)
        return registry.async_get_entity_id(platform, DOMAIN, unique_id)

    def shown(self, platform: str, point: str) -> State:
        """Return what an output or input shows."""
        entity_id = self.entity_id(platform, point)
        assert entity_id is not None
        state = self.hass.states.get(entity_id)
        assert state is not None
        return state

    def switch(self, point: str) -> str:
        """Return the state of a switch."""
        return self.shown("switch", point).state

    def contact(self, point: str) -> str:
        """Return the state of a binary sensor."""
        return self.shown("binary_sensor", point).state

    def lock(self, point: str) -> str:
        """Return the state of a lock."""
        return self.shown("lock", point).state

    def devices(self) -> dict[str, AnyDeviceEntry]:
        """Return the account's devices by the vendor's ids."""
        registry = dr.async_get(self.hass)
        entries: list[AnyDeviceEntry] = [
            *dr.async_entries_for_config_entry(registry, self.entry.entry_id),
            *dr.async_child_entries_for_config_entry(registry, self.entry.entry_id),
        ]
        prefix = f"{self.entry.unique_id}_"
        return {
            identifier.removeprefix(prefix): entry
            for entry in entries
            for domain, identifier in entry.identifiers
            if domain == DOMAIN and identifier.startswith(prefix)
        }

    def reauth_flows(self) -> int:
        """Return how often a person is asked for new credentials."""
        flows = self.hass.config_entries.flow.async_progress_by_handler(
            DOMAIN, match_context={"source": SOURCE_REAUTH}
        )
        return len(flows)

    async def act(
        self, action: str, point: str, context: Context | None = None, **data: Any
    ) -> None:
        """Call an action such as "switch.turn_on" for an output."""
        domain, name = split_entity_id(action)
        platform = "switch" if domain == DOMAIN else domain
        await self.hass.services.async_call(
            domain,
            name,
            {ATTR_ENTITY_ID: self.entity_id(platform, point), **data},
            blocking=True,
            context=context,
        )

    def fault(self, **fault: Any) -> Fault:
        """Put a fault in force at the cloud."""
        return self.cloud.add_fault(Fault(**fault))

    def commands(self, unit_id: int) -> list[Command]:
        """Return the commands that a unit has executed."""
        return self.cloud.unit(unit_id).commands

    def count(self, request: str) -> int:
        """Return how often the cloud received a request such as "POST Control"."""
        method, path = request.split()
        return self.cloud.requests.counts[f"{method} /v1/{path}"]


def door(pulse: int = 5, *, may_be_held_open: bool = False) -> dict[str, Any]:
    """Return the options of a door."""
    return {CONF_PULSE: pulse, CONF_MAY_BE_HELD_OPEN: may_be_held_open}


def doors(*points: str, **options: Any) -> dict[str, Any]:
    """Return the options by which outputs are doors."""
    return {CONF_DOORS: {point: door(**options) for point in points}}


def told(caplog: pytest.LogCaptureFixture, level: int = logging.INFO) -> list[str]:
    """Return what the integration logged, at this level and above."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components.latchkey")
        and record.levelno >= level
    ]
