"""The repairs about certificates, which everyone may read: a lock whose certificate ends cannot be operated any more."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from homeassistant.core import callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .vendors.model import Device
from .vendors.readings import ReadingKind

if TYPE_CHECKING:
    from .coordinator import LatchkeyCoordinator

CERTIFICATE_ENDS: Final = "certificate_ends"

WARNING_BEFORE: Final = timedelta(days=60)
"""How long before its end one is told: a visit must be arranged, or two."""
ERROR_BEFORE: Final = timedelta(days=14)
DAY: Final = timedelta(days=1)

_KINDS: Final = (ReadingKind.CERTIFICATE_END, ReadingKind.MANUFACTURING_CERTIFICATE_END)


class CertificateRepairs:
    """Tells well before a certificate's end, and takes it back once there is a new one."""

    def __init__(self, coordinator: LatchkeyCoordinator) -> None:
        """Initialize with nothing told."""
        self._coordinator = coordinator
        self._told: dict[str, ir.IssueSeverity] = {}
        self._is_running = False

    @callback
    def async_start(self) -> None:
        """Look now, with each inventory, and once a day whether there is one or not."""
        entry = self._coordinator.config_entry

        @callback
        def stop() -> None:
            self._is_running = False

        @callback
        def look(_: datetime) -> None:
            self.async_check()

        self._is_running = True
        entry.async_on_unload(stop)
        entry.async_on_unload(
            async_track_time_interval(
                self._coordinator.hass, look, DAY, cancel_on_shutdown=True
            )
        )
        self.async_check()

    @callback
    def async_check(self) -> None:
        """Tell what ends soon, and take back what does so no more."""
        if not self._is_running:
            return
        now = dt_util.utcnow()
        devices = self._coordinator.inventory.devices
        for device in devices.values():
            end = self._end(device)
            if end is None or end > now + WARNING_BEFORE:
                self._take_back(device.id)
            else:
                is_soon = end <= now + ERROR_BEFORE
                severity = (
                    ir.IssueSeverity.ERROR if is_soon else ir.IssueSeverity.WARNING
                )
                self._tell(device, end, severity)
        for device_id in self._told.keys() - devices.keys():
            self._take_back(device_id)

    def _end(self, device: Device) -> datetime | None:
        """Return when the first of a device's certificates ends."""
        readings = self._coordinator.readings.values.get(device.id, {})
        return min(
            (
                reading.value
                for reading in readings.values()
                if reading.kind in _KINDS and isinstance(reading.value, datetime)
            ),
            default=None,
        )

    def _issue_id(self, device_id: str, severity: ir.IssueSeverity) -> str:
        """Return an id of its own for what is urgent: who has ignored the warning is told again."""
        entry_id = self._coordinator.config_entry.entry_id
        return f"{CERTIFICATE_ENDS}_{entry_id}_{device_id}_{severity}"

    @callback
    def _tell(self, device: Device, end: datetime, severity: ir.IssueSeverity) -> None:
        if self._told.get(device.id, severity) is not severity:
            self._take_back(device.id)
        self._told[device.id] = severity
        ir.async_create_issue(
            self._coordinator.hass,
            DOMAIN,
            self._issue_id(device.id, severity),
            is_fixable=False,
            severity=severity,
            translation_key=CERTIFICATE_ENDS,
            translation_placeholders={
                "name": device.name or device.label,
                "date": dt_util.as_local(end).date().isoformat(),
            },
        )

    @callback
    def _take_back(self, device_id: str) -> None:
        if severity := self._told.pop(device_id, None):
            ir.async_delete_issue(
                self._coordinator.hass, DOMAIN, self._issue_id(device_id, severity)
            )
