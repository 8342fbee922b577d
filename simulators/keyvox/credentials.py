"""PINs and cards: what the cloud knows of each, and how far the devices are with it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
import secrets
from typing import Literal

from simulators.keyvox.ids import new_id

type Kind = Literal["pin", "card"]

QR_ADDRESS = "https://qr.keyvox.example/"


class Order(IntEnum):
    """What the devices are to do; the second digit of a status."""

    CREATE = 0
    CHANGE = 1
    DISABLE = 2


class Stage(IntEnum):
    """How far they are with it; the first digit of a status."""

    QUEUED = 1
    UNDER_WAY = 2
    DONE = 3
    FAILED = 9


@dataclass(frozen=True)
class Place:
    """What a credential opens: a unit with all its locks, or a box of a locker."""

    unit_id: str | None = None
    locker_id: str | None = None
    box_num: str | None = None


@dataclass
class Credential:
    """A PIN or a card."""

    kind: Kind
    number: int
    code: str
    place: Place
    start: datetime
    end: datetime
    holder: str = ""
    pin_type: str = "1"
    once: bool = False
    """Whether it opens but one time."""
    id: str = field(default_factory=new_id)
    qr_code: str = field(default_factory=lambda: secrets.token_hex(16).upper())
    short_url: str = field(
        default_factory=lambda: QR_ADDRESS + secrets.token_urlsafe(8)
    )
    order: Order = Order.CREATE
    stage: Stage = Stage.QUEUED
    revision: int = 0
    issued: bool = False
    """Whether the devices have it, be it as it was before its last change."""

    @property
    def status(self) -> str:
        """Return how far the devices are, as the vendor writes it."""
        return str(10 * self.stage + self.order)

    @property
    def pin_status(self) -> int:
        """Return the same as reservations tell it: not issued, issuing, issued, deleted."""
        if self.is_gone:
            return 4
        if self.issued:
            return 2
        return 1 if self.stage is Stage.UNDER_WAY else 0

    @property
    def is_gone(self) -> bool:
        """Tell whether the devices have forgotten it."""
        return (self.order, self.stage) == (Order.DISABLE, Stage.DONE)

    @property
    def is_disabled(self) -> bool:
        """Tell whether it is to be forgotten, or is."""
        return self.order is Order.DISABLE

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Tell whether it is valid at any time in a period."""
        return self.start < end and start < self.end
