"""What a test does and sees of the smart locks of a KEYVOX account."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, override

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.latchkey.const import CONF_VENDOR, DOMAIN
from simulators.clock import utc_now
from simulators.keyvox import Address, Fault, KeyVoxCloud, serve
from simulators.keyvox.locks import Lock
from tests.running import Running
from tests.simulators.keyvox import KEY, SECRET

WORDS = {"locked_words": ["0"], "unlocked_words": ["1"]}
"""The options by which the simulated cloud's words are understood."""
STATUS = 181
"""Seconds after which every lock has certainly been looked at, and every history been read."""
LOOK = 3.1
"""Seconds after a command until the first look is over."""


@dataclass
class LockHome(Running):
    """Home Assistant with the account; a lock is the first one unless another place in the cloud's list is named."""

    hass: HomeAssistant
    cloud: KeyVoxCloud
    entry: MockConfigEntry
    freezer: FrozenDateTimeFactory

    @override
    def tick(self, seconds: float) -> None:
        """Let time pass, at the cloud too."""
        self.freezer.tick(timedelta(seconds=seconds))
        self.cloud.settle()
        async_fire_time_changed(self.hass)

    async def go_on(self, seconds: float) -> None:
        """Let time pass while something is under way that is not to be waited for."""
        self.tick(seconds)
        for _ in range(300):
            await asyncio.sleep(0)

    def lock(self, place: int = 0) -> Lock:
        """Return a lock of the cloud's."""
        return list(self.cloud.locks.values())[place]

    def shown(self, platform: str, key: str, place: int = 0) -> State:
        """Return what an entity of a lock shows, by its key."""
        own_id = f"{self.entry.unique_id}_{self.lock(place).id}_{key}"
        registry = er.async_get(self.hass)
        entity_id = registry.async_get_entity_id(
            platform, DOMAIN, own_id
        ) or registry.async_get_entity_id(platform, DOMAIN, f"reading/{own_id}")
        assert entity_id is not None, key
        state = self.hass.states.get(entity_id)
        assert state is not None
        return state

    def state(self, place: int = 0) -> str:
        """Return how a lock is shown."""
        return self.shown("lock", "lock", place).state

    async def act(self, action: str, place: int = 0) -> None:
        """Have a lock locked or unlocked."""
        await self.hass.services.async_call(
            "lock",
            action,
            {ATTR_ENTITY_ID: self.shown("lock", "lock", place).entity_id},
            blocking=True,
        )

    async def acting(self, action: str, place: int = 0) -> asyncio.Task[None]:
        """Begin to lock or unlock, and return once the request is at the cloud."""
        before = self.count("unlock")
        task = asyncio.create_task(self.act(action, place))
        for _ in range(2000):
            if self.count("unlock") > before or task.done():
                return task
            await asyncio.sleep(0)
        raise AssertionError("nothing was sent")

    def fault(self, kind: str, operation: str, **fault: Any) -> Fault:
        """Put a fault in force at the cloud for an operation."""
        fault["path"] = f"/api/eagle-pms/v1/{operation}"
        return self.cloud.add_fault(Fault(kind, **fault))  # type: ignore[arg-type]  # one of its own words

    def count(self, operation: str) -> int:
        """Return how often the cloud received an operation."""
        return self.cloud.requests.counts[f"POST /api/eagle-pms/v1/{operation}"]


@pytest.fixture
def lock_cloud() -> KeyVoxCloud:
    """Return a cloud with two locks, by Home Assistant's clock."""
    cloud = KeyVoxCloud(clock=utc_now)
    cloud.populate(2)
    return cloud


@pytest.fixture
async def lock_cloud_address(
    socket_enabled: None,
    enable_custom_integrations: None,
    pauses: list[float],
    lock_cloud: KeyVoxCloud,
) -> AsyncIterator[Address]:
    """Serve the cloud on loopback."""
    async with serve(lock_cloud) as address:
        yield address


@pytest.fixture
async def locks(
    hass: HomeAssistant,
    lock_cloud: KeyVoxCloud,
    lock_cloud_address: Address,
    freezer: FrozenDateTimeFactory,
) -> AsyncIterator[LockHome]:
    """Return Home Assistant and the cloud, by one clock that stands still."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="KEYVOX House",
        unique_id=f"keyvox_{lock_cloud.org_id}",
        data={
            CONF_VENDOR: "keyvox",
            "api_key": KEY,
            "api_secret": SECRET,
            "profile": "portal",
            "url": lock_cloud_address.url,
        },
    )
    yield LockHome(hass, lock_cloud, entry, freezer)
    # What a failed test left waiting would hold the end up for ever.
    freezer.tick(24 * 3600)
    for _ in range(200):
        await asyncio.sleep(0)
