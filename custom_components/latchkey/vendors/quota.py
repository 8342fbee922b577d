"""A vendor's limits on how often something may be asked for."""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from typing import Final

_MOST_KEPT: Final = 1000
_LONGEST: Final = 86400.0


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests in so many seconds, and how long an answer stays fresh."""

    most: int
    interval: float
    fresh: float

    def __post_init__(self) -> None:
        """Bring what nobody can mean within a day."""
        for name in ("interval", "fresh"):
            seconds = getattr(self, name)
            bounded = (
                min(max(seconds, 0.0), _LONGEST) if isfinite(seconds) else _LONGEST
            )
            object.__setattr__(self, name, bounded)


class Quota:
    """Keeps count of what was asked for, so that no limit is passed."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Initialize with nothing asked for."""
        self._clock = clock
        self._asked: defaultdict[Hashable, deque[datetime]] = defaultdict(
            lambda: deque(maxlen=_MOST_KEPT)
        )
        self._doubted: dict[Hashable, datetime] = {}

    def note(self, key: Hashable, at: datetime | None = None) -> None:
        """Count a request, now or at a time in the past."""
        self._asked[key].append(at or self._clock())

    def is_fresh(self, key: Hashable, limit: Limit) -> bool:
        """Return whether the last answer is still taken for the present one."""
        now = self._clock()
        # What lies in the future was counted before the clock was set back.
        doubted = self._doubted.get(key)
        last = max(
            (at for at in self._asked.get(key, ()) if at <= now and at != doubted),
            default=None,
        )
        return last is not None and (now - last).total_seconds() < limit.fresh

    def take_back(self, key: Hashable) -> None:
        """Forget the last request: it came to nothing."""
        if asked := self._asked.get(key):
            asked.pop()

    def doubt(self, key: Hashable) -> None:
        """Have the last request count for the limits, but nothing taken for fresh."""
        if asked := self._asked.get(key):
            self._doubted[key] = asked[-1]

    def wait(self, key: Hashable, limit: Limit) -> float:
        """Return the seconds after which another request is within the limit; 0 for now."""
        now = self._clock()
        interval = timedelta(seconds=limit.interval)
        times = sorted(
            at for at in self._asked.get(key, ()) if now - interval < at <= now
        )
        if limit.most < 1:
            return limit.interval
        if len(times) < limit.most:
            return 0.0
        return (times[-limit.most] + interval - now).total_seconds()
