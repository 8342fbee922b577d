"""Which devices, outputs and inputs an account has: what is missing once may only be late."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from .vendors.bookings import Room
from .vendors.model import Device, Input, Inventory, Output

_PART: Final = "part"


class InventoryTracker:
    """Follows the inventory; a thing is gone once it is missing from two successive readings."""

    def __init__(self, parts: Iterable[str] = ()) -> None:
        """Initialize with nothing known but what the account was made of."""
        self.devices: Mapping[str, Device] = {}
        self.parts = frozenset(parts)
        """What makes the account; empty where nothing does that may change."""
        self._missing: set[tuple[str, ...]] = set()
        self._complete_readings = 0

    @property
    def settled(self) -> bool:
        """Whether two readings have been had, so that what is not in the inventory is really gone."""
        return self._complete_readings >= 2

    def forget(self, device_id: str) -> None:
        """Take a device for missing once already: it was deleted from here, and one reading without it is enough."""
        self._missing.add((device_id,))

    def add(self, devices: Sequence[Device]) -> None:
        """Have some devices more, which the next reading is to have, too."""
        self.devices = {**self.devices, **{each.id: each for each in devices}}

    def drop(self, device_id: str) -> None:
        """Have a device no more that is no part and has none, nor what is reached through it; the next reading may have it again."""
        self.devices = {
            own_id: device
            for own_id, device in self.devices.items()
            if device_id not in (own_id, device.via_id)
        }

    def update(self, inventory: Inventory) -> None:
        """Take in a reading; `devices` stays the same object where nothing changed."""
        missing: set[tuple[str, ...]] = set()
        devices: dict[str, Device] = {}
        for device in inventory.devices:
            held = self.devices.get(device.id)
            devices[device.id] = (
                replace(
                    device,
                    outputs=self._kept(
                        device.id, held.outputs, device.outputs, missing, inventory
                    ),
                    inputs=self._kept(
                        device.id, held.inputs, device.inputs, missing, inventory
                    ),
                    rooms=self._kept(
                        device.id, held.rooms, device.rooms, missing, inventory
                    ),
                )
                if held
                else device
            )
        for device_id, device in self.devices.items():
            if device_id not in devices and self._stays(
                (device_id,), missing, inventory
            ):
                devices[device_id] = device
        # A part cannot outlive what it is a part of.
        devices = {
            device_id: device
            for device_id, device in devices.items()
            if device.root_id in devices
        }
        self.parts = inventory.parts | {
            part
            for part in self.parts - inventory.parts
            if self._stays(("", _PART, part), missing, inventory)
        }
        if inventory.complete:
            self._missing = missing
            self._complete_readings += 1
        else:
            # What was seen in between was not missing twice in a row.
            self._missing -= {("", _PART, part) for part in inventory.parts}
            self._missing -= {
                key
                for device in inventory.devices
                for key in (
                    (device.id,),
                    *((device.id, p.id) for p in (*device.points, *device.rooms)),
                )
            }
        if devices != self.devices:
            self.devices = devices

    def _kept[P: (Output, Input, Room)](
        self,
        device_id: str,
        held: tuple[P, ...],
        read: tuple[P, ...],
        missing: set[tuple[str, ...]],
        inventory: Inventory,
    ) -> tuple[P, ...]:
        """Return what was read, and after it what is missing but stays."""
        ids = {point.id for point in read}
        return read + tuple(
            point
            for point in held
            if point.id not in ids
            and self._stays((device_id, point.id), missing, inventory)
        )

    def _stays(
        self, key: tuple[str, ...], missing: set[tuple[str, ...]], inventory: Inventory
    ) -> bool:
        """Return whether something that was not read is kept, and note that it was not read."""
        if not inventory.complete:
            return True
        if key in self._missing:
            return False
        missing.add(key)
        return True
