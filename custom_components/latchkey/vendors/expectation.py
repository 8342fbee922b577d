"""What a command leads one to expect of an output, until the vendor tells something newer."""

from collections.abc import MutableMapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from .model import Status

PATIENCE: Final = timedelta(minutes=5)
"""How long an older status is disbelieved; then the vendor's word counts again, whatever its age."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """An accepted command, seen by two clocks: ours for what passes, the vendor's for what is newer."""

    on: bool
    accepted_at: datetime
    """By our clock."""
    vendor_accepted_at: datetime
    """By the vendor's clock."""
    pulse: timedelta | None = None
    """How long the output stays on, where it was pulsed."""

    @property
    def _ends_at(self) -> datetime | None:
        return None if self.pulse is None else self.accepted_at + self.pulse

    def expired(self, now: datetime) -> bool:
        """Return whether it has been believed for long enough."""
        return now >= (self._ends_at or self.accepted_at) + PATIENCE

    def value(self, now: datetime) -> bool:
        """Return the state that is to be expected now."""
        return self.on and (self._ends_at is None or now < self._ends_at)

    def is_newer_than(self, observed_at: datetime | None, now: datetime) -> bool:
        """Return whether what is expected came about after what was observed then.

        The vendor's times have whole seconds: a state of the very second may be from before it.
        """
        if observed_at is None:
            return True
        came_about = self.vendor_accepted_at
        if self.pulse is not None and not self.value(now):
            came_about += self.pulse
        return observed_at <= came_about


def overlaid(
    status: Status, expected: MutableMapping[str, Expectation], now: datetime
) -> Status:
    """Return a status with what is expected in the place of what is older.

    What has been believed for long enough, and what a newer status contradicts, is taken out of `expected`.
    """
    outputs = dict(status.outputs)
    for output_id, expectation in list(expected.items()):
        if expectation.expired(now):
            del expected[output_id]
            continue
        value = expectation.value(now)
        told = status.outputs.get(output_id)
        if told is None or told is value:
            continue
        if expectation.is_newer_than(status.observed_at, now):
            outputs[output_id] = value
        else:
            del expected[output_id]
    return replace(status, outputs=outputs)
