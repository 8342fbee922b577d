"""A Keyless account that the platform calls, and what became of its calls."""

from dataclasses import dataclass
from itertools import count
import json
from typing import Any

from homeassistant.components.webhook import async_generate_path
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import Context

from custom_components.latchkey.const import DOMAIN
from custom_components.latchkey.diagnostics import async_get_config_entry_diagnostics
from tests.conftest import EXTERNAL
from tests.keyless.home import Home
from tests.push.calls import post

_NUMBERS = count()


@dataclass
class CalledHome(Home):
    """A home whose external address leads to its web server on loopback."""

    local: str

    async def address(self, context: Context | None = None, **data: Any) -> str:
        """Return where the vendor is to call, as an administrator is told."""
        answer = await self.hass.services.async_call(
            DOMAIN,
            "get_callback_address",
            data,
            blocking=True,
            context=context,
            return_response=True,
        )
        assert answer is not None and answer.keys() == {"address"}
        return str(answer["address"])

    async def subscribe(self) -> None:
        """Have the platform call about everything from now on."""
        address = await self.address()
        assert address.startswith(f"{EXTERNAL}/api/webhook/")
        self.platform.subscribe(address.replace(EXTERNAL, self.local))

    async def told(self) -> None:
        """Wait until the platform has called about everything, and what that led to is done."""
        await self.told_by(self.platform.events_sent())

    @property
    def webhook_id(self) -> str:
        """Return what the account's webhook is known by."""
        known: str = self.entry.data[CONF_WEBHOOK_ID]
        return known

    @property
    def local_address(self) -> str:
        """Return the address of the webhook on this machine."""
        return f"{self.local}{async_generate_path(self.webhook_id)}"

    def event(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Return an event that has not happened, with members of its own."""
        common = {"eventSystemId": self.platform.tenant_id, "eventType": kind}
        return {"eventId": f"event-{next(_NUMBERS)}", **common, **fields}

    async def post(self, *events: Any) -> int:
        """Call the webhook in the way of a cloudhook, with one event or with several."""
        told = events[0] if len(events) == 1 else events
        return await post(self.hass, self.webhook_id, json.dumps(told).encode())

    async def counts(self) -> dict[str, int]:
        """Return what the calls until now were worth."""
        diagnosis = await async_get_config_entry_diagnostics(self.hass, self.entry)
        return dict(diagnosis["hints"]["calls"])
