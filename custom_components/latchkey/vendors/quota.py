"""A vendor's limits on how often something may be asked for."""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

_MOST_KEPT: Final = 1000


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests in so many seconds, and how long an answer stays fresh."""

    most: int
    interval: float
    fresh: float


class Quota:
    """Keeps count of what was asked for, so that no limit is passed."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Initialize with nothing asked for."""
        self._clock = clock
        self._asked: defaultdict[Hashable, deque[datetime]] = defaultdict(
            lambda: deque(maxlen=_MOST_KEPT)
        )

    def note(self, key: Hashable, at: datetime | None = None) -> None:
        """Count a request, now or at a time in the past."""
        self._asked[key].append(at or self._clock())

    def is_fresh(self, key: Hashable, limit: Limit) -> bool:
        """Return whether the last answer is still taken for the present one."""
        asked = self._asked.get(key)
        if not asked:
            return False
        age = (self._clock() - max(asked)).total_seconds()
        return 0 <= age < limit.fresh

    def wait(self, key: Hashable, limit: Limit) -> float:
        """Return the seconds after which another request is within the limit; 0 for now."""
        now = self._clock()
        interval = timedelta(seconds=limit.interval)
        # What lies in the future was counted before the clock was set back.
        times = sorted(
            at for at in self._asked.get(key, ()) if now - interval < at <= now
        )
        if limit.most < 1:
            return limit.interval
        if len(times) < limit.most:
            return 0.0
        return (times[-limit.most] + interval - now).total_seconds()
