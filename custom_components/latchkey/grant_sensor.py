"""Readings of grants: how many there are, when the next one ends, how far a delivery has come."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import PERCENTAGE, EntityCategory
from homeassistant.helpers.typing import StateType

from .coordinator import LatchkeyCoordinator
from .entity import DeviceEntity, GrantEntity
from .grant_keeper import GrantKeeper
from .vendors.grants import DeliveryState, GrantState
from .vendors.model import Device


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


class GrantSensor(GrantEntity, SensorEntity):
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

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """Return what is read."""
        return self.entity_description.value_fn(self.grants)

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the grants."""
        await super().async_added_to_hass()
        self.async_on_remove(self.grants.async_listen(self.async_show))


class DeliverySensor(DeviceEntity, SensorEntity):
    """How far the delivery of changes to a device has come; unknown while there is none."""

    key = "delivery"
    can_be_spared = False

    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_native_unit_of_measurement = PERCENTAGE
    _attr_translation_key = "delivery"

    def __init__(
        self, coordinator: LatchkeyCoordinator, grants: GrantKeeper, device: Device
    ) -> None:
        """Initialize with the device."""
        super().__init__(coordinator, device, self.key)
        self._grants = grants

    @property
    @override
    def available(self) -> bool:
        """Return that what is known of deliveries is known here."""
        return True

    @property
    @override
    def native_value(self) -> int | None:
        """Return the percentage that has been delivered."""
        delivery = self._grants.delivery(self.device.id)
        return 100 if delivery.state is DeliveryState.COMPLETED else delivery.percent

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the deliveries."""
        await super().async_added_to_hass()
        self.async_on_remove(self._grants.async_listen(self.async_show))
