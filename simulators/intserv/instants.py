"""How instants are read and written; every sample of the vendor is in UTC with a Z (facts sheet, section 1)."""

from datetime import UTC, datetime
from typing import Literal

from simulators.intserv.refusals import wrong_value

type TimeForm = Literal["whole", "fraction", "offset"]


def read(value: object, name: str) -> datetime:
    """Return an instant; that one without an offset is in UTC is assumed."""
    if isinstance(value, str) and len(value) > len("2020-09-01"):
        try:
            at = datetime.fromisoformat(value)
            return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        except ValueError, OverflowError:
            pass
    raise wrong_value(name, "must be an instant in ISO 8601")


def stamped(at: datetime, form: TimeForm) -> datetime:
    """Return an instant as exactly as answers write it."""
    fraction = at.microsecond // 1000 * 1000 if form == "fraction" else 0
    return at.astimezone(UTC).replace(microsecond=fraction)


def written(at: datetime, form: TimeForm) -> str:
    """Write an instant."""
    precision = "milliseconds" if form == "fraction" else "seconds"
    text = at.astimezone(UTC).isoformat(timespec=precision)
    return text if form == "offset" else text.removesuffix("+00:00") + "Z"


def written_or_none(at: datetime | None, form: TimeForm) -> str | None:
    """Write an instant, if there is one."""
    return None if at is None else written(at, form)
