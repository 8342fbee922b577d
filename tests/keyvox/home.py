"""What a test does and sees of a KEYVOX account."""

from dataclasses import dataclass
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.helpers.device_registry import AnyDeviceEntry
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.latchkey.const import DOMAIN
from simulators.faults import Fault
from simulators.keyvox import KeyVoxCloud
from tests.running import Running

POLL = 301
"""Seconds after which the account was certainly polled."""
INVENTORY = 1000
"""Seconds after which an inventory is certainly due."""


@dataclass
class Home(Running):
    """Home Assistant with the account; locks, lockers and units are named by their place in the cloud's lists."""

    hass: HomeAssistant
    cloud: KeyVoxCloud
    entry: MockConfigEntry
    freezer: FrozenDateTimeFactory

    def account(self) -> ConfigEntryState:
        """Return how the account's entry is."""
        found: ConfigEntryState = self.entry.state
        return found

    def lock_id(self, place: int = 0) -> str:
        """Return the cloud's id of a lock."""
        return list(self.cloud.locks)[place]

    def locker_id(self, place: int = 0) -> str:
        """Return the cloud's id of a locker."""
        return list(self.cloud.lockers)[place]

    def unit_id(self, place: int = 0) -> str:
        """Return the cloud's id of a unit."""
        return list(self.cloud.units)[place]

    def place_id(self, place: int = 0) -> str:
        """Return the cloud's id of a place."""
        return list(self.cloud.sites)[place]

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

    def device(self, device_id: str) -> AnyDeviceEntry | None:
        """Return a device's entry, be it a whole or a part, if there is one."""
        registry = dr.async_get(self.hass)
        identifier = (DOMAIN, f"{self.entry.unique_id}_{device_id}")
        entry_id = self.entry.entry_id
        return registry.async_get_device_by_identifier(
            identifier, entry_id
        ) or registry.async_get_child_device_by_identifier(identifier, entry_id)

    def registered_id(self, device_id: str) -> str:
        """Return what Home Assistant knows a device by."""
        device = self.device(device_id)
        assert device is not None
        return device.id

    def fault(self, kind: str, operation: str = "", **fault: Any) -> Fault:
        """Put a fault in force at the cloud, for the portal's paths that begin so."""
        fault["path"] = f"/api/eagle-pms/{operation}"
        return self.cloud.add_fault(Fault(kind, **fault))  # type: ignore[arg-type]  # one of its own words

    def count(self, path: str) -> int:
        """Return how often a path of the portal was asked."""
        return self.cloud.requests.counts[f"POST /api/eagle-pms/{path}"]

    def issue(self, key: str) -> ir.IssueEntry | None:
        """Return a repair of the account, if there is one."""
        return ir.async_get(self.hass).async_get_issue(
            DOMAIN, f"{key}_{self.entry.entry_id}"
        )
