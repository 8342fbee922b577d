"""A served IntServ Access cloud under a moved clock, and a plain client for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
import json
from typing import Any

from aiohttp import ClientSession

from simulators.intserv import DEMO_API_KEY, MAIN, Address, IntServCloud, serve
from simulators.intserv.systems import System
from tests.simulators.helpers import FakeClock, Reply

type Json = dict[str, Any]

UNKNOWN = "99999999-9999-4999-8999-999999999999"
CARD = "EM:4242"


@dataclass
class Estate:
    """A furnished cloud, its clock, and the way in."""

    clock: FakeClock
    cloud: IntServCloud
    address: Address
    session: ClientSession
    api_key: str = DEMO_API_KEY

    async def raw(
        self, path: str, body: object = None, *, method: str = "POST", **headers: str
    ) -> Reply:
        """Call an endpoint with these headers alone."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers.setdefault("Content-Type", "application/json")
        async with self.session.request(
            method,
            self.address.url + path,
            data=None if body is None else data,
            headers=headers,
            allow_redirects=False,
        ) as response:
            return Reply(response.status, dict(response.headers), await response.text())

    async def call(self, path: str, body: object = None) -> Reply:
        """Call an endpoint with the API key."""
        return await self.raw(path, body, Authorization=f"Bearer {self.api_key}")

    async def ok(self, path: str, body: object = None) -> Any:
        """Call an endpoint that must answer, and return what it does."""
        reply = await self.call(path, {} if body is None else body)
        assert reply.status == 200, reply.text
        return reply.json

    async def refused(self, path: str, body: object, status: int = 400) -> str:
        """Send what must be refused, and return the message."""
        reply = await self.call(path, body)
        assert reply.status == status, reply.text
        told = reply.json
        assert set(told) == {"error", "message"}
        message: str = told["message"]
        return message

    async def add(
        self, identification: str = CARD, kind: str = "proximity", **more: Any
    ) -> Any:
        """Add or change an access key by its identification."""
        key = {"identification": identification, "type": kind}
        return await self.ok("accesskeys/add", {"key": key, **more})

    async def status(self, key_id: str) -> Json:
        """Return the state of the latest change of an access key."""
        told: Json = await self.ok("accesskeys/status", {"id": key_id})
        assert told["id"] == key_id
        return told

    async def events(self, **body: Any) -> list[Json]:
        """Return the events of all pages."""
        found: list[Json] = []
        told = await self.ok("events/list", body)
        while True:
            found += told["events"]
            if not told["has_more"]:
                assert told["continuation_key"] is None
                return found
            key = told["continuation_key"]
            told = await self.ok("events/list", {**body, "continuation_key": key})

    async def control(
        self, method: str, path: str, body: object = None, status: int = 200
    ) -> Any:
        """Call the control interface, and return what it must answer."""
        data = None if body is None else json.dumps(body)
        async with self.session.request(
            method, self.address.control_url + path, data=data
        ) as response:
            assert response.status == status, await response.text()
            return None if status == 204 else await response.json()

    async def try_key(
        self, door: str = "Entrance", system: str = MAIN, **body: Any
    ) -> Json:
        """Try something at a door, and return the event."""
        told: Json = await self.control(
            "POST", f"systems/{system}/doors/{door}/try", body, 201
        )
        return told

    async def pace(
        self, system: str, seconds: float | None, error: str | None = None
    ) -> None:
        """Choose how one system applies changes."""
        body = {"seconds": seconds, "error_type": error}
        await self.control("PUT", f"systems/{system}/pace", body, 204)

    def system(self, system_id: str = MAIN) -> System:
        """Return a system."""
        return self.cloud.systems[system_id]

    def level(self, name: str) -> str:
        """Return the id of a level by its name."""
        levels = self.cloud.integration.levels()
        return next(level.id for level in levels if level.name == name)

    def key(self, first_name: str) -> str:
        """Return the id of an access key by the first name of its person."""
        keys = self.cloud.integration.store.keys.values()
        return next(key.id for key in keys if key.person.first_name == first_name)

    def at(self, seconds: float = 0) -> datetime:
        """Return an instant before or after the present one."""
        return self.clock.now + timedelta(seconds=seconds)

    def iso(self, seconds: float = 0) -> str:
        """Return an instant before or after the present one, with a Z."""
        return f"{self.at(seconds):%Y-%m-%dT%H:%M:%SZ}"

    def later(self, seconds: float) -> None:
        """Let time pass, and have all happen that is due by then."""
        self.clock.move(seconds)
        self.cloud.settle()


@asynccontextmanager
async def served() -> AsyncIterator[Estate]:
    """Serve a furnished cloud for the block."""
    clock = FakeClock()
    cloud = IntServCloud(clock=clock)
    async with serve(cloud) as address, ClientSession() as session:
        yield Estate(clock, cloud, address, session)
