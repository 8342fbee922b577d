"""What a test does and sees of a Keyless account."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import Event, HomeAssistant, State
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.latchkey.const import DOMAIN, EVENT_PASSAGE
from simulators.keyless import Fault, KeylessCloud
from simulators.keyless.people import User
from tests.running import Running

INVENTORY = 1000
"""Seconds after which an inventory is certainly due."""
LOG = 301
"""Seconds after which a log has certainly been read."""
READINGS = LOG
"""Seconds after which what the logs tell beside passages has certainly been read: it comes with them."""


@dataclass
class Home(Running):
    """Home Assistant with the account; locks are named by their place in the platform's list."""

    hass: HomeAssistant
    platform: KeylessCloud
    entry: MockConfigEntry
    freezer: FrozenDateTimeFactory

    def account(self) -> ConfigEntryState:
        """Return how the account's entry is."""
        found: ConfigEntryState = self.entry.state
        return found

    def lock_id(self, place: int = 0) -> str:
        """Return the platform's id of a lock."""
        return list(self.platform.locks)[place]

    def gateway_id(self, place: int = 0) -> str:
        """Return the platform's id of a gateway."""
        return list(self.platform.gateways)[place]

    def entity_id(
        self, platform: str, key: str, device_id: str | None = None
    ) -> str | None:
        """Return an entity of a device by its key, if there is one."""
        own_id = f"{self.entry.unique_id}_{device_id or self.lock_id()}_{key}"
        registry = er.async_get(self.hass)
        return registry.async_get_entity_id(
            platform, DOMAIN, own_id
        ) or registry.async_get_entity_id(platform, DOMAIN, f"reading/{own_id}")

    def shown(self, platform: str, key: str, device_id: str | None = None) -> State:
        """Return what an entity of a device shows, by its key."""
        entity_id = self.entity_id(platform, key, device_id)
        assert entity_id is not None
        state = self.hass.states.get(entity_id)
        assert state is not None
        return state

    def device(self, device_id: str) -> DeviceEntry | None:
        """Return a device's entry, if there is one."""
        return dr.async_get(self.hass).async_get_device_by_identifier(
            (DOMAIN, f"{self.entry.unique_id}_{device_id}"), self.entry.entry_id
        )

    @property
    def door(self) -> str:
        """Return what the first lock shows."""
        return self.shown("lock", "door").state

    @property
    def ended(self) -> str | None:
        """Return what became of the last opening of the first lock."""
        found: str | None = self.shown("event", "opening").attributes["event_type"]
        return found

    async def act(self, action: str, place: int = 0) -> None:
        """Have a lock, the first one unless told otherwise, opened or locked."""
        await self.hass.services.async_call(
            "lock",
            action,
            {ATTR_ENTITY_ID: self.shown("lock", "door", self.lock_id(place)).entity_id},
            blocking=True,
        )

    def fault(self, kind: str, path: str = "", **fault: Any) -> Fault:
        """Put a fault in force at the platform, for the paths that begin so."""
        fault["path"] = f"/administration/{path}"
        return self.platform.add_fault(Fault(kind, **fault))  # type: ignore[arg-type]  # one of its own words

    def count(self, request: str) -> int:
        """Return how often the platform received a request such as "POST remote-command"."""
        method, path = request.split()
        return self.platform.requests.counts[f"{method} /administration/{path}"]

    def person(self, place: int = 0) -> User:
        """Return a new user with a phone that may open a lock for a year."""
        user = self.platform.add_user(phone=True)
        now = dt_util.utcnow()
        self.platform.grants.grant(
            {
                "userId": user.id,
                "lockingDeviceId": self.lock_id(place),
                "operationType": "OPEN",
                "permissionType": "SINGLE_INTERVAL",
                "start": now.isoformat(),
                "end": (now + timedelta(days=365)).isoformat(),
            }
        )
        return user

    def passages(self) -> list[Event]:
        """Return a list of the passages that are told from now on, which grows."""
        events: list[Event] = async_capture_events(self.hass, EVENT_PASSAGE)
        return events

    def reauth_flows(self) -> int:
        """Return how often a person is asked for new credentials."""
        flows = self.hass.config_entries.flow.async_progress_by_handler(
            DOMAIN, match_context={"source": SOURCE_REAUTH}
        )
        return len(flows)
