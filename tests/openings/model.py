"""A model of the platform: remote commands, logs that tell of them sooner or later, requests that fail in many ways."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPMethod
import json
from typing import Any, Literal, override

from custom_components.latchkey.vendors.keyless.adapter import Keyless
from custom_components.latchkey.vendors.keyless.client import KeylessClient
from custom_components.latchkey.vendors.keyless.token import Token
from custom_components.latchkey.vendors.transport import (
    JSON,
    TIMEOUT,
    Answer,
    Transport,
)
from custom_components.latchkey.vendors.vendor import (
    Conflict,
    NoRight,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    ServiceUnavailable,
    WrongCredentials,
)
from simulators.clock import iso

type Execution = Literal["granted", "denied", "nothing"]
type Loss = Literal["with effect", "without effect", "late"]

BEGIN = datetime(2026, 5, 7, 12, tzinfo=UTC)
VALIDITY = timedelta(minutes=5)
EXECUTION = timedelta(seconds=2)
TOKEN = timedelta(hours=1)
LATE = timedelta(seconds=12)
"""After which a command takes effect whose sender has given it up."""
LOCK = "lock"
GATEWAY = "gateway"
ANNA = "anna"
"""Who we are."""
BERT = "bert"


@dataclass
class Command:
    """A remote command."""

    id: str
    issuer: str
    issued_at: datetime
    acknowledged_at: datetime | None = None
    cancelled_at: datetime | None = None

    @property
    def valid_until(self) -> datetime:
        """Return until when it is valid."""
        return self.issued_at + VALIDITY

    def is_readable(self, now: datetime) -> bool:
        """Return whether a gateway would read it."""
        return (
            now < self.valid_until
            and self.acknowledged_at is None
            and self.cancelled_at is None
        )

    def as_json(self) -> dict[str, Any]:
        """Return it as the platform tells of it."""
        told = {
            "id": self.id,
            "gatewayDeviceId": GATEWAY,
            "lockingDeviceId": LOCK,
            "action": "OPEN",
            "issuerUserId": self.issuer,
            "issuanceDatetime": iso(self.issued_at),
            "validityEndDatetime": iso(self.valid_until),
        }
        if self.acknowledged_at:
            told["acknowledgementDatetime"] = iso(self.acknowledged_at)
        if self.cancelled_at:
            told["cancellationDatetime"] = iso(self.cancelled_at)
        return told


@dataclass
class Entry:
    """An entry of a log, when it reaches the platform, and the command that it is really about."""

    at: datetime
    arrives_at: datetime
    told: dict[str, Any]
    command: Command | None = None


@dataclass
class Platform:
    """One lock and its gateway; time stands still until it is moved."""

    now: datetime = BEGIN
    commands: dict[str, Command] = field(default_factory=dict)
    by_lock: list[Entry] = field(default_factory=list)
    by_gateway: list[Entry] = field(default_factory=list)
    tokens: dict[str, datetime] = field(default_factory=dict)
    is_out: bool = False
    is_limited: bool = False
    has_logs: bool = True
    """Whether we may read the logs."""
    loss: Loss | None = None
    """What becomes of the next command."""
    hanging: Literal["before", "after"] | None = None
    """Whether requests hang before they take effect, or after that."""
    held: list[tuple[datetime, asyncio.Future[None]]] = field(default_factory=list)
    """When each request that hangs is given up, and what lets it go on."""
    agenda: list[tuple[datetime, Callable[[], Any]]] = field(default_factory=list)
    troubled_at: datetime = BEGIN - timedelta(days=1)
    """When it was last not answered as it should be."""
    issued: Callable[[Command], None] = lambda _: None
    """Told of each command that is about to be issued."""
    asked: Counter[str] = field(default_factory=Counter)
    """How often each path was asked for."""

    def issue(self, issuer: str) -> Command:
        """Order the gateway to open the lock."""
        command = Command(f"command-{len(self.commands)}", issuer, self.now)
        self.issued(command)
        self.commands[command.id] = command
        return command

    def cancel(self, command: Command) -> None:
        """Cancel what no gateway has read."""
        if command.acknowledged_at is not None or command.cancelled_at is not None:
            raise Conflict("409")
        command.cancelled_at = self.now

    def touch(
        self,
        execution: Execution,
        lock_delay: timedelta,
        gateway_delay: timedelta,
        skew: timedelta,
    ) -> None:
        """Have somebody touch the lock: the gateway wakes, reads what it may, and says that it will try."""
        for command in self.commands.values():
            if not command.is_readable(self.now):
                continue
            command.acknowledged_at = self.now
            if execution == "nothing":
                continue
            at = self.now + EXECUTION
            granted = execution == "granted" and at < command.valid_until
            self._note(at, granted, command=command, delay=lock_delay, skew=skew)
            if granted:
                told = {
                    "sequenceNumber": len(self.by_gateway),
                    "datetime": iso(at),
                    "conversationName": "open",
                    "lockingDeviceId": LOCK,
                    "remoteCommandId": command.id,
                }
                self.by_gateway.append(Entry(at, at + gateway_delay, told, command))

    def phone(self, *, granted: bool) -> None:
        """Have a phone open the lock, or be refused."""
        self._note(self.now, granted)

    def _note(
        self,
        at: datetime,
        granted: bool,
        *,
        command: Command | None = None,
        delay: timedelta = timedelta(),
        skew: timedelta = timedelta(),
    ) -> None:
        client = {"type": "OPERATING_DEVICE"}
        if command is not None:
            client = {"type": "GATEWAY_DEVICE", "gatewayDeviceId": GATEWAY}
        number = len(self.by_lock)
        told = {
            "id": f"entry-{number}",
            "lockingDeviceId": LOCK,
            "eventName": "open",
            "occurrenceDatetime": iso(at + skew),
            "sequenceNumber": number,
            "client": client,
            "granted": granted,
        }
        self.by_lock.append(Entry(at, at + delay, told, command))

    def arrived(self, entries: list[Entry]) -> list[Entry]:
        """Return what has arrived of a log."""
        return [each for each in entries if each.arrives_at <= self.now]

    def proofs(self, command: Command) -> list[Entry]:
        """Return where the gateway's log, as far as it has come, names a command."""
        return [
            each for each in self.arrived(self.by_gateway) if each.command is command
        ]

    def refusals(self) -> list[Entry]:
        """Return where the lock is known to have refused its gateway."""
        return [
            each
            for each in self.arrived(self.by_lock)
            if each.command is not None and each.told["granted"] is False
        ]

    def is_pending(self, command: Command) -> bool:
        """Return whether a command may still open, as far as anybody can know."""
        if command.acknowledged_at is None or self.now >= command.valid_until:
            return command.is_readable(self.now)
        return not any(
            each.command is command
            for each in (*self.arrived(self.by_gateway), *self.refusals())
        )

    def account(self, clock: Callable[[], datetime]) -> Keyless:
        """Return an account that reads this platform, without a network."""
        wire = _Wire.to(self, clock)
        wire.token = Token(wire, ANNA, "key", clock)
        return Keyless(KeylessClient(wire, wire.token), ANNA, clock)

    # Requests

    def log_in(self) -> dict[str, str]:
        """Return a token for an hour."""
        token = f"a.b{len(self.tokens)}.c"
        self.tokens[token] = self.now + TOKEN
        return {"token": token}

    async def hang(self) -> None:
        """Have a request hang until it is let go, or given up."""
        self.trouble()
        gate = asyncio.get_running_loop().create_future()
        self.held.append((self.now + timedelta(seconds=TIMEOUT), gate))
        try:
            await gate
        finally:
            self.trouble()

    def trouble(self) -> None:
        """Note that something is not answered as it should be."""
        self.troubled_at = self.now

    def mend(self) -> None:
        """Have all in order again, and what hangs go on."""
        self.is_out = self.is_limited = False
        self.loss = self.hanging = None
        for _, gate in self.held:
            if not gate.done():
                gate.set_result(None)
        self.held.clear()

    def answer_one(self) -> None:
        """Let the first request that hangs go on."""
        _, gate = self.held.pop(0)
        if not gate.done():
            gate.set_result(None)

    def happen(self) -> None:
        """Have happen what is due: what hangs is given up, and what was given up takes effect."""
        for at, gate in list(self.held):
            if at <= self.now:
                self.held.remove((at, gate))
                if not gate.done():
                    gate.set_exception(TimeoutError())
        for at, action in list(self.agenda):
            if at <= self.now:
                self.agenda.remove((at, action))
                action()


