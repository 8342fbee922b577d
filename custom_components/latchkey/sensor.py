"""Readings: how many grants there are, when the next one ends, how far a delivery has come."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import PERCENTAGE, EntityCategory, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from .coordinator import LatchkeyConfigEntry, LatchkeyCoordinator
from .devices import async_device_entry
from .entity import (
    AccountEntity,
    LatchkeyEntity,
    Wanted,
    async_follow_inventory,
    unique_id,
)
from .grant_keeper import GrantKeeper
from .vendors.grants import DeliveryState, GrantState
from .vendors.model import Device

# Nothing is sent.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class GrantSensorDescription(SensorEntityDescription):
    """Describes a reading of the account's grants."""

    value_fn: Callable[[GrantKeeper], StateType | datetime]


GRANT_SENSORS = (
    GrantSensorDescription(
        key="active_grants",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda grants: grants.count(GrantState.ACTIVE),
    ),
    GrantSensorDescription(
        key="pending_grants",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda grants: grants.count(
            GrantState.PENDING, GrantState.REVOKING, GrantState.UNKNOWN
        ),
    ),
    GrantSensorDescription(
        key="next_expiry",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda grants: grants.next_expiry(),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: LatchkeyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the readings of the account's grants, and of each device's deliveries."""
    coordinator = entry.runtime_data
    if (grants := coordinator.grants) is None:
        return

    def wanted(devices: Mapping[str, Device]) -> Wanted:
        found: dict[str, Callable[[], LatchkeyEntity]] = {
            f"{entry.unique_id}_{description.key}": partial(
                GrantSensor, coordinator, grants, description
            )
            for description in GRANT_SENSORS
        }
        if grants.deliveries:
            found |= {
                unique_id(entry, device, DeliverySensor.key): partial(
                    DeliverySensor, coordinator, grants, device
                )
                for device in devices.values()
                if device.parent_id is None
            }
        return found

    async_follow_inventory(entry, async_add_entities, Platform.SENSOR, wanted)


class GrantSensor(AccountEntity, SensorEntity):
    """A reading of the account's grants."""

    entity_description: GrantSensorDescription

    def __init__(
        self,
        coordinator: LatchkeyCoordinator,
        grants: GrantKeeper,
        description: GrantSensorDescription,
    ) -> None:
        """Initialize with what is read."""
        super().__init__(coordinator, grants, description.key)
        self.entity_description = description
        self._attr_native_value = description.value_fn(grants)

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the grants."""
        await super().async_added_to_hass()
        self.async_on_remove(self.grants.async_listen(self._handle))

    @callback
    def _handle(self) -> None:
        value = self.entity_description.value_fn(self.grants)
        if value != self._attr_native_value:
            self._attr_native_value = value
            self.async_write_ha_state()


class DeliverySensor(LatchkeyEntity, SensorEntity):
    """How far the delivery of changes to a device has come; unknown while there is none."""

    key = "delivery"

    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_native_unit_of_measurement = PERCENTAGE
    _attr_translation_key = "delivery"

    def __init__(
        self, coordinator: LatchkeyCoordinator, grants: GrantKeeper, device: Device
    ) -> None:
        """Initialize with the device."""
        super().__init__(coordinator)
        entry = coordinator.config_entry
        self._grants = grants
        self._scope = device.id
        self.device_entry = async_device_entry(coordinator.hass, entry, device)
        self._attr_unique_id = unique_id(entry, device, self.key)
        self._attr_native_value = None

    @property
    @override
    def available(self) -> bool:
        """Return that what is known of deliveries is known here."""
        return True

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the deliveries."""
        await super().async_added_to_hass()
        self.async_on_remove(self._grants.async_listen(self._handle))

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Leave a refresh alone: deliveries have their own time."""

    @callback
    def _handle(self) -> None:
        delivery = self._grants.delivery(self._scope)
        value = 100 if delivery.state is DeliveryState.COMPLETED else delivery.percent
        if value != self._attr_native_value:
            self._attr_native_value = value
            self.async_write_ha_state()
