"""The ledger's file."""

import asyncio
from typing import Any, override

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from .const import DOMAIN
from .ledger import LedgerError


class LedgerStore(Store[dict[str, Any]]):
    """A store whose failed write is known: Home Assistant's own only logs it."""

    def __init__(
        self, hass: HomeAssistant, entry_id: str, content: str = "grants"
    ) -> None:
        """Initialize an account's file of some content."""
        super().__init__(
            hass, 1, f"{DOMAIN}.{content}.{entry_id}", private=True, atomic_writes=True
        )
        self._writing = asyncio.Lock()
        self._failure: Exception | None = None

    async def async_write(self, data: dict[str, Any]) -> None:
        """Write now; raises LedgerError where that fails or would wait for Home Assistant's end.

        A caller that is cancelled leaves the write going on: an older one must not end after a newer one.
        """
        if self.hass.is_stopping:
            raise LedgerError("Home Assistant stops")
        await asyncio.shield(
            self.hass.async_create_task(self._async_write(data), self.key)
        )

    async def _async_write(self, data: dict[str, Any]) -> None:
        async with self._writing:
            self._failure = None
            try:
                await self.async_save(data)
            except Exception as err:
                raise LedgerError(type(err).__name__) from err
            if self._failure is not None:
                raise LedgerError(type(self._failure).__name__)

    @override
    async def _async_write_data(self, data: dict[str, Any]) -> None:
        try:
            await super()._async_write_data(data)
        except Exception as err:
            self._failure = err
            raise
