"""Calls of webhooks: a body is signed and posted, to this machine alone."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
import hmac

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector
from yarl import URL

from simulators.clock import Clock
from simulators.flexykey.options import Options
from simulators.flexykey.webhooks import Webhook, is_loopback


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
        self._session: ClientSession | None = None

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
        if self._session:
            await self._session.close()
            self._session = None

    async def _post(self, webhook: Webhook, body: bytes, signature: str | None) -> int:
        """Post a body to a webhook and return the status of the answer."""
        url = URL(webhook.callback_url)
        if self._options.callback_through:
            through = URL(self._options.callback_through)
            url = (
                url.with_scheme(through.scheme)
                .with_host(through.host or "")
                .with_port(through.port)
            )
        if not is_loopback(url.host):
            raise ConnectionError("the simulator calls nobody but this machine")
        headers = {"Content-Type": "application/json"}
        if signature:
            headers["X-Signature"] = signature
        async with self._connected().post(
            url,
            data=body,
            headers=headers,
            # Where a redirect leads may be outside of this machine.
            allow_redirects=False,
            timeout=ClientTimeout(total=self._options.webhook_timeout),
        ) as response:
            return response.status

    def _signature(self, webhook: Webhook, body: bytes) -> str | None:
        """Sign a body, if there is a secret and the cloud heeds it."""
        if not webhook.secret or not self._options.sign_webhooks:
            return None
        return f"sha256={hmac.new(webhook.secret.encode(), body, sha256).hexdigest()}"

    def _connected(self) -> ClientSession:
        """Return the session, which is opened for the first call."""
        if self._session is None:
            # A connection that is kept may be closed at the other end just when it is used again.
            self._session = ClientSession(connector=TCPConnector(force_close=True))
        return self._session
