"""What is due later: it is done when the cloud is next looked at, each thing as of its own instant."""

from collections.abc import Callable
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count

from simulators.clock import Clock

type Action = Callable[[datetime], None]


class Agenda:
    """Actions and the instants at which they happen."""

    def __init__(self, clock: Clock) -> None:
        """Start with nothing due."""
        self._clock = clock
        self._order = count()
        self._due: list[tuple[datetime, int, Action]] = []

    def after(self, at: datetime, seconds: float, action: Action) -> None:
        """Have something happen so many seconds after an instant; what is due at once happens in the order given."""
        when = at + timedelta(seconds=seconds)
        heappush(self._due, (when, next(self._order), action))

    def in_seconds(self, seconds: float, action: Action) -> None:
        """Have something happen so many seconds from now."""
        self.after(self._clock(), seconds, action)

    def settle(self) -> datetime:
        """Do what was due by the present time, and return that."""
        now = self._clock()
        while self._due and self._due[0][0] <= now:
            when, _, action = heappop(self._due)
            action(when)
        return now
