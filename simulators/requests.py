"""Counts of the requests that a simulated cloud has received."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from simulators.clock import Clock, utc_now

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Requests:
    """How often each route was called, for whom and when, and how many requests were in flight at once."""

    def __init__(self, clock: Clock = utc_now) -> None:
        """Start from nothing."""
        self.counts: Counter[str] = Counter()
        self.in_flight = 0
        self.max_in_flight = 0
        self.resolution = timedelta(hours=1)
        """How exactly it is kept when requests came; a count for each such period is all that a long run holds."""
        self._clock = clock
        self._subjects: Counter[tuple[datetime, str, str]] = Counter()

    @property
    def total(self) -> int:
        """Return the number of all requests."""
        return self.counts.total()

    @contextmanager
    def counted(self, key: str) -> Iterator[None]:
        """Count a request under a key such as "GET /v1/units/{id}", and keep it in flight for the block."""
        self.counts[key] += 1
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)
        try:
            yield
        finally:
            self.in_flight -= 1

    def concerned(self, subject: str, key: str) -> None:
        """Count a request for what it concerned, such as a unit."""
        self._subjects[self._period(self._clock()), subject, key] += 1

    def by_subject(
        self, since: datetime | None = None, until: datetime | None = None
    ) -> dict[str, Counter[str]]:
        """Return the counts for each subject, from the period of one instant to before that of another."""
        found: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for (at, subject, key), times in self._subjects.items():
            if (since is None or at >= self._period(since)) and (
                until is None or at < self._period(until)
            ):
                found[subject][key] += times
        return dict(found)

    def reset(self) -> None:
        """Forget the counts; what is in flight stays in flight."""
        self.counts.clear()
        self._subjects.clear()
        self.max_in_flight = self.in_flight

    def as_json(self) -> dict[str, object]:
        """Return the counts as the control interface shows them."""
        return {
            "counts": dict(sorted(self.counts.items())),
            "total": self.total,
            "in_flight": self.in_flight,
            "max_in_flight": self.max_in_flight,
        }

    def _period(self, at: datetime) -> datetime:
        """Return the beginning of the period in which an instant lies."""
        return at - (at - _EPOCH) % self.resolution
