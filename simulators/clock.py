"""The injected clock and the way in which instants are written and read."""

from collections.abc import Callable
from datetime import UTC, datetime

from simulators.errors import Invalid

type Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the real time in UTC."""
    return datetime.now(UTC)


def iso(at: datetime) -> str:
    """Write an instant in UTC with a Z, in whole seconds."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def from_iso(text: str, name: str) -> datetime:
    """Return an instant that is written with its offset, in whole seconds of UTC."""
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            raise Invalid(f"{name} must carry an offset")
        return at.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError) as error:
        if isinstance(error, Invalid):
            raise
        raise Invalid(f"{name} must be in ISO 8601") from error
