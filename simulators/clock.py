"""The injected clock and the way in which instants are written."""

from collections.abc import Callable
from datetime import UTC, datetime

type Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the real time in UTC."""
    return datetime.now(UTC)


def iso(at: datetime) -> str:
    """Write an instant in UTC with a Z, in whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
