"""Calls of webhooks: a body is signed and posted, to this machine alone."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
import hmac

from aiohttp import ClientError

from simulators.clock import Clock
from simulators.flexykey.options import Options
from simulators.flexykey.webhooks import Webhook
from simulators.loopback import Posts, led_through


@dataclass(frozen=True)
class Push:
    """One call of a webhook, and the status with which it was answered, if it was."""

    at: datetime
    body: bytes
    signature: str | None
    status: int | None


class Calls:
    """The connection by which webhooks are called."""

    def __init__(self, options: Options, clock: Clock) -> None:
        """Start without a connection."""
        self._options = options
        self._clock = clock
        self._posts = Posts()

    async def call(self, webhook: Webhook, body: bytes) -> Push:
        """Call a webhook once, and note how that went."""
        at = self._clock()
        status, error = None, ""
        signature = self._signature(webhook, body)
        try:
            status = await self._post(webhook, body, signature)
        except TimeoutError:
            error = "Timeout"
        except ClientError, OSError:
            error = "ConnectError"
        if status is not None and 200 <= status < 300:
            webhook.succeeded(at, status)
        else:
            webhook.failed(at, status, error or f"HTTP {status}")
        return Push(at, body, signature, status)

    async def close(self) -> None:
        """Close the connection."""
        await self._posts.close()

    async def _post(self, webhook: Webhook, body: bytes, signature: str | None) -> int:
        """Post a body to a webhook and return the status of the answer."""
        url = led_through(webhook.callback_url, self._options.callback_through)
        headers = {"X-Signature": signature} if signature else {}
        return await self._posts.post(url, body, headers, self._options.webhook_timeout)

    def _signature(self, webhook: Webhook, body: bytes) -> str | None:
        """Sign a body, if there is a secret and the cloud heeds it."""
        if not webhook.secret or not self._options.sign_webhooks:
            return None
        return f"sha256={hmac.new(webhook.secret.encode(), body, sha256).hexdigest()}"
