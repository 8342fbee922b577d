"""How a unit is programmed: access list and settings on the server, its own memory, and the sync between them."""

from collections.abc import Iterable, Iterator

from simulators.clock import Clock
from simulators.flexykey.entries import Entries
from simulators.flexykey.logs import Log
from simulators.flexykey.memory import Attempt, Memory
from simulators.flexykey.options import Options
from simulators.flexykey.settings import DEFAULTS, SettingJson, Settings
from simulators.flexykey.sync import Sync
from simulators.flexykey.unit import Offline, Unit

_RELAYS = {"R1": "F1", "R2": "F2"}
_PULSE_SECONDS = 5


class Program:
    """The programming of one unit."""

    def __init__(
        self, unit: Unit, ids: Iterator[int], options: Options, clock: Clock
    ) -> None:
        """Start with an empty list and the usual settings, which the unit holds."""
        self.unit = unit
        self._entries = Entries(unit.unit_id, ids)
        self._settings = Settings()
        self._memory = Memory()
        self.log = Log(clock)
        self.sync = Sync(
            unit.unit_id,
            self._entries,
            self._settings,
            self._memory,
            options=options,
            clock=clock,
            reachable=lambda: unit.offline is None,
        )
        self.set_settings(() if unit.is_evva else DEFAULTS)

    @property
    def entries(self) -> Entries:
        """Return the access list as it is at this moment."""
        self.sync.settle()
        return self._entries

    @property
    def settings(self) -> Settings:
        """Return the settings as they are at this moment."""
        self.sync.settle()
        return self._settings

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
        if mode is None:
            self.log.send_waiting()

    def type_code(self, id_number: str) -> Attempt:
        """Decide on a number at the door by what the unit holds, and open if it is to."""
        now = self.sync.settle()
        attempt = self._memory.attempt(id_number, now)
        relay = _RELAYS.get(attempt.action or "")
        if relay in self.unit.relays:
            self.unit.pulse_by_hand(relay, _PULSE_SECONDS)
        holder = next(
            (entry.name for entry in self._entries if entry.id == attempt.entry_id), ""
        )
        self.log.add_attempt(attempt, holder, offline=self.unit.offline is not None)
        return attempt

    def set_settings(self, rows: Iterable[SettingJson]) -> None:
        """Have the server and the unit hold these settings and no others."""
        self.settings.replace(rows)
        self._memory.settings = {
            setting.id: setting.as_json() for setting in self._settings
        }

    def generate_entries(self, count: int) -> None:
        """Add entries that the unit holds already."""
        for entry in self.entries.generate(count):
            self._memory.credentials[entry.id] = entry.credential
