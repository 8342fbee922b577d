"""The base entities, and how a platform follows the account's inventory."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import chain, islice
from typing import Final, override

from homeassistant.const import Platform
from homeassistant.core import callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import CONF_DOORS
from .coordinator import LatchkeyConfigEntry, LatchkeyCoordinator
from .devices import account_device, async_device_entry, identifier
from .grant_keeper import GrantKeeper
from .vendors.model import Device, Input, Output, Status

MOST_ENABLED: Final = 9_500
"""Home Assistant takes 10,000 enabled entities of a config entry and silently drops more; the rest is for the account's own."""


def unique_id(entry: LatchkeyConfigEntry, device: Device, point_id: str) -> str:
    """Return what the entity of an output or input is registered by."""
    return f"{identifier(entry, device.root_id)[1]}_{point_id}"


def door_key(device: Device, output: Output) -> str:
    """Return what an output that is a door is named by in the options."""
    return f"{device.root_id}/{output.id}"


def is_door(entry: LatchkeyConfigEntry, device: Device, output: Output) -> bool:
    """Return whether the user declared an output a door."""
    return door_key(device, output) in entry.options.get(CONF_DOORS, {})


class LatchkeyEntity(CoordinatorEntity[LatchkeyCoordinator]):
    """What all entities have in common."""

    _attr_has_entity_name = True

    @callback
    def async_start_disabled(self) -> None:
        """Leave it to the user to enable this entity."""
        self._attr_entity_registry_enabled_default = False


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
        self._written: tuple[object, ...] = ()

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

    @override
    async def async_added_to_hass(self) -> None:
        """Note the state that Home Assistant is about to write."""
        await super().async_added_to_hass()
        self._written = self._shown()

    def _shown(self) -> tuple[object, ...]:
        return (self.available, self.state, self.name)

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write the state if it is another one than was last written."""
        if not self.coordinator.has_changed(self.device.root_id):
            return
        device = self.coordinator.data.devices.get(self.device.id, self.device)
        for point in device.points:
            if point.id == self.point.id and point != self.point:
                self.device, self.point = device, point
                self._take_name()
        if (shown := self._shown()) != self._written:
            self._written = shown
            self.async_write_ha_state()


class AccountEntity(LatchkeyEntity):
    """What belongs to the account as a whole, and to its grants."""

    def __init__(
        self, coordinator: LatchkeyCoordinator, grants: GrantKeeper, key: str
    ) -> None:
        """Initialize with the grants and the entity's name among the account's."""
        super().__init__(coordinator)
        self.grants = grants
        entry = coordinator.config_entry
        self._attr_unique_id = f"{entry.unique_id}_{key}"
        self._attr_translation_key = key
        self._attr_device_info = account_device(entry)

    @property
    @override
    def available(self) -> bool:
        """Return that the ledger can always be read."""
        return True

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Leave a refresh alone: grants have their own time."""


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


type Wanted = Mapping[str, Callable[[], LatchkeyEntity]]
"""Entities by unique id, made when they are new."""


@callback
def async_follow_points[P: (Output, Input)](
    entry: LatchkeyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    platform: Platform,
    entity: Callable[[LatchkeyCoordinator, Device, P], PointEntity],
    points: Callable[[Device], Iterable[P]],
) -> None:
    """Have an entity for each point of each device."""
    coordinator = entry.runtime_data

    def wanted(devices: Mapping[str, Device]) -> Wanted:
        return {
            unique_id(entry, device, point.id): partial(
                entity, coordinator, device, point
            )
            for device in devices.values()
            for point in points(device)
        }

    async_follow_inventory(entry, async_add_entities, platform, wanted)


@callback
def async_follow_inventory(
    entry: LatchkeyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    platform: Platform,
    wanted_of: Callable[[Mapping[str, Device]], Wanted],
) -> None:
    """Add what is wanted, now and when it comes to be wanted; remove what is so no more."""
    coordinator = entry.runtime_data
    followed: tuple[object, ...] = ()
    known: set[str] = set()

    @callback
    def follow() -> None:
        nonlocal followed, known
        devices, settled = coordinator.data.devices, coordinator.inventory.settled
        if followed == (id(devices), settled):
            return
        followed = (id(devices), settled)
        wanted = wanted_of(devices)
        new = {key: make() for key, make in wanted.items() if key not in known}
        for key in new.keys() & _too_many(entry, devices):
            new[key].async_start_disabled()
        async_add_entities(new.values())
        known = set(wanted)
        # A point that exists but is another platform's (a relay that became a door) is no doubtful case.
        existing = {
            unique_id(entry, device, point.id)
            for device in devices.values()
            for point in device.points
        }
        registry = er.async_get(coordinator.hass)
        for registered in er.async_entries_for_config_entry(registry, entry.entry_id):
            if (
                registered.domain == platform
                and registered.unique_id not in wanted
                and (settled or registered.unique_id in existing)
            ):
                registry.async_remove(registered.entity_id)

    follow()
    entry.async_on_unload(coordinator.async_add_listener(follow))


def _too_many(entry: LatchkeyConfigEntry, devices: Mapping[str, Device]) -> set[str]:
    """Return the points that are too many to be enabled: first the inputs, then the outputs of parts."""
    mains = [device for device in devices.values() if device.parent_id is None]
    parts = [device for device in devices.values() if device.parent_id is not None]
    by_rank = chain(
        ((device, point.id) for device in mains for point in device.points),
        ((device, output.id) for device in parts for output in device.outputs),
        ((device, point.id) for device in parts for point in device.inputs),
    )
    return {
        unique_id(entry, device, point_id)
        for device, point_id in islice(by_rank, MOST_ENABLED, None)
    }
