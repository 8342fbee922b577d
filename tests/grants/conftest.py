"""A home and a cloud by one clock, and how many schedules are run."""

from collections.abc import AsyncIterator
import os

import pytest

from custom_components.latchkey.vendors import transport
from simulators.flexykey import generate_unit, serve
from tests.grants.cloud import LateCloud
from tests.grants.home import Disk, Home
from tests.simulators.helpers import FakeClock

UNIT = 2472
SHORT = 240
"""How many schedules are run unless more are asked for."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the number of schedules; where other tests are run too, LATCHKEY_SCHEDULES says it."""
    parser.addoption("--schedules", type=int, help="how many crash schedules to run")


@pytest.fixture
def schedules(request: pytest.FixtureRequest) -> int:
    """Return how many schedules are to be run."""
    chosen: int | None = request.config.getoption("--schedules", None)
    return chosen or int(os.environ.get("LATCHKEY_SCHEDULES", SHORT))


@pytest.fixture
def clock() -> FakeClock:
    """Return a clock that moves when told to."""
    return FakeClock()


@pytest.fixture
def cloud(clock: FakeClock) -> LateCloud:
    """Return a cloud with a unit that has an empty access list."""
    cloud = LateCloud(clock)
    cloud.add_unit(generate_unit(UNIT))
    return cloud


@pytest.fixture
async def url(socket_enabled: None, cloud: LateCloud) -> AsyncIterator[str]:
    """Serve the cloud on loopback."""
    async with serve(cloud) as address:
        yield address.url
        await cloud.release()


@pytest.fixture
async def home(cloud: LateCloud, url: str, clock: FakeClock) -> AsyncIterator[Home]:
    """Return a home that has not issued anything yet."""
    home = Home(cloud, url, clock, Disk(), str(UNIT))
    yield home
    await home.session.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have requests time out almost at once."""
    monkeypatch.setattr(transport, "TIMEOUT", 0.03)


@pytest.fixture
def bare(cloud: LateCloud) -> None:
    """Have rows come without their state."""
    cloud.set_options(entry_form="bare")
