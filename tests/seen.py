"""What a test sees of an account in Home Assistant: its entities, devices and repairs, by the vendor's ids."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import State
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.helpers.device_registry import AnyDeviceEntry

from custom_components.latchkey.const import DOMAIN
from tests.running import Running


class Seen(Running):
    """A home that is looked at by the vendor's ids."""

    def account(self) -> ConfigEntryState:
        """Return how the account's entry is."""
        found: ConfigEntryState = self.entry.state
        return found

    def entity_id(self, platform: str, own_id: str) -> str | None:
        """Return an entity by the end of its unique id, if there is one."""
        registry = er.async_get(self.hass)
        unique_id = f"{self.entry.unique_id}_{own_id}"
        return registry.async_get_entity_id(
            platform, DOMAIN, unique_id
        ) or registry.async_get_entity_id(platform, DOMAIN, f"reading/{unique_id}")

    def shown(self, platform: str, own_id: str) -> State:
        """Return what an entity shows, by the end of its unique id."""
        entity_id = self.entity_id(platform, own_id)
        assert entity_id is not None, own_id
        state = self.hass.states.get(entity_id)
        assert state is not None, entity_id
        return state

    def device(self, device_id: str) -> AnyDeviceEntry | None:
        """Return a device's entry, be it a whole or a part, if there is one."""
        registry = dr.async_get(self.hass)
        identifier = (DOMAIN, f"{self.entry.unique_id}_{device_id}")
        entry_id = self.entry.entry_id
        return registry.async_get_device_by_identifier(
            identifier, entry_id
        ) or registry.async_get_child_device_by_identifier(identifier, entry_id)

    def registered_id(self, device_id: str) -> str:
        """Return what Home Assistant knows a device by."""
        device = self.device(device_id)
        assert device is not None
        return device.id

    def issue(self, key: str) -> ir.IssueEntry | None:
        """Return a repair of the account, if there is one."""
        return ir.async_get(self.hass).async_get_issue(
            DOMAIN, f"{key}_{self.entry.entry_id}"
        )
