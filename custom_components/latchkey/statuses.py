"""What devices have told of themselves, read or pushed: the newer one counts."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from .vendors.model import Status

PATIENCE: Final = 900.0
"""Seconds for which a reading older than a pushed status is disbelieved; then it counts, whatever its age."""
AHEAD: Final = timedelta(minutes=10)
"""How far a pushed status may lie in the future: believed, one further ahead would keep out all that follow."""


_NO_TIME: Final = timedelta()


class Verdict(StrEnum):
    """What a pushed status is worth."""

    NEWS = "news"
    OLDER = "older"
    REPEATED = "repeated"
    UNCLEAR = "unclear"
    """Its time does not tell whether it is newer; to be read again."""


class Statuses:
    """The statuses of an account's devices, by the ids of those that tell them."""

    def __init__(self) -> None:
        """Initialize with nothing told."""
        self.reported: dict[str, Status] = {}
        self._pushed: dict[str, tuple[Status, float]] = {}
        self._told_at: dict[str, datetime] = {}
        """When each last told something, by the vendor's clock; it outlives a status that is forgotten."""

    def take_polled(
        self, device_id: str, status: Status, before: Status | None, now: float
    ) -> bool:
        """Take in what was asked for when `before` was held, unless something newer came in meanwhile; return whether."""
        held = self.reported.get(device_id)
        pushed, at = self._pushed.get(device_id, (None, 0.0))
        patient = held is pushed and (status.cached or now - at < PATIENCE)
        lag = _lag(status, held)
        if held is not before and lag is not None and lag >= _NO_TIME:
            # Of the same second, what was pushed is from the end of it.
            return False
        if patient and lag is not None and lag > _NO_TIME:
            return False
        self._take(device_id, status)
        return True

    def take_pushed(
        self, device_id: str, status: Status, now: float, utc_now: datetime
    ) -> Verdict:
        """Take in what was pushed if it is newer; what it does not tell stays as it was."""
        held = self.reported.get(device_id)
        at, told_at = status.observed_at, self._told_at.get(device_id)
        if at is None or at > utc_now + AHEAD:
            return Verdict.UNCLEAR
        if told_at is None and at < utc_now - AHEAD:
            # With nothing known, an old one may be anybody's.
            return Verdict.UNCLEAR
        if told_at and at < told_at:
            return Verdict.OLDER
        if held:
            status = replace(
                status,
                outputs={**held.outputs, **status.outputs},
                inputs={**held.inputs, **status.inputs},
            )
        if at == told_at:
            # The vendor's times have whole seconds, in which more than one thing can happen.
            repeated = held and _points(status) == _points(held)
            return Verdict.REPEATED if repeated else Verdict.UNCLEAR
        self._take(device_id, status)
        self._pushed[device_id] = (status, now)
        return Verdict.NEWS

    def forget(self, device_id: str, before: Status | None) -> None:
        """Forget a status that could not be read again, unless a newer one came in meanwhile."""
        if self.reported.get(device_id) is before:
            self.reported.pop(device_id, None)

    def _take(self, device_id: str, status: Status) -> None:
        self.reported[device_id] = status
        if status.observed_at:
            self._told_at[device_id] = status.observed_at


def _lag(status: Status, held: Status | None) -> timedelta | None:
    """Return by how much a status is older than the held one, None where that is not told."""
    if held is None or held.observed_at is None or status.observed_at is None:
        return None
    return held.observed_at - status.observed_at


def _points(status: Status) -> tuple[Mapping[str, bool], Mapping[str, bool]]:
    return status.outputs, status.inputs


def changed(status: Status, known: Status | None) -> frozenset[str]:
    """Return the outputs and inputs that are told otherwise than they were known."""
    if known is None:
        return frozenset()
    return frozenset(
        key
        for held, told in zip(_points(known), _points(status), strict=True)
        for key, value in told.items()
        if held.get(key, value) is not value
    )
