"""The nouns that every vendor's data is turned into."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .bookings import Room
from .readings import Reading


class DeviceKind(StrEnum):
    """What a device is."""

    UNIT = "unit"
    EXPANSION = "expansion"
    GATEWAY = "gateway"
    LOCKING_DEVICE = "locking_device"
    LOCK = "lock"
    LOCKER = "locker"
    BOX = "box"
    """A compartment of a locker."""
    DOOR = "door"
    """What is known of by its events alone."""
    PLACE = "place"
    """A building or a facility whose rooms are let."""
    SYSTEM = "system"
    """All that one access system or locking system consists of."""


class Capability(StrEnum):
    """What a device can do beyond its outputs and inputs."""

    BOOKINGS = "bookings"
    """What is let in it can be booked."""
    BOX = "box"
    """It is a compartment that opens by command."""
    BOXES = "boxes"
    """It tells how its compartments stand."""
    LOCK = "lock"
    """It locks and unlocks by command."""
    LOG = "log"
    OPEN = "open"
    PASSAGES = "passages"
    """Its log tells who came; without, only what happened to it."""
    PUSH = "push"
    READINGS = "readings"
    REQUESTS = "requests"
    """It can be asked for readings."""
    SCHEDULES = "schedules"
    """It has calendars by which doors are held open."""
    SETTINGS = "settings"
    SUBSCRIPTIONS = "subscriptions"
    """The vendor calls about what happens in it, as long as somebody subscribes to that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One vendor login."""

    id: str
    """What tells this account from the vendor's others, for good."""
    name: str
    choice: str | None = None
    """What says which of several accounts it is, where the credentials may come to lead to others, too."""
    parts: frozenset[str] = frozenset()
    """What makes the account, where it may come to have others; it is the same one as long as one of them stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A contact."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A relay."""

    id: str
    name: str
    pulse: range
    """The whole seconds that a pulse may last; empty where it cannot pulse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A thing with an identity; a part of another one names its parent."""

    id: str
    label: str
    """The vendor's own number, to name it by where it has no name."""
    kind: DeviceKind
    name: str
    parent_id: str | None = None
    via_id: str | None = None
    """The device through which it is reached, of which it is no part."""
    manufacturer: str | None = None
    model: str | None = None
    serial: str | None = None
    firmware: str | None = None
    is_claimed: bool = True
    """Whether a physical thing stands behind it; only a placeholder has none."""
    outputs: tuple[Output, ...] = ()
    inputs: tuple[Input, ...] = ()
    rooms: tuple[Room, ...] = ()
    """What is let in it."""
    capabilities: frozenset[Capability] = frozenset()

    @property
    def points(self) -> tuple[Output | Input, ...]:
        """All terminals."""
        return (*self.outputs, *self.inputs)

    @property
    def root_id(self) -> str:
        """The id of the device whose status holds this one's outputs and inputs."""
        return self.parent_id or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """All devices of an account, parents before their parts."""

    devices: tuple[Device, ...]
    complete: bool = True
    """Whether every entry was understood; only then does an absence mean anything."""
    readings: Mapping[str, tuple[Reading, ...]] = field(default_factory=dict)
    """What is told beside the devices, by their ids."""
    parts: frozenset[str] = frozenset()
    """What makes the account now, where that may change (see Account)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What a device last told of its outputs and inputs; what it did not tell is absent."""

    outputs: Mapping[str, bool] = field(default_factory=dict)
    inputs: Mapping[str, bool] = field(default_factory=dict)
    observed_at: datetime | None = None
    """By the vendor's clock, with zone."""
    cached: bool = False
    """Whether the vendor says that it answered from memory."""
    readings: tuple[Reading, ...] = ()
