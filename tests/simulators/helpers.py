"""A clock that moves when told to, and a plain HTTP client for a served cloud."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, encode_basic_auth

from simulators import Address

GUIDE: dict[str, Any] = json.loads(
    Path(__file__).with_name("guide.json").read_text("utf-8")
)
"""The examples of the vendor's guide, word for word."""


class FakeClock:
    """A clock that starts at the instant of the guide's status example."""

    def __init__(self) -> None:
        """Stand at 2025-11-21 08:14:50 UTC."""
        self.now = datetime(2025, 11, 21, 8, 14, 50, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the present time."""
        return self.now

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Reply:
    """An answer, read to its end."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.text)


class Client:
    """Calls a served cloud, and its control interface."""

    def __init__(self, session: ClientSession, address: Address) -> None:
        """Take the session and where the cloud is."""
        self.address = address
        self._session = session

    async def get(self, path: str, **options: Any) -> Reply:
        """Read from the vendor's interface."""
        return await self.call("GET", path, **options)

    async def post(self, path: str, body: object, **options: Any) -> Reply:
        """Post JSON to the vendor's interface."""
        return await self.call("POST", path, data=json.dumps(body), **options)

    async def put(self, path: str, body: object, **options: Any) -> Reply:
        """Put JSON to the vendor's interface."""
        return await self.call("PUT", path, data=json.dumps(body), **options)

    async def delete(self, path: str, **options: Any) -> Reply:
        """Delete in the vendor's interface."""
        return await self.call("DELETE", path, **options)

    async def call(
        self,
        method: str,
        path: str,
        login: tuple[str, str] | None = ("demo", "demo"),
        **options: Any,
    ) -> Reply:
        """Call the vendor's interface with a user name and a password."""
        headers = options.pop("headers", {})
        if login:
            headers = {
                "Authorization": encode_basic_auth(*login, encoding="utf-8"),
                **headers,
            }
        return await self._reply(
            method, self.address.url + path, headers=headers, **options
        )

    async def control(self, method: str, path: str, body: object = None) -> Reply:
        """Call the control interface."""
        data = None if body is None else json.dumps(body)
        return await self._reply(method, self.address.control_url + path, data=data)

    async def _reply(self, method: str, url: str, **options: Any) -> Reply:
        """Send a request, following no redirect, and read the answer."""
        async with self._session.request(
            method, url, allow_redirects=False, **options
        ) as response:
            return Reply(response.status, dict(response.headers), await response.text())
