"""What the parts of the iLOQ adapter have in common."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo

from .client import IloqClient
from .wire import WireAccess, WireKey, WireLock, WireLockGroup, WireRealEstate, WireZone


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class Part:
    """A part of the adapter, with what the last inventory told; all ids are in lower case."""

    def __init__(self, client: IloqClient, clock: Callable[[], datetime]) -> None:
        """Initialize with the API, and with nothing known."""
        self._client = client
        self._clock = clock
        self._group = WireLockGroup(lockgroup_id="")
        self._zone: tzinfo = UTC
        """The zone of the locking system, for times that name none (3.2)."""
        self._accesses: Mapping[str, WireAccess] = {}
        self._keys: Mapping[str, WireKey] = {}
        self._blocked: frozenset[str] | None = frozenset()
        """The keys on the blocklist; None where that is not told."""
        self._locks: Mapping[str, WireLock] = {}
        self._zones: Mapping[str, WireZone] = {}
        self._real_estates: Mapping[str, WireRealEstate] = {}

    @property
    def _system_id(self) -> str:
        return self._group.lockgroup_id.casefold()
