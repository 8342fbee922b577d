"""What is to be seen of lockers and their boxes, and the button that opens one."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
)
from homeassistant.components.button import ButtonEntity
from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorStateClass,
)
from homeassistant.const import EntityCategory

from .box_keeper import BoxKeeper
from .coordinator import LatchkeyConfigEntry, LatchkeyCoordinator
from .entity import DeviceEntity, LatchkeyEntity, seen_id, unique_id
from .follow import Wanted
from .vendors.lockers import BoxSize, BoxStatus
from .vendors.model import Capability, Device

BOXES: Final = "boxes"
"""The kind of the sensors that are there once a size of boxes was heard of."""
_FREE: Final = "free_boxes"


class LockerEntity(DeviceEntity):
    """What belongs to a locker or to one of its boxes."""

    def __init__(
        self,
        coordinator: LatchkeyCoordinator,
        boxes: BoxKeeper,
        device: Device,
        key: str,
        kind: str = "",
    ) -> None:
        """Initialize with who keeps what lockers tell."""
        super().__init__(coordinator, device, key, kind)
        self.boxes = boxes

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the locker."""
        await super().async_added_to_hass()
        changed = self.boxes.changed[self.device.root_id]
        self.async_on_remove(changed.async_listen(self.async_show))


class BoxEntity(LockerEntity):
    """What belongs to a box."""

    key: str

    def __init__(
        self, coordinator: LatchkeyCoordinator, boxes: BoxKeeper, device: Device
    ) -> None:
        """Initialize with the box; its locker's other boxes have entities of the same name."""
        super().__init__(coordinator, boxes, device, box_key(device, self.key))
        self._attr_translation_key = self.key

    @property
    @override
    def available(self) -> bool:
        """Return whether the locker told of the box when it was last asked."""
        told = self.boxes.statuses.get(self.device.root_id, {})
        return super().available and self.device.id in told

    @property
    def box_status(self) -> BoxStatus | None:
        """Return how the box stands, where that is known."""
        return self.boxes.statuses.get(self.device.root_id, {}).get(self.device.id)


class BoxStatusSensor(BoxEntity, SensorEntity):
    """How a box stands."""

    key = "box_status"

    _attr_device_class = SensorDeviceClass.ENUM
    _attr_options = [status.value for status in BoxStatus]  # noqa: RUF012  Home Assistant's own form

    @property
    @override
    def native_value(self) -> str | None:
        """Return the status."""
        return self.box_status


class BoxProblem(BoxEntity, BinarySensorEntity):
    """Whether a box is out of order."""

    key = "box_problem"

    _attr_device_class = BinarySensorDeviceClass.PROBLEM
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether it is."""
        status = self.box_status
        return None if status is None else status is BoxStatus.FAULT


class OpenBoxButton(LockerEntity, ButtonEntity):
    """Opens a box; for the user to enable, since whatever is in it is within reach then."""

    key = "open_box"

    _attr_entity_registry_enabled_default = False
    _attr_translation_key = key

    def __init__(
        self, coordinator: LatchkeyCoordinator, boxes: BoxKeeper, device: Device
    ) -> None:
        """Initialize with the box."""
        super().__init__(coordinator, boxes, device, box_key(device, self.key))

    @override
    async def async_press(self) -> None:
        """Open it, once."""
        devices = self.coordinator.data.devices
        await self.boxes.async_open(devices.get(self.device.id, self.device))


class FreeBoxesSensor(LockerEntity, SensorEntity):
    """How many of a locker's boxes can be had for the next hour."""

    _attr_state_class = SensorStateClass.MEASUREMENT
    _attr_suggested_display_precision = 0

    def __init__(
        self,
        coordinator: LatchkeyCoordinator,
        boxes: BoxKeeper,
        device: Device,
        size: str | None = None,
    ) -> None:
        """Initialize with the size that is counted, None for all of them."""
        if size is None:
            super().__init__(coordinator, boxes, device, _FREE)
            self._attr_translation_key = _FREE
        else:
            super().__init__(coordinator, boxes, device, f"{_FREE}_{size}", BOXES)
            is_named = size in list(BoxSize)
            self._attr_translation_key = f"{_FREE}_{size if is_named else 'size'}"
            self._attr_translation_placeholders = {} if is_named else {"size": size}
        self._size = size

    @property
    @override
    def available(self) -> bool:
        """Return whether the locker told when it was last asked."""
        return super().available and self.device.id in self.boxes.free

    @property
    @override
    def native_value(self) -> int | None:
        """Return the number."""
        free = self.boxes.free.get(self.device.id)
        if free is None:
            return None
        return free.total() if self._size is None else free[self._size]


def box_key(box: Device, key: str) -> str:
    """Return a key that tells a box's entity from those of the other boxes of its locker."""
    return f"{box.id}_{key}"


def of_boxes(
    entry: LatchkeyConfigEntry,
    devices: Iterable[Device],
    entity: type[BoxEntity | OpenBoxButton],
) -> dict[str, Callable[[], LatchkeyEntity]]:
    """Return an entity for each box that there is."""
    coordinator = entry.runtime_data
    if (boxes := coordinator.boxes) is None:
        return {}
    return {
        unique_id(entry, device, box_key(device, entity.key)): partial(
            entity, coordinator, boxes, device
        )
        for device in devices
        if Capability.BOX in device.capabilities
    }


def of_lockers(
    entry: LatchkeyConfigEntry, devices: Mapping[str, Device]
) -> dict[str, Callable[[], LatchkeyEntity]]:
    """Return the sensors of all that there is of lockers and boxes, whatever the boxes' sizes."""
    coordinator = entry.runtime_data
    if (boxes := coordinator.boxes) is None:
        return {}
    return of_boxes(entry, devices.values(), BoxStatusSensor) | {
        unique_id(entry, device, _FREE): partial(
            FreeBoxesSensor, coordinator, boxes, device
        )
        for device in devices.values()
        if Capability.BOXES in device.capabilities
    }


def of_sizes(entry: LatchkeyConfigEntry, boxes: BoxKeeper, device: Device) -> Wanted:
    """Return a sensor for each size that a locker was heard to have."""
    return {
        seen_id(BOXES, unique_id(entry, device, f"{_FREE}_{size}")): partial(
            FreeBoxesSensor, entry.runtime_data, boxes, device, size
        )
        for size in boxes.sizes.get(device.id, ())
    }
