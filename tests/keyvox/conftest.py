"""A Home Assistant with one account at a simulated KEYVOX cloud, under a clock that moves when told to."""

import asyncio
from collections.abc import AsyncIterator
import logging

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.latchkey.const import CONF_VENDOR, DOMAIN
from simulators.clock import utc_now
from simulators.keyvox import Address, KeyVoxCloud, serve
from simulators.keyvox.cloud import DEMO_API_KEY, DEMO_API_SECRET
from tests.conftest import EXTERNAL
from tests.keyvox.home import Home
from tests.keyvox.lock_home import lock_cloud, lock_cloud_address, locks  # noqa: F401  fixtures are found by their names
from tests.keyvox.locker_home import LockerHome


@pytest.fixture
def organisation() -> KeyVoxCloud:
    """Return an organisation with two locks, a unit for each, and a locker, by Home Assistant's clock."""
    cloud = KeyVoxCloud(clock=utc_now)
    cloud.populate(2)
    return cloud


@pytest.fixture
async def organisation_address(
    socket_enabled: None,
    enable_custom_integrations: None,
    pauses: list[float],
    organisation: KeyVoxCloud,
) -> AsyncIterator[Address]:
    """Serve the cloud on loopback."""
    async with serve(organisation) as address:
        yield address


@pytest.fixture
def credentials(organisation_address: Address) -> dict[str, str]:
    """Return what a user enters."""
    return {
        "api_key": DEMO_API_KEY,
        "api_secret": DEMO_API_SECRET,
        "profile": "portal",
        "url": organisation_address.url,
    }


@pytest.fixture
async def home(
    hass: HomeAssistant,
    organisation: KeyVoxCloud,
    credentials: dict[str, str],
    freezer: FrozenDateTimeFactory,
) -> AsyncIterator[Home]:
    """Return Home Assistant and the cloud, by one clock that stands still."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="KEYVOX",
        unique_id=f"keyvox_{organisation.org_id}",
        data={CONF_VENDOR: "keyvox", **credentials},
    )
    yield Home(hass, organisation, entry, freezer)
    # What a failed test left waiting would hold the end up for ever.
    freezer.tick(24 * 3600)
    for _ in range(200):
        await asyncio.sleep(0)


@pytest.fixture
def lockers(home: Home) -> LockerHome:
    """Return the same with an eye for its locker."""
    return LockerHome(home.hass, home.cloud, home.entry, home.freezer)


@pytest.fixture
async def hinted(
    lockers: LockerHome, hass_client_no_auth: ClientSessionGenerator
) -> LockerHome:
    """Return a running home with an external address, which leads to its web server on loopback."""
    assert await async_setup_component(lockers.hass, DOMAIN, {})
    # Its access log cannot read a clock that stands still.
    logging.getLogger("aiohttp.access").setLevel(logging.CRITICAL)
    client = await hass_client_no_auth()
    await lockers.hass.config.async_update(external_url=EXTERNAL)
    lockers.local = str(client.make_url("/")).rstrip("/")
    await lockers.start()
    lockers.cloud.requests.reset()
    return lockers
