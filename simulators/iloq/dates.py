"""How dates are read and written, of which the vendor's samples know several forms."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from types import MappingProxyType
from typing import Final, Literal

type Form = Literal["offset", "zulu", "naive"]
type Zoned = Literal["date", "utc", "lg"]
"""Whether a date without an offset is in the lock group's zone or in UTC; the third is never written with one."""

ZONES: Final = MappingProxyType(
    {
        "FLE Standard Time": "Europe/Helsinki",
        "W. Europe Standard Time": "Europe/Stockholm",
        "Romance Standard Time": "Europe/Copenhagen",
        "GMT Standard Time": "Europe/London",
        "UTC": "Etc/UTC",
    }
)
"""The zones that a lock group may have, under their names in Windows."""
_FIRST = datetime(1, 1, 2, tzinfo=UTC)
_LAST = datetime(9999, 12, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Dates:
    """The dates of one lock group in one form."""

    zone: tzinfo
    form: Form

    def read(self, text: str, kind: Zoned) -> datetime:
        """Return an instant, or raise a ValueError."""
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            at = at.replace(tzinfo=UTC if kind == "utc" else self.zone)
        at = at.astimezone(UTC)
        if not _FIRST <= at <= _LAST:
            raise ValueError(
                "too near to an end of the calendar to be written in every zone"
            )
        return at

    def write(self, at: datetime, kind: Zoned) -> str:
        """Write an instant."""
        if kind == "lg":
            return f"{at.astimezone(self.zone):%Y-%m-%dT%H:%M:%S}"
        if self.form == "zulu":
            return _short(at.astimezone(UTC)) + "Z"
        local = at.astimezone(UTC if kind == "utc" else self.zone)
        if self.form == "naive":
            return _short(local)
        offset = f"{local:%z}"
        return f"{local:%Y-%m-%dT%H:%M:%S.%f}0{offset[:3]}:{offset[3:]}"


def _short(at: datetime) -> str:
    """Write an instant without its zone, and with a fraction only where it has one."""
    return at.replace(tzinfo=None).isoformat()
