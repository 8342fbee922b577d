"""Security accesses: what keys are given and locks let in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from simulators.iloq.dates import Dates
from simulators.iloq.fields import Record, known
from simulators.iloq.models import ACCESS
from simulators.iloq.refusals import found, not_now, wrong_value
from simulators.registry import Registry

if TYPE_CHECKING:
    from simulators.iloq.group import LockGroup
    from simulators.iloq.keys import Key
    from simulators.iloq.locks import Lock

STANDARD: Final = 1
API: Final = 3
_TYPES = (STANDARD, API)


@dataclass
class Access:
    """A security access."""

    id: str
    record: Record

    def as_json(self, dates: Dates) -> Record:
        """Return the access as answers write it."""
        told = ACCESS.write(self.record, dates)
        del told["Value"]
        return told


class Accesses(Registry[Access]):
    """The security accesses of a lock group."""

    def __init__(self, group: LockGroup) -> None:
        """Start without any."""
        super().__init__()
        self._group = group

    def insert(self, body: Mapping[str, Any], dates: Dates) -> Access:
        """Add an access as a request describes it."""
        record = self._read(body, dates)
        if record["SecurityAccess_ID"] in self:
            raise wrong_value(
                record["SecurityAccess_ID"], "SecurityAccess.SecurityAccess_ID"
            )
        access = Access(record["SecurityAccess_ID"], record)
        self[access.id] = access
        return access

    def edit(self, body: Mapping[str, Any], dates: Dates) -> None:
        """Write all fields of an access."""
        record = self._read(body, dates)
        access = found(
            self, record["SecurityAccess_ID"], "SecurityAccess.SecurityAccess_ID"
        )
        access.record = record

    def delete(self, access: Access) -> None:
        """Delete an access that neither a key nor a lock has."""
        group = self._group
        users: list[Key | Lock] = [*group.keys.values(), *group.locks.values()]
        if any(
            access.id in (*user.planned.accesses, *user.programmed.accesses)
            for user in users
        ):
            raise not_now("Security access is in use.")
        del self[access.id]

    def _read(self, body: Mapping[str, Any], dates: Dates) -> Record:
        """Return the fields of an access, all of which refer to something."""
        record = ACCESS.read(body.get("SecurityAccess"), dates, "SecurityAccess")
        if record["Type"] not in _TYPES:
            raise wrong_value(record["Type"], "SecurityAccess.Type")
        group = self._group
        known(
            [record["RealEstate_ID"]],
            group.real_estates,
            "SecurityAccess.RealEstate_ID",
        )
        if record["Zone_ID"] is not None:
            known([record["Zone_ID"]], group.zones, "SecurityAccess.Zone_ID")
        return record
