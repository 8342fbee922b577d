"""Remote openings: a command that waits for somebody to wake a gateway, and what proves that it was carried out."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

if TYPE_CHECKING:
    from .model import Device

GRACE: Final = timedelta(minutes=2)
"""How long after its validity's end the proof of an acknowledged command is waited for."""
SKEW: Final = timedelta(minutes=2)
"""By how much the clock of a lock may differ from the platform's, for what is looked through."""

OVERDUE: Final = timedelta(seconds=10)
"""How long after its validity's end it is waited for that a command can be read once more."""


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

    def is_live(self, at: datetime) -> bool:
        """Return whether a gateway may still read it at a time, whatever was thought of it before."""
        return (
            self.acknowledged_at is None
            and self.cancelled_at is None
            and at < self.valid_until
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a log tells of an opening through a gateway."""

    device_id: str
    via_id: str | None
    occurred_at: datetime
    granted: bool
    opening_id: str | None = None
    """The command that it belongs to, where the log names it."""
    key: str = ""
    """What tells a line of the lock's log from its others, where it names no command."""


class Opening:
    """Follows a remote opening to its end; knows no clock but the times that it is given, the vendor's."""

    def __init__(
        self,
        remote: RemoteOpening,
        known: Iterable[str] = (),
        not_before: datetime | None = None,
    ) -> None:
        """Initialize with the command as it was accepted.

        Lines of the lock's log that were known before it, or happened before some time, are not about it.
        """
        self.remote = remote
        self.proven_at: datetime | None = None
        self.keys: set[str] = set()
        """The lines of the lock's log that were read for it."""
        self._known = frozenset(known)
        self._not_before = not_before
        self._read_at: datetime | None = None
        self._missed_at: datetime | None = None
        self._let_in = False
        self._refused = False

    def take(self, remote: RemoteOpening, at: datetime) -> None:
        """Take in how the command was, read at a time or later; what has happened once is not undone."""
        held = self.remote
        self.remote = replace(
            remote,
            acknowledged_at=held.acknowledged_at or remote.acknowledged_at,
            cancelled_at=held.cancelled_at or remote.cancelled_at,
        )
        self._read_at = max(at, self._read_at or at)

    def miss(self, at: datetime) -> None:
        """Take in that the command could not be read, as was tried at a time."""
        self._missed_at = at

    def prove(self, proof: Proof) -> None:
        """Take in what a log tells, if it is about this command."""
        remote = self.remote
        if proof.device_id != remote.device_id:
            return
        if proof.opening_id is not None:
            if proof.opening_id == remote.id:
                self._refused = self._refused or not proof.granted
                if proof.granted:
                    self.proven_at = proof.occurred_at
            return
        if proof.key:
            self.keys.add(proof.key)
        if self._may_be_its(proof):
            self._let_in = self._let_in or proof.granted
            self._refused = self._refused or not proof.granted

    def _may_be_its(self, proof: Proof) -> bool:
        """Return whether a line that names no command can be this one's: an earlier one's may be as late."""
        remote = self.remote
        if remote.acknowledged_at is None or proof.key in self._known:
            return False
        earliest = remote.acknowledged_at - SKEW
        if self._not_before is not None:
            earliest = max(earliest, self._not_before)
        return (
            proof.via_id in (None, remote.via_id)
            and earliest <= proof.occurred_at <= remote.valid_until + GRACE
        )

    def end(self, now: datetime) -> End | None:
        """Return what became of it, None while it may still open and nothing is proven.

        That it was opened is believed only where a log names it. A gateway may log what the lock refused; where
        the lock tells of both, there were two commands, and it is the gateway that knows which one was let in.
        """
        remote = self.remote
        is_refused = self._refused and not self._let_in
        if self.proven_at is not None and not is_refused:
            return End.OPENED
        if is_refused:
            return End.DENIED
        if remote.acknowledged_at is not None:
            return End.UNCONFIRMED if now >= remote.valid_until + GRACE else None
        if remote.cancelled_at is not None:
            return End.CANCELLED
        if now < remote.valid_until:
            return None
        # Only what was read after its validity was certainly never acknowledged.
        if self._read_at is not None and self._read_at >= remote.valid_until:
            return End.EXPIRED
        was_missed = (
            self._missed_at is not None and self._missed_at >= remote.valid_until
        )
        if was_missed or now >= remote.valid_until + OVERDUE:
            return End.UNCONFIRMED
        return None


@runtime_checkable
class OpensDoors(Protocol):
    """A vendor that opens doors by commands which are carried out later, or never."""

    @property
    def ahead(self) -> timedelta:
        """Return by how much the vendor's clock is ahead of ours, as far as its answers have told."""
        ...

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
