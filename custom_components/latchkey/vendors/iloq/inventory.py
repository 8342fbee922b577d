"""A locking system and its locks as Latchkey's devices (facts sheet 1.2, 3.3)."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import UTC
from types import MappingProxyType
from typing import Final

from ..model import Account, Capability, Device, DeviceKind, Inventory
from ..readings import Reading, ReadingKind
from .calendars import CALENDARS
from .part import Part
from .times import moment, zone_named
from .webhooks import SUBSCRIBE
from .wire import (
    WireAccess,
    WireKey,
    WireLock,
    WireLockGroup,
    WireRealEstate,
    WireZone,
    number,
)

LOG: Final = "POST LockLogs/GetLockLogDataByTimestamp"
HIDDEN: Final = 3
_PLANNED: Final = 0
PHYSICAL_STATES: Final[Mapping[int, str]] = MappingProxyType(
    {0: "planned", 1: "installed", 2: "not_in_use", 3: "hidden"}
)
LOCK_TYPES: Final[Mapping[int, str]] = MappingProxyType(
    {
        0: "S10",
        1: "S10 network module",
        2: "S50",
        3: "C5",
        4: "S5 online",
        5: "D5",
    }
)
_KEY_COUNTS: Final[Mapping[int, ReadingKind]] = MappingProxyType(
    {
        0: ReadingKind.KEYS_PLANNED,
        1: ReadingKind.KEYS_HANDED_OVER,
        4: ReadingKind.KEYS_RETURNED,
    }
)


class System(Part):
    """What a locking system consists of."""

    async def account(self) -> Account:
        """Return the locking system; raises ChoiceNeeded where the user has several and none was chosen."""
        # Whoever enters credentials is there to see what becomes of them.
        self._client.session.forgive()
        await self._client.open()
        group = self._client.session.group
        assert group is not None
        group_id = group.lockgroup_id.casefold()
        return Account(id=group_id, name=group.name or group_id[:8], choice=group_id)

    async def inventory(self) -> Inventory:
        """Return the system and its locks; what the user has no right to is left out."""
        await self._read_group()
        accesses, all_accesses = await self._told(WireAccess, "GET SecurityAccesses")
        zones, _ = await self._told(WireZone, "GET Zones")
        estates, _ = await self._told(WireRealEstate, "GET RealEstates")
        locks, all_locks = await self._told(WireLock, "GET Locks")
        self._accesses = {each.securityaccess_id.casefold(): each for each in accesses}
        self._zones = {each.zone_id.casefold(): each for each in zones}
        self._real_estates = {each.realestate_id.casefold(): each for each in estates}
        self._locks = {each.flock_id.casefold(): each for each in locks}
        await self._read_keys()
        system_id = self._system_id
        shown = {
            lock_id: lock
            for lock_id, lock in self._locks.items()
            if number(lock.physicalstate) != HIDDEN and lock_id != system_id
        }
        return Inventory(
            devices=(
                self._system(),
                *(self._lock(lock_id, lock) for lock_id, lock in shown.items()),
            ),
            complete=all_locks and all_accesses,
            readings={
                system_id: self._system_readings(),
                **{lock_id: _readings(lock) for lock_id, lock in shown.items()},
            },
        )

    async def _read_group(self) -> None:
        """Read the locking system anew, and its zone where that is another one."""
        await self._client.open()
        chosen = self._client.session.group
        assert chosen is not None
        groups, _ = await self._client.rows(WireLockGroup, "GET LockGroups")
        by_id = {each.lockgroup_id.casefold(): each for each in groups}
        group = by_id.get(chosen.lockgroup_id.casefold(), chosen)
        if group.timezonestandardname != self._group.timezonestandardname:
            zone = await asyncio.to_thread(zone_named, group.timezonestandardname)
            self._zone, self._is_zone_known = zone or UTC, zone is not None
        self._group = group

    async def _read_keys(self) -> None:
        """Read all keys, and which of them are blocked (version 2 alone tells that)."""
        keys, self._all_keys = await self._told(WireKey, "GET Keys")
        self._all_keys = self._all_keys and self._client.may("GET Keys")
        self._keys = {each.fnkey_id.casefold(): each for each in keys}
        self._blocked = await self._read_blocked()

    def _system(self) -> Device:
        capabilities = {Capability.READINGS}
        if self._client.may(LOG):
            capabilities.add(Capability.LOG)
        if self._client.may(CALENDARS):
            capabilities.add(Capability.SCHEDULES)
        if self._client.may(SUBSCRIBE):
            capabilities.add(Capability.SUBSCRIPTIONS)
        return Device(
            id=self._system_id,
            label=self._system_id[:8],
            kind=DeviceKind.SYSTEM,
            name=self._group.name,
            manufacturer="iLOQ",
            model="S10" if self._client.session.is_v1 else "5 Series",
            capabilities=frozenset(capabilities),
        )

    def _lock(self, lock_id: str, lock: WireLock) -> Device:
        kind = number(lock.locktype)
        return Device(
            id=lock_id,
            label=lock.locationcode or lock.stamp or lock_id[:8],
            kind=DeviceKind.LOCK,
            name=lock.lockingobject or lock.description,
            via_id=self._system_id,
            manufacturer="iLOQ",
            model=LOCK_TYPES.get(-1 if kind is None else kind),
            serial=lock.serialnumber or None,
            firmware=lock.swversion or None,
            is_claimed=number(lock.physicalstate) != _PLANNED,
            capabilities=frozenset(
                {Capability.READINGS, Capability.PASSAGES}
                if self._client.may(LOG)
                else {Capability.READINGS}
            ),
        )

    def _system_readings(self) -> tuple[Reading, ...]:
        """Return the licence's end and the numbers of keys by state (3.4)."""
        group = self._group
        readings = [
            Reading(
                id="licence_end",
                kind=ReadingKind.LICENCE_END,
                value=moment(group.expiredateutc),
            )
        ]
        if self._client.may("GET Keys"):
            counts = Counter(number(key.state) for key in self._keys.values())
            is_told = self._all_keys or bool(self._keys)
            readings += [
                Reading(
                    id=kind.value, kind=kind, value=counts[state] if is_told else None
                )
                for state, kind in _KEY_COUNTS.items()
            ]
        if self._blocked is not None:
            blocked = ReadingKind.KEYS_BLOCKED
            readings.append(
                Reading(id=blocked.value, kind=blocked, value=len(self._blocked))
            )
        return tuple(readings)


def _readings(lock: WireLock) -> tuple[Reading, ...]:
    state = number(lock.physicalstate)
    return (
        Reading(
            id="physical_state",
            kind=ReadingKind.PHYSICAL_STATE,
            value=PHYSICAL_STATES.get(-1 if state is None else state),
        ),
    )
