"""How a unit is programmed: its access list on the server, its own memory, and the sync between them."""

from collections.abc import Iterator

from simulators.clock import Clock
from simulators.flexykey.entries import Entries
from simulators.flexykey.memory import Attempt, Memory
from simulators.flexykey.options import Options
from simulators.flexykey.sync import Sync
from simulators.flexykey.unit import Offline, Unit

_RELAYS = {"R1": "F1", "R2": "F2"}
_PULSE_SECONDS = 5


class Program:
    """The programming of one unit."""

    def __init__(
        self, unit: Unit, ids: Iterator[int], options: Options, clock: Clock
    ) -> None:
        """Start with an empty list and an empty memory."""
        self.unit = unit
        self._entries = Entries(unit.unit_id, ids)
        self._memory = Memory()
        self.sync = Sync(
            unit.unit_id,
            self._entries,
            self._memory,
            options=options,
            clock=clock,
            reachable=lambda: unit.offline is None,
        )

    @property
    def entries(self) -> Entries:
        """Return the access list as it is at this moment."""
        self.sync.settle()
        return self._entries

    @property
    def memory(self) -> Memory:
        """Return the unit's memory as it is at this moment."""
        self.sync.settle()
        return self._memory

    def set_offline(self, mode: Offline | None) -> None:
        """Cut the unit from the cloud or bring it back, upon which it goes on with a sync."""
        self.sync.settle()
        was_offline = self.unit.offline
        self.unit.set_offline(mode)
        if was_offline:
            self.sync.begin_packet_again()

    def type_code(self, id_number: str) -> Attempt:
        """Decide on a number at the door by what the unit holds, and open if it is to."""
        now = self.sync.settle()
        attempt = self._memory.attempt(id_number, now)
        relay = _RELAYS.get(attempt.action or "")
        if relay in self.unit.relays:
            self.unit.pulse_by_hand(relay, _PULSE_SECONDS)
        return attempt

    def generate_entries(self, count: int) -> None:
        """Add entries that the unit holds already."""
        for entry in self.entries.generate(count):
            self._memory.credentials[entry.id] = entry.credential
