"""A Home Assistant with one account at a simulated Keyless platform, under a clock that moves when told to."""

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
from simulators.keyless import Address, KeylessCloud, serve
from tests.conftest import EXTERNAL
from tests.keyless.called import CalledHome
from tests.keyless.home import Home


@pytest.fixture
def platform() -> KeylessCloud:
    """Return a platform with two locks, a gateway for them, by Home Assistant's clock."""
    cloud = KeylessCloud(clock=utc_now)
    cloud.populate(2)
    return cloud


@pytest.fixture
async def platform_address(
    socket_enabled: None,
    enable_custom_integrations: None,
    pauses: list[float],
    platform: KeylessCloud,
) -> AsyncIterator[Address]:
    """Serve the platform on loopback."""
    async with serve(platform) as address:
        yield address


@pytest.fixture
def credentials(platform: KeylessCloud, platform_address: Address) -> dict[str, str]:
    """Return what a user enters."""
    return {
        "user_id": platform.admin.id,
        "access_key": platform.admin.access_key,
        "api_key": platform.api_key,
        "url": platform_address.url,
    }


@pytest.fixture
async def home(
    hass: HomeAssistant,
    platform: KeylessCloud,
    credentials: dict[str, str],
    freezer: FrozenDateTimeFactory,
) -> AsyncIterator[Home]:
    """Return Home Assistant and the platform, by one clock that stands still."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Abloy Keyless",
        unique_id=f"keyless_{platform.tenant_id}",
        data={CONF_VENDOR: "keyless", **credentials},
    )
    yield Home(hass, platform, entry, freezer)
    # What a failed test left waiting would hold the end up for ever.
    freezer.tick(24 * 3600)
    for _ in range(200):
        await asyncio.sleep(0)


@pytest.fixture
async def called(home: Home, hass_client_no_auth: ClientSessionGenerator) -> CalledHome:
    """Return a home with an external address, which leads to its web server on loopback."""
    for component in ("repairs", "calendar", DOMAIN):
        assert await async_setup_component(home.hass, component, {})
    # Its access log cannot read a clock that stands still.
    logging.getLogger("aiohttp.access").setLevel(logging.CRITICAL)
    client = await hass_client_no_auth()
    await home.hass.config.async_update(external_url=EXTERNAL)
    local = str(client.make_url("/")).rstrip("/")
    return CalledHome(home.hass, home.platform, home.entry, home.freezer, local)


@pytest.fixture
async def hinted(called: CalledHome) -> CalledHome:
    """Return a home that is called about everything, has been quiet for a while, and is counted from now on."""
    await called.start()
    await called.subscribe()
    # A log is not read more often.
    await called.wait(16)
    called.platform.requests.reset()
    return called
