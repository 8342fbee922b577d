"""Times as the API writes them: with seven digits of a second, with an offset, with Z, or in the system's zone (3.2, 4.7)."""

from datetime import UTC, datetime, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from tzlocal.windows_tz import win_tz

_NAMES: Final = {name.casefold(): zone for name, zone in win_tz.items()}


def zone_named(name: str) -> tzinfo | None:
    """Return a zone by the name that Windows has for it, or by its own; None for one that nobody knows.

    It reads a file: not for the event loop.
    """
    try:
        return ZoneInfo(_NAMES.get(name.strip().casefold(), name.strip()))
    except ValueError, OSError, LookupError:
        return None


def moment(value: Any, zone: tzinfo = UTC) -> datetime | None:
    """Return a time in UTC, None for what is none; one without offset is a zone's."""
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        parsed = datetime.fromisoformat(value.strip())
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)).astimezone(
            UTC
        )
    except ValueError, OverflowError:
        return None


def with_offset(at: datetime, zone: tzinfo) -> str:
    """Return a time as it is sent: in the system's zone, with its offset."""
    return at.astimezone(zone).replace(microsecond=0).isoformat()


def without_offset(at: datetime, zone: tzinfo) -> str:
    """Return a time as the fields named `Lg` have it: in the system's zone, which is not written (3.2)."""
    return at.astimezone(zone).replace(microsecond=0, tzinfo=None).isoformat()


def in_utc(at: datetime) -> str:
    """Return a time as the fields named `Utc` have it."""
    return (
        at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
    )
