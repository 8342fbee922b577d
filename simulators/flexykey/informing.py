"""The part of the cloud that asks its units for information and keeps their messages."""

from collections.abc import Iterable, Mapping
from itertools import count

from simulators.clock import Clock
from simulators.flexykey.catalogue import Catalogue, CommandType, Profile
from simulators.flexykey.information import Asking, Information, Message
from simulators.flexykey.limits import OverLimit
from simulators.flexykey.pushing import PushingCloud
from simulators.flexykey.sensors import Kind, Measured, measured
from simulators.flexykey.unit import Unit

# The id in the guide's example is the first one.
_FIRST_MESSAGE_ID = 135702354


class InformingCloud(PushingCloud):
    """A cloud whose units answer requests for information."""

    def __init__(self, clock: Clock) -> None:
        """Start without units, with the guide's catalogue."""
        super().__init__(clock)
        self.catalogue = Catalogue.of_guide()
        self.over_limit: list[OverLimit] = []
        """The requests for information that were above a rate limit."""
        self._information: dict[int, Information] = {}
        self._asking = Asking(
            self.options, clock, count(_FIRST_MESSAGE_ID), self.over_limit
        )

    def information(self, unit_id: int) -> Information:
        """Return the requests for information to a unit, and its messages."""
        self.unit(unit_id)
        return self._information[unit_id]

    def set_catalogue(
        self, commands: Iterable[CommandType], profiles: Iterable[Profile] = ()
    ) -> None:
        """Approve these commands and profiles and no others; what was asked for before still counts."""
        self.catalogue = Catalogue(commands, profiles)

    def messages(self, unit_id: int) -> list[Message]:
        """Return all messages of a unit, newest first, whatever the catalogue shows."""
        return self.information(unit_id).messages

    def add_message(self, unit_id: int, text: str, matched_type: str) -> None:
        """Have a unit send a message."""
        self.unit(unit_id).settle()
        self.information(unit_id).add(text, matched_type, self.clock())

    def set_temperatures(
        self, unit_id: int, temperatures: Mapping[str, float | None]
    ) -> None:
        """Set sensor values, by the names of the status string."""
        self.unit(unit_id).set_temperatures(temperatures)

    def set_sensors(self, unit_id: int, values: Mapping[str, float | None]) -> None:
        """Set sensor values, by the names of CHECKTEMP's answer; T1 to T3 are those of the status string."""
        self.unit(unit_id).set_sensors(values)

    def set_counters(self, unit_id: int, counters: Mapping[str, int]) -> None:
        """Set counters."""
        self.unit(unit_id).set_counters(counters)

    def describe_sensors(
        self, unit_id: int, descriptions: Mapping[str, tuple[str, str]]
    ) -> None:
        """List these sensors and counters, and no others, each with its description and its unit of measurement."""
        document = self.unit(unit_id).document
        lists: dict[Kind, list[Measured]] = {"sensors": [], "counters": []}
        for name, (description, unit) in descriptions.items():
            kind, entry = measured(name, description, unit)
            lists[kind].append(entry)
        for kind, entries in lists.items():
            if entries:
                document[kind] = entries
            else:
                document.pop(kind, None)

    def _inform(self, unit: Unit) -> None:
        """Keep the messages of a unit from now on."""
        self._information[unit.unit_id] = Information(unit, self._asking)
