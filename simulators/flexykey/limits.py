"""How a unit is kept from being asked too often."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from simulators.flexykey.catalogue import Limits

type Verdict = Literal["QUEUED", "SKIPPED_CACHE", "SKIPPED_RATE_LIMIT"]
"""What becomes of a command; the guide names the first and says of the others only that there are such."""


@dataclass(frozen=True)
class OverLimit:
    """A request that was above the rate limit of a command, or of a profile."""

    at: datetime
    unit_id: int
    name: str


class Guard:
    """What has been asked of one unit under one name.

    A request that the cache answers counts as well, so that a client is found out that leaves its limits to the cloud.
    """

    def __init__(self) -> None:
        """Start without any requests."""
        self._counted: deque[datetime] = deque()
        self._passed: datetime | None = None

    def ask(self, limits: Limits, now: datetime) -> Verdict:
        """Decide on a request, and count it unless it is above the limit."""
        interval = timedelta(seconds=limits.interval_seconds)
        while self._counted and now - self._counted[0] >= interval:
            self._counted.popleft()
        if len(self._counted) >= limits.most:
            return "SKIPPED_RATE_LIMIT"
        self._counted.append(now)
        cache = timedelta(seconds=limits.cache_seconds)
        if self._passed is not None and now - self._passed < cache:
            return "SKIPPED_CACHE"
        self._passed = now
        return "QUEUED"
