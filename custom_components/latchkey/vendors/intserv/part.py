"""What the parts of the IntServ adapter have in common."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from ..model import Capability, Device, DeviceKind
from .client import IntServClient
from .wire import WireLevel

_MANUFACTURER: Final = "IntServ"
BETWEEN: Final = "/"


def door_id(system_id: str, name: str) -> str:
    """Return the id of a door, which is known by its system and its name alone."""
    return f"{system_id}{BETWEEN}{name}"


def written(at: datetime) -> str:
    """Return a time in UTC and whole seconds, as in all of the vendor's samples."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


class Part:
    """A part of the adapter, with what the last inventory told and the doors that events have told of."""

    def __init__(self, client: IntServClient, clock: Callable[[], datetime]) -> None:
        """Initialize with the API, and with nothing known."""
        self._client = client
        self._clock = clock
        self._levels: Mapping[str, WireLevel] = {}
        self._doors: dict[str, set[str]] = {}
        """The names of the doors, by system."""
        self._synced: dict[str, datetime | None] = {}
        """Up to when all events of each system had come when they were read."""
        self._gone: set[str] = set()
        """The systems that have no level, and of whose events nothing is told any more."""

    @property
    def _leveled(self) -> set[str]:
        """The systems that levels name."""
        return {each.system_id for each in self._levels.values()}

    @property
    def _systems(self) -> set[str]:
        """The systems that levels name, or that events have told of: one may have no level at times."""
        told_of = {system_id for system_id, doors in self._doors.items() if doors}
        return self._leveled | (told_of - self._gone)

    def _now(self) -> datetime:
        """Return the time by the vendor's clock."""
        return self._clock() + self._client.transport.ahead


def system_device(system_id: str) -> Device:
    """Return a system, of which the vendor tells nothing but its id."""
    return Device(
        id=system_id,
        label=system_id,
        kind=DeviceKind.SYSTEM,
        name="",
        manufacturer=_MANUFACTURER,
        capabilities=frozenset({Capability.LOG, Capability.READINGS}),
    )


def door_device(system_id: str, name: str) -> Device:
    """Return a door; one without a name is called after its system."""
    return Device(
        id=door_id(system_id, name),
        label=system_id,
        kind=DeviceKind.DOOR,
        name=name,
        via_id=system_id,
        manufacturer=_MANUFACTURER,
        capabilities=frozenset({Capability.PASSAGES}),
    )
