"""What the parts of the FlexyKey adapter have in common."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ..clock import utc_now
from ..model import Status
from .client import FlexyKeyClient
from .measures import named
from .statuses import status_of
from .wire import WireStatus


class Part:
    """A part of the adapter: one section of the guide."""

    def __init__(
        self, client: FlexyKeyClient, clock: Callable[[], datetime] = utc_now
    ) -> None:
        """Initialize with the API."""
        self._client = client
        self._clock = clock
        self._measures: dict[str, dict[str, tuple[str, str]]] = {}
        """The names and units of measurement of each unit's sensors and counters."""

    def _status(self, wire: WireStatus) -> Status:
        """Return a unit's state, its readings with their names."""
        status = status_of(wire)
        known = self._measures.get(str(wire.unitid), {})
        return replace(status, readings=named(status.readings, known))
