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

    BATTERY = "battery"
    BEARER = "bearer"
    COUNTER = "counter"
    HUMIDITY = "humidity"
    MODEM_TEMPERATURE = "modem_temperature"
    PRESSURE = "pressure"
    SIGNAL = "signal"
    TEMPERATURE = "temperature"
    WIFI_SIGNAL = "wifi_signal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A value of a device, in the unit that its kind has unless the vendor names another."""

    id: str
    kind: ReadingKind
    value: float | str
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
    """A vendor whose devices answer requests for readings later, in messages of their own."""

    async def report(self, device: Device) -> Report:
        """Return what a device has told since the last time, at first what it told last."""
        ...

    async def requestable(self) -> Sequence[str]:
        """Return what can be requested, the most complete first."""
        ...

    async def request_readings(self, device: Device, name: str) -> Requested:
        """Ask a device for readings.

        What is still fresh is not asked for again. Raises RateLimited, with nothing sent, where the vendor's own
        limit would be passed.
        """
        ...
