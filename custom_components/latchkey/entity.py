"""The base entities."""

from typing import override

from homeassistant.core import callback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import CONF_DOORS
from .coordinator import LatchkeyConfigEntry, LatchkeyCoordinator
from .devices import account_device, async_device_entry, identifier
from .grant_keeper import GrantKeeper
from .vendors.model import Device, Input, Output, Status


def unique_id(entry: LatchkeyConfigEntry, device: Device, point_id: str) -> str:
    """Return what the entity of an output or input is registered by."""
    return f"{identifier(entry, device.root_id)[1]}_{point_id}"


def seen_id(kind: str, own_id: str) -> str:
    """Return what an entity is registered by that appears once there is something to show."""
    return f"{kind}/{own_id}"


def door_key(device: Device, output: Output) -> str:
    """Return what an output that is a door is named by in the options."""
    return f"{device.root_id}/{output.id}"


def is_door(entry: LatchkeyConfigEntry, device: Device, output: Output) -> bool:
    """Return whether the user declared an output a door."""
    return door_key(device, output) in entry.options.get(CONF_DOORS, {})


class LatchkeyEntity(CoordinatorEntity[LatchkeyCoordinator]):
    """What all entities have in common."""

    _attr_has_entity_name = True
    _written: tuple[object, ...] = ()

    @callback
    def async_start_disabled(self) -> None:
        """Leave it to the user to enable this entity."""
        self._attr_entity_registry_enabled_default = False

    @override
    async def async_added_to_hass(self) -> None:
        """Note the state that Home Assistant is about to write."""
        await super().async_added_to_hass()
        self._written = self._shown()

    def _shown(self) -> tuple[object, ...]:
        return (self.available, self.state, self.name)

    @callback
    def async_show(self) -> None:
        """Write the state if it is another one than was last written."""
        if (shown := self._shown()) != self._written:
            self._written = shown
            self.async_write_ha_state()


class PointEntity(LatchkeyEntity):
    """An output or an input of a device."""

    def __init__(
        self, coordinator: LatchkeyCoordinator, device: Device, point: Output | Input
    ) -> None:
        """Initialize with the device that the point is a terminal of."""
        super().__init__(coordinator)
        self.device = device
        self.point = point
        self.device_entry = async_device_entry(
            coordinator.hass, coordinator.config_entry, device
        )
        self._attr_unique_id = unique_id(coordinator.config_entry, device, point.id)
        self._attr_translation_placeholders = {"number": point.id}
        self._take_name()

    def _take_name(self) -> None:
        """Take the vendor's description; where it is empty the translated number is the name."""
        if self.point.name:
            self._attr_name = self.point.name
        elif hasattr(self, "_attr_name"):
            del self._attr_name

    @property
    def status(self) -> Status | None:
        """Return what the device tells, where it can be read."""
        return self.coordinator.data.statuses.get(self.device.root_id)

    @property
    def full_name(self) -> str:
        """Return the name by which an error tells which point it is about."""
        return f"{self.device.name or self.device.label}, {self.point.name or self.point.id}"

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Show what changed."""
        if not self.coordinator.has_changed(self.device.root_id):
            return
        device = self.coordinator.data.devices.get(self.device.id, self.device)
        for point in device.points:
            if point.id == self.point.id and point != self.point:
                self.device, self.point = device, point
                self._take_name()
        self.async_show()


class DeviceEntity(LatchkeyEntity):
    """What belongs to a device beside its outputs and inputs."""

    can_be_spared = True
    """Whether it starts disabled where there are more entities than Home Assistant takes."""

    def __init__(
        self, coordinator: LatchkeyCoordinator, device: Device, key: str, kind: str = ""
    ) -> None:
        """Initialize with the entity's name among the device's, of a kind that appears once it is seen."""
        super().__init__(coordinator)
        entry = coordinator.config_entry
        self.device = device
        self.device_entry = async_device_entry(coordinator.hass, entry, device)
        own_id = unique_id(entry, device, key)
        self._attr_unique_id = seen_id(kind, own_id) if kind else own_id

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Show whether the account can be reached; the rest has its own time."""
        self.async_show()


class AccountEntity(LatchkeyEntity):
    """What belongs to the account as a whole."""

    def __init__(self, coordinator: LatchkeyCoordinator, key: str) -> None:
        """Initialize with the entity's name among the account's."""
        super().__init__(coordinator)
        entry = coordinator.config_entry
        self._attr_unique_id = f"{entry.unique_id}_{key}"
        self._attr_translation_key = key
        self._attr_device_info = account_device(entry)

    @property
    @override
    def available(self) -> bool:
        """Return that what is kept here can always be read."""
        return True

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Leave a refresh alone: what is kept here has its own time."""


class GrantEntity(AccountEntity):
    """What belongs to the account's grants."""

    def __init__(
        self, coordinator: LatchkeyCoordinator, grants: GrantKeeper, key: str
    ) -> None:
        """Initialize with the grants."""
        super().__init__(coordinator, key)
        self.grants = grants


class OutputEntity(PointEntity):
    """An output of a device."""

    point: Output

    @property
    @override
    def available(self) -> bool:
        """Return whether the output is reported at all."""
        status = self.status
        return (
            super().available and status is not None and self.point.id in status.outputs
        )

    @property
    def is_on(self) -> bool | None:
        """Return whether the output is on."""
        return self.status.outputs.get(self.point.id) if self.status else None
