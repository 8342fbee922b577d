"""What a test does and sees of the calls that an account subscribes to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
import hashlib
import hmac
import json
import logging
from typing import Any

from homeassistant.components.webhook import async_generate_path, async_handle_webhook
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.aiohttp import MockRequest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.latchkey.const import DOMAIN
from custom_components.latchkey.diagnostics import async_get_config_entry_diagnostics
from simulators.iloq import site
from simulators.iloq.webhooks import EVENTS, Subscription
from tests.conftest import EXTERNAL
from tests.iloq.home import Home

LOG = "device_log_arrived"
KEYS = ("key_added", "key_blocklisted")
ALL = {LOG, *KEYS}
SUBSCRIBE = "POST Webhooks/Subscriptions"
RENEW = "PUT Webhooks/Subscriptions"
FOREIGN = "https://other.example/hook"


@dataclass
class CalledHome(Home):
    """A home with an external address, which leads to its web server on loopback."""

    async def open(self, client: ClientSessionGenerator) -> None:
        """Have calls of the address outside come in here."""
        for component in ("repairs", "calendar", DOMAIN):
            assert await async_setup_component(self.hass, component, {})
        # Its access log cannot read a clock that stands still.
        logging.getLogger("aiohttp.access").setLevel(logging.CRITICAL)
        local = str((await client()).make_url("/")).rstrip("/")
        self.cloud.set_options(callback_through=local)
        await self.move_to(EXTERNAL)

    async def move_to(self, external: str | None) -> None:
        """Give the home another address."""
        await self.hass.config.async_update(external_url=external)
        await self.wait(1)

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Have the home be off, and nobody at its address, for a while."""
        through = self.cloud.options.callback_through
        await self.hass.config_entries.async_unload(self.entry.entry_id)
        self.cloud.set_options(callback_through="http://127.0.0.1:9")
        yield
        self.cloud.set_options(callback_through=through)
        await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.settle()

    @property
    def held(self) -> list[Subscription]:
        """Return the subscriptions that the cloud has, whosever they are."""
        return list(self.cloud.group.webhooks.subscriptions.values())

    @property
    def ours(self) -> dict[str, Subscription]:
        """Return those of ours by their events, each of which has one at most."""
        path = async_generate_path(self.entry.data[CONF_WEBHOOK_ID])
        ours = [
            each
            for each in self.held
            if each.record["TargetEndpointUri"].endswith(path)
        ]
        assert len({each.event for each in ours}) == len(ours)
        return {each.event: each for each in ours}

    def address(self, external: str = EXTERNAL) -> str:
        """Return where the cloud is to call."""
        return f"{external}{async_generate_path(self.entry.data[CONF_WEBHOOK_ID])}"

    def subscribe_elsewhere(self, event: str, address: str = FOREIGN) -> Subscription:
        """Have somebody else subscribe to an event."""
        now = self.cloud.clock()
        event_id = next(each for each, name in EVENTS.items() if name == event)
        made = Subscription(
            f"somebody-{len(self.held)}",
            {
                "WebhookEventId": event_id,
                "TargetEndpointUri": address,
                "StartDateUtc": now,
                "EndDateUtc": now.replace(year=now.year + 1),
                "CustomHeader": None,
                "JsonPathFilter": None,
                "SubscriptionId": f"somebody-{len(self.held)}",
            },
        )
        self.cloud.group.webhooks.subscriptions[made.id] = made
        return made

    async def try_key(self) -> None:
        """Have somebody come to a lock that is online, and wait until what the cloud calls about has led to its end."""
        group = self.cloud.group
        lock = next(each for each in group.locks.values() if each.online)
        key = next(iter(group.keys.values()))
        site.try_key(group, lock.id, key.id, self.cloud.clock(), None)
        self.tick(2)
        await self.called_in()

    async def called_in(self) -> None:
        """Wait until the cloud has called about everything, and what that led to is done."""
        await self.told_by(self.cloud.webhooks_told())

    def signed(self, event: str, content: bytes, **changes: str) -> dict[str, str]:
        """Return the headers that a call has, with some otherwise."""
        held = self.ours[event]
        mac = hmac.new(held.sign_key.encode(), content, hashlib.sha256)
        return {
            "Event-Name": event,
            "Subscription-Id": held.id,
            "Counter": "4711",
            "Webhook-Signature": mac.hexdigest(),
            **{name.replace("_", "-"): value for name, value in changes.items()},
        }

    def body(self, at: str | None = None, **data: Any) -> bytes:
        """Return the body of a call, made now or at some time."""
        made_at = at or self.cloud.clock().isoformat()
        return json.dumps({"Data": data, "CreationTimeUtc": made_at}).encode()

    async def call(self, content: bytes, headers: dict[str, str]) -> int:
        """Call the home's webhook in the way of a cloudhook, and return the status of the answer."""
        request = MockRequest(
            content, mock_source="cloud", method="POST", headers=headers
        )
        known_by = self.entry.data[CONF_WEBHOOK_ID]
        status = (await async_handle_webhook(self.hass, known_by, request)).status
        await self.settle()
        return status

    async def diagnosis(self) -> dict[str, Any]:
        """Return what the diagnostics tell of subscriptions."""
        told = await async_get_config_entry_diagnostics(self.hass, self.entry)
        found: dict[str, Any] = told["subscriptions"]
        return found

    async def counts(self) -> dict[str, int]:
        """Return what the calls until now were worth."""
        return dict((await self.diagnosis())["calls"])

    def last_push(self) -> datetime | None:
        """Return when the cloud last called, as it is shown."""
        own_id = f"push/{self.entry.unique_id}_{self.system_id}_last_push"
        entity_id = er.async_get(self.hass).async_get_entity_id(
            "sensor", DOMAIN, own_id
        )
        assert entity_id is not None
        state = self.hass.states.get(entity_id)
        assert state is not None
        return dt_util.parse_datetime(state.state)

    async def is_healthy(self, event: str = LOG) -> bool:
        """Return whether an event is believed to be called about."""
        found = (await self.diagnosis())["events"].get(event)
        return bool(found and found["healthy"])
