"""Readings: values that a device measures or reports."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from .model import Device


class ReadingKind(StrEnum):
    """What a reading tells of."""

    ACTIVATED = "activated"
    BATTERY = "battery"
    BATTERY_LEVEL = "battery_level"
    """Of a device that has one battery."""
    BATTERY_LOW = "battery_low"
    BEARER = "bearer"
    CERTIFICATE_END = "certificate_end"
    CONNECTED = "connected"
    COUNTER = "counter"
    DOOR = "door"
    HUMIDITY = "humidity"
    LAST_CONTACT = "last_contact"
    KEYS_BLOCKED = "keys_blocked"
    KEYS_HANDED_OVER = "keys_handed_over"
    KEYS_PLANNED = "keys_planned"
    KEYS_RETURNED = "keys_returned"
    LAST_PASSAGE = "last_passage"
    LEAST_SYNC_TIME = "least_sync_time"
    """Up to when all has come that happened."""
    LICENCE_END = "licence_end"
    MANUFACTURING_CERTIFICATE_END = "manufacturing_certificate_end"
    MODEM_TEMPERATURE = "modem_temperature"
    PHYSICAL_STATE = "physical_state"
    PRESSURE = "pressure"
    RE_KEYING_DUE = "re_keying_due"
    RELATED_BATTERY = "related_battery"
    """Of another lock that is coupled to the device."""
    REPORTED_STATUS = "reported_status"
    REVOKED = "revoked"
    SIGNAL = "signal"
    SYNC_LATE = "sync_late"
    TEMPERATURE = "temperature"
    WIFI_SIGNAL = "wifi_signal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A value of a device, in the unit that its kind has unless the vendor names another."""

    id: str
    kind: ReadingKind
    value: float | str | bool | datetime | None
    """Whether something is so, for the kinds that are no measures; None where it is not known any more."""
    number: str = ""
    """Which of several of its kind it is."""
    name: str = ""
    unit: str = ""
    observed_at: datetime | None = None
    """By the vendor's clock, with zone; None where its age is not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a device has told since it was last looked at."""

    readings: tuple[Reading, ...] = ()
    answered: frozenset[str] = frozenset()
    """The requests that have been answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """What became of a request to a device for readings."""

    queued: tuple[str, ...] = ()
    skipped: dict[str, str] = field(default_factory=dict)
    """What was left out, and the vendor's word for the reason."""


@runtime_checkable
class ReportsReadings(Protocol):
    """A vendor whose devices report of their own accord."""

    report_interval: float
    """Seconds between two looks at what they have reported."""

    async def report(self, device: Device) -> Report:
        """Return what a device has told since the last time, at first what it told last."""
        ...


@runtime_checkable
class RequestsReadings(ReportsReadings, Protocol):
    """A vendor whose devices can be asked for readings, and answer later, in messages of their own."""

    async def requestable(self) -> Sequence[str]:
        """Return what can be requested, the most complete first."""
        ...

    async def request_readings(self, device: Device, name: str) -> Requested:
        """Ask a device for readings.

        What is still fresh is not asked for again. Raises RateLimited, with nothing sent, where the vendor's own
        limit would be passed.
        """
        ...
