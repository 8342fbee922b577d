"""The calls of an account's webhook: bounded before they are judged, then counted by what they were worth."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from http import HTTPStatus
import logging
from typing import Any, Final

from aiohttp import ClientError
from aiohttp.hdrs import METH_POST
from aiohttp.web import Request, Response
from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN

_LOGGER = logging.getLogger(__name__)

LARGEST_BODY: Final = 64 * 1024
CHUNK: Final = 8 * 1024
LONGEST_READ: Final = 10.0
"""Seconds that a caller has for its body."""
HINT_EVERY: Final = 10.0
"""Seconds between two readings that unsigned calls lead to, which anybody could make."""

type Judge = Callable[[Mapping[str, str], bytes], tuple[str, HTTPStatus]]
"""Acts on a call's headers and body; returns what it was worth, and how it is answered."""


class Calls:
    """Takes the calls of an account's webhook."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], judge: Judge
    ) -> None:
        """Initialize with who judges a call."""
        self._hass = hass
        self._entry = entry
        self._judge = judge
        self._registered: str | None = None
        self.counts: Counter[str] = Counter()

    @callback
    def async_start(self) -> None:
        """Be ready for calls until the account is unloaded."""
        self._register()
        self._entry.async_on_unload(self._unregister)

    @callback
    def async_move(self) -> None:
        """Be ready for calls at the account's present webhook alone."""
        if self._registered is not None:
            self._unregister()
            self._register()

    @callback
    def _register(self) -> None:
        self._registered = self._entry.data[CONF_WEBHOOK_ID]
        webhook.async_register(
            self._hass,
            DOMAIN,
            self._entry.title,
            self._registered,
            self._async_handle,
            allowed_methods=[METH_POST],
        )

    @callback
    def _unregister(self) -> None:
        if self._registered is not None:
            webhook.async_unregister(self._hass, self._registered)
            self._registered = None

    async def _async_handle(
        self, hass: HomeAssistant, webhook_id: str, request: Request
    ) -> Response:
        verdict, status = await self._async_judge(request)
        self.counts[verdict] += 1
        _LOGGER.debug("%s: a call, %s", self._entry.title, verdict)
        return Response(status=status)

    async def _async_judge(self, request: Request) -> tuple[str, HTTPStatus]:
        try:
            async with asyncio.timeout(LONGEST_READ):
                body = await _body(request)
        except TimeoutError:
            return "too_slow", HTTPStatus.REQUEST_TIMEOUT
        except ClientError, OSError:
            # The caller was gone before its end.
            return "truncated", HTTPStatus.BAD_REQUEST
        except asyncio.CancelledError:
            # So does Home Assistant's own server tell of it.
            self.counts["truncated"] += 1
            raise
        if body is None:
            return "too_large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return self._judge(request.headers, body)


async def _body(request: Request) -> bytes | None:
    """Return a call's body, None once it is larger than any may be; a cloudhook's request has no length to ask for."""
    body = bytearray()
    # Asked for once: a cloudhook's request begins anew each time.
    content = request.content
    while chunk := await content.read(CHUNK):
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)
