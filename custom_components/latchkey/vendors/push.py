"""Push: a vendor calls back when something of a device changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from .model import Device, Status


class Signed(StrEnum):
    """What a call's signature says."""

    YES = "yes"
    NO = "no"
    """There is none."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What a call tells."""

    device_id: str
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """The callback that a vendor keeps for a device, and how it fares."""

    address: str = field(repr=False)
    active: bool = True
    last_success_at: datetime | None = None
    failures: int = 0
    """How many calls in a row have failed."""
    disabled_until: datetime | None = None


@runtime_checkable
class PushesStatus(Protocol):
    """A vendor that calls back with a device's status; it keeps one callback for a device."""

    def signed(self, headers: Mapping[str, str], body: bytes, secret: str) -> Signed:
        """Return what a call's signature says, in a time that does not depend on what it is."""
        ...

    def pushed(self, body: bytes) -> Push:
        """Return what a call tells; raises AnswerNotUnderstood for anything else."""
        ...

    async def callback(self, device: Device) -> Callback | None:
        """Return the callback that is registered for a device, whosever it is."""
        ...

    async def set_callback(self, device: Device, address: str, secret: str) -> None:
        """Register a callback in the place of any other, to be signed with a secret."""
        ...

    async def remove_callback(self, device: Device) -> None:
        """Remove the callback of a device, whosever it is; raises NotFound where there is none."""
        ...

    async def test_callback(self, device: Device) -> int | None:
        """Have the vendor call; return the HTTP status that it got, None where it reached nobody."""
        ...
