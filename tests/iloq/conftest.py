"""A Home Assistant with one account at a simulated iLOQ cloud, under a clock that moves when told to."""

import asyncio
from collections.abc import AsyncIterator

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.latchkey.const import CONF_VENDOR, DOMAIN
from simulators.clock import utc_now
from simulators.iloq import (
    DEMO_CUSTOMER_CODE,
    DEMO_PASSWORD,
    DEMO_USER,
    Address,
    IloqCloud,
    serve,
)
from tests.iloq.called import CalledHome
from tests.iloq.home import Home


@pytest.fixture
def iloq() -> IloqCloud:
    """Return a cloud with the demonstration's house, by Home Assistant's clock."""
    return IloqCloud(clock=utc_now)


@pytest.fixture
async def iloq_address(
    socket_enabled: None,
    enable_custom_integrations: None,
    pauses: list[float],
    iloq: IloqCloud,
) -> AsyncIterator[Address]:
    """Serve the cloud on loopback."""
    async with serve(iloq) as address:
        yield address


@pytest.fixture
def credentials(iloq_address: Address) -> dict[str, str]:
    """Return what a user enters."""
    return {
        "url": iloq_address.url,
        "customer_code": DEMO_CUSTOMER_CODE,
        "username": DEMO_USER,
        "password": DEMO_PASSWORD,
        "api_key": "",
    }


@pytest.fixture
async def home(
    hass: HomeAssistant,
    iloq: IloqCloud,
    credentials: dict[str, str],
    freezer: FrozenDateTimeFactory,
) -> AsyncIterator[Home]:
    """Return Home Assistant and the cloud, by one clock that stands still."""
    group_id = iloq.group.id.casefold()
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="iLOQ",
        unique_id=f"iloq_{group_id}",
        data={CONF_VENDOR: "iloq", **credentials, "lock_group": group_id},
    )
    yield Home(hass, iloq, entry, freezer)
    # What a failed test left waiting would hold the end up for ever.
    freezer.tick(24 * 3600)
    for _ in range(200):
        await asyncio.sleep(0)


@pytest.fixture
async def called(home: Home, hass_client_no_auth: ClientSessionGenerator) -> CalledHome:
    """Return the same with an external address, which leads to its web server on loopback."""
    called = CalledHome(home.hass, home.cloud, home.entry, home.freezer)
    await called.open(hass_client_no_auth)
    return called
