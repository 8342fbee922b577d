"""Events: the life of grants, the lines of devices' logs."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, override

from homeassistant.components.event import EventEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .const import ATTR_ACCESS, ATTR_CREDENTIAL, ATTR_FAULT, ATTR_GRANT_ID, ATTR_NAME
from .coordinator import LatchkeyConfigEntry, LatchkeyCoordinator
from .entity import GrantEntity, LatchkeyEntity, unique_id
from .follow import Wanted, async_follow_inventory
from .grant_keeper import DELIVERY_FAILED, EXPIRING, GrantKeeper
from .ledger import Record
from .log_event import DeviceEvent, PassageEvent
from .remote_door import OpeningEvent
from .vendors.granting import FollowsGrants
from .vendors.grants import GrantState
from .vendors.model import Capability, Device

# Nothing is sent.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: LatchkeyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the event of the account's grants, and those of its devices' logs."""
    coordinator = entry.runtime_data

    def wanted(devices: Mapping[str, Device]) -> Wanted:
        found: dict[str, Callable[[], LatchkeyEntity]] = {}
        if grants := coordinator.grants:
            found[f"{entry.unique_id}_grant"] = partial(
                GrantEvent, coordinator, grants, "grant"
            )
        if openings := coordinator.openings:
            found |= {
                unique_id(entry, device, "opening"): partial(
                    OpeningEvent, coordinator, openings, device
                )
                for device in devices.values()
                if Capability.OPEN in device.capabilities
            }
        if (log := coordinator.log) is None:
            return found
        for device in devices.values():
            for capability, key, entity in (
                (Capability.PASSAGES, "passage", PassageEvent),
                (Capability.LOG, "log", DeviceEvent),
            ):
                if capability in device.capabilities:
                    found[unique_id(entry, device, key)] = partial(
                        entity, coordinator, log, device, key
                    )
        return found

    async_follow_inventory(entry, async_add_entities, Platform.EVENT, wanted)


class GrantEvent(GrantEntity, EventEntity):
    """A grant came to another state, or near its end."""

    def __init__(
        self, coordinator: LatchkeyCoordinator, grants: GrantKeeper, key: str
    ) -> None:
        """Initialize with the grants."""
        super().__init__(coordinator, grants, key)
        self._attr_event_types = [*(state.value for state in GrantState), EXPIRING]
        if isinstance(grants.vendor, FollowsGrants):
            self._attr_event_types.append(DELIVERY_FAILED)

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the grants."""
        await super().async_added_to_hass()
        self.async_on_remove(self.grants.async_listen_events(self._handle))

    @callback
    def _handle(self, event_type: str, record: Record) -> None:
        """Tell what happened to a grant; never by which code."""
        end = record.terms.end
        attributes: dict[str, Any] = {
            ATTR_GRANT_ID: record.grant_id,
            ATTR_ACCESS: record.access_name,
            ATTR_CREDENTIAL: record.credential and record.credential.value,
            "ends": dt_util.as_local(end).isoformat() if end else None,
        }
        if record.fault:
            attributes[ATTR_FAULT] = record.fault.value
        if record.fault and record.failed_at:
            attributes["failed_at"] = record.failed_at
        if self.grants.show_holders:
            attributes[ATTR_NAME] = record.terms.name
        self._trigger_event(event_type, attributes)
        self.async_write_ha_state()
