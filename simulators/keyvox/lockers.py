"""Smart lockers and their boxes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any

from simulators.errors import Invalid, Missing
from simulators.keyvox.devices import Device, Held

SIZES = ("1", "2", "3")
"""Small, medium, large."""


class BoxStatus(IntEnum):
    """How a box stands, as the vendor numbers it."""

    UNUSED = 0
    IN_USE = 1
    EXPIRED = 2
    FAULT = 9


@dataclass
class Box:
    """A box of a locker."""

    num: str
    name: str
    size: str = "1"
    used_until: datetime | None = None
    """Until when it may be used by whoever uses it."""
    faulty: bool = False
    color: str | None = None
    openings: int = 0

    def status(self, at: datetime) -> BoxStatus:
        """Return how the box stands at an instant."""
        if self.faulty:
            return BoxStatus.FAULT
        if self.used_until is None:
            return BoxStatus.UNUSED
        return BoxStatus.IN_USE if at < self.used_until else BoxStatus.EXPIRED

    def is_free(self, start: datetime, at: datetime) -> bool:
        """Tell whether whoever uses it now is to be gone by an instant."""
        status = self.status(at)
        if status is BoxStatus.IN_USE:
            return self.used_until is not None and self.used_until <= start
        return status is BoxStatus.UNUSED

    def as_row(self) -> dict[str, Any]:
        """Return the box as the search for free ones tells of it."""
        return {"boxName": self.name, "boxNum": self.num, "boxSize": self.size}


@dataclass
class Locker(Device):
    """A smart locker."""

    boxes: dict[str, Box] = field(default_factory=dict)

    def add_boxes(self, sizes: Iterable[str]) -> None:
        """Fit boxes of these sizes into its one cabinet."""
        for number, size in enumerate(sizes, len(self.boxes) + 1):
            if size not in SIZES:
                raise Invalid(f"a size is one of {', '.join(SIZES)}")
            num = f"00-{number:02}"
            self.boxes[num] = Box(num, f"Box {number}", size)

    def box(self, num: str) -> Box:
        """Return a box."""
        if num not in self.boxes:
            raise Missing(f"no box {num}")
        return self.boxes[num]

    def open_by(self, held: Held) -> None:
        """Open the box of a PIN or a card, which uses it from the first opening, or until the only one."""
        box = self.box(held.box_num or "")
        box.openings += 1
        if held.once:
            box.used_until = None
        elif box.used_until is None:
            box.used_until = held.end

    def as_row(self) -> dict[str, Any]:
        """Return the locker as the list of lockers tells of it."""
        return {"deviceId": self.id, "deviceName": self.name}

    def as_status(self, at: datetime) -> list[dict[str, Any]]:
        """Return how its boxes stand at an instant."""
        return [
            {
                "deviceId": self.id,
                "boxName": box.name,
                "boxNum": box.num,
                "status": str(int(box.status(at))),
            }
            for box in self.boxes.values()
        ]
