"""A Home Assistant with one account at a simulated IntServ cloud, under a clock that moves when told to."""

import asyncio
from collections.abc import AsyncIterator

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.latchkey.const import CONF_PARTS, CONF_VENDOR, DOMAIN
from simulators.clock import utc_now
from simulators.intserv import ANNEX, DEMO_API_KEY, MAIN, Address, IntServCloud, serve
from tests.intserv.home import Systems


@pytest.fixture
def intserv() -> IntServCloud:
    """Return a cloud with the demonstration's two systems, by Home Assistant's clock."""
    return IntServCloud(clock=utc_now)


@pytest.fixture
async def intserv_address(
    socket_enabled: None,
    enable_custom_integrations: None,
    pauses: list[float],
    intserv: IntServCloud,
) -> AsyncIterator[Address]:
    """Serve the cloud on loopback."""
    async with serve(intserv) as address:
        yield address


@pytest.fixture
def integration_key(intserv_address: Address) -> dict[str, str]:
    """Return what a user enters."""
    return {"api_key": DEMO_API_KEY, "url": intserv_address.url}


@pytest.fixture
async def systems(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    intserv: IntServCloud,
    integration_key: dict[str, str],
) -> AsyncIterator[Systems]:
    """Return Home Assistant and the cloud, by one clock that stands still."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="IntServ",
        unique_id="intserv_demo",
        data={
            CONF_VENDOR: "intserv",
            **integration_key,
            CONF_PARTS: [MAIN, ANNEX],
        },
    )
    yield Systems(hass, intserv, entry, freezer)
    # What a failed test left waiting would hold the end up for ever.
    freezer.tick(24 * 3600)
    for _ in range(200):
        await asyncio.sleep(0)
