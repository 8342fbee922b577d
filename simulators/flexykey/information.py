"""What one unit is asked for, and the messages in which it answers."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypedDict

from simulators.clock import Clock, iso
from simulators.errors import Invalid
from simulators.flexykey.catalogue import Catalogue, Limits
from simulators.flexykey.limits import Guard, OverLimit, Verdict
from simulators.flexykey.options import Options
from simulators.flexykey.status import database_time
from simulators.flexykey.unit import Unit


class CommandAnswer(TypedDict):
    """What became of one command of a request."""

    typeName: str
    status: Verdict


class Message(TypedDict):
    """A message as GET /v1/UnitMessages lists it."""

    id: int
    unitId: int
    direction: str
    timestamp: str
    timestampIso: str
    message: str
    matchedType: str


@dataclass(frozen=True)
class Asking:
    """What the requests for information to all units of a cloud have in common."""

    options: Options
    clock: Clock
    message_ids: Iterator[int]
    over_limit: list[OverLimit]


class Information:
    """The requests for information to one unit, and its messages."""

    def __init__(self, unit: Unit, asking: Asking) -> None:
        """Start without either."""
        self._unit = unit
        self._asking = asking
        self._guards: defaultdict[str, Guard] = defaultdict(Guard)
        self._messages: list[Message] = []

    @property
    def messages(self) -> list[Message]:
        """Return all messages up to this moment, newest first."""
        self._unit.settle()
        return self._messages[::-1]

    def request_command(self, catalogue: Catalogue, name: str) -> list[CommandAnswer]:
        """Queue a command, unless it is asked for too often."""
        if name not in catalogue.commands:
            raise Invalid(f"no command {name}")
        verdict = self._verdict(name, catalogue.command_limits(name))
        if verdict == "QUEUED":
            seconds = timedelta(seconds=self._asking.options.info_answer_seconds)
            self._unit.plan(self._asking.clock() + seconds, partial(self._answer, name))
        return [{"typeName": name, "status": verdict}]

    def request_profile(self, catalogue: Catalogue, name: str) -> list[CommandAnswer]:
        """Queue the commands of a profile, unless it or one of them is asked for too often."""
        if name not in catalogue.profiles:
            raise Invalid(f"no profile {name}")
        commands = catalogue.profiles[name]["typeNames"]
        verdict = self._verdict(name, catalogue.profile_limits(name))
        if verdict != "QUEUED":
            return [{"typeName": command, "status": verdict} for command in commands]
        return [
            answer
            for command in commands
            for answer in self.request_command(catalogue, command)
        ]

    def add(self, text: str, matched_type: str, at: datetime) -> None:
        """Take a message from the unit."""
        self._messages.append(
            {
                "id": next(self._asking.message_ids),
                "unitId": self._unit.unit_id,
                "direction": "IN",
                "timestamp": database_time(at),
                "timestampIso": iso(at),
                "message": text,
                "matchedType": matched_type,
            }
        )

    def _verdict(self, name: str, limits: Limits) -> Verdict:
        """Decide on a command or a profile, and record it if it is above its limit."""
        now = self._asking.clock()
        verdict = self._guards[name].ask(limits, now)
        if verdict == "SKIPPED_RATE_LIMIT":
            self._asking.over_limit.append(OverLimit(now, self._unit.unit_id, name))
        return verdict

    def _answer(self, name: str, at: datetime) -> None:
        """Have the unit answer a command; one that is offline, or does not know it, never does."""
        if not self._unit.offline and (text := self._text(name, at)) is not None:
            self.add(text, name, at)

    def _text(self, name: str, at: datetime) -> str | None:
        """Return the unit's answer to a command."""
        sensors = self._unit.sensors
        match name:
            case "CHECKASTAT":
                status = self._unit.report(at)
                return status.astat() if status else None
            case "CHECKTEMP":
                return sensors.temperature_message()
            case "CHECKCOUNTERS":
                return sensors.counter_message()
            case "CHECKSYS":
                return sensors.system_message(self._unit.document["unitInfo"])
            case _:
                return None
