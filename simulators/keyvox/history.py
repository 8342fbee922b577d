"""What has happened at a device: who has opened or locked it, and by what."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, Literal

from simulators.keyvox.formats import written

type Action = Literal["unlock", "lock", "link"]

ACTIONS: tuple[Action, ...] = ("unlock", "lock", "link")


class Means(IntEnum):
    """By what somebody has opened or locked, as the vendor numbers it."""

    PIN = 1
    CARD = 2
    BUTTON = 5
    KNOB = 6
    APP = 9


@dataclass(frozen=True)
class Visit:
    """Who was at a device, and by what."""

    means: Means
    user: str = ""
    code: str | None = None
    """The PIN, if it was one."""


BY_API = Visit(Means.APP, "API")


@dataclass(frozen=True)
class Entry:
    """Something that has happened at a device."""

    id: int
    device_id: str
    device_name: str
    action: Action
    at: datetime
    visit: Visit

    @property
    def order(self) -> tuple[datetime, int]:
        """Return by what the vendor sorts."""
        return self.at, self.id

    def as_history(self) -> dict[str, Any]:
        """Return the entry as getLockHistory tells it; nobody knows what stands in the value."""
        told = {
            "etime": written(self.at),
            "etype": str(int(self.visit.means)),
            "userName": self.visit.user,
            "value": "",
        }
        code = self.visit.code
        return told if code is None else {**told, "pinCode": code}

    def as_event(self) -> dict[str, Any]:
        """Return the entry as the event search tells it; the names beside those of the user are assumed."""
        return {
            "id": str(self.id),
            "uid": "",
            "uname": self.visit.user,
            "uphone": "",
            "lockId": self.device_id,
            "etime": written(self.at),
            "etype": str(int(self.visit.means)),
        }
