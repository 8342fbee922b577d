"""Gateways: boxes that are claimed by a code, and the locking devices with which they are associated."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from simulators.bodies import Body, check_names, text
from simulators.clock import iso
from simulators.errors import Conflict, Invalid
from simulators.keyless.events import Events
from simulators.keyless.formats import identifier
from simulators.keyless.locks import Locks
from simulators.keyless.logs import GatewayEntry, Log
from simulators.keyless.options import Options
from simulators.registry import Registry, new_id

HARDWARE = {
    "hardwareModel": "BEAT_GW_A1",
    "hardwareVersion": "1.0.0",
    "firmwareVersion": "0.7.0",
}
EXAMPLE_CODE = "2K7H-ASR3"
"""The claiming code of the vendor's example; a box of this code waits to be claimed from the beginning."""

_FIRST_SERIAL = 4


@dataclass
class Box:
    """A physical gateway that belongs to no system, to this one, or to none until it is reset."""

    code: str
    serial_number: str
    needs_reset: bool = False


@dataclass
class Gateway:
    """A gateway that was claimed."""

    id: str
    serial_number: str
    code: str
    creation: datetime
    activation: datetime | None = None
    powered: bool = False
    reported: bool = False
    """Whether it has told of its hardware yet."""
    doors: dict[str, str] = field(
        default_factory=lambda: {"door1State": "CLOSED", "door2State": "CLOSED"}
    )
    log: Log[GatewayEntry] = field(default_factory=Log)

    def as_json(self, active_status: str) -> dict[str, Any]:
        """Return the gateway as the vendor's interface tells of it."""
        told = {
            "id": self.id,
            "serialNumber": self.serial_number,
            "activationStatus": active_status
            if self.activation
            else "PENDING_ACTIVATION",
            "creationDatetime": iso(self.creation),
        }
        if self.activation:
            told["activationDatetime"] = iso(self.activation)
        return told | (HARDWARE if self.reported else {})


@dataclass(frozen=True)
class Association:
    """That a gateway may operate a locking device."""

    id: str
    gateway_id: str
    locking_device_id: str
    creation: datetime

    def as_json(self) -> dict[str, Any]:
        """Return the association as the vendor's interface tells of it."""
        return {
            "id": self.id,
            "gatewayDeviceId": self.gateway_id,
            "lockingDeviceId": self.locking_device_id,
            "creationDatetime": iso(self.creation),
        }


class Gateways(Registry[Gateway]):
    """All gateways of the system, and the boxes that could become some."""

    def __init__(self, events: Events, locks: Locks, options: Options) -> None:
        """Start without gateways, and with one box."""
        super().__init__()
        self._events = events
        self._locks = locks
        self._options = options
        self._serials = count(_FIRST_SERIAL)
        self.boxes: Registry[Box] = Registry()
        self.associations: Registry[Association] = Registry()
        self.add_box(EXAMPLE_CODE)

    def add_box(self, code: str) -> Box:
        """Add a physical gateway that belongs to no system."""
        if code in self.boxes:
            raise Invalid("there is a box of this code already")
        box = Box(code, f"BGWA1DD2E{next(self._serials):05d}")
        self.boxes[code] = box
        return box

    def claim(self, body: Body, now: datetime) -> Gateway:
        """Claim a box by the code on its back."""
        check_names(body, "claimingCode")
        box = self.boxes[text(body, "claimingCode")]
        if box.needs_reset:
            raise Conflict("The gateway device is claimed already")
        box.needs_reset = True
        gateway = Gateway(new_id(), box.serial_number, box.code, now)
        self[gateway.id] = gateway
        return gateway

    def reset_box(self, code: str) -> None:
        """Put a box into the state of the factory, in which it can be claimed unless it still belongs to a system."""
        box = self.boxes[code]
        if any(gateway.code == code for gateway in self.values()):
            raise Conflict("the gateway is still part of the system")
        box.needs_reset = False

    def activate(self, gateway_id: str, at: datetime) -> Gateway:
        """Have a gateway that has just been powered activate itself."""
        gateway = self[gateway_id]
        gateway.powered = True
        gateway.activation = at
        self._events.emit("GatewayDeviceActivated", gatewayDeviceId=gateway.id)
        return gateway

    def associate(self, body: Body, now: datetime) -> Association:
        """Associate a locking device with a gateway."""
        check_names(body, "gatewayDeviceId", "lockingDeviceId")
        gateway = self[identifier(body, "gatewayDeviceId")]
        lock = self._locks[identifier(body, "lockingDeviceId")]
        own = self.of(gateway_id=gateway.id)
        if any(association.locking_device_id == lock.id for association in own):
            raise Conflict("The devices are associated already")
        if len(own) >= self._options.association_limit:
            raise Conflict("The gateway device has too many associations")
        association = Association(new_id(), gateway.id, lock.id, now)
        self.associations[association.id] = association
        return association

    def of(self, **fields: str) -> list[Association]:
        """Return the associations that have these values in their fields."""
        return [
            association
            for association in self.associations.values()
            if all(getattr(association, name) == fields[name] for name in fields)
        ]

    def set_door(self, gateway_id: str, door: int, state: str) -> None:
        """Move a door at a gateway, of which its next entry tells."""
        doors = self[gateway_id].doors
        if f"door{door}State" not in doors:
            raise Invalid("door is 1 or 2")
        doors[f"door{door}State"] = state
