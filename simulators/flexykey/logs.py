"""The log of one unit: rows that have reached the server, and rows that wait in the unit."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal, TypedDict

from simulators.clock import Clock, from_iso, iso
from simulators.errors import Invalid
from simulators.flexykey.memory import Attempt
from simulators.flexykey.options import LogFilter

MOST_ROWS = 500
"""As many as one request answers."""


class LogRow(TypedDict):
    """A row as the vendor's interface lists it."""

    serverDate: str
    unitDate: str
    sourceID: str
    sourceLabel: str
    actionLabel: str
    logMsg: str


class Log:
    """The log of one unit."""

    def __init__(self, clock: Clock) -> None:
        """Start empty."""
        self._clock = clock
        self._rows: list[LogRow] = []
        self._waiting: list[LogRow] = []

    @property
    def rows(self) -> list[LogRow]:
        """Return the rows that have reached the server, oldest first."""
        return sorted(self._rows, key=lambda row: row["serverDate"])

    def add(
        self,
        *,
        log_msg: str,
        source_id: str = "Informationslogg",
        source_label: str = "--",
        action_label: str = "--",
        unit_date: datetime | None = None,
        server_date: datetime | None = None,
        offline: bool = False,
    ) -> None:
        """Add a row, which waits while the unit is offline unless it says when it reached the server."""
        now = self._clock()
        unit_date = (unit_date or server_date or now).replace(second=0)
        row: LogRow = {
            "serverDate": iso(server_date or now),
            "unitDate": iso(unit_date),
            "sourceID": source_id,
            "sourceLabel": source_label,
            "actionLabel": action_label,
            "logMsg": log_msg,
        }
        (self._waiting if offline and server_date is None else self._rows).append(row)

    def add_attempt(self, attempt: Attempt, holder: str, *, offline: bool) -> None:
        """Add who has tried to come in."""
        if attempt.granted:
            message = "puls på X-utgång via telefon/rfid/tangentbord"
            labels = holder, attempt.action or ""
        else:
            message = "numret finns inte registrerat"
            labels = "- Saknas -", "-"
        self.add(
            log_msg=message,
            source_id=attempt.id_number,
            source_label=labels[0],
            action_label=labels[1],
            offline=offline,
        )

    def add_rows(self, rows: Iterable[LogRow]) -> None:
        """Add rows word for word, all of them or, if one is wrong, none."""
        self._rows += [_checked(row) for row in rows]

    def send_waiting(self) -> None:
        """Have the rows that waited reach the server."""
        server_date = iso(self._clock())
        self._rows += [{**row, "serverDate": server_date} for row in self._waiting]
        self._waiting.clear()

    def read(self, since: datetime, until: datetime, by: LogFilter) -> list[LogRow]:
        """Return the oldest rows of a range, both ends included, by one of their two dates."""

        def date(row: LogRow) -> datetime:
            name: Literal["serverDate", "unitDate"] = (
                "serverDate" if by == "server" else "unitDate"
            )
            return from_iso(row[name], name)

        chosen = [row for row in self._rows if since <= date(row) <= until]
        return sorted(chosen, key=date)[:MOST_ROWS]


def _checked(row: Any) -> LogRow:
    """Return a row that has all fields of the vendor's, each of them a text, or say that it is none."""
    if not isinstance(row, dict) or row.keys() != LogRow.__annotations__.keys():
        raise Invalid("not a row of a log")
    for name, value in row.items():
        if not isinstance(value, str):
            raise Invalid(f"{name} must be a string")
    for name in ("serverDate", "unitDate"):
        from_iso(row[name], name)
    return row  # type: ignore[return-value]  # checked above
