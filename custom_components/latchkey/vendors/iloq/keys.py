"""Keys beside granting: what is told of them, ordered, returned, blocked, given access rights one by one (3.2, 3.4)."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from ..keys import (
    Hours,
    KeyDetails,
    KeyKind,
    KeyOutline,
    KeyState,
    KeyTask,
    Named,
    Programming,
    TimeProfile,
)
from ..vendor import NoRight, NotAvailable, NotFound, Obstacle, VendorError
from .accesses import PLANNED
from .doubts import once
from .key_bodies import END, START, period, slots
from .named import meant
from .obstacles import (
    CAN_ADD_ACCESS,
    CAN_BLOCK,
    CAN_DELETE,
    CAN_ORDER,
    CAN_REMOVE_ACCESS,
    CAN_RETURN,
    CAN_UNBLOCK,
    ensure,
    obstacle_to,
)
from .part import Part
from .times import moment
from .wire import WireHeldAccesses, WireKey, WireLimits, WireSlot, number
from .wire_keys import WireHours, WireKeyZones, WireTitle

SOME: Final = 500
"""Keys that are looked at before others have their turn."""
_STATES: Final[Mapping[int | None, KeyState]] = MappingProxyType(
    dict(enumerate(KeyState))
)
_PROGRAMMING: Final[Mapping[int | None, Programming]] = MappingProxyType(
    {
        0: Programming.PLANNED,
        1: Programming.ORDERED,
        2: Programming.FETCHED,
        3: Programming.PROGRAMMED,
        4: Programming.CLEARED,
        5: Programming.CANCELLED,
        6: Programming.OBSOLETE,
        7: Programming.TRANSFERRED,
        -1: Programming.FAILED,
    }
)
_UNDER_WAY: Final = (
    Programming.ORDERED,
    Programming.FETCHED,
    Programming.TRANSFERRED,
    Programming.PROGRAMMED,
)
_KINDS: Final = (
    (4, KeyKind.PHONE),
    (128, KeyKind.TAG),
    (512, KeyKind.VIRTUAL),
    (8, KeyKind.FOB),
)
"""The bits of the mask, the one that decides first."""
_MODELS: Final = ((256, "5 Series"), (2, "S50"), (1, "S10"))
_TASKS: Final = MappingProxyType(
    {
        KeyTask.ORDER: CAN_ORDER,
        KeyTask.RETURN: CAN_RETURN,
        KeyTask.DELETE: CAN_DELETE,
    }
)
_DAY: Final = 24 * 60 * 60 * 1000


class KeyTasks(Part):
    """What can be done with a key that is there already."""

    async def key(self, key_id: str) -> KeyDetails:
        """Return what is known of a key; what the user may not see is left out."""
        key = await self._read_key(key_id)
        accesses = await self._part_of_key(
            WireHeldAccesses, "GET Keys/{id}/SecurityAccesses", key_id
        )
        limits = await self._part_of_key(
            WireLimits, "GET Keys/{id}/TimeLimitTitles", key_id
        )
        zones = await self._part_of_key(WireKeyZones, "GET Keys/{id}/Zones", key_id)
        starts_at, ends_at = period(limits, self._zone) if limits else (None, None)
        mask = number(key.keytypemask) or 0
        return KeyDetails(
            id=key.fnkey_id.casefold(),
            outline=self._outline(key, await self._read_blocked()),
            kind=next((kind for bit, kind in _KINDS if mask & bit), None),
            model=next((name for bit, name in _MODELS if mask & bit), None),
            person_id=key.person_id.casefold() or None,
            real_estate=self._estate(key.realestate_id),
            zones=(
                tuple(map(self._zone_named, zones.zoneids or ())) if zones else None
            ),
            main_zone=(
                self._zone_named(zones.mainzone) if zones and zones.mainzone else None
            ),
            accesses=_accesses(accesses) if accesses else None,
            accesses_unseen=(accesses and number(accesses.outsideuserzonescount)) or 0,
            starts_at=starts_at,
            ends_at=ends_at,
            profiles=await self._profiles(limits) if limits else None,
            tasks=await self._tasks(key_id),
        )

    async def outlines(self) -> Mapping[str, KeyOutline] | None:
        """Return the keys of the last inventory, of which none is gone; others have their turn in between."""
        if not self._all_keys:
            return None
        found: dict[str, KeyOutline] = {}
        for count, (key_id, key) in enumerate(self._keys.items(), 1):
            outline = self._outline(key, self._blocked)
            if outline.state is not KeyState.DELETED:
                found[key_id] = outline
            if count % SOME == 0:
                await asyncio.sleep(0)
        return found

    def access_id(self, text: str) -> str:
        """Return the id of the access right that a name or an id means."""
        names = ((key, each.name) for key, each in self._accesses.items())
        listed = self._client.has("GET SecurityAccesses")
        return meant("access", text, names, listed=listed)

    async def order(self, key_id: str) -> Programming | None:
        """Order a key; in doubt, another state of its programming than before shows that it was."""
        await ensure(self._client, CAN_ORDER, key_id)
        before = _programming(await self._read_key(key_id))

        async def is_ordered() -> bool:
            after = _programming(await self._read_key(key_id))
            return after in _UNDER_WAY and after is not before

        await once(self._client.command("POST Keys/{id}/Order", key_id), is_ordered)
        try:
            return _programming(await self._read_key(key_id))
        except VendorError:
            # The order stands all the same.
            return None

    async def return_key(self, key_id: str) -> None:
        """Return a key; in doubt, that it is gone shows that it was."""
        await ensure(self._client, CAN_RETURN, key_id)

        async def is_gone() -> bool:
            try:
                key = await self._read_key(key_id)
            except NotFound:
                return True
            state = _STATES.get(number(key.state))
            return state in (KeyState.RETURNED, KeyState.DELETED)

        await once(self._client.command("POST Keys/{id}/Return", key_id), is_gone)

    async def block(self, key_id: str) -> None:
        """Put a key on the blocklist; in doubt, that it cannot be put there any more shows that it was."""
        await ensure(self._client, CAN_BLOCK, key_id)

        async def is_blocked() -> bool:
            return await obstacle_to(self._client, CAN_BLOCK, key_id) is not None

        await once(
            self._client.command("POST Blacklists/AddKey/{id}", key_id), is_blocked
        )

    async def unblock(self, key_id: str) -> None:
        """Take a key off the blocklist; in doubt, that it cannot be taken off any more shows that it was."""
        await ensure(self._client, CAN_UNBLOCK, key_id)

        async def is_unblocked() -> bool:
            return await obstacle_to(self._client, CAN_UNBLOCK, key_id) is not None

        await once(
            self._client.command("DELETE Blacklists/RemoveKey/{id}", key_id),
            is_unblocked,
        )

    async def add_access(self, key_id: str, access_id: str) -> None:
        """Give a key one more access right, unless it has it; in doubt, the list of them decides."""
        if await self._has_access(key_id, access_id):
            return
        await ensure(self._client, CAN_ADD_ACCESS, key_id)
        await once(
            self._client.command(
                "POST Keys/{id}/SecurityAccesses",
                key_id,
                body={"SecurityAccess_ID": access_id},
            ),
            partial(self._has_access, key_id, access_id),
        )

    async def remove_access(self, key_id: str, access_id: str) -> None:
        """Take an access right from a key; in doubt, that there is no such link any more shows that it is gone."""
        await ensure(self._client, CAN_REMOVE_ACCESS, key_id, access_id)

        async def is_removed() -> bool:
            left = await obstacle_to(self._client, CAN_REMOVE_ACCESS, key_id, access_id)
            return left is Obstacle.NO_SUCH_ACCESS

        await once(
            self._client.command(
                "DELETE Keys/{id}/SecurityAccesses/{id}", key_id, access_id
            ),
            is_removed,
        )

    async def _read_key(self, key_id: str) -> WireKey:
        return WireKey.parse(await self._client.read("GET Keys/{id}", key_id))

    async def _has_access(self, key_id: str, access_id: str) -> bool:
        told = WireHeldAccesses.parse(
            await self._client.read(
                "GET Keys/{id}/SecurityAccesses", key_id, query=PLANNED
            )
        )
        return any(each.id == access_id for each in _accesses(told))

    async def _part_of_key[W: (WireHeldAccesses, WireLimits, WireKeyZones)](
        self, wire: type[W], operation: str, key_id: str
    ) -> W | None:
        """Return what is told of a key, nothing where the generation does not tell it or the user may not see it."""
        query = None if wire is WireKeyZones else PLANNED
        try:
            return wire.parse(await self._client.read(operation, key_id, query=query))
        except NoRight, NotAvailable:
            return None

    async def _tasks(self, key_id: str) -> dict[KeyTask, Obstacle | None]:
        """Return what stands in the way of each task that the user has a right to."""
        return {
            task: await obstacle_to(self._client, question, key_id)
            for task, question in _TASKS.items()
            if self._client.has(question.operation)
        }

    async def _profiles(self, limits: WireLimits) -> tuple[TimeProfile, ...]:
        profiles = [
            slot
            for slot in WireSlot.parse_all(slots(limits))[0]
            if slot.timelimittitle_id and number(slot.slotno) not in (START, END)
        ]
        if not profiles:
            return ()
        titles, _ = await self._told(WireTitle, "GET TimeLimitTitles")
        names = {each.timelimittitle_id.casefold(): each.name for each in titles}
        return tuple(
            TimeProfile(
                id=(profile_id := slot.timelimittitle_id.casefold()),
                name=names.get(profile_id, ""),
                hours=_hours(slot),
            )
            for slot in profiles
        )

    def _outline(self, key: WireKey, blocked: frozenset[str] | None) -> KeyOutline:
        return KeyOutline(
            name=key.description,
            state=_STATES.get(number(key.state)),
            programming=_programming(key),
            expires_at=moment(key.expiredate, self._zone),
            is_blocked=(
                None if blocked is None else key.fnkey_id.casefold() in blocked
            ),
        )

    def _zone_named(self, zone_id: str) -> Named:
        zone_id = zone_id.casefold()
        zone = self._zones.get(zone_id)
        return Named(zone_id, zone.name if zone else "")

    def _estate(self, estate_id: str) -> Named | None:
        if not (estate_id := estate_id.casefold()):
            return None
        estate = self._real_estates.get(estate_id)
        return Named(estate_id, estate.name if estate else "")


def _programming(key: WireKey) -> Programming | None:
    return _PROGRAMMING.get(number(key.programmingstate))


def _accesses(told: WireHeldAccesses) -> tuple[Named, ...]:
    found, _ = told.held()
    return tuple(Named(each.securityaccess_id.casefold(), each.name) for each in found)


def _hours(slot: WireSlot) -> tuple[Hours, ...]:
    """Return the weekly hours of a profile; a line that cannot be is left out."""
    hours = []
    for line in WireHours.parse_all(slot.timelimitdata or [])[0]:
        start, end = _time(line.starttimems), _time(line.endtimems)
        mask = number(line.weekdaymask) or 0
        if start is not None and end is not None:
            days = tuple(day for day in range(7) if mask & 1 << day)
            hours.append(Hours(days, start, end))
    return tuple(hours)


def _time(value: Any) -> time | None:
    """Return a time of day that is told in milliseconds; the end of the day is midnight."""
    ms = number(value)
    if ms is None or not 0 <= ms <= _DAY:
        return None
    return (datetime.min + timedelta(milliseconds=ms % _DAY)).time()
