"""The forms in which requests write what they carry; numbers may stand there as texts."""

from datetime import UTC, datetime
import re

from simulators.bodies import Body, text
from simulators.errors import Invalid

type Period = tuple[datetime, datetime]

_NUMBER = re.compile(r"-?\d{1,12}", re.ASCII)
_CODE = re.compile(r"\d{4,8}", re.ASCII)
_LAST_SECOND = 253402300799
"""The end of the year 9999."""

EARLIEST = datetime.fromtimestamp(0, UTC)
LATEST = datetime.fromtimestamp(_LAST_SECOND, UTC)


def optional_text(body: Body, name: str, default: str = "") -> str:
    """Return a text, or the default."""
    return default if body.get(name) is None else text(body, name)


def whole(
    body: Body, name: str, least: int, most: int, default: int | None = None
) -> int:
    """Return a whole number within limits, which must be there unless there is a default."""
    value = body.get(name, default)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = int(value)
    if type(value) is not int or not least <= value <= most:
        raise Invalid(f"{name} must be a whole number from {least} to {most}")
    return value


def flag(body: Body, name: str, default: int | None = None) -> bool:
    """Return whether a flag is 1, which must be there unless there is a default."""
    return whole(body, name, 0, 1, default) == 1


def moment(body: Body, name: str) -> datetime:
    """Return an instant in Unix seconds, which must be there."""
    return datetime.fromtimestamp(whole(body, name, 0, _LAST_SECOND), UTC)


def optional_moment(body: Body, name: str, default: datetime) -> datetime:
    """Return an instant in Unix seconds, or the default."""
    return moment(body, name) if name in body else default


def period(body: Body, first: str = "sTime", last: str = "eTime") -> Period:
    """Return a start and an end after it, which must be there."""
    start, end = moment(body, first), moment(body, last)
    if start >= end:
        raise Invalid(f"{last} must be after {first}")
    return start, end


def code(body: Body, name: str = "pinCode") -> str | None:
    """Return a PIN, if it is there and not empty."""
    value = optional_text(body, name)
    if value and not _CODE.fullmatch(value):
        raise Invalid(f"{name} must have 4 to 8 digits")
    return value or None


def unix(at: datetime) -> int:
    """Write an instant in Unix seconds."""
    return int(at.timestamp())


def written(at: datetime) -> str:
    """Write an instant in Unix seconds as a text, as the older operations do."""
    return str(unix(at))
