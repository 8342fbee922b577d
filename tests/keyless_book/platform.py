"""The simulated platform without a network, which loses answers, acts late, and whose phones keep what they fetch."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPMethod
import json
from typing import Any, Literal, override

from custom_components.latchkey.vendors.keyless.adapter import Keyless
from custom_components.latchkey.vendors.keyless.client import KeylessClient
from custom_components.latchkey.vendors.keyless.token import Token
from custom_components.latchkey.vendors.transport import JSON, Answer, Transport
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    Conflict,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    ServiceUnavailable,
    VendorError,
    WrongCredentials,
)
from simulators import errors
from simulators.keyless import KeylessCloud
from simulators.keyless.formats import duration
from tests.simulators.helpers import FakeClock

type Trouble = Literal[
    "reset",
    "reset_after",
    "html",
    "html_after",
    "half",
    "nameless",
    "late",
    "refused",
    "rate_limit",
    "outage",
    "token",
]
"""What happens to a command: to it, or to the answer after it had its effect."""
type ReadTrouble = Literal["status", "html", "broken_row"]


@dataclass(frozen=True)
class Key:
    """A key that a phone has fetched, and keeps."""

    granted_by: str
    """The permission or offline key that it comes from."""
    start: datetime
    until: datetime

    def opens(self, now: datetime) -> bool:
        """Return whether it opens at this moment, whatever the platform says by now."""
        return self.start <= now < self.until


class Platform:
    """A platform with one lock, and a user who has a phone or none yet."""

    def __init__(self, clock: FakeClock, *, phone: bool = True) -> None:
        """Start with nothing granted."""
        self.clock = clock
        self.cloud = KeylessCloud(clock=clock)
        self.lock_id = self.cloud.add_locking_device("Door").id
        self.user_id = self.cloud.add_user(phone=phone).id
        self.keys: set[Key] = set()
        self.trouble: Trouble | None = None
        self.read_trouble: ReadTrouble | None = None
        self.arrives = False
        """Whether a command arrives whose sender is killed while it is on its way."""
        self.foreign: list[str] = []
        """The permissions that others granted, which look like ours."""
        self.grants_the_same = False
        """Whether somebody else grants the same just before a command of ours arrives."""
        self.watch: Callable[[str], None] = lambda method: None
        """Is told the method of each command when it comes in."""
        self.commands = 0
        self._held: list[Callable[[], object]] = []

    # What is granted, and what phones make of it

    def permissions(self) -> list[dict[str, Any]]:
        """Return what is granted."""
        return [each.as_json() for each in self.cloud.grants.permissions.values()]

    def fetch(self) -> None:
        """Have the phone fetch a key for each permission of its user."""
        now = self.clock.now
        phones = {device.user_id for device in self.cloud.people.devices.values()}
        for each in self.cloud.grants.permissions.values():
            if each.user_id in phones and each.end > now:
                length = duration(
                    {"x": each.key_validity}, "x", "P8D", timedelta(), timedelta.max
                )
                until = min(now + length, each.end)
                if each.start < until:
                    self.keys.add(Key(each.id, each.start, until))

    def give_phone(self) -> None:
        """Have the user set the app up, if that is still to be done."""
        if not self.cloud.people.devices:
            self.cloud.add_operating_device(self.user_id)

    def change(self, **changes: Any) -> None:
        """Have somebody else change the only permission."""
        (body,) = self.permissions()
        own_id = body.pop("id")
        self.cloud.grants.update(own_id, body | changes)

    # What is on its way

    @property
    def holds(self) -> bool:
        """Return whether a command is yet to take effect."""
        return bool(self._held)

    def release(self) -> None:
        """Let the first of what is held take effect."""
        if self._held:
            with suppress(*_REFUSALS):
                self._held.pop(0)()

    def hold(self, act: Callable[[], object]) -> None:
        """Keep a command until it is released."""
        self._held.append(act)

    def act(self, method: HTTPMethod, path: str, body: Any) -> Any:
        """Have a command take its effect; return what it is answered."""
        cloud, own_id = self.cloud, path.rpartition("/")[2]
        if self.grants_the_same and path == "permission" and method == "POST":
            self.grants_the_same = False
            self.foreign.append(cloud.grants.grant(body).id)
        self.fetch()
        match method, path.split("/"):
            case "POST", ["user"]:
                return cloud.add_user(body["role"]).as_json() | {"accessKey": "secret"}
            case "DELETE", ["user", _]:
                cloud.delete_user(own_id)
            case "POST", ["permission"]:
                granted = cloud.grants.grant(body)
                self.fetch()
                return {"id": granted.id}
            case "PUT", ["permission", _]:
                cloud.grants.update(own_id, body)
                self.fetch()
            case "DELETE", ["permission", _]:
                cloud.grants.permissions.take(own_id)
            case "POST", ["offline-key"]:
                told = cloud.grants.issue(cloud.admin.id, body, self.clock.now)
                key = cloud.grants.offline_keys[told["primaryKey"]["id"]]
                self.keys.add(Key(key.id, key.start, key.end))
                return told
            case _:
                raise errors.Missing(path)
        return None

    def read(self, path: str) -> Any:
        """Return what a reading is told."""
        cloud = self.cloud
        match path.split("/"):
            case ["login"]:
                return {"token": "a.b.c"}
            case ["user"]:
                return _page(cloud.people.users)
            case ["user", user_id]:
                return cloud.people.users[user_id].as_json()
            case ["operating-device"]:
                return _page(cloud.people.devices)
            case ["permission"]:
                return _page(cloud.grants.permissions)
            case ["permission", own_id]:
                return cloud.grants.permissions[own_id].as_json()
            case ["offline-key"]:
                return _page(cloud.grants.offline_keys)
        raise errors.Missing(path)


def _page(registry: Mapping[str, Any]) -> dict[str, Any]:
    return {"items": [each.as_json() for each in registry.values()]}


_REFUSALS: dict[type[Exception], type[VendorError]] = {
    errors.Missing: NotFound,
    errors.Invalid: InvalidRequest,
    errors.Conflict: Conflict,
}


class Wire(Transport):
    """Takes requests to the platform, with a moment to be killed in before and after each takes effect."""

    platform: Platform
    dead: bool

    @classmethod
    def to(cls, platform: Platform) -> Wire:
        """Return one that leads to a platform."""
        wire = cls.__new__(cls)
        wire.platform = platform
        wire.dead = False
        return wire

    def account(self) -> Keyless:
        """Return the account of the platform's administrator."""
        clock = self.platform.clock
        token = Token(self, "anna", "key", clock)
        return Keyless(KeylessClient(self, token), "anna", clock)

    @override
    async def read(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        method: HTTPMethod = HTTPMethod.GET,
        body: Any = None,
        timeout: float | None = None,
        attempts: int | None = None,
    ) -> Any:
        """Return the JSON of a reading, as it was when it was asked for."""
        platform = self.platform
        await self._moment()
        try:
            told = platform.read(path)
        except errors.Missing as err:
            raise NotFound(str(err)) from None
        text = json.dumps(told)
        await self._moment()
        match platform.read_trouble if path != "login" else None:
            case "status":
                raise ServiceUnavailable("status 503")
            case "html":
                raise AnswerNotUnderstood("not JSON")
            case "broken_row" if "items" in told:
                return {"items": [*json.loads(text)["items"], {"id": None}]}
        return json.loads(text)

    @override
    async def command(
        self,
        method: HTTPMethod,
        path: str,
        body: Any = None,
        query: Mapping[str, str] | None = None,
        *,
        media_type: str = JSON,
        timeout: float | None = None,
    ) -> Answer:
        """Send a command, once."""
        platform = self.platform
        if self.dead:
            raise asyncio.CancelledError
        platform.watch(method)
        trouble, platform.trouble = platform.trouble, None
        self._before(trouble)
        platform.commands += 1
        try:
            await self._moment()
        except asyncio.CancelledError:
            if platform.arrives:
                with suppress(*_REFUSALS):
                    platform.act(method, path, body)
            raise
        match trouble:
            case "reset":
                raise OutcomeUnknown("reset")
            case "html":
                return self._answer(b"<html>")
            case "late":
                platform.hold(lambda: platform.act(method, path, body))
                raise OutcomeUnknown("reset")
        try:
            told = platform.act(method, path, body)
        except tuple(_REFUSALS) as err:
            raise _REFUSALS[type(err)] from None
        await self._moment()
        return self._after(trouble, told)

    def _before(self, trouble: Trouble | None) -> None:
        """Raise what keeps a command from arriving."""
        match trouble:
            case "refused":
                raise InvalidRequest("status 400")
            case "rate_limit":
                raise RateLimited(None)
            case "outage":
                raise ServiceUnavailable("refused")
            case "token":
                raise WrongCredentials("status 401")

    def _after(self, trouble: Trouble | None, told: Any) -> Answer:
        """Return or raise what becomes of an answer."""
        text = b"" if told is None else json.dumps(told).encode()
        match trouble:
            case "reset_after":
                raise OutcomeUnknown("reset")
            case "html_after":
                text = b"<html>"
            case "half":
                text = text[: len(text) // 2]
            case "nameless":
                text = b"{}" if text else text
        return self._answer(text)

    def _answer(self, body: bytes) -> Answer:
        return Answer(200, body, self.platform.clock.now)

    async def _moment(self) -> None:
        if self.dead:
            raise asyncio.CancelledError
        await asyncio.sleep(0)
        if self.dead:
            raise asyncio.CancelledError
