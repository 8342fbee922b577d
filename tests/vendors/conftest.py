"""A transport to a simulated cloud, which neither waits nor trusts anything but the cloud."""

from collections.abc import AsyncIterator

from aiohttp import ClientSession
import pytest
from yarl import URL

from custom_components.latchkey.vendors import transport as transport_module
from custom_components.latchkey.vendors.flexykey.adapter import FlexyKey
from custom_components.latchkey.vendors.flexykey.client import FlexyKeyClient
from custom_components.latchkey.vendors.transport import Transport
from simulators.flexykey import Address, FlexyKeyCloud, serve
from tests.vendors.guide import Guide
from tests.vendors.helpers import DELAY, Clock, connect, served


@pytest.fixture
async def address(socket_enabled: None, cloud: FlexyKeyCloud) -> AsyncIterator[Address]:
    """Serve the cloud on loopback."""
    async with serve(cloud) as address:
        yield address


@pytest.fixture
async def session(socket_enabled: None) -> AsyncIterator[ClientSession]:
    """Return a session as strict as any: what is lax would be the transport's doing."""
    async with ClientSession() as session:
        yield session


@pytest.fixture
def clock() -> Clock:
    """Return a clock that moves when a transport sleeps, or when told to."""
    return Clock()


@pytest.fixture
def transport(session: ClientSession, address: Address, clock: Clock) -> Transport:
    """Return the account's transport to the cloud."""
    return connect(session, URL(address.url), clock)


@pytest.fixture
def impatient(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have requests time out before a delay is over, in a test whose fault is one."""
    if request.getfixturevalue("kind").startswith("delay"):
        monkeypatch.setattr(transport_module, "TIMEOUT", DELAY / 3)


@pytest.fixture
def guide() -> Guide:
    """Return a cloud that answers with the guide's examples."""
    return Guide()


@pytest.fixture
async def flexykey(session: ClientSession, guide: Guide) -> AsyncIterator[FlexyKey]:
    """Return an account at that cloud."""
    async with served(guide.app()) as base:
        yield FlexyKey(FlexyKeyClient(connect(session, base / "v1/")), "Anna")
