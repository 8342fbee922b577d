"""The repairs about callbacks, which everyone may read: they name hosts and devices, no addresses."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .vendors.model import Device

if TYPE_CHECKING:
    from .coordinator import LatchkeyCoordinator

FOREIGN_CALLBACK = "foreign_callback"
PUSH_FAILING = "push_failing"
SUBSCRIPTIONS_FULL = "subscriptions_full"


class PushRepairs:
    """Raises what the user should see to, and takes it back."""

    def __init__(self, coordinator: LatchkeyCoordinator) -> None:
        """Initialize with the account."""
        self._coordinator = coordinator
        self._entry_id = coordinator.config_entry.entry_id
        self._stopped = False

    @callback
    def async_stop(self) -> None:
        """Raise nothing any more."""
        self._stopped = True

    @callback
    def async_foreign(self, device: Device, host: str | None) -> None:
        """Tell that the vendor calls somebody else about a device, or no more."""
        issue_id = f"{FOREIGN_CALLBACK}_{self._entry_id}_{device.id}"
        if host is None:
            ir.async_delete_issue(self._coordinator.hass, DOMAIN, issue_id)
            return
        if self._stopped:
            return
        ir.async_create_issue(
            self._coordinator.hass,
            DOMAIN,
            issue_id,
            data={"entry_id": self._entry_id, "device_id": device.id},
            is_fixable=True,
            severity=ir.IssueSeverity.WARNING,
            translation_key=FOREIGN_CALLBACK,
            translation_placeholders={
                "name": device.name or device.label,
                "host": host,
            },
        )

    @callback
    def async_failing(self, devices: Sequence[Device]) -> None:
        """Tell about which devices calls do not come through."""
        issue_id = f"{PUSH_FAILING}_{self._entry_id}"
        if not devices:
            ir.async_delete_issue(self._coordinator.hass, DOMAIN, issue_id)
            return
        if self._stopped:
            return
        ir.async_create_issue(
            self._coordinator.hass,
            DOMAIN,
            issue_id,
            data={"entry_id": self._entry_id},
            is_fixable=True,
            severity=ir.IssueSeverity.WARNING,
            translation_key=PUSH_FAILING,
            translation_placeholders={
                "account": self._coordinator.name,
                "names": ", ".join(device.name or device.label for device in devices),
            },
        )

    @callback
    def async_full(self, events: Sequence[str]) -> None:
        """Tell to which events the vendor takes no more subscriptions, or that there are none such."""
        issue_id = f"{SUBSCRIPTIONS_FULL}_{self._entry_id}"
        if not events:
            ir.async_delete_issue(self._coordinator.hass, DOMAIN, issue_id)
            return
        if self._stopped:
            return
        ir.async_create_issue(
            self._coordinator.hass,
            DOMAIN,
            issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=SUBSCRIPTIONS_FULL,
            translation_placeholders={
                "account": self._coordinator.name,
                "names": ", ".join(events),
            },
        )


@callback
def async_delete_issues(hass: HomeAssistant, entry_id: str) -> None:
    """Take back all that was told about an account."""
    for domain, issue_id in list(ir.async_get(hass).issues):
        if domain == DOMAIN and entry_id in issue_id:
            ir.async_delete_issue(hass, domain, issue_id)
