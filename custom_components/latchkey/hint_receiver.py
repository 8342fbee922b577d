"""Calls that nobody signs: whoever makes them, they lead to a reading, and to few of those."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
import secrets
from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import callback

from .addresses import Addresses
from .hint_reader import HintReader
from .vendors.hints import TakesHints
from .vendors.vendor import AnswerNotUnderstood
from .webhook_calls import Calls

if TYPE_CHECKING:
    from .coordinator import LatchkeyCoordinator


class HintReceiver:
    """Has read again what calls hint at, each part of the account once in a while."""

    def __init__(self, coordinator: LatchkeyCoordinator) -> None:
        """Initialize with nothing hinted at."""
        self._coordinator = coordinator
        self._entry: ConfigEntry[Any] = coordinator.config_entry
        self._calls = Calls(coordinator.hass, coordinator.config_entry, self._judge)
        self.counts = self._calls.counts
        self._addresses = Addresses(
            coordinator.hass, coordinator.config_entry, self._calls.async_move
        )
        self._turn = asyncio.Lock()
        self._reader = HintReader(coordinator)

    @callback
    def async_start(self) -> None:
        """Be ready for calls until the account is unloaded."""
        if CONF_WEBHOOK_ID not in self._entry.data:
            data = {**self._entry.data, CONF_WEBHOOK_ID: secrets.token_hex(32)}
            self._coordinator.hass.config_entries.async_update_entry(
                self._entry, data=data
            )
        self._calls.async_start()

    @callback
    def async_stop(self) -> None:
        """Read nothing more."""
        self._reader.async_stop()

    async def async_address(self, *, renew: bool) -> str | None:
        """Return where the vendor is to call, another address than before where asked for; None where it cannot."""
        async with self._turn:
            if renew:
                await self._addresses.async_renew()
            return await self._addresses.async_address()

    @callback
    def _judge(
        self, _headers: Mapping[str, str], body: bytes
    ) -> tuple[str, HTTPStatus]:
        """Return what a call is worth, having acted on it."""
        vendor = self._coordinator.vendor
        assert isinstance(vendor, TakesHints)
        try:
            hints = vendor.hints(body)
        except AnswerNotUnderstood:
            return "malformed", HTTPStatus.BAD_REQUEST
        if not hints:
            return "foreign", HTTPStatus.OK
        new = [hint for hint in hints if self._reader.is_new(hint.event_id)]
        for hint in new:
            self._reader.async_hint(hint.parts)
        return "hint" if new else "repeated", HTTPStatus.OK
