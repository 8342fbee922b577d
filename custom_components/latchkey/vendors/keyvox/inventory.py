"""KEYVOX's locks, lockers, boxes and places as Latchkey's devices."""

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from typing import Any, Final

from ..bookings import Room
from ..model import Account, Capability, Device, DeviceKind, Inventory
from ..vendor import (
    AnswerNotUnderstood,
    InvalidRequest,
    NoRight,
    NotAvailable,
    NotFound,
    RateLimited,
    Refused,
    VendorError,
    WrongCredentials,
    WrongPath,
)
from ..wire import Wire
from .part import Part, Unit
from .wire import WireBox, WireLock, WireLocker, WirePlace, WireUnit

_LACKING: Final = (NoRight, NotAvailable, NotFound, WrongPath)
"""How it is said that an organisation has no right to a part of the API, or no use for it."""
_OF_ALL: Final = (RateLimited, Refused, WrongCredentials)
"""What concerns the account, and not one locker of it."""
_LOCK: Final = frozenset(
    {Capability.LOCK, Capability.LOG, Capability.PASSAGES, Capability.READINGS}
)


class Organisation(Part):
    """What an organisation has."""

    async def account(self) -> Account:
        """Return the organisation, by which the places tell whose they are (2.4)."""
        units, _ = WireUnit.parse_all(await self._client.read("getUnits") or [])
        places, _ = await self._rows(WirePlace, self._client.pages("getPlaces"))
        organisation = min((each.orgid for each in places if each.orgid), default="")
        names = {place.placename for place in places} | {
            unit.placename for unit in units
        }
        name = names.pop() if len(names) == 1 else ""
        account_id = organisation or self._client.signer.fingerprint
        return Account(id=account_id.casefold(), name=name or account_id[:8])

    async def inventory(self) -> Inventory:
        """Return the places, the locks of all units, and the lockers with their boxes (2.1, 2.2, 2.4)."""
        units, all_units = WireUnit.parse_all(await self._client.read("getUnits") or [])
        locks, all_locks = await self._rows(WireLock, self._client.pages("getLocks"))
        lockers, all_lockers = await self._rows(
            WireLocker, self._client.read("getLockers")
        )
        places, all_places = await self._rows(
            WirePlace, self._client.pages("getPlaces")
        )
        complete = all_units and all_locks and all_lockers and all_places
        self._places = {place.placeid: place.placename for place in places}
        place_of = await self._places_of_units(units, places)
        self._units = {
            unit.unitid: Unit(
                id=unit.unitid,
                name=unit.unitname or unit.unitid,
                place_id=place_of.get(unit.unitid),
                lock_ids=tuple(unit.locks),
            )
            for unit in units
        }
        devices = [
            *(_place(place, self._units.values()) for place in places),
            *self._locks({lock.lockid: lock for lock in locks}),
        ]
        boxes = await self._all_boxes(lockers)
        # Of one that did not tell, what it told before: its boxes are still there.
        self._boxes = {
            locker.deviceid: boxes.get(
                locker.deviceid, self._boxes.get(locker.deviceid, ())
            )
            for locker in lockers
        }
        for locker in lockers:
            devices += _locker(locker, self._boxes[locker.deviceid])
        self._organisations = frozenset(
            place.orgid.casefold() for place in places if place.orgid
        )
        self._names = {
            device.id: device.name
            for device in devices
            if device.kind in (DeviceKind.LOCK, DeviceKind.LOCKER)
        }
        complete = complete and boxes.keys() == self._boxes.keys()
        return Inventory(devices=tuple(devices), complete=complete)

    async def _all_boxes(self, lockers: list[WireLocker]) -> dict[str, list[WireBox]]:
        """Return the boxes of the lockers that tell of them; each may take a minute not to."""
        ids = list(dict.fromkeys(locker.deviceid for locker in lockers))
        if not ids:
            return {}
        told = await asyncio.gather(
            *(self.read_boxes(locker_id) for locker_id in ids), return_exceptions=True
        )
        found = {}
        for locker_id, boxes in zip(ids, told, strict=True):
            if isinstance(boxes, list):
                found[locker_id] = boxes
            elif not isinstance(boxes, VendorError) or isinstance(boxes, _OF_ALL):
                raise boxes
        return found

    async def read_boxes(self, locker_id: str) -> list[WireBox]:
        """Return a locker's boxes as they stand, each once (getLockerStatus, 2.2)."""
        data = await self._client.read(
            "getLockerStatus", {"deviceId": locker_id}, slow=True
        )
        boxes, all_read = WireBox.parse_all(listed(data))
        if not all_read:
            raise AnswerNotUnderstood("box")
        return list({box.boxnum: box for box in boxes}.values())

    def _locks(self, told: dict[str, WireLock]) -> list[Device]:
        """Return the locks, which units name and the list of locks describes, where the profile has one."""
        first_unit: dict[str, str] = {}
        for unit in self._units.values():
            for lock_id in unit.lock_ids:
                first_unit.setdefault(lock_id, unit.name)
        found = []
        for lock_id in dict.fromkeys((*first_unit, *told)):
            lock = told.get(lock_id)
            found.append(
                Device(
                    id=lock_id,
                    label=lock_id,
                    kind=DeviceKind.LOCK,
                    name=(lock.lockname if lock else "") or first_unit.get(lock_id, ""),
                    manufacturer="KEYVOX",
                    model=(lock.modulename if lock else "") or None,
                    serial=(lock.moduleid if lock else "") or None,
                    capabilities=_LOCK,
                )
            )
        return found

    async def _places_of_units(
        self, units: list[WireUnit], places: list[WirePlace]
    ) -> dict[str, str]:
        """Return the place of each unit; the list of units names it by its name alone, which several may have."""
        by_name: dict[str, list[str]] = {}
        for place in places:
            by_name.setdefault(place.placename, []).append(place.placeid)
        found = {
            unit.unitid: unit.placeid or by_name[unit.placename][0]
            for unit in units
            if unit.placeid or len(by_name.get(unit.placename, ())) == 1
        }
        if len(found) < len(units) and self._client.has("listUnits"):
            for place in places:
                rows, _ = await self._rows(
                    WireUnit,
                    self._client.pages("listUnits", {"placeId": place.placeid}),
                )
                found |= {row.unitid: place.placeid for row in rows}
        return found

    async def _rows[W: Wire](
        self, wire: type[W], reading: Awaitable[Any]
    ) -> tuple[list[W], bool]:
        """Return the rows of a part of the API that an organisation may lack, and whether all could be read."""
        try:
            return wire.parse_all(listed(await reading))
        except _LACKING:
            return [], True
        except InvalidRequest:
            if not self._client.is_overview:
                raise
            # Nobody knows which fields it wants there.
            return [], True


