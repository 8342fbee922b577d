"""A Home Assistant with a KEYVOX account whose rooms are let, under a clock that moves when told to."""

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
from tests.keyvox.bookings.home import Home


@pytest.fixture
def organisation() -> KeyVoxCloud:
    """Return a house with two rooms, by Home Assistant's clock."""
    cloud = KeyVoxCloud(clock=utc_now)
    house = cloud.add_site("House")
    for number in (1, 2):
        lock = cloud.add_lock(f"Lock {number}")
        cloud.add_unit(f"Room {number}", house.id, [lock.id])
    return cloud


@pytest.fixture
async def organisation_address(
    socket_enabled: None,
    enable_custom_integrations: None,
    pauses: list[float],
    organisation: KeyVoxCloud,
) -> AsyncIterator[Address]:
    """Serve the organisation's cloud on loopback."""
    async with serve(organisation) as address:
        yield address


@pytest.fixture
def profile() -> str:
    """Return the profile, to be overridden where it is another one."""
    return "portal"


@pytest.fixture
async def home(
    hass: HomeAssistant,
    organisation: KeyVoxCloud,
    organisation_address: Address,
    profile: str,
    freezer: FrozenDateTimeFactory,
) -> AsyncIterator[Home]:
    """Return Home Assistant and the vendor, by one clock that stands still."""
    url = organisation_address.url
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="KEYVOX House",
        unique_id=f"keyvox_{organisation.org_id}",
        data={
            CONF_VENDOR: "keyvox",
            "api_key": DEMO_API_KEY,
            "api_secret": DEMO_API_SECRET,
            "profile": profile,
            "url": url if profile == "portal" else url.partition("/api/")[0],
        },
    )
    yield Home(hass, organisation, entry, freezer)
    # What a failed test left waiting would hold the end up for ever.
    freezer.tick(24 * 3600)
    for _ in range(200):
        await asyncio.sleep(0)


@pytest.fixture
async def running(home: Home) -> Home:
    """Return a home whose account is set up, and whose requests are counted from now on."""
    await home.start()
    home.cloud.requests.reset()
    return home
