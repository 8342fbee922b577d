"""Calls of webhooks, to this machine alone."""

from collections.abc import Mapping
from ipaddress import ip_address

from aiohttp import ClientSession, ClientTimeout, TCPConnector
from yarl import URL

from simulators.errors import Invalid


def is_loopback(host: str | None) -> bool:
    """Tell whether a host is this machine by its very name, whatever a resolver would say."""
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def check_through(address: str) -> None:
    """Refuse what calls cannot be led through: an address that is not one of this machine."""
    try:
        url = URL(address)
    except ValueError as error:
        raise Invalid("callback_through must be an address") from error
    if url.scheme not in ("http", "https") or not is_loopback(url.host):
        raise Invalid("callback_through must be http or https on this machine")


def led_through(address: str, through: str | None) -> URL:
    """Return where a call of an address is made: there, or at its path on this machine."""
    url = URL(address)
    if not through:
        return url
    local = URL(through)
    return (
        url.with_scheme(local.scheme).with_host(local.host or "").with_port(local.port)
    )


class Posts:
    """The connection by which webhooks are called."""

    def __init__(self) -> None:
        """Start without a connection."""
        self._session: ClientSession | None = None

    async def post(
        self, url: URL, body: bytes, headers: Mapping[str, str], timeout: float
    ) -> int:
        """Post JSON to an address on this machine and return the status of the answer."""
        if not is_loopback(url.host):
            raise ConnectionError("the simulator calls nobody but this machine")
        async with self._connected().post(
            url,
            data=body,
            headers={"Content-Type": "application/json", **headers},
            # Where a redirect leads may be outside of this machine.
            allow_redirects=False,
            timeout=ClientTimeout(total=timeout),
        ) as response:
            return response.status

    async def close(self) -> None:
        """Close the connection."""
        if self._session:
            await self._session.close()
            self._session = None

    def _connected(self) -> ClientSession:
        """Return the session, which is opened for the first call."""
        if self._session is None:
            # A connection that is kept may be closed at the other end just when it is used again.
            self._session = ClientSession(connector=TCPConnector(force_close=True))
        return self._session
