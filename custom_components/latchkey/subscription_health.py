"""How a subscription fares."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from .vendors.passages import LogLine
from .vendors.subscriptions import Subscription

PATIENCE: Final = timedelta(minutes=2)
"""How long after a line came to a log a call may still announce it."""
CLOCKS: Final = timedelta(minutes=1)
"""By how much the vendor's clock may differ from ours."""


@dataclass(slots=True)
class Standing:
    """How a subscription fares; in doubt until the vendor is known to call."""

    subscription: Subscription
    since: datetime
    """Since when it is looked at here."""
    heard_at: datetime | None = None
    undelivered_at: datetime | None = None
    """When the last event was of which no call came through, as the vendor says."""
    unannounced_at: datetime | None = None
    """When a line came to a log about which no call has come yet."""
    doubted: bool = False
    """Whether something spoke against it since a call last came."""

    def works(self, now: datetime) -> bool:
        """Return whether calls come by it, as far as anything tells."""
        held = self.subscription
        if self.doubted or held.ends_at is None or held.ends_at <= now:
            return False
        if self.undelivered_at is not None:
            return self.heard_at is not None and self.heard_at > self.undelivered_at
        return self.heard_at is not None or held.calls > 0

    def take(self, held: Subscription) -> None:
        """Take in how the vendor has it."""
        if (held.address, held.state) != (
            self.subscription.address,
            self.subscription.state,
        ):
            # What a state means is not known; a call tells.
            self.doubted = True
        self.subscription = held

    def heard(self, now: datetime) -> None:
        """Note that a call came."""
        self.heard_at = now
        self.unannounced_at = None
        self.doubted = False

    def missed(self, at: datetime) -> bool:
        """Note when the last event was of which no call came through; return whether that is new."""
        is_new = self.undelivered_at is None or at > self.undelivered_at
        self.undelivered_at = at
        return is_new

    def logged(self, lines: Iterable[LogLine], now: datetime) -> None:
        """Note what came to a log, and doubt the subscription where no call announces it."""
        announced = (self.heard_at or self.since) + CLOCKS
        late = [line.recorded_at for line in lines if line.recorded_at > announced]
        if late and self.unannounced_at is None:
            self.unannounced_at = min(late)
        if self.unannounced_at and now > self.unannounced_at + PATIENCE:
            self.doubted = True
