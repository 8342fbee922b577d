"""What a test does and sees of an iLOQ account."""

from dataclasses import dataclass
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.latchkey.const import DOMAIN
from simulators.faults import Fault
from simulators.iloq import IloqCloud
from tests.seen import Seen

POLL = 301
"""Seconds after which the account was certainly polled."""
INVENTORY = 1000
"""Seconds after which an inventory is certainly due."""
V2 = "/iloqwspool2/api/v2/"
_COUNTED = "/{base}/api/v2/"


@dataclass
class Home(Seen):
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

    @property
    def system_id(self) -> str:
        """Return the id of the locking system."""
        return self.cloud.group.id.casefold()

    def fault(self, kind: str, path: str = "", **fault: Any) -> Fault:
        """Put a fault in force at the cloud, for the paths of version 2 that begin so."""
        fault["path"] = f"{V2}{path}"
        return self.cloud.add_fault(Fault(kind, **fault))  # type: ignore[arg-type]  # one of its own words

    def count(self, operation: str) -> int:
        """Return how often an operation of version 2 was asked, such as `GET Keys/{id}`."""
        method, _, path = operation.partition(" ")
        return self.cloud.requests.counts[f"{method} {_COUNTED}{path}"]

    async def act(self, action: str, **fields: Any) -> Any:
        """Run an action of ours as an administrator, and return its answer."""
        return await self.hass.services.async_call(
            DOMAIN, action, fields, blocking=True, return_response=True
        )
