"""The home of the tests of Keyless, with two ways to each of its two locks."""

import os

import pytest

from simulators.clock import utc_now
from simulators.keyless import KeylessCloud
from tests.keyless.conftest import credentials, home, platform_address  # noqa: F401  fixtures are found by their names

SHORT = 120
"""How many schedules are run unless LATCHKEY_SCHEDULES says another number."""


@pytest.fixture
def schedules() -> int:
    """Return how many schedules are to be run."""
    return int(os.environ.get("LATCHKEY_SCHEDULES", SHORT))


@pytest.fixture
def platform() -> KeylessCloud:
    """Return a platform with two locks, each of which two gateways can open."""
    cloud = KeylessCloud(clock=utc_now)
    locks = cloud.populate(2)
    gateway = cloud.add_gateway()
    for lock in locks:
        cloud.associate(lock.id, gateway.id)
    return cloud
