"""What an access key opens: access levels, of one system or of several (facts sheet 2, 3.4)."""

from collections.abc import Mapping, Sequence
from typing import Final

from .. import grants
from ..directory import ListedAccess
from ..grants import Access
from ..model import Device, DeviceKind
from ..vendor import AnswerNotUnderstood, InvalidField
from .inventory import Systems
from .part import BETWEEN
from .wire import WireLevel

SCOPE: Final = "access_keys"
"""All access keys: one opens levels of several systems, and tells of all of them together."""


class Levels(Systems):
    """The access levels that can be granted."""

    def scopes(
        self, devices: Mapping[str, Device], device: Device | None = None
    ) -> Sequence[Access]:
        """Return the one scope that there is."""
        return [Access(SCOPE, ", ".join(sorted(self._leveled)), SCOPE)]

    def device_of(self, access: Access) -> str | None:
        """Return the system whose levels these are; several have no device in common."""
        held = [self._levels.get(level_id) for level_id in level_ids(access)]
        system_ids = {level.system_id if level else None for level in held}
        return system_ids.pop() if len(system_ids) == 1 else None

    def access_of(
        self, device: Device, devices: Mapping[str, Device], fields: Mapping[str, str]
    ) -> Access:
        """Return the one level of a system; raises InvalidField where it must be named."""
        if device.kind is not DeviceKind.SYSTEM:
            raise InvalidField("device_id", "levels_of_door_not_told")
        held = [
            level for level in self._levels.values() if level.system_id == device.id
        ]
        if not held:
            raise InvalidField("device_id", "system_without_level")
        if len(held) > 1:
            raise InvalidField("device_id", "system_of_several_levels")
        return _access(held[0])

    def access_named(
        self, text: str, devices: Mapping[str, Device], fields: Mapping[str, str]
    ) -> Access:
        """Return the level of this id, of this name, or of this name after its system's id and a slash."""
        wanted = text.casefold()
        by_id = [
            level for level in self._levels.values() if level.id.casefold() == wanted
        ]
        found = by_id or [
            level
            for level in self._levels.values()
            if wanted
            in (
                level.name.casefold(),
                f"{level.system_id}{BETWEEN}{level.name}".casefold(),
            )
        ]
        if not found:
            raise InvalidField("access", "unknown_access")
        if len(found) > 1:
            raise InvalidField("access", "ambiguous_access")
        return _access(found[0])

    def joined(self, accesses: Sequence[Access]) -> Access:
        """Return one access for all levels that an access key has."""
        return grants.joined(accesses, SCOPE)

    async def list_accesses(self) -> Sequence[ListedAccess]:
        """Return all levels, as they are now."""
        if not await self._read_levels():
            raise AnswerNotUnderstood("levels")
        return [
            ListedAccess(id=level.id, name=level.name, system_id=level.system_id)
            for level in self._levels.values()
        ]


def level_ids(access: Access) -> list[str]:
    """Return the levels that an access stands for."""
    return access.id.split(",")


def _access(level: WireLevel) -> Access:
    return Access(level.id, level.name or level.id, SCOPE)
