"""Lockers: how their boxes stand, which are free, and how one is opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from .model import Device


class BoxStatus(StrEnum):
    """How a box stands."""

    UNUSED = "unused"
    IN_USE = "in_use"
    EXPIRED = "expired"
    """It is in use beyond its time."""
    FAULT = "fault"


class BoxSize(StrEnum):
    """The sizes that have a name; a vendor may have others."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeBox:
    """A box that can be had for a period."""

    id: str
    """The id of its device."""
    name: str
    number: str
    size: str
    """One of the sizes that have a name, the vendor's own word for another one, empty where it is not told."""


@runtime_checkable
class TellsBoxes(Protocol):
    """A vendor that tells how the boxes of a locker stand."""

    box_interval: float
    """Seconds between two looks at a locker."""

    async def boxes(self, locker: Device) -> Mapping[str, BoxStatus | None]:
        """Return how the boxes stand, by the ids of their devices; None for a status that is not known."""
        ...

    async def free_boxes(
        self, locker: Device, start: datetime, end: datetime, size: str | None = None
    ) -> Sequence[FreeBox]:
        """Return the boxes that can be had from a start to an end, of any size or of one."""
        ...


@runtime_checkable
class OpensBoxes(Protocol):
    """A vendor whose boxes can be opened."""

    async def open_box(self, box: Device) -> None:
        """Open a box; sent once, so that OutcomeUnknown is the answer to a doubt.

        Raises DeviceUnreachable where the locker did not answer in time: the command may still be on its way to it.
        """
        ...
