"""Counts of the requests that a simulated cloud has received."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Requests:
    """How often each route was called, and how many requests were in flight at once."""

    def __init__(self) -> None:
        """Start from nothing."""
        self.counts: Counter[str] = Counter()
        self.in_flight = 0
        self.max_in_flight = 0

    @property
    def total(self) -> int:
        """Return the number of all requests."""
        return self.counts.total()

    @contextmanager
    def counted(self, method: str, template: str) -> Iterator[None]:
        """Count a request under a key such as "GET /v1/units/{id}", and keep it in flight for the block."""
        self.counts[f"{method} {template}"] += 1
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)
        try:
            yield
        finally:
            self.in_flight -= 1

    def reset(self) -> None:
        """Forget the counts; what is in flight stays in flight."""
        self.counts.clear()
        self.max_in_flight = self.in_flight

    def as_json(self) -> dict[str, object]:
        """Return the counts as the control interface shows them."""
        return {
            "counts": dict(sorted(self.counts.items())),
            "total": self.total,
            "in_flight": self.in_flight,
            "max_in_flight": self.max_in_flight,
        }
