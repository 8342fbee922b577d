"""What a test does and sees of an iLOQ account."""

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
from homeassistant.helpers.device_registry import DeviceEntry
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.latchkey.const import DOMAIN
from simulators.faults import Fault
from simulators.iloq import IloqCloud
from tests.running import Running

POLL = 301
"""Seconds after which the account was certainly polled."""
INVENTORY = 1000
"""Seconds after which an inventory is certainly due."""
V2 = "/iloqwspool2/api/v2/"
_COUNTED = "/{base}/api/v2/"


@dataclass
class Home(Running):
    """Home Assistant with the account; locks, accesses and persons are named as in the cloud's demonstration."""

    hass: HomeAssistant
    cloud: IloqCloud
    entry: MockConfigEntry
    freezer: FrozenDateTimeFactory

    async def start_v1(self, **options: Any) -> None:
        """Set the account up where the first generation is."""
        url = self.entry.data["url"].replace("/iloqws", "/iLoqWsApi")
        self.entry.add_to_hass(self.hass)
        self.hass.config_entries.async_update_entry(
            self.entry, data={**self.entry.data, "url": url}
        )
        await self.start(**options)

    def account(self) -> ConfigEntryState:
        """Return how the account's entry is."""
        found: ConfigEntryState = self.entry.state
        return found

    @property
    def system_id(self) -> str:
        """Return the id of the locking system."""
        return self.cloud.group.id.casefold()

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

    def registered_id(self, device_id: str) -> str:
        """Return what Home Assistant knows a device by."""
        device = self.device(device_id)
        assert device is not None
        return device.id

    def fault(self, kind: str, path: str = "", **fault: Any) -> Fault:
        """Put a fault in force at the cloud, for the paths of version 2 that begin so."""
        fault["path"] = f"{V2}{path}"
        return self.cloud.add_fault(Fault(kind, **fault))  # type: ignore[arg-type]  # one of its own words

    def count(self, operation: str) -> int:
        """Return how often an operation of version 2 was asked, such as `GET Keys/{id}`."""
        method, _, path = operation.partition(" ")
        return self.cloud.requests.counts[f"{method} {_COUNTED}{path}"]

    def issue(self, key: str) -> ir.IssueEntry | None:
        """Return a repair of the account, if there is one."""
        return ir.async_get(self.hass).async_get_issue(
            DOMAIN, f"{key}_{self.entry.entry_id}"
        )

    async def act(self, action: str, **fields: Any) -> Any:
        """Run an action of ours as an administrator, and return its answer."""
        return await self.hass.services.async_call(
            DOMAIN, action, fields, blocking=True, return_response=True
        )
