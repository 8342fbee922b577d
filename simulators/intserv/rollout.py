"""How changes of access keys come to the systems: each at its own pace, or never, or with an error."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from simulators.agenda import Agenda
from simulators.errors import Conflict
from simulators.intserv.keys import AccessKey, Applied, Change
from simulators.intserv.options import Options
from simulators.intserv.systems import Pace, System


class Rollout:
    """Has systems apply what access keys have become."""

    def __init__(
        self, options: Options, agenda: Agenda, systems: Mapping[str, System]
    ) -> None:
        """Take the systems of the whole cloud."""
        self._options = options
        self._agenda = agenda
        self._systems = systems

    def spread(self, key: AccessKey) -> None:
        """Have all systems apply what an access key is now, those among them that only have to drop it."""
        concerned = [
            system
            for system in self._systems.values()
            if _levels(key, system) or key.id in system.held
        ]
        key.change = Change({system.id: Applied() for system in concerned})
        for system in self._systems.values():
            system.behind.pop(key.id, None)
        for system in concerned:
            system.behind[key.id] = key
            self._schedule(key, system)

    def resume(self, system: System) -> None:
        """Have a system that is connected again apply what it has missed, at its pace."""
        for key in system.behind.values():
            if key.change.systems[system.id].pending:
                self._schedule(key, system)

    def synchronise(self, system: System, now: datetime) -> None:
        """Have a system apply all at once that it has not, whatever its pace; what it cannot hold fails again."""
        if not system.uplink.online:
            raise Conflict("the system is not connected")
        for key in list(system.behind.values()):
            self._apply(key, system, now, None)

    def _schedule(self, key: AccessKey, system: System) -> None:
        """Have a system apply the latest change of an access key when its pace says so."""
        options = self._options
        pace = system.pace or Pace(options.apply_seconds, options.apply_error)
        change = key.change

        def apply(when: datetime) -> None:
            state = change.systems.get(system.id)
            overtaken = key.change is not change or not state or not state.pending
            if system.uplink.online and not overtaken:
                self._apply(key, system, when, pace.error_type)

        if pace.seconds is not None:
            self._agenda.in_seconds(pace.seconds, apply)

    def _apply(
        self, key: AccessKey, system: System, when: datetime, error: str | None
    ) -> None:
        """Have a system hold an access key as it is now, unless there is an error: then it stays as it was."""
        states = key.change.systems
        level_ids = _levels(key, system)
        if error is None and level_ids:
            error = system.hold(key, replace(key.rights, level_ids=level_ids))
        elif error is None:
            system.drop(key.id)
        if error is not None:
            states[system.id] = Applied(error_type=error)
            return
        del system.behind[key.id]
        is_listed = key.is_removed and self._options.removed_status == "applied"
        if level_ids or is_listed:
            states[system.id] = Applied(when)
        else:
            del states[system.id]


def _levels(key: AccessKey, system: System) -> tuple[str, ...]:
    """Return the levels of an access key that are those of a system."""
    return tuple(key_id for key_id in key.rights.level_ids if key_id in system.levels)
