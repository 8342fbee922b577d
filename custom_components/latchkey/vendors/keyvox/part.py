"""What the parts of the KEYVOX adapter have in common."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from .client import KeyvoxClient
from .wire import WireBox


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A door or a room: what PINs are issued for, and what is let."""

    id: str
    name: str
    place_id: str | None
    lock_ids: tuple[str, ...]


class Part:
    """A part of the adapter, with what the last inventory told."""

    def __init__(self, client: KeyvoxClient, clock: Callable[[], datetime]) -> None:
        """Initialize with the API, and with nothing known."""
        self._client = client
        self._clock = clock
        self._units: Mapping[str, Unit] = {}
        self._places: Mapping[str, str] = {}
        """The names of the places, by their ids."""
        self._boxes: Mapping[str, Sequence[WireBox]] = {}
        """The boxes as they stood, by locker."""
        self._names: Mapping[str, str] = {}
        """The names of the locks and lockers, by their ids."""
        self._organisations: frozenset[str] = frozenset()
        """Whose the places are, in lower case."""
