"""How many requests may be made within a while."""

from collections import deque
from datetime import datetime, timedelta
from typing import Protocol

from simulators.clock import Clock


class Limits(Protocol):
    """What a test may choose about the limit."""

    rate_limit: int | None
    """How many requests may be made within the window; nothing stands for any number."""
    rate_window: float


class RateLimit:
    """How many requests were made of late."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        """Start without any."""
        self._limits = limits
        self._clock = clock
        self._taken: deque[datetime] = deque()

    def take(self) -> bool:
        """Count a request, or say that it is one too many."""
        now = self._clock()
        window = timedelta(seconds=self._limits.rate_window)
        while self._taken and now - self._taken[0] >= window:
            self._taken.popleft()
        limit = self._limits.rate_limit
        if limit is not None and len(self._taken) >= limit:
            return False
        if limit is not None:
            self._taken.append(now)
        return True
