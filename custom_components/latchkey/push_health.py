"""How the callback of a device fares."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from homeassistant.util import dt as dt_util
from yarl import URL

from .vendors.push import Callback

LAST_WORD: Final = 3
"""How many calls in a row must have failed to be worth a repair."""
UNKNOWN_HOST: Final = "?"


@dataclass(slots=True)
class Health:
    """How the callback of a device fares."""

    callback: Callback | None = None
    """What the vendor tells of ours; None while there is none of ours."""
    foreign_host: str | None = None
    """Where the vendor calls instead."""
    test_status: int | None = None
    test_failed: bool = False
    tested_at: datetime | None = None
    was_healthy: bool = False

    @property
    def fails(self) -> bool:
        """Return whether calls do not come through, so that somebody should see to it."""
        held = self.callback
        return held is not None and (
            self.test_failed
            or held.failures >= LAST_WORD
            or _is_coming(held.disabled_until)
        )

    @property
    def works(self) -> bool:
        """Return whether nothing speaks against the callback."""
        held = self.callback
        return (
            held is not None
            and held.active
            and not held.failures
            and not self.test_failed
            and not _is_coming(held.disabled_until)
        )

    def take(self, held: Callback | None, *, ours: bool) -> None:
        """Take in which callback the vendor has."""
        self.callback = held if ours else None
        self.foreign_host = None if held is None or ours else host_of(held.address)
        at = held.last_success_at if held and ours else None
        if at and self.tested_at and at > self.tested_at:
            # A call has succeeded since a test that did not.
            self.test_failed = False

    def heard(self, now: datetime) -> None:
        """Note that a call of the vendor's own came through."""
        self.test_failed = False
        if self.callback:
            self.callback = replace(
                self.callback, last_success_at=now, failures=0, disabled_until=None
            )


def _is_coming(at: datetime | None) -> bool:
    return at is not None and at > dt_util.utcnow()


def host_of(address: str) -> str:
    """Return the host of an address, which is all of it that may be told."""
    try:
        return URL(address).host or UNKNOWN_HOST
    except ValueError:
        return UNKNOWN_HOST
