"""The repairs about the way to a vendor, which everyone may read: it refuses to be asked, or our clock is off."""

from datetime import timedelta
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .vendors.vendor import KeepsTime, Vendor

REFUSED: Final = "refused"
CLOCK_OFF: Final = "clock_off"

MOST_OFF: Final = timedelta(seconds=3)
"""How far off the clock may be before anybody is told."""


class AccessRepairs:
    """Tells what keeps an account's requests from being answered, and takes it back once they are."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, vendor: Vendor) -> None:
        """Initialize with the account."""
        self._hass = hass
        self._entry = entry
        self._vendor = vendor

    @callback
    def async_refused(self, reason: str = "") -> None:
        """Tell that the vendor refuses to be asked, and why where it says so."""
        self._tell(
            REFUSED,
            ir.IssueSeverity.ERROR,
            {"account": self._entry.title},
            f"{REFUSED}_{reason}" if reason else REFUSED,
        )

    @callback
    def async_accepted(self) -> None:
        """Take that back, and tell where it is only so because our clock is corrected."""
        self._take_back(REFUSED)
        off = timedelta()
        if isinstance(self._vendor, KeepsTime):
            off = self._vendor.corrected_by
        if abs(off) >= MOST_OFF:
            placeholders = {
                "account": self._entry.title,
                "seconds": str(round(abs(off).total_seconds())),
            }
            self._tell(CLOCK_OFF, ir.IssueSeverity.WARNING, placeholders)
        else:
            self._take_back(CLOCK_OFF)

    @callback
    def _tell(
        self,
        key: str,
        severity: ir.IssueSeverity,
        placeholders: dict[str, str],
        translation_key: str | None = None,
    ) -> None:
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            f"{key}_{self._entry.entry_id}",
            is_fixable=False,
            severity=severity,
            translation_key=translation_key or key,
            translation_placeholders=placeholders,
        )

    @callback
    def _take_back(self, key: str) -> None:
        ir.async_delete_issue(self._hass, DOMAIN, f"{key}_{self._entry.entry_id}")
