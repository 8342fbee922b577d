"""A served iLOQ cloud under a moved clock, and a client with a session in each generation."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import json
from typing import Any

from aiohttp import ClientSession
from yarl import URL

from simulators.iloq import (
    DEMO_CUSTOMER_CODE,
    DEMO_PASSWORD,
    DEMO_USER,
    Address,
    IloqCloud,
    serve,
)
from simulators.iloq.accesses import Access
from simulators.iloq.demo import Builder
from simulators.iloq.keys import Key
from simulators.iloq.locks import Lock
from simulators.iloq.people import Person
from simulators.iloq.places import ROOT_ID
from simulators.registry import new_id
from tests.simulators.helpers import FakeClock, Reply

type Json = dict[str, Any]

UNKNOWN = "99999999-9999-4999-8999-999999999999"
LOG_IN = {
    "UserName": DEMO_USER,
    "Password": DEMO_PASSWORD,
    "CustomerCode": DEMO_CUSTOMER_CODE,
    "ApiKey": "",
    "ApiSecret": "",
}
BASES = {"v1": "/iLoqWsApi/api/v1/", "v2": "/iloqwspool2/api/v2/"}
START = "/iloqws/api/v2/"


@dataclass
class House:
    """A furnished lock group, its clock, and the way in."""

    clock: FakeClock
    cloud: IloqCloud
    address: Address
    session: ClientSession
    ids: dict[str, str] = field(default_factory=dict)
    """The session ids by generation, once there are any."""

    async def raw(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """Call a path of the server with no session."""
        url = URL(self.address.url).origin().join(URL(path, encoded=True))
        sent = dict(headers or {})
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        async with self.session.request(
            method, url, data=data, headers=sent, allow_redirects=False
        ) as response:
            return Reply(response.status, dict(response.headers), await response.text())

    async def log_in(self, generation: str = "v2", **changes: str) -> Reply:
        """Log in, and keep the session if there is one."""
        path = BASES[generation] + "CreateSession"
        reply = await self.raw("POST", path, LOG_IN | changes)
        if reply.status == 200 and (found := reply.json["SessionID"]):
            self.ids[generation] = found
        return reply

    async def enter(self, generation: str = "v2") -> None:
        """Log in and choose the first lock group."""
        reply = await self.log_in(generation)
        assert generation in self.ids, reply.text
        body = {"LockGroup_ID": self.cloud.group.id}
        reply = await self.call("POST", "SetLockgroup", body, generation=generation)
        assert reply.status == 200, reply.text

    async def call(
        self, method: str, path: str, body: object = None, generation: str = "v2"
    ) -> Reply:
        """Call an endpoint with the session, which is opened if there is none."""
        if generation not in self.ids:
            await self.enter(generation)
        headers = {"SessionId": self.ids[generation]}
        return await self.raw(method, BASES[generation] + path, body, headers)

    async def get(self, path: str, generation: str = "v2") -> Any:
        """Read what must be there."""
        reply = await self.call("GET", path, generation=generation)
        assert reply.status == 200, reply.text
        return reply.json

    async def send(self, method: str, path: str, body: object = None) -> Any:
        """Send what must be taken, and return the answer if there is one."""
        reply = await self.call(method, path, body)
        assert reply.status in (200, 204), reply.text
        return reply.json if reply.text else None

    async def refused(
        self, method: str, path: str, body: object = None, generation: str = "v2"
    ) -> str:
        """Send what must be refused with a 400, and return the message."""
        reply = await self.call(method, path, body, generation)
        assert reply.status == 400, reply.text
        message: str = reply.json["Message"]
        return message

    async def control(self, method: str, path: str, body: object = None) -> Reply:
        """Call the control interface."""
        data = None if body is None else json.dumps(body)
        async with self.session.request(
            method, self.address.control_url + path, data=data
        ) as response:
            return Reply(response.status, dict(response.headers), await response.text())

    @property
    def build(self) -> Builder:
        """Return what adds things to the lock group."""
        return Builder(self.cloud.group)

    def key(self, description: str) -> Key:
        """Return a key by its description."""
        keys = self.cloud.group.keys.values()
        return next(key for key in keys if key.record["Description"] == description)

    def lock(self, name: str) -> Lock:
        """Return a lock by where it is."""
        locks = self.cloud.group.locks.values()
        return next(lock for lock in locks if lock.record["LockingObject"] == name)

    def access(self, name: str) -> Access:
        """Return an access by its name."""
        accesses = self.cloud.group.accesses.values()
        return next(access for access in accesses if access.record["Name"] == name)

    def person(self, first_name: str) -> Person:
        """Return a person by the first name."""
        persons = self.cloud.group.persons.values()
        return next(
            person for person in persons if person.record["FirstName"] == first_name
        )

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


def key_body(kind: int = 264, **changes: Any) -> Json:
    """Return the fields of a new key."""
    return {
        "FNKey_ID": new_id(),
        "Description": "Guest",
        "ExpireDate": None,
        "InfoText": "",
        "KeyTypeMask": kind,
        "ManufacturingInfo": "",
        "OnlineAccessCode": "",
        "Person_ID": None,
        "RealEstate_ID": ROOT_ID,
        "ROM_ID": "",
        "Stamp": "0042",
        "TagKey": "",
        "VersionCode": "",
        **changes,
    }


@asynccontextmanager
async def served() -> AsyncIterator[House]:
    """Serve a furnished cloud for the block."""
    clock = FakeClock()
    cloud = IloqCloud(clock=clock)
    async with serve(cloud) as address, ClientSession() as session:
        yield House(clock, cloud, address, session)
