"""A Home Assistant with one account at a simulated KEYVOX cloud, under a clock that moves when told to."""

import asyncio
from collections.abc import AsyncIterator

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.latchkey.const import CONF_VENDOR, DOMAIN
from simulators.clock import utc_now
from simulators.keyvox import Address, KeyVoxCloud, serve
from simulators.keyvox.cloud import DEMO_API_KEY, DEMO_API_SECRET
from tests.keyvox.home import Home


@pytest.fixture
def cloud() -> KeyVoxCloud:
    """Return an organisation with two locks, a unit for each, and a locker, by Home Assistant's clock."""
    cloud = KeyVoxCloud(clock=utc_now)
    cloud.populate(2)
    return cloud


@pytest.fixture
async def address(
    socket_enabled: None,
    enable_custom_integrations: None,
    pauses: list[float],
    cloud: KeyVoxCloud,
) -> AsyncIterator[Address]:
    """Serve the cloud on loopback."""
    async with serve(cloud) as address:
        yield address


@pytest.fixture
def credentials(address: Address) -> dict[str, str]:
    """Return what a user enters."""
    return {
        "api_key": DEMO_API_KEY,
        "api_secret": DEMO_API_SECRET,
        "profile": "portal",
        "url": address.url,
    }


@pytest.fixture
async def home(
    hass: HomeAssistant,
    cloud: KeyVoxCloud,
    credentials: dict[str, str],
    freezer: FrozenDateTimeFactory,
) -> AsyncIterator[Home]:
    """Return Home Assistant and the cloud, by one clock that stands still."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="KEYVOX",
        unique_id=f"keyvox_{cloud.org_id}",
        data={CONF_VENDOR: "keyvox", **credentials},
    )
    yield Home(hass, cloud, entry, freezer)
    # What a failed test left waiting would hold the end up for ever.
    freezer.tick(24 * 3600)
    for _ in range(200):
        await asyncio.sleep(0)
