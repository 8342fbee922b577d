"""A served KEYVOX cloud under a moved clock, and a client that signs."""

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
import hashlib
import hmac
import json
from typing import Any

from aiohttp import ClientSession
from yarl import URL

from simulators.keyvox import Address, KeyVoxCloud, serve
from simulators.keyvox.locks import Lock
from simulators.keyvox.places import Unit
from simulators.keyvox.profiles import PROFILES
from tests.simulators.helpers import FakeClock, Reply

type Json = dict[str, Any]
type Headers = Mapping[str, str | None]

KEY, SECRET = "demo-key", "demo-secret"
PATHS = {profile.name: profile.paths for profile in PROFILES}
SIGNED = {
    "portal": "date request-line digest",
    "overview": "x-target-host date digest",
}


def digest_of(body: bytes) -> str:
    """Return the digest of a body."""
    return "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()


def signature_of(signed: str, values: Mapping[str, str], secret: str) -> str:
    """Return the signature over some values, in the order that is signed."""
    lines = [
        values[name] if name == "request-line" else f"{name}: {values[name]}"
        for name in signed.split()
    ]
    mac = hmac.new(secret.encode(), "\n".join(lines).encode(), "sha256")
    return base64.b64encode(mac.digest()).decode()


def headers_of(
    profile: str,
    path: str,
    body: bytes,
    date: str,
    *,
    key: str = KEY,
    secret: str = SECRET,
    signed: str | None = None,
) -> dict[str, str]:
    """Return the headers of a request."""
    signed = SIGNED[profile] if signed is None else signed
    values = {
        "x-target-host": "default.pms",
        "date": date,
        "digest": digest_of(body),
        "request-line": f"POST {path} HTTP/1.1",
    }
    signature = signature_of(signed, values, secret)
    authorization = (
        f'hmac username="{key}", algorithm="hmac-sha256", '
        f'headers="{signed}", signature="{signature}"'
    )
    del values["request-line"]
    return {
        **values,
        "authorization": authorization,
        "Content-Type": "application/json",
    }


@dataclass
class Org:
    """An organisation, its clock, and the way in."""

    clock: FakeClock
    cloud: KeyVoxCloud
    address: Address
    session: ClientSession

    async def call(
        self,
        operation: str,
        body: object = None,
        *,
        profile: str = "portal",
        headers: Headers | None = None,
        **signing: Any,
    ) -> Reply:
        """Call an operation of the vendor's, with headers changed or, for nothing, left out."""
        data = json.dumps({} if body is None else body).encode()
        url = self.url(operation, profile)
        date = signing.pop("date", None) or self.date()
        signed = headers_of(profile, url.path, data, date, **signing)
        changed = {**signed, **(headers or {})}
        kept = {name: value for name, value in changed.items() if value is not None}
        return await self.post(url, data, kept)

    async def post(self, url: URL, data: bytes, headers: Mapping[str, str]) -> Reply:
        """Post bytes, and read the answer."""
        async with self.session.post(url, data=data, headers=headers) as response:
            return Reply(response.status, dict(response.headers), await response.text())

    async def ok(self, operation: str, body: object = None, **how: Any) -> Any:
        """Return the data of a success, or nothing where there is none."""
        reply = await self.call(operation, body, **how)
        assert reply.status == 200, reply.text
        assert reply.json["code"] == "0", reply.text
        assert reply.json["msg"] == "success"
        return reply.json.get("data")

    async def code(self, operation: str, body: object = None, **how: Any) -> str:
        """Return the code with which an operation is answered."""
        reply = await self.call(operation, body, **how)
        assert reply.status == 200, reply.text
        code: str = reply.json["code"]
        return code

    async def control(self, method: str, path: str, body: object = None) -> Reply:
        """Call the control interface."""
        data = None if body is None else json.dumps(body)
        async with self.session.request(
            method, self.address.control_url + path, data=data
        ) as response:
            return Reply(response.status, dict(response.headers), await response.text())

    def url(self, operation: str, profile: str = "portal") -> URL:
        """Return where an operation is."""
        base = next(found.base_path for found in PROFILES if found.name == profile)
        return URL(self.address.url).with_path(base + PATHS[profile][operation])

    def date(self, seconds: float = 0) -> str:
        """Return an instant before or after the present one, as it is signed."""
        return format_datetime(self.at(seconds), usegmt=True)

    def at(self, seconds: float = 0) -> datetime:
        """Return an instant before or after the present one."""
        return self.clock.now + timedelta(seconds=seconds)

    def unix(self, seconds: float = 0) -> int:
        """Return an instant before or after the present one, in Unix seconds."""
        return int(self.at(seconds).timestamp())

    def period(self, start: float = 0, end: float = 3600) -> Json:
        """Return the fields of a period that begins and ends so many seconds from now."""
        return {"sTime": str(self.unix(start)), "eTime": str(self.unix(end))}

    def later(self, seconds: float) -> None:
        """Let time pass, and have all happen that is due by then."""
        self.clock.move(seconds)
        self.cloud.settle()

    def room(self, *locks: Lock, name: str = "Room") -> Unit:
        """Add a unit with these locks in a place of its own."""
        place = self.cloud.add_site("House", address="1 Road", telephone="031")
        return self.cloud.add_unit(name, place.id, [lock.id for lock in locks])


@asynccontextmanager
async def served() -> AsyncIterator[Org]:
    """Serve an organisation for the block."""
    clock = FakeClock()
    cloud = KeyVoxCloud(clock=clock)
    async with serve(cloud) as address, ClientSession() as session:
        yield Org(clock, cloud, address, session)
