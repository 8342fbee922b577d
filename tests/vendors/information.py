"""An account whose cloud answers requests for readings."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.latchkey.vendors.flexykey.adapter import FlexyKey
from custom_components.latchkey.vendors.readings import Report, Requested
from custom_components.latchkey.vendors.vendor import RateLimited
from tests.simulators.helpers import GUIDE, FakeClock
from tests.vendors.guide import unit
from tests.vendors.helpers import run
from tests.vendors.scripted import Offline, Sent, offline

ASK = "POST RequestUnitInfo"


CATALOGUE = "GET RequestUnitInfoTypes"


FULL = "controlStatusFull"


COMMANDS = tuple(GUIDE["info_types"]["profiles"][0]["typeNames"])


class Cloud:
    """An account whose cloud has the guide's catalogue, and messages that a test gives."""

    def __init__(self) -> None:
        """Start at the time of the guide's message."""
        self.clock = FakeClock()
        self.clock.now = datetime(2026, 4, 20, 16, 29, 16, tzinfo=UTC)
        self.answers: dict[str, Any] = {
            CATALOGUE: deepcopy(GUIDE["info_types"]),
            ASK: {},
            "GET UnitMessages": self._messages,
        }
        self.messages: Any = []
        self.account: FlexyKey
        self.transport: Offline
        self.restart()

    def _messages(self, sent: Sent) -> Any:
        """Return the messages of the one unit that has told something, of one type where one is asked for."""
        if sent.query["unitId"] != "4053":
            return []
        kind = sent.query.get("typeName")
        if kind is None or not isinstance(self.messages, list):
            return self.messages
        return [each for each in self.messages if each["matchedType"] == kind]

    def restart(self) -> None:
        """Forget all that the account knows."""
        self.account, self.transport = offline(self.answers, self.clock)

    def ask(self, name: str, unit_id: int = 4053) -> Requested:
        """Ask a unit for readings."""
        return run(self.account.request_readings(unit(unit_id), name))

    def report(self) -> Report:
        """Return what a unit has told."""
        return run(self.account.report(unit(4053)))

    def told(self, *messages: tuple[int, float, str, str]) -> None:
        """Have messages of these ids and ages, the newest first."""
        self.messages = [
            {
                **GUIDE["messages"][0],
                "id": number,
                "timestampIso": (self.clock() - timedelta(seconds=age)).isoformat(),
                "message": text,
                "matchedType": kind,
            }
            for number, age, kind, text in messages
        ]

    @property
    def asked(self) -> int:
        """Return how often something was asked for."""
        return self.transport.count(ASK)

    def check_limited(self, name: str, wait: float) -> None:
        """Check that asking is refused, with nothing sent."""
        before = self.asked
        with pytest.raises(RateLimited) as failure:
            self.ask(name)
        assert failure.value.retry_after == pytest.approx(wait)
        assert self.asked == before
