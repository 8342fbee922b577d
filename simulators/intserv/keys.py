"""Access keys, the persons to whom they are assigned, and the state of their latest change."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from simulators.intserv.identifications import Identity
from simulators.intserv.instants import TimeForm, written, written_or_none

type Json = dict[str, Any]
type Status = Literal["NotApplied", "Pending", "Applied", "PartiallyApplied", "Failed"]


@dataclass(frozen=True)
class Person:
    """Somebody who has access keys."""

    id: str
    first_name: str
    last_name: str

    def as_json(self) -> Json:
        """Return the person as answers write it."""
        return {
            "id": self.id,
            "first_name": self.first_name,
            "last_name": self.last_name,
        }


@dataclass(frozen=True)
class Rights:
    """What an update may change of an access key."""

    pin: str | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    level_ids: tuple[str, ...] = ()


@dataclass
class Applied:
    """How far a change is in one system: pending until it is applied or has failed."""

    at: datetime | None = None
    error_type: str | None = None

    @property
    def pending(self) -> bool:
        """Tell whether the system has not answered yet."""
        return self.at is None and self.error_type is None


@dataclass
class Change:
    """The latest change of an access key, by the ids of the systems that it concerns."""

    systems: dict[str, Applied] = field(default_factory=dict)

    @property
    def status(self) -> Status:
        """Return the state as a whole; a system from which the access key has gone no longer counts, which is assumed."""
        states = self.systems.values()
        if not states:
            return "NotApplied"
        if any(state.error_type for state in states):
            return "Failed"
        waiting = sum(state.pending for state in states)
        if not waiting:
            return "Applied"
        return "Pending" if waiting == len(states) else "PartiallyApplied"

    def as_json(self, form: TimeForm) -> Json:
        """Return the state as answers write it."""
        return {
            "status": self.status,
            "systems_where_applied": [
                {"system_id": key, "applied_at": written(state.at, form)}
                for key, state in self.systems.items()
                if state.at
            ],
            "systems_where_pending": [
                {"system_id": key}
                for key, state in self.systems.items()
                if state.pending
            ],
            "systems_where_failed": [
                {"system_id": key, "error_type": state.error_type}
                for key, state in self.systems.items()
                if state.error_type
            ],
        }


@dataclass
class AccessKey:
    """A card or a code, and whose it is."""

    id: str
    identity: Identity
    person: Person
    rights: Rights = Rights()
    is_removed: bool = False
    change: Change = field(default_factory=Change)

    def as_json(self, form: TimeForm) -> Json:
        """Return the access key as answers write it, which is without its PIN."""
        return {
            "id": self.id,
            "key": self.identity.as_json(),
            "valid_from_date": written_or_none(self.rights.valid_from, form),
            "valid_to_date": written_or_none(self.rights.valid_to, form),
            "access_levels": list(self.rights.level_ids),
            "person": self.person.as_json(),
        }
