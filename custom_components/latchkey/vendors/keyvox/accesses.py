"""What grants open at KEYVOX: units with all their locks, and boxes of lockers."""

from collections.abc import Mapping, Sequence

from ..grants import Access
from ..model import Device, DeviceKind
from ..vendor import InvalidField
from .part import Part, Unit


class Accesses(Part):
    """The units and boxes that can be granted (1.7)."""

    def scopes(
        self, devices: Mapping[str, Device], device: Device | None = None
    ) -> Sequence[Access]:
        """Return the units of a lock or a place, the locker of a box, or all units and lockers."""
        units = [
            unit
            for unit in self._units.values()
            if device is None
            or device.id in unit.lock_ids
            or (device.kind is DeviceKind.PLACE and device.id == unit.place_id)
        ]
        lockers = [
            each
            for each in devices.values()
            if each.kind is DeviceKind.LOCKER
            and (device is None or device.root_id == each.id)
        ]
        return [
            *(_of_unit(unit) for unit in units),
            *(Access(each.id, each.name or each.label, each.id) for each in lockers),
        ]

    def device_of(self, access: Access) -> str | None:
        """Return the first lock of a unit, which may have none, or the box or locker itself."""
        if access.scope not in self._units:
            return access.id
        return next(iter(self._units[access.scope].lock_ids), None)

    def access_of(
        self, device: Device, devices: Mapping[str, Device], fields: Mapping[str, str]
    ) -> Access:
        """Return the unit of a lock, of which a lock may have several, or a box."""
        if device.kind is DeviceKind.BOX:
            return _checked_box(_of_box(device, devices), fields)
        if device.kind is not DeviceKind.LOCK:
            raise InvalidField("device_id", "neither_lock_nor_box")
        units = [unit for unit in self._units.values() if device.id in unit.lock_ids]
        if not units:
            raise InvalidField("device_id", "lock_without_unit")
        if len(units) > 1:
            raise InvalidField("device_id", "lock_of_several_units")
        return self._checked_unit(_of_unit(units[0]), fields)

    def access_named(
        self, text: str, devices: Mapping[str, Device], fields: Mapping[str, str]
    ) -> Access:
        """Return the unit or the box of this id, or of this name; a box may be named after its locker and a comma."""
        units = [_of_unit(unit) for unit in self._units.values()]
        boxes = {
            each.id: (_of_box(each, devices), each)
            for each in devices.values()
            if each.kind is DeviceKind.BOX
        }
        wanted = text.casefold()
        found = [access for access in units if access.id == text] or [
            access for access, box in boxes.values() if box.id == text
        ]
        found = found or [
            *(access for access in units if access.name.casefold() == wanted),
            *(
                access
                for access, box in boxes.values()
                if wanted in (access.name.casefold(), box.name.casefold())
            ),
        ]
        if not found:
            raise InvalidField("access", "unknown_access")
        if len(found) > 1:
            raise InvalidField("access", "ambiguous_access")
        if found[0].id in boxes:
            return _checked_box(found[0], fields)
        return self._checked_unit(found[0], fields)

    def _checked_unit(self, access: Access, fields: Mapping[str, str]) -> Access:
        if "use" in fields:
            raise InvalidField("use", "only_for_a_box")
        if self._client.is_overview and not self._units[access.id].lock_ids:
            raise InvalidField("access", "unit_without_lock")
        return access


def _checked_box(access: Access, fields: Mapping[str, str]) -> Access:
    if "email" in fields:
        raise InvalidField("email", "not_for_a_box")
    return access


def _of_unit(unit: Unit) -> Access:
    return Access(unit.id, unit.name, unit.id)


def _of_box(box: Device, devices: Mapping[str, Device]) -> Access:
    locker = devices[box.root_id]
    name = f"{locker.name or locker.label}, {box.name or box.label}"
    return Access(box.id, name, locker.id)
