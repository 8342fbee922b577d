"""A lock that is locked and unlocked by command: what it shows, and which of the statuses that come in is believed."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from .vendors.locks import LockStatus
from .vendors.vendor import (
    DeviceUnreachable,
    RateLimited,
    Refused,
    ServiceUnavailable,
    VendorError,
)

PATIENCE: Final = timedelta(minutes=15)
"""For how long a report from before a command is not taken for what came of it; then it counts, whatever its age."""
MOST_FAILURES: Final = 2
"""After how many readings in a row that the cloud did not answer a lock's state is not known any more."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command that may have had an effect; the times are the vendor's."""

    locked: bool
    sent_at: datetime
    ended_at: datetime
    reported_at: datetime | None
    """When the lock had last told something before it, as far as that was read."""

    def is_older(self, reported_at: datetime | None) -> bool:
        """Return whether a report may be from before the command's effect; its time may be told in whole seconds."""
        if reported_at is None:
            return False
        was_known = self.reported_at is not None and reported_at <= self.reported_at
        return was_known or reported_at <= self.ended_at

    def is_proven(self, locked: bool | None, reported_at: datetime | None) -> bool:
        """Return whether what was told after it shows that the lock stands as it was told to."""
        return locked is self.locked and (
            reported_at is None or reported_at >= self.sent_at.replace(microsecond=0)
        )


@dataclass(slots=True)
class Bolt:
    """A lock, as far as its commands and what was read have shown how it stands."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by who sends a command; never by a look."""
    is_unlock_asked: bool = False
    """Whether somebody waits for an unlocking to be answered."""
    is_reachable: bool = True
    sending: bool | None = None
    """Which command is under way: to lock, or to unlock."""
    awaited: bool | None = None
    """Which command was answered, and not yet seen in a status."""
    doubted: Command | None = None
    """The last command, while nothing that was read is certainly from after it."""
    looks: list[float] = field(default_factory=list)
    """Seconds between the looks that are still to come after the last command."""
    reported_at: datetime | None = None
    _locked: bool | None = None
    _sent_at: datetime | None = None
    _asked: int = 0
    _believed: int = 0
    """The reading that counted last, or the last one that was begun before a command's end."""
    _failures: int = 0

    @property
    def is_locked(self) -> bool | None:
        """Return whether it is locked, None where that is not known."""
        return self._locked

    @property
    def is_locking(self) -> bool:
        """Return whether a command to lock is under way, or its effect not seen yet."""
        return (self.awaited if self.sending is None else self.sending) is True

    @property
    def is_unlocking(self) -> bool:
        """Return whether a command to unlock is under way, or its effect not seen yet."""
        return (self.awaited if self.sending is None else self.sending) is False

    # Commands

    def begin(self, locked: bool, now: datetime) -> None:
        """Take in that a command is sent."""
        self.sending, self._sent_at = locked, now
        self.looks = []

    def refuse(self) -> None:
        """Take in that a command did nothing."""
        self.sending = None

    def end(self, now: datetime) -> Command:
        """Take in that a command is answered, or may have had its effect; nothing that was asked for before counts."""
        assert self.sending is not None and self._sent_at is not None
        command = Command(self.sending, self._sent_at, now, self.reported_at)
        self.awaited = self.sending
        self.sending = None
        self.doubted = command
        self._locked = None
        self._believed = self._asked
        self._failures = 0
        return command

    def expect_no_more(self) -> None:
        """Wait no longer for a command's effect: what nothing has shown is not known."""
        self.awaited = None

    # Readings

    def ask(self) -> int:
        """Return the number of a reading that begins."""
        self._asked += 1
        return self._asked

    def take(
        self, asked: int, locked: bool | None, status: LockStatus, now: datetime
    ) -> bool:
        """Take in what a reading told, the vendor's word understood; return whether it counts."""
        if not self._counts(asked):
            return False
        self.is_reachable = True
        self._failures = 0
        command = self.doubted
        self.reported_at = status.reported_at
        if (
            command is not None
            and locked is (not command.locked)
            and command.is_older(status.reported_at)
            and command.ended_at <= now < command.ended_at + PATIENCE
        ):
            # It had told so before; how it stands since then is not known.
            self._locked = None
            return True
        self._locked = locked
        self.awaited = None
        if locked is not None:
            self.doubted = None
        return True

    def fail(self, asked: int, err: VendorError) -> None:
        """Take in that a reading failed."""
        if isinstance(err, (ServiceUnavailable, Refused)):
            # An outage is the account's: a short one tells nothing of a lock.
            self._failures += 1
            if self._failures >= MOST_FAILURES:
                self._locked = None
        elif isinstance(err, RateLimited) or not self._counts(asked):
            return
        elif isinstance(err, DeviceUnreachable):
            self.is_reachable = False
        else:
            self._locked = None

    def _counts(self, asked: int) -> bool:
        """Return whether a reading is newer than what counted, and was begun after the last command's end."""
        if asked <= self._believed:
            return False
        self._believed = asked
        return True
