"""A Home Assistant in this process, beside a simulated cloud in one of its own."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
import logging
from pathlib import Path
import tempfile
from unittest.mock import AsyncMock, patch

from homeassistant import loader
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
)

from custom_components.latchkey.const import CONF_VENDOR, DOMAIN
from scripts.cloud import SimulatedCloud, SimulatedService


@asynccontextmanager
async def home_and_cloud(
    units: int = 0,
) -> AsyncIterator[tuple[HomeAssistant, SimulatedCloud]]:
    """Run both for the block, the cloud with so many generated units."""
    async with home_and(SimulatedCloud, units=units) as both:
        yield both


@asynccontextmanager
async def home_and[S: SimulatedService](
    service: type[S], **options: int
) -> AsyncIterator[tuple[HomeAssistant, S]]:
    """Run Home Assistant and a simulated cloud for the block."""
    logging.disable(logging.WARNING)
    # Home Assistant's own resolver would speak multicast to the network.
    resolver = patch(
        "homeassistant.helpers.aiohttp_client._async_make_resolver",
        return_value=AsyncMock(),
    )
    with tempfile.TemporaryDirectory() as folder:
        context: AbstractAsyncContextManager[HomeAssistant] = async_test_home_assistant(
            config_dir=folder
        )
        log = Path(folder) / "cloud.log"
        async with service(log, **options) as cloud, context as hass:
            hass.data.pop(loader.DATA_CUSTOM_COMPONENTS)
            with resolver:
                yield hass, cloud
            await hass.async_stop(force=True)


def account(hass: HomeAssistant, cloud: SimulatedCloud) -> MockConfigEntry:
    """Return the cloud's account, to be set up."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Simulated",
        unique_id="flexykey_demo",
        data={CONF_VENDOR: "flexykey", **cloud.account, "url": cloud.url},
    )
    entry.add_to_hass(hass)
    return entry
