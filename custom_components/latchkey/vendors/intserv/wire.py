"""The JSON objects of the API, names in lower case (facts sheet 2, 3.3 to 3.5)."""

from dataclasses import dataclass
from typing import Any

from ..wire import Wire


@dataclass
class WireLevel(Wire):
    """An access level."""

    id: str
    system_id: str
    name: str = ""


@dataclass
class WireKey(Wire):
    """By what an access key is recognised."""

    identification: str = ""
    type: str = ""


@dataclass
class WirePerson(Wire):
    """Whose an access key is."""

    id: str = ""
    first_name: str = ""
    last_name: str = ""


@dataclass
class WireEvent(Wire):
    """What happened at a door; what can be told without is taken as it comes."""

    event_time: Any
    system_id: str
    sequence_id: Any = None
    category: Any = None
    type: Any = None
    door_name: Any = None
    key_id: Any = None
    key: Any = None
    person: Any = None
    subject: Any = None


@dataclass
class WireAdded(Wire):
    """An access key as it was made or changed; what identifies it is not kept."""

    id: str
    person: Any = None


@dataclass
class WireApplied(Wire):
    """A system, and how far a change has come there."""

    system_id: str
    applied_at: Any = None
    error_type: Any = None


@dataclass
class WireStatus(Wire):
    """How far the latest change of an access key has come."""

    id: str = ""
    status: str = ""
    systems_where_applied: Any = None
    systems_where_pending: Any = None
    systems_where_failed: Any = None
