"""Roles: those of persons, which can only be read, and those of codes, to which calendar entries are linked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulators.iloq.dates import Dates
from simulators.iloq.fields import Model, Record, known
from simulators.iloq.refusals import found, not_now, wrong_value
from simulators.registry import Registry

if TYPE_CHECKING:
    from simulators.iloq.group import LockGroup

_ROLE = Model(
    text="Name Description OnlineAccessCode",
    guid="SecurityRole_ID RealEstate_ID Zone_ID",
    whole="OnlineRelayOperatingTimeMs TypeMask",
    required="SecurityRole_ID RealEstate_ID",
)


@dataclass(frozen=True)
class PersonRole:
    """A role of persons, with the accesses that come with it."""

    id: str
    name: str
    access_ids: list[str] = field(default_factory=list)

    def as_json(self) -> Record:
        """Return the role as answers write it."""
        return {"PersonRole_ID": self.id, "Name": self.name, "Description": ""}


@dataclass
class SecurityRole:
    """A role of those who know a code."""

    id: str
    record: Record

    def as_json(self) -> Record:
        """Return the role as answers write it, without its code."""
        return self.record | {"OnlineAccessCode": ""}


class SecurityRoles(Registry[SecurityRole]):
    """The roles of those who know codes, in a lock group."""

    def __init__(self, group: LockGroup) -> None:
        """Start without any."""
        super().__init__()
        self._group = group

    def insert(self, body: Mapping[str, Any], dates: Dates) -> SecurityRole:
        """Add a role."""
        record = self._read(body, dates)
        if record["SecurityRole_ID"] in self:
            raise wrong_value(record["SecurityRole_ID"], "SecurityRole_ID")
        role = SecurityRole(record["SecurityRole_ID"], record)
        self[role.id] = role
        return role

    def edit(self, body: Mapping[str, Any], dates: Dates) -> SecurityRole:
        """Write a role; an empty code keeps the old one."""
        record = self._read(body, dates)
        role = found(self, record["SecurityRole_ID"], "SecurityRole_ID")
        old_code = role.record["OnlineAccessCode"]
        record["OnlineAccessCode"] = record["OnlineAccessCode"] or old_code
        role.record = record
        return role

    def can_delete(self, role: SecurityRole) -> int:
        """Return 0 if a role can be deleted, or 1 if calendar entries are linked to it, which is an assumed number."""
        linked = any(
            role.id in entry.role_ids
            for entry in self._group.calendars.entries.values()
        )
        return 1 if linked else 0

    def delete(self, role: SecurityRole) -> None:
        """Delete a role to which no calendar entry is linked."""
        if reason := self.can_delete(role):
            raise not_now(f"Role cannot be deleted: {reason}")
        del self[role.id]

    def _read(self, body: Mapping[str, Any], dates: Dates) -> Record:
        """Return the fields of a role, all of which refer to something."""
        record = _ROLE.read(body, dates)
        group = self._group
        known([record["RealEstate_ID"]], group.real_estates, "RealEstate_ID")
        if record["Zone_ID"] is not None:
            known([record["Zone_ID"]], group.zones, "Zone_ID")
        return record
