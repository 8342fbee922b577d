"""A callback on loopback that keeps what it is sent."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass
class Callback:
    """Where a cloud's webhooks lead."""

    url: str = ""
    status: int = 200
    events: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Any] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        """Take an event."""
        self.headers.append(request.headers)
        self.events.append(await request.json())
        return web.Response(status=self.status, headers={"Location": self.url})

    @property
    def types(self) -> list[str]:
        """Return of what was told, where events say so."""
        return [event["eventType"] for event in self.events]


@asynccontextmanager
async def listening() -> AsyncIterator[Callback]:
    """Listen on loopback for the block."""
    callback = Callback()
    app = web.Application()
    app.add_routes([web.post("/{path:.*}", callback.take)])
    async with TestServer(app) as server:
        callback.url = str(server.make_url("/hook?x=1"))
        yield callback
