"""Served clouds under a fake clock."""

from collections.abc import AsyncIterator

from aiohttp import ClientSession
import pytest

from simulators.flexykey import FlexyKeyCloud, serve
from tests.simulators import iloq as iloq_house, intserv, keyless, keyvox
from tests.simulators.callbacks import Callback, listening
from tests.simulators.helpers import Client, FakeClock


@pytest.fixture
def clock() -> FakeClock:
    """Return a clock that moves when told to."""
    return FakeClock()


@pytest.fixture
def cloud(clock: FakeClock) -> FlexyKeyCloud:
    """Return a cloud with the guide's units."""
    return FlexyKeyCloud(clock=clock)


@pytest.fixture
async def client(cloud: FlexyKeyCloud, socket_enabled: None) -> AsyncIterator[Client]:
    """Serve the cloud and return a client for it."""
    async with serve(cloud) as address, ClientSession() as session:
        yield Client(session, address)


@pytest.fixture
async def site(socket_enabled: None) -> AsyncIterator[keyless.Site]:
    """Serve a Keyless platform and return the way in."""
    async with keyless.served() as site:
        yield site


@pytest.fixture
async def org(socket_enabled: None) -> AsyncIterator[keyvox.Org]:
    """Serve a KEYVOX organisation and return the way in."""
    async with keyvox.served() as org:
        yield org


@pytest.fixture
async def iloq(socket_enabled: None) -> AsyncIterator[iloq_house.House]:
    """Serve a furnished iLOQ lock group and return the way in."""
    async with iloq_house.served() as house:
        yield house


@pytest.fixture
async def estate(socket_enabled: None) -> AsyncIterator[intserv.Estate]:
    """Serve a furnished IntServ Access cloud and return the way in."""
    async with intserv.served() as estate:
        yield estate


@pytest.fixture
async def callback(socket_enabled: None) -> AsyncIterator[Callback]:
    """Listen on loopback."""
    async with listening() as callback:
        yield callback
