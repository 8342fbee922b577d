"""Sensors: what devices measure and report, how their callbacks fare, and those of grants and lockers."""

from collections.abc import Mapping
from functools import partial

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .box_entities import BOXES, of_lockers, of_sizes
from .coordinator import LatchkeyConfigEntry
from .entity import seen_id, unique_id
from .follow import Seen, Wanted, async_follow_inventory, async_follow_seen
from .grant_sensor import GRANT_SENSORS, DeliverySensor, GrantSensor
from .key_sensor import KEY, of_system
from .push_sensor import PUSH, PUSH_SENSORS, PushSensor
from .reading_entity import READING
from .reading_sensor import READING_SENSORS, ReadingSensor
from .subscription_sensor import LAST_PUSH, LastCallSensor
from .vendors.model import Capability, Device

# Nothing is sent.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: LatchkeyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the readings of the account's grants, of its devices and lockers, and of their callbacks."""
    coordinator = entry.runtime_data

    def of_inventory(devices: Mapping[str, Device]) -> Wanted:
        found = of_lockers(entry, devices)
        if (grants := coordinator.grants) is None:
            return found
        found |= {
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

    def readings(device: Device) -> Wanted:
        return {
            seen_id(READING, unique_id(entry, device, reading.id)): partial(
                ReadingSensor, coordinator, device, reading
            )
            for reading in coordinator.readings.values[device.id].values()
            if reading.kind in READING_SENSORS
        }

    async_follow_inventory(entry, async_add_entities, Platform.SENSOR, of_inventory)
    async_follow_seen(
        entry,
        async_add_entities,
        Platform.SENSOR,
        READING,
        Seen(coordinator.readings.found.async_listen, readings),
    )
    if boxes := coordinator.boxes:
        async_follow_seen(
            entry,
            async_add_entities,
            Platform.SENSOR,
            BOXES,
            Seen(boxes.found.async_listen, partial(of_sizes, entry, boxes)),
        )
    if keys := coordinator.keys:
        async_follow_seen(
            entry,
            async_add_entities,
            Platform.SENSOR,
            KEY,
            Seen(keys.found.async_listen, partial(of_system, entry, keys), keys.is_all),
        )
    if callbacks := coordinator.callbacks:

        def push(device: Device) -> Wanted:
            if callbacks.health[device.id].callback is None:
                return {}
            return {
                seen_id(PUSH, unique_id(entry, device, description.key)): partial(
                    PushSensor, coordinator, device, callbacks, description
                )
                for description in PUSH_SENSORS
            }

        async_follow_seen(
            entry,
            async_add_entities,
            Platform.SENSOR,
            PUSH,
            Seen(callbacks.found.async_listen, push, callbacks.is_known),
        )
    if subscriptions := coordinator.subscriptions:

        def calls(device: Device) -> Wanted:
            if (
                Capability.SUBSCRIPTIONS not in device.capabilities
                or not subscriptions.standings
            ):
                return {}
            return {
                seen_id(PUSH, unique_id(entry, device, LAST_PUSH)): partial(
                    LastCallSensor, coordinator, device, subscriptions
                )
            }

        async_follow_seen(
            entry,
            async_add_entities,
            Platform.SENSOR,
            PUSH,
            Seen(
                subscriptions.changed.async_listen,
                calls,
                lambda _: subscriptions.is_known,
            ),
        )
