"""What an account's logs have told, kept over a restart."""

from typing import Any, Final

from homeassistant.core import HomeAssistant, callback

from .ledger_store import LedgerStore
from .vendors.passages import KeepsMemory

CONTENT: Final = "log"
SECONDS: Final = 5.0
"""Within which what was told is on disk: after a crash what is younger is told again, but nothing is left out."""


class LogMemory:
    """Keeps what a vendor has to know after a restart."""

    def __init__(self, hass: HomeAssistant, entry_id: str, vendor: KeepsMemory) -> None:
        """Initialize with nothing read."""
        self._store = LedgerStore(hass, entry_id, CONTENT)
        self._vendor = vendor
        self._is_due = False

    async def async_load(self) -> None:
        """Have the vendor know what was kept."""
        self._vendor.recall(await self._store.async_load() or {})

    async def async_close(self) -> None:
        """Write at once: the account is unloaded."""
        await self._store.async_save(self._vendor.memory())

    @callback
    def async_changed(self) -> None:
        """Write soon: the vendor has something else to know than before."""
        # Asked again, Home Assistant would put off what it is about to write.
        if not self._is_due:
            self._is_due = True
            self._store.async_delay_save(self._memory, SECONDS)

    def _memory(self) -> dict[str, Any]:
        self._is_due = False
        return self._vendor.memory()

    @callback
    def async_forget(self, device_id: str) -> bool:
        """Forget a device of which logs alone tell; return whether it is one."""
        is_forgotten = self._vendor.forget(device_id)
        self.async_changed()
        return is_forgotten
