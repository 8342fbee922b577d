"""Remote commands: orders to a gateway that it reads when it is next awake, if they are still valid."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from simulators.bodies import Body, check_names, choice
from simulators.clock import iso
from simulators.errors import Conflict
from simulators.keyless.events import Events
from simulators.keyless.formats import identifier
from simulators.keyless.gateways import Gateways
from simulators.keyless.locks import Locks
from simulators.keyless.options import Options
from simulators.registry import Registry, new_id


@dataclass
class RemoteCommand:
    """A remote command, and what has become of it."""

    id: str
    gateway_id: str
    locking_device_id: str
    issuer_user_id: str
    issuance: datetime
    validity_end: datetime
    acknowledgement: datetime | None = None
    canceler_user_id: str | None = None
    cancellation: datetime | None = None

    @property
    def is_settled(self) -> bool:
        """Tell whether it was acknowledged or cancelled."""
        return self.acknowledgement is not None or self.cancellation is not None

    def as_json(self) -> dict[str, Any]:
        """Return the command as the vendor's interface tells of it; what has not happened is not in it."""
        told: dict[str, Any] = {
            "id": self.id,
            "gatewayDeviceId": self.gateway_id,
            "lockingDeviceId": self.locking_device_id,
            "action": "OPEN",
            "validityStartDatetime": iso(self.issuance),
            "validityEndDatetime": iso(self.validity_end),
            "issuerUserId": self.issuer_user_id,
            "issuanceDatetime": iso(self.issuance),
        }
        if self.acknowledgement:
            told["acknowledgementDatetime"] = iso(self.acknowledgement)
        if self.cancellation:
            told["cancelerUserId"] = self.canceler_user_id
            told["cancellationDatetime"] = iso(self.cancellation)
        return told


class Commands(Registry[RemoteCommand]):
    """All remote commands of the system, oldest first."""

    def __init__(
        self, events: Events, locks: Locks, gateways: Gateways, options: Options
    ) -> None:
        """Start without any."""
        super().__init__()
        self._options = options
        self._events = events
        self._locks = locks
        self._gateways = gateways

    def issue(self, issuer: str, body: Body, now: datetime) -> RemoteCommand:
        """Issue a command, if the gateway could execute it."""
        check_names(body, "gatewayDeviceId", "lockingDeviceId", "action")
        choice(body, "action", ("OPEN",))
        gateway = self._gateways[identifier(body, "gatewayDeviceId")]
        lock = self._locks.claimed(identifier(body, "lockingDeviceId"))
        if gateway.activation is None:
            raise Conflict("The gateway device is not activated")
        if not self._gateways.of(gateway_id=gateway.id, locking_device_id=lock.id):
            raise Conflict("The devices are not associated")
        end = now + timedelta(seconds=self._options.command_seconds)
        command = RemoteCommand(new_id(), gateway.id, lock.id, issuer, now, end)
        self[command.id] = command
        return command

    def pending(self, gateway_id: str, at: datetime) -> list[RemoteCommand]:
        """Return the commands that a gateway would read at an instant."""
        return [
            command
            for command in self.values()
            if command.gateway_id == gateway_id
            and at < command.validity_end
            and not command.is_settled
        ]

    def acknowledge(self, command: RemoteCommand, at: datetime) -> None:
        """Have a gateway say that it will try."""
        command.acknowledgement = at
        self._events.emit("RemoteCommandAcknowledged", remoteCommandId=command.id)

    def cancel(self, command_id: str, canceler: str, now: datetime) -> None:
        """Cancel a command that was neither acknowledged nor cancelled."""
        command = self[command_id]
        if command.is_settled:
            raise Conflict("The remote command is acknowledged or canceled already")
        command.canceler_user_id, command.cancellation = canceler, now
