"""A home and a platform by one clock, and how many schedules are run."""

import os

import pytest

from tests.grants.home import Disk
from tests.keyless_book.home import Home
from tests.keyless_book.platform import Platform
from tests.simulators.helpers import FakeClock

SHORT = 100
"""How many schedules are run unless LATCHKEY_SCHEDULES says another number."""


@pytest.fixture
def schedules() -> int:
    """Return how many schedules are to be run."""
    return int(os.environ.get("LATCHKEY_SCHEDULES", SHORT))


@pytest.fixture
def platform() -> Platform:
    """Return a platform with a user who has a phone."""
    return Platform(FakeClock())


@pytest.fixture
def home(platform: Platform) -> Home:
    """Return a home that has not issued anything yet."""
    return Home(platform, Disk())