def listed(data: Any) -> Any:
    """Return a list of an answer, which may be missing where there is nothing, and may stand in an object."""
    if isinstance(data, dict):
        data = next((each for each in data.values() if isinstance(each, list)), None)
    return [] if data is None else data


def _place(place: WirePlace, units: Iterable[Unit]) -> Device:
    return Device(
        id=place.placeid,
        label=place.placeid,
        kind=DeviceKind.PLACE,
        name=place.placename,
        manufacturer="KEYVOX",
        rooms=tuple(
            Room(id=unit.id, name=unit.name)
            for unit in units
            if unit.place_id == place.placeid
        ),
        capabilities=frozenset({Capability.BOOKINGS}),
    )


def box_id(locker_id: str, number: str) -> str:
    """Return what a box is known by."""
    return f"{locker_id}-{number}"


def _locker(locker: WireLocker, boxes: Sequence[WireBox]) -> list[Device]:
    """Return a locker and its boxes."""
    return [
        Device(
            id=locker.deviceid,
            label=locker.deviceid,
            kind=DeviceKind.LOCKER,
            name=locker.devicename,
            manufacturer="KEYVOX",
            capabilities=frozenset({Capability.BOXES}),
        ),
        *(
            Device(
                id=box_id(locker.deviceid, box.boxnum),
                label=box.boxnum,
                kind=DeviceKind.BOX,
                name=box.boxname,
                parent_id=locker.deviceid,
                capabilities=frozenset({Capability.BOX}),
            )
            for box in boxes
        ),
    ]
