"""A Home Assistant with an account at a simulated cloud."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
import logging
import time
from types import ModuleType

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import CONF_PASSWORD, CONF_URL, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from hypothesis import HealthCheck, settings
import pytest
from pytest_homeassistant_custom_component import patch_time
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from syrupy.assertion import SnapshotAssertion

from custom_components.latchkey.const import CONF_VENDOR, DOMAIN
from custom_components.latchkey.vendors.transport import Transport
from simulators.clock import utc_now
from simulators.flexykey import Address, FlexyKeyCloud, serve
from tests.house import House

PASSWORD = "hemligt-4711"
EXTERNAL = "https://home.example.com"

# Home Assistant tells of each entity that it adds, to nobody: a test that reads logs asks for caplog, which lets all in.
logging.getLogger().setLevel(logging.WARNING)


def _attributes_hash(module: ModuleType) -> str:
    """Return whether a module got attributes since time was frozen last; to hash all their names takes half of that."""
    return f"{id(module)}-{len(vars(module))}"


patch_time.ha_get_module_attributes_hash = _attributes_hash

# The whole suite has ten minutes; --hypothesis-profile=default looks further where a test names no number.
# How long something takes says more of the machine than of the code.
settings.register_profile(
    "suite",
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("suite")


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Leave asyncio's debug mode off: its stack traces of every callback take half of the time of all tests."""


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Return snapshots as Home Assistant's own tests have them."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture
def lag() -> timedelta:
    """Return how late the units' clock is, to be overridden where it is."""
    return timedelta()


@pytest.fixture
def cloud(lag: timedelta) -> FlexyKeyCloud:
    """Return a FlexyKey cloud with the guide's units, by Home Assistant's clock."""
    return FlexyKeyCloud(
        clock=lambda: utc_now() - lag,
        username="anna",
        password=PASSWORD,
        cache_seconds=0,
    )


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Have transports go by the test's clock and not wait before they repeat; return how long they would have."""
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    def clock() -> float:
        # Looked up anew each time: a frozen clock comes and goes.
        return time.monotonic()

    defaults = Transport.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "sleep", sleep)
    monkeypatch.setitem(defaults, "clock", clock)
    return pauses


@pytest.fixture
async def address(
    socket_enabled: None,
    enable_custom_integrations: None,
    pauses: list[float],
    cloud: FlexyKeyCloud,
) -> AsyncIterator[Address]:
    """Serve the cloud on loopback."""
    async with serve(cloud) as address:
        yield address


@pytest.fixture
def account(address: Address) -> dict[str, str]:
    """Return what a user enters."""
    return {CONF_USERNAME: "anna", CONF_PASSWORD: PASSWORD, CONF_URL: address.url}


@pytest.fixture
def entry(account: dict[str, str]) -> MockConfigEntry:
    """Return the account's config entry."""
    return MockConfigEntry(
        domain=DOMAIN,
        title="FlexyKey anna",
        unique_id="flexykey_anna",
        data={CONF_VENDOR: "flexykey", **account},
    )


@pytest.fixture
async def house(
    hass: HomeAssistant,
    cloud: FlexyKeyCloud,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> AsyncIterator[House]:
    """Return Home Assistant and the cloud, by one clock that stands still."""
    yield House(hass, cloud, entry, freezer)
    # What a failed test left waiting would hold the end up for ever.
    freezer.tick(24 * 3600)
    for _ in range(200):
        await asyncio.sleep(0)


@pytest.fixture
async def called(house: House, hass_client_no_auth: ClientSessionGenerator) -> House:
    """Return a home with an external address, which leads to its web server on loopback."""
    for component in ("repairs", "calendar", DOMAIN):
        assert await async_setup_component(house.hass, component, {})
    # Its access log cannot read a clock that stands still.
    logging.getLogger("aiohttp.access").setLevel(logging.CRITICAL)
    client = await hass_client_no_auth()
    await house.hass.config.async_update(external_url=EXTERNAL)
    house.cloud.set_options(callback_through=str(client.make_url("/")).rstrip("/"))
    return house
