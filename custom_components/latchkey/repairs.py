"""The repairs that Latchkey can carry out: take a callback over, bring one that fails in order."""

from typing import Any

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import voluptuous as vol

from .const import DOMAIN
from .coordinator import LatchkeyCoordinator
from .push_repairs import FOREIGN_CALLBACK
from .vendors.vendor import VendorError


class PushRepairFlow(RepairsFlow):
    """Asks whether to go on, and tells whether it helped."""

    def __init__(self, entry_id: str, device_id: str | None) -> None:
        """Initialize with the account, and the device where it is about one alone."""
        self._entry_id = entry_id
        self._device_id = device_id
        self._placeholders: dict[str, str] | None = None

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Begin with the question."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Carry the repair out once it is agreed to."""
        errors: dict[str, str] = {}
        if user_input is not None:
            entry = self.hass.config_entries.async_get_entry(self._entry_id)
            if entry is None or entry.state is not ConfigEntryState.LOADED:
                return self.async_abort(reason="not_loaded")
            try:
                if await self._async_repair(entry.runtime_data):
                    return self.async_create_entry(data={})
                errors["base"] = "not_called"
            except VendorError:
                errors["base"] = "vendor_failed"
        # A take-over that half succeeded has taken the issue back already.
        if issue := ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id):
            self._placeholders = issue.translation_placeholders
        return self.async_show_form(
            step_id="confirm",
            data_schema=vol.Schema({}),
            errors=errors,
            description_placeholders=self._placeholders,
        )

    async def _async_repair(self, coordinator: LatchkeyCoordinator) -> bool:
        """Repair, and return whether calls come through now."""
        assert coordinator.callbacks is not None
        if self._device_id is None:
            return await coordinator.callbacks.async_renew()
        device = coordinator.inventory.devices.get(self._device_id)
        if device is None:
            # It is gone, and its callback is nobody's concern.
            return True
        return await coordinator.callbacks.async_take_over(device)


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, Any] | None
) -> RepairsFlow:
    """Return the flow of a repair."""
    assert data is not None
    return PushRepairFlow(
        data["entry_id"],
        data["device_id"] if issue_id.startswith(FOREIGN_CALLBACK) else None,
    )
