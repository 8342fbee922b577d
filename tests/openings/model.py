"""A model of the platform: remote commands, and logs that tell of them sooner or later."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPMethod
import json
from typing import Any, Literal, override

from custom_components.latchkey.vendors.keyless.adapter import Keyless
from custom_components.latchkey.vendors.keyless.client import KeylessClient
from custom_components.latchkey.vendors.keyless.token import Token
from custom_components.latchkey.vendors.transport import Answer, Transport
from custom_components.latchkey.vendors.vendor import NotFound, ServiceUnavailable
from simulators.clock import iso

type Execution = Literal["granted", "denied", "nothing"]

BEGIN = datetime(2026, 5, 7, 12, tzinfo=UTC)
VALIDITY = timedelta(minutes=5)
EXECUTION = timedelta(seconds=2)
LOCK = "lock"
GATEWAY = "gateway"


@dataclass
class Command:
    """A remote command."""

    id: str
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
    """An entry of a log, and when it reaches the platform."""

    arrives_at: datetime
    told: dict[str, Any]


@dataclass
class Platform:
    """One lock and its gateway; time stands still until it is moved."""

    now: datetime = BEGIN
    commands: dict[str, Command] = field(default_factory=dict)
    by_lock: list[Entry] = field(default_factory=list)
    by_gateway: list[Entry] = field(default_factory=list)
    is_out: bool = False

    def issue(self) -> Command:
        """Order the gateway to open the lock."""
        command = Command(f"command-{len(self.commands)}", self.now)
        self.commands[command.id] = command
        return command

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
            self._note(at + skew, "GATEWAY_DEVICE", granted, at + lock_delay)
            if granted:
                self.by_gateway.append(
                    Entry(
                        at + gateway_delay,
                        {
                            "sequenceNumber": len(self.by_gateway),
                            "datetime": iso(at),
                            "conversationName": "open",
                            "lockingDeviceId": LOCK,
                            "remoteCommandId": command.id,
                        },
                    )
                )

    def phone(self, *, granted: bool) -> None:
        """Have a phone open the lock, or be refused."""
        self._note(self.now, "OPERATING_DEVICE", granted, self.now)

    def _note(
        self, at: datetime, kind: str, granted: bool, arrives_at: datetime
    ) -> None:
        client = {"type": kind}
        if kind == "GATEWAY_DEVICE":
            client["gatewayDeviceId"] = GATEWAY
        number = len(self.by_lock)
        told = {
            "id": f"entry-{number}",
            "lockingDeviceId": LOCK,
            "eventName": "open",
            "occurrenceDatetime": iso(at),
            "sequenceNumber": number,
            "client": client,
            "granted": granted,
        }
        self.by_lock.append(Entry(arrives_at, told))

    def told(self, entries: list[Entry]) -> list[dict[str, Any]]:
        """Return what has arrived of a log."""
        return [each.told for each in entries if each.arrives_at <= self.now]

    def is_proven(self, command: Command) -> bool:
        """Return whether the gateway's log, as far as it has come, names a command."""
        return any(
            told["remoteCommandId"] == command.id for told in self.told(self.by_gateway)
        )

    def denials(self) -> int:
        """Return how many of its openings the lock is known to have refused to the gateway."""
        return sum(
            told["granted"] is False and told["client"]["type"] == "GATEWAY_DEVICE"
            for told in self.told(self.by_lock)
        )

    def account(self) -> Keyless:
        """Return an account that reads this platform, without a network."""
        transport = _Wire.to(self)
        token = Token(transport, "anna", "key", lambda: self.now)
        return Keyless(KeylessClient(transport, token), "anna")


class _Wire(Transport):
    """Takes readings to the model."""

    platform: Platform

    @classmethod
    def to(cls, platform: Platform) -> _Wire:
        wire = cls.__new__(cls)
        wire.platform = platform
        return wire

    @override
    async def read(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        method: HTTPMethod = HTTPMethod.GET,
        body: Any = None,
    ) -> Any:
        """Return the JSON of a reading, as it comes off the wire."""
        platform = self.platform
        if platform.is_out:
            raise ServiceUnavailable("outage")
        match path.split("/"):
            case ["login"]:
                answer: Any = {"token": "a.b.c"}
            case ["remote-command", command_id] if command_id in platform.commands:
                answer = platform.commands[command_id].as_json()
            case ["locking-device-log", "audit"]:
                answer = {"items": platform.told(platform.by_lock)}
            case ["gateway-device-log", "audit"]:
                items = platform.told(platform.by_gateway)
                answer = {"items": items[::-1][:50]}
            case _:
                raise NotFound(path)
        return Answer(200, json.dumps(answer).encode(), platform.now).json()
