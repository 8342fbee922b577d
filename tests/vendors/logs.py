"""An account whose cloud has a log and an access list."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from custom_components.latchkey.vendors.flexykey.adapter import FlexyKey
from custom_components.latchkey.vendors.passages import LogLine
from tests.simulators.helpers import GUIDE, FakeClock
from tests.vendors.guide import unit
from tests.vendors.helpers import run
from tests.vendors.scripted import Offline, offline

LOG = "GET unitlogs/3023"


ENTRIES = "GET UnitIdEntries"


START = datetime(2025, 11, 26, tzinfo=UTC)


END = START + timedelta(days=2)


PASSAGE, REFUSAL, RESTART = GUIDE["logs"]


class Cloud:
    """An account whose cloud has a log and an access list."""

    def __init__(self) -> None:
        """Start with the guide's rows and nobody's entry."""
        self.clock = FakeClock()
        self.entries: list[Any] = []
        self.answers: dict[str, Any] = {
            LOG: deepcopy(GUIDE["logs"]),
            ENTRIES: lambda sent: self.entries[int(sent.query["offset"]) :],
        }
        self.account: FlexyKey
        self.transport: Offline
        self.account, self.transport = offline(self.answers, self.clock)

    def log(self, *rows: Any) -> list[LogLine]:
        """Return the log, of these rows where there are any."""
        if rows:
            self.answers[LOG] = list(rows)
        return run(self.account.log(unit(), START, END))

    def line(self, **fields: Any) -> LogLine:
        """Return the line of the guide's first row with other fields."""
        (line,) = self.log({**PASSAGE, **fields})
        return line


def entry(number: str, name: str, row: int = 1) -> dict[str, Any]:
    """Return an ID entry."""
    return {**GUIDE["id_entry_request"], "id": row, "idNumber": number, "name": name}
