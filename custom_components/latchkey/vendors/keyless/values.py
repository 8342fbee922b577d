"""The forms in which the platform writes values (1.8)."""

from datetime import UTC, datetime, timedelta
import re
from typing import Final

ID: Final = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
PHONE: Final = re.compile(r"\+[1-9][0-9]{5,14}")
"""E.164."""

_DURATION: Final = re.compile(
    r"P(?:(?P<weeks>\d{1,5})W)?(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?:(?P<hours>\d{1,7})H)?(?:(?P<minutes>\d{1,8})M)?(?:(?P<seconds>\d{1,9})(?:\.\d+)?S)?)?",
    re.ASCII,
)
_LONGEST: Final = timedelta(days=3650)


def iso(moment: datetime) -> str:
    """Return a time in UTC, in whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def duration(text: str) -> timedelta | None:
    """Return an ISO 8601 duration without months and years, or None for what is none that the platform could mean."""
    found = _DURATION.fullmatch(text.strip().upper())
    if found is None or not any(found.groups()):
        return None
    length = timedelta(
        **{unit: int(count) for unit, count in found.groupdict("0").items()}
    )
    return length if length <= _LONGEST else None
