"""What a key opens: access rights of the locking system, of which it holds any number (facts sheet 3.2, 3.3)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
import re
from typing import Final

from ..grants import Access, joined
from ..model import Device, DeviceKind
from ..vendor import InvalidField
from .client import IloqClient
from .part import Part
from .wire import WireAccess, WireHeldAccesses, number

GUID: Final = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
PLANNED: Final[Mapping[str, str]] = {"mode": "1"}
"""The query for what is planned, be it programmed or not (3.4)."""
_AT_LOCK: Final = "GET Locks/{id}/SecurityAccesses"
_ALL: Final = "GET SecurityAccesses"
_ACTIVE: Final = (None, 0)
_API: Final = (None, 3)
"""The types of access that a key can be given and ordered with by the API."""


class Accesses(Part):
    """The access rights that can be granted."""

    def __init__(self, client: IloqClient, clock: Callable[[], datetime]) -> None:
        """Initialize with the API, and with no lock's accesses known."""
        super().__init__(client, clock)
        self._at_locks: dict[str, list[WireAccess]] = {}

    def scopes(
        self, devices: Mapping[str, Device], device: Device | None = None
    ) -> Sequence[Access]:
        """Return the locking system, whose keys are all listed together."""
        return [self._system_access]

    @property
    def _system_access(self) -> Access:
        name = self._group.name or self._system_id[:8]
        return Access(self._system_id, name, self._system_id)

    def device_of(self, access: Access) -> str | None:
        """Return the locking system: an access may open several locks."""
        return self._system_id

    async def learn(self, device: Device) -> None:
        """Read which accesses a lock has, where that is told (version 2)."""
        self._at_locks.pop(device.id, None)
        if device.kind is DeviceKind.LOCK and self._client.has(_AT_LOCK):
            raw = await self._client.read(_AT_LOCK, device.id, query=PLANNED)
            self._at_locks[device.id] = WireHeldAccesses.parse(raw).held()[0]

    def access_of(
        self, device: Device, devices: Mapping[str, Device], fields: Mapping[str, str]
    ) -> Access:
        """Return the one access of a lock that a key can be given; raises InvalidField where it must be named."""
        if device.kind is not DeviceKind.LOCK:
            raise InvalidField("device_id", "not_a_lock")
        if device.id not in self._at_locks:
            raise InvalidField("device_id", "accesses_of_lock_not_told")
        usable = [
            each
            for each in self._at_locks[device.id]
            if number(each.status) in _ACTIVE and number(each.type) in _API
        ]
        if not usable:
            raise InvalidField("device_id", "lock_without_access")
        if len(usable) > 1:
            raise InvalidField("device_id", "lock_of_several_accesses")
        return self._access(usable[0])

    def access_named(
        self, text: str, devices: Mapping[str, Device], fields: Mapping[str, str]
    ) -> Access:
        """Return the access of this id or name; an id alone where none are listed (version 1)."""
        wanted = text.casefold()
        if not self._client.has(_ALL):
            if not GUID.fullmatch(text):
                raise InvalidField("access", "access_id_needed")
            return Access(wanted, wanted, self._system_id)
        by_id = self._accesses.get(wanted)
        found = (
            [by_id]
            if by_id
            else [
                each
                for each in self._accesses.values()
                if each.name.casefold() == wanted
            ]
        )
        if not found:
            raise InvalidField("access", "unknown_access")
        active = [each for each in found if number(each.status) in _ACTIVE]
        if not active:
            raise InvalidField("access", "inactive_access")
        if len(active) > 1:
            raise InvalidField("access", "ambiguous_access")
        return self._access(active[0])

    def joined(self, accesses: Sequence[Access]) -> Access:
        """Return one access for all that a key opens, in the order of their ids."""
        return joined(accesses, self._system_id)

    def _held(self, found: Iterable[WireAccess]) -> Access:
        """Return what a key opens that holds these."""
        return self.joined([self._access(each) for each in found])

    def _access(self, wire: WireAccess) -> Access:
        access_id = wire.securityaccess_id.casefold()
        return Access(access_id, wire.name or access_id, self._system_id)