class _Wire(Transport):
    """Takes requests to the model."""

    platform: Platform
    clock: Callable[[], datetime]
    token: Token

    @classmethod
    def to(cls, platform: Platform, clock: Callable[[], datetime]) -> _Wire:
        wire = cls.__new__(cls)
        wire.platform = platform
        wire.clock = clock
        return wire

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
        """Return the JSON of a reading, as it comes off the wire."""
        self.platform.asked[path.split("-", maxsplit=1)[0]] += 1
        try:
            if self.platform.hanging == "before":
                await self.platform.hang()
            told = self._told(path)
            if self.platform.hanging == "after":
                await self.platform.hang()
        except TimeoutError:
            raise ServiceUnavailable("TimeoutError") from None
        return self._answer(told).json()

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
        """Return the answer to a command, or lose it."""
        platform = self.platform
        platform.asked["command"] += 1
        loss, platform.loss = platform.loss, None
        is_done = False
        try:
            if platform.hanging == "before":
                await platform.hang()
            self._check()
            if loss is None or loss == "with effect":
                told = self._done(path)
                is_done = True
            if platform.hanging == "after":
                await platform.hang()
        except (TimeoutError, asyncio.CancelledError) as err:
            # Whoever gives a request up does not call it back.
            if not is_done and loss != "without effect":
                self._do_late(path)
            if isinstance(err, asyncio.CancelledError):
                raise
            raise OutcomeUnknown("TimeoutError") from None
        if loss is not None:
            platform.trouble()
            if loss == "late":
                self._do_late(path)
            raise OutcomeUnknown("ServerDisconnectedError")
        return self._answer(told)

    def _do_late(self, path: str) -> None:
        platform = self.platform

        def do() -> None:
            try:
                self._done(path)
            except Conflict:
                return

        platform.trouble()
        platform.agenda.append((platform.now + LATE, do))

    def _check(self) -> None:
        """Refuse what the platform does not take at present."""
        platform = self.platform
        if platform.is_out:
            platform.trouble()
            raise ServiceUnavailable("outage")
        if platform.is_limited:
            platform.trouble()
            raise RateLimited(None)
        if platform.now >= platform.tokens.get(self.token.value, platform.now):
            raise WrongCredentials("status 401")

    def _done(self, path: str) -> dict[str, Any]:
        platform = self.platform
        match path.split("/"):
            case ["remote-command"]:
                return platform.issue(ANNA).as_json()
            case ["remote-command", command_id, "cancel"]:
                platform.cancel(platform.commands[command_id])
                return {}
        raise NotFound(path)

    def _told(self, path: str) -> Any:
        platform = self.platform
        if path == "login":
            if platform.is_out:
                platform.trouble()
                raise ServiceUnavailable("outage")
            return platform.log_in()
        self._check()
        match path.split("/"):
            case ["remote-command"]:
                return {
                    "items": [each.as_json() for each in platform.commands.values()]
                }
            case ["remote-command", command_id] if command_id in platform.commands:
                return platform.commands[command_id].as_json()
            case ["locking-device-log" | "gateway-device-log", _] if (
                not platform.has_logs
            ):
                raise NoRight("status 403")
            case ["locking-device-log", "audit"]:
                entries = platform.arrived(platform.by_lock)
                return {"items": [each.told for each in entries]}
            case ["gateway-device-log", "audit"]:
                entries = platform.arrived(platform.by_gateway)
                return {"items": [each.told for each in entries[::-1][:50]]}
        raise NotFound(path)

    def _answer(self, told: Any) -> Answer:
        self.ahead = self.platform.now - self.clock()
        return Answer(200, json.dumps(told).encode(), self.platform.now)
