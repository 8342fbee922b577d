"""Remote openings: a command that waits for somebody to wake a gateway, and what proves that it was carried out."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

if TYPE_CHECKING:
    from .model import Device

GRACE: Final = timedelta(minutes=2)
"""How long after its validity's end the proof of an acknowledged command is waited for."""
SKEW: Final = timedelta(minutes=2)
"""By how much the clock of a lock may differ from the platform's, for what is looked through."""


class End(StrEnum):
    """What became of a remote opening."""

    OPENED = "opened"
    DENIED = "denied"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    UNCONFIRMED = "unconfirmed"
    """It may have opened: it was acknowledged, or could not be read again, and nothing proves it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteOpening:
    """A command to open, as the vendor tells of it; all times are the vendor's."""

    id: str
    device_id: str
    via_id: str
    issued_at: datetime
    valid_until: datetime
    issuer: str = ""
    """Who asked for it."""
    acknowledged_at: datetime | None = None
    """When the gateway said that it would try, which is no success."""
    cancelled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a log tells of an opening through a gateway."""

    device_id: str
    via_id: str | None
    occurred_at: datetime
    granted: bool
    opening_id: str | None = None
    """The command that it belongs to, where the log names it."""


class Opening:
    """Follows a remote opening to its end; knows no clock but the times that it is given, the vendor's."""

    def __init__(self, remote: RemoteOpening) -> None:
        """Initialize with the command as it was accepted."""
        self.remote = remote
        self._read_at: datetime | None = None
        self.proven_at: datetime | None = None
        self._granted: bool | None = None

    def take(self, remote: RemoteOpening, at: datetime) -> None:
        """Take in how the command was when it was read again."""
        self.remote = remote
        self._read_at = at

    def prove(self, proof: Proof) -> None:
        """Take in what a log tells, if it is about this command.

        That it was granted is believed only where the log names the command, and a denial only where it came after
        the acknowledgement: an earlier command's entries may be as late.
        """
        remote = self.remote
        if proof.device_id != remote.device_id:
            return
        if proof.granted:
            if proof.opening_id != remote.id:
                return
        elif (
            proof.opening_id not in (None, remote.id)
            or proof.via_id
            not in (
                None,
                remote.via_id,
            )
            or (
                remote.acknowledged_at is None
                or not remote.acknowledged_at
                <= proof.occurred_at
                <= remote.valid_until + GRACE
            )
        ):
            return
        self._granted = proof.granted and self._granted is not False
        self.proven_at = proof.occurred_at

    def end(self, now: datetime) -> End | None:
        """Return what became of it, None while it may still open and nothing is proven."""
        remote = self.remote
        if self._granted is not None:
            return End.OPENED if self._granted else End.DENIED
        if remote.acknowledged_at is not None:
            return End.UNCONFIRMED if now >= remote.valid_until + GRACE else None
        if remote.cancelled_at is not None:
            return End.CANCELLED
        if now < remote.valid_until:
            return None
        # Only what was read after its validity was certainly never acknowledged.
        read = self._read_at is not None and self._read_at >= remote.valid_until
        return End.EXPIRED if read else End.UNCONFIRMED


@runtime_checkable
class OpensDoors(Protocol):
    """A vendor that opens doors by commands which are carried out later, or never."""

    async def open_door(self, device: Device, known: Container[str]) -> RemoteOpening:
        """Ask for an opening, once; what is in doubt is read back, OutcomeUnknown where that tells nothing.

        The ids of openings that were known before cannot be this one's.
        """
        ...

    async def cancel_opening(self, opening: RemoteOpening) -> None:
        """Cancel an opening; raises Conflict where it is too late."""
        ...

    async def opening(self, opening_id: str) -> RemoteOpening:
        """Return how an opening stands."""
        ...

    async def openings(self) -> Sequence[RemoteOpening]:
        """Return all openings that the vendor still tells of."""
        ...

    async def proofs(self, opening: RemoteOpening) -> Sequence[Proof]:
        """Return what the logs tell since an opening was asked for."""
        ...
