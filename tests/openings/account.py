"""An account at a served platform, which notes what it is asked."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import override

from aiohttp import ClientSession, web
from aiohttp.typedefs import Handler, Middleware
import pytest

from custom_components.latchkey.vendors.keyless import adapter
from custom_components.latchkey.vendors.keyless.adapter import Keyless
from custom_components.latchkey.vendors.model import Device
from simulators.keyless import KeylessCloud, serve
from tests.simulators.helpers import FakeClock


@dataclass(frozen=True)
class Asked:
    """A request."""

    name: str
    """Its method, and its path behind the base path."""
    headers: dict[str, str]


class NotingCloud(KeylessCloud):
    """A platform that notes every request."""

    def __init__(self, clock: FakeClock) -> None:
        """Start the platform with two locks behind one gateway."""
        super().__init__(clock=clock)
        self.asked: list[Asked] = []
        self.populate(2)

    @override
    def middlewares(self) -> Iterable[Middleware]:
        """Return what every request has to pass."""

        @web.middleware
        async def note(request: web.Request, handler: Handler) -> web.StreamResponse:
            path = request.path.removeprefix(self.base_path)
            self.asked.append(
                Asked(f"{request.method} {path}", dict(request.headers.items()))
            )
            return await handler(request)

        return [note, *super().middlewares()]

    def times(self, name: str) -> int:
        """Return how often something was asked."""
        return sum(asked.name == name for asked in self.asked)


@dataclass
class Account:
    """An account, the platform, and the clock of both."""

    cloud: NotingCloud
    clock: FakeClock
    fields: dict[str, str]
    session: ClientSession

    def connect(self, **fields: str) -> Keyless:
        """Return an account's client of its own."""
        return adapter.connect(self.session, {**self.fields, **fields})

    async def lock(self, keyless: Keyless, place: int = 0) -> Device:
        """Return one of the locks."""
        lock_id = list(self.cloud.locks)[place]
        return await self.device(keyless, lock_id)

    async def device(self, keyless: Keyless, device_id: str) -> Device:
        """Return a device as the inventory has it."""
        devices = (await keyless.inventory()).devices
        return next(each for each in devices if each.id == device_id)


@asynccontextmanager
async def served_account(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Account]:
    """Serve a platform on loopback."""
    clock = FakeClock()
    monkeypatch.setattr(adapter, "utc_now", clock)
    cloud = NotingCloud(clock)
    async with serve(cloud) as address, ClientSession() as session:
        fields = {
            "user_id": cloud.admin.id,
            "access_key": cloud.admin.access_key,
            "api_key": cloud.api_key,
            "url": address.url,
        }
        yield Account(cloud, clock, fields, session)
