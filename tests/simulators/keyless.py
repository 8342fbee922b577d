"""A served Keyless platform under a moved clock, and a client that is logged in."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import json
from typing import Any

from aiohttp import ClientSession

from simulators.clock import iso
from simulators.keyless import MEDIA_TYPE, Address, KeylessCloud, serve
from tests.simulators.helpers import FakeClock, Reply

type Json = dict[str, Any]


@dataclass
class Site:
    """A platform, its clock, and the way in."""

    clock: FakeClock
    cloud: KeylessCloud
    address: Address
    session: ClientSession
    headers: dict[str, str] = field(default_factory=dict)

    async def login(self, user_id: str = "", access_key: str = "") -> Reply:
        """Log in, as the administrator unless somebody else is named, and call as that user from then on."""
        body = {
            "userId": user_id or self.cloud.admin.id,
            "accessKey": access_key or self.cloud.admin.access_key,
        }
        self.headers = {"X-Api-Key": self.cloud.api_key, "Accept": MEDIA_TYPE}
        reply = await self.call("POST", "login", body)
        if reply.status == 200:
            self.headers["Authorization"] = f"Bearer {reply.json['token']}"
        return reply

    async def later(self, seconds: float) -> None:
        """Let time pass, and log in again if that is needed by then."""
        self.clock.move(seconds)
        await self.login()

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str | None] | None = None,
    ) -> Reply:
        """Call the vendor's interface, with headers changed or, for nothing, left out."""
        changed = {
            "Content-Type": "application/json",
            **self.headers,
            **(headers or {}),
        }
        return await self._reply(
            method,
            self.address.url + path,
            None if body is None else json.dumps(body),
            {name: value for name, value in changed.items() if value is not None},
        )

    async def get(self, path: str) -> Any:
        """Return what a proper answer tells."""
        reply = await self.call("GET", path)
        assert (reply.status, reply.headers["Content-Type"]) == (200, MEDIA_TYPE)
        return reply.json

    async def items(self, path: str) -> list[Json]:
        """Return a list of one page."""
        told = await self.get(path)
        assert told.keys() == {"items"}
        items: list[Json] = told["items"]
        return items

    async def create(self, path: str, body: object) -> Json:
        """Create something and return it."""
        reply = await self.call("POST", path, body)
        assert (reply.status, reply.headers["Content-Type"]) == (201, MEDIA_TYPE)
        created: Json = reply.json
        return created

    async def status(self, method: str, path: str, body: object = None) -> int:
        """Return how a call is answered."""
        return (await self.call(method, path, body)).status

    async def control(self, method: str, path: str, body: object = None) -> Reply:
        """Call the control interface."""
        data = None if body is None else json.dumps(body)
        return await self._reply(method, self.address.control_url + path, data, {})

    def at(self, seconds: float = 0) -> datetime:
        """Return an instant before or after the present one."""
        return self.clock.now + timedelta(seconds=seconds)

    def iso(self, seconds: float = 0) -> str:
        """Return an instant before or after the present one, as it is written."""
        return iso(self.at(seconds))

    def events(self, *names: str) -> list[Json]:
        """Return the events of some types, or of all."""
        self.cloud.settle()
        return [
            event
            for event in self.cloud.events.latest
            if not names or event["eventType"] in names
        ]

    async def _reply(
        self, method: str, url: str, data: str | None, headers: dict[str, str]
    ) -> Reply:
        """Send a request and read the answer."""
        async with self.session.request(
            method, url, data=data, headers=headers, skip_auto_headers=("Accept",)
        ) as response:
            return Reply(response.status, dict(response.headers), await response.text())


@asynccontextmanager
async def served() -> AsyncIterator[Site]:
    """Serve a platform for the block, and be logged in."""
    clock = FakeClock()
    cloud = KeylessCloud(clock=clock)
    async with serve(cloud) as address, ClientSession() as session:
        site = Site(clock, cloud, address, session)
        await site.login()
        yield site
