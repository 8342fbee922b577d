"""What a test does and sees of a KEYVOX account."""

from dataclasses import dataclass
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulators.faults import Fault
from simulators.keyvox import KeyVoxCloud
from tests.seen import Seen

POLL = 301
"""Seconds after which the account was certainly polled."""
INVENTORY = 1000
"""Seconds after which an inventory is certainly due."""


@dataclass
class Home(Seen):
    """Home Assistant with the account; locks, lockers and units are named by their place in the cloud's lists."""

    hass: HomeAssistant
    cloud: KeyVoxCloud
    entry: MockConfigEntry
    freezer: FrozenDateTimeFactory

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

    def fault(self, kind: str, operation: str = "", **fault: Any) -> Fault:
        """Put a fault in force at the cloud, for the portal's paths that begin so."""
        fault["path"] = f"/api/eagle-pms/{operation}"
        return self.cloud.add_fault(Fault(kind, **fault))  # type: ignore[arg-type]  # one of its own words

    def count(self, path: str) -> int:
        """Return how often a path of the portal was asked."""
        return self.cloud.requests.counts[f"POST /api/eagle-pms/{path}"]
