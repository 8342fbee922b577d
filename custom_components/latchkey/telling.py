"""A coordinator that knows whom a change concerns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, override

from homeassistant.core import callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .vendors.model import Device, Status


@dataclass(frozen=True, slots=True)
class AccountData:
    """What is known of an account; a device that cannot be read has no status."""

    devices: Mapping[str, Device] = field(default_factory=dict)
    statuses: Mapping[str, Status] = field(default_factory=dict)


class TellingCoordinator(DataUpdateCoordinator[AccountData]):
    """Tells each entity when something of its device changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Initialize with nothing known and nobody told."""
        super().__init__(*args, **kwargs)
        self.data = AccountData()
        self._told = (self.data, self.last_update_success)
        self._changed: set[str] | None = None

    @callback
    @override
    def async_update_listeners(self) -> None:
        """Tell all listeners; has_changed says to each whether it is concerned."""
        told, was_successful = self._told
        self._told = (self.data, self.last_update_success)
        if was_successful != self.last_update_success:
            self._changed = None
        else:
            self._changed = {
                root_id
                for root_id in told.statuses.keys() | self.data.statuses.keys()
                if told.statuses.get(root_id) is not self.data.statuses.get(root_id)
            }
            if told.devices is not self.data.devices:
                self._changed |= {
                    device.root_id
                    for device in self.data.devices.values()
                    if told.devices.get(device.id) != device
                }
        super().async_update_listeners()

    @callback
    def has_changed(self, root_id: str) -> bool:
        """Return whether something of a device changed since the listeners were last told."""
        return self._changed is None or root_id in self._changed
