"""Locks that lock and unlock by command, and tell how they stand in words of their own."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol, runtime_checkable
from unicodedata import normalize

from .readings import Reading

if TYPE_CHECKING:
    from .model import Device


@dataclass(frozen=True, slots=True, kw_only=True)
class LockStatus:
    """How a lock stands, as far as the vendor tells."""

    locked: bool | None
    """None where the vendor's word may mean either."""
    told: str = ""
    """The vendor's own word, from which a user may know more."""
    reported_at: datetime | None = None
    """When the lock itself told so, with zone; None where that is not said."""
    readings: tuple[Reading, ...] = ()


@runtime_checkable
class LocksDoors(Protocol):
    """A vendor whose locks can be locked and unlocked."""

    status_interval: float
    """Seconds between two looks at a lock."""

    @property
    def ahead(self) -> timedelta:
        """Return by how much the vendor's clock is ahead of ours, as far as its answers have told."""
        ...

    async def set_locked(self, device: Device, *, locked: bool) -> None:
        """Lock or unlock, sent once; returns when the lock has done so.

        Raises OutcomeUnknown where nothing tells whether it did, and DeviceUnreachable where it did not answer: it
        may still do so later.
        """
        ...

    async def lock_status(self, device: Device) -> LockStatus:
        """Return how a lock stands; raises DeviceUnreachable where it does not answer."""
        ...


def normalised(word: str) -> str:
    """Return a word by which it is compared: case, width and outer blanks do not matter."""
    return normalize("NFKC", word).casefold().strip()
