"""What the parts of the FlexyKey adapter have in common."""

from collections.abc import Callable
from datetime import UTC, datetime

from .client import FlexyKeyClient


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class Part:
    """A part of the adapter: one section of the guide."""

    def __init__(
        self, client: FlexyKeyClient, clock: Callable[[], datetime] = utc_now
    ) -> None:
        """Initialize with the API."""
        self._client = client
        self._clock = clock
