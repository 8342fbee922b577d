"""Permissions: which user may do what to which locking device, and when."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
import re
from typing import Any, Self

from simulators.bodies import Body, check_names, choice
from simulators.clock import iso
from simulators.errors import Invalid
from simulators.keyless.formats import duration, identifier, moment

OPERATIONS = ("OPEN", "UPDATE_FIRMWARE", "UPDATE_TIME")
WEEKDAYS = (
    "MONDAY",
    "TUESDAY",
    "WEDNESDAY",
    "THURSDAY",
    "FRIDAY",
    "SATURDAY",
    "SUNDAY",
)
KEPT = timedelta(days=14)
"""How long the platform keeps a permission that is over."""

# The vendor's page as it is known shows the first alone; the others are as a stand-in of another author has them.
_TYPES = {
    "SINGLE_INTERVAL": (),
    "MULTIPLE_INTERVALS": ("intervals",),
    "RECURRING": ("weekdays", "intervals"),
}
_COMMON = (
    "userId",
    "lockingDeviceId",
    "operationType",
    "permissionType",
    "operatingKeyValidityDuration",
    "start",
    "end",
)
_KEY_VALIDITY = "P8D"
_INTERVAL = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True)
class Permission:
    """A permission; all about it but its id is replaced at once."""

    id: str
    user_id: str
    locking_device_id: str
    operation: str
    type: str
    key_validity: str
    start: datetime
    end: datetime
    intervals: tuple[str, ...] = ()
    weekdays: tuple[str, ...] = ()

    @classmethod
    def parse(cls, permission_id: str, body: Body) -> Self:
        """Read a permission as a request carries it."""
        type_ = choice(body, "permissionType", _TYPES)
        check_names(body, *_COMMON, *_TYPES[type_])
        duration(
            body,
            "operatingKeyValidityDuration",
            _KEY_VALIDITY,
            timedelta(days=1),
            timedelta(days=31),
        )
        start, end = moment(body, "start"), moment(body, "end")
        if end <= start:
            raise Invalid("end must be after start")
        lists = {name: _listed(body, name) for name in _TYPES[type_]}
        return cls(
            permission_id,
            identifier(body, "userId"),
            identifier(body, "lockingDeviceId"),
            choice(body, "operationType", OPERATIONS),
            type_,
            body.get("operatingKeyValidityDuration", _KEY_VALIDITY),
            start,
            end,
            **lists,
        )

    def allows(self, operation: str, at: datetime) -> bool:
        """Tell whether an operation is permitted at an instant."""
        return (
            self.operation == operation
            and self.start <= at < self.end
            and (not self.weekdays or WEEKDAYS[at.weekday()] in self.weekdays)
            and (not self.intervals or any(_within(at, own) for own in self.intervals))
        )

    def as_json(self) -> dict[str, Any]:
        """Return the permission as the vendor's interface tells of it."""
        told: dict[str, Any] = {
            "id": self.id,
            "permissionType": self.type,
            "userId": self.user_id,
            "lockingDeviceId": self.locking_device_id,
            "operationType": self.operation,
            "operatingKeyValidityDuration": self.key_validity,
            "start": iso(self.start),
            "end": iso(self.end),
        }
        return told | {name: list(getattr(self, name)) for name in _TYPES[self.type]}


def _listed(body: Body, name: str) -> tuple[str, ...]:
    """Return weekdays or intervals of a day, of which there is at least one."""
    values = body.get(name)
    if not isinstance(values, list) or not values:
        raise Invalid(f"{name} must be a list")
    for value in values:
        proper = isinstance(value, str) and (
            value in WEEKDAYS if name == "weekdays" else _INTERVAL.fullmatch(value)
        )
        if not proper:
            raise Invalid(f"{name} cannot have {value!r}")
    return tuple(values)


def _within(at: datetime, interval: str) -> bool:
    """Tell whether an instant is in an interval of its day in UTC."""
    start, end = map(time.fromisoformat, interval.split("-"))
    return start <= at.time() < end
