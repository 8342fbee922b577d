"""The part of the cloud that keeps its units' settings and logs, and the bookings."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from simulators.clock import Clock
from simulators.flexykey.bookings import Bookings
from simulators.flexykey.definitions import Definition, Definitions, guide_definitions
from simulators.flexykey.informing import InformingCloud
from simulators.flexykey.logs import LogRow
from simulators.flexykey.program import Program
from simulators.flexykey.settings import SettingJson, SettingRow


class RecordingCloud(InformingCloud):
    """A cloud with settings, logs and bookings."""

    def __init__(self, clock: Clock) -> None:
        """Start without units, with the guide's definitions of settings."""
        super().__init__(clock)
        self.programs: dict[int, Program] = {}
        self.definitions = guide_definitions()
        self.booking_desk = Bookings()

    def program(self, unit_id: int) -> Program:
        """Return the programming of a unit."""
        self.unit(unit_id)
        return self.programs[unit_id]

    def set_definitions(self, items: Iterable[Definition]) -> None:
        """Approve these settings and no others."""
        self.definitions = Definitions(items)

    def set_settings(self, unit_id: int, rows: Iterable[SettingJson]) -> None:
        """Have a unit and the server hold these settings and no others, as if synchronised long ago."""
        self.program(unit_id).set_settings(rows)

    def unit_settings(self, unit_id: int) -> list[SettingRow]:
        """Return the settings that the server keeps for a unit."""
        return [setting.row() for setting in self.program(unit_id).settings]

    def held_settings(self, unit_id: int) -> list[SettingJson]:
        """Return the settings that a unit itself has."""
        return self.program(unit_id).memory.held_settings()

    def logs(self, unit_id: int) -> list[LogRow]:
        """Return the rows of a unit's log that have reached the server, oldest first."""
        return self.program(unit_id).log.rows

    def add_log(
        self,
        unit_id: int,
        *,
        log_msg: str,
        source_id: str = "Informationslogg",
        source_label: str = "--",
        action_label: str = "--",
        unit_date: datetime | None = None,
        server_date: datetime | None = None,
    ) -> None:
        """Have a unit write a row, which waits while it is offline unless it says when it reached the server."""
        program = self.program(unit_id)
        program.log.add(
            log_msg=log_msg,
            source_id=source_id,
            source_label=source_label,
            action_label=action_label,
            unit_date=unit_date,
            server_date=server_date,
            offline=program.unit.offline is not None,
        )

    def add_log_rows(self, unit_id: int, rows: Iterable[LogRow]) -> None:
        """Add rows to a unit's log word for word."""
        self.program(unit_id).log.add_rows(rows)

    def restart(self, unit_id: int) -> None:
        """Restart a unit's software, which shows in its log alone."""
        self.add_log(unit_id, log_msg="Omstart av programvara.")

    def add_booking_object(self, object_id: int) -> None:
        """Add something that can be booked."""
        self.booking_desk.objects.add(object_id)

    def bookings(self) -> list[dict[str, Any]]:
        """Return all bookings, telephone numbers included."""
        return self.booking_desk.all()
