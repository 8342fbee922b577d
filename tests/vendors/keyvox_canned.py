"""A KEYVOX account whose answers are written by a test."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPMethod
import json
from typing import Any, override

from custom_components.latchkey.vendors.keyvox.adapter import Keyvox
from custom_components.latchkey.vendors.keyvox.client import KeyvoxClient
from custom_components.latchkey.vendors.keyvox.paths import PROFILES
from custom_components.latchkey.vendors.keyvox.signer import Signer
from custom_components.latchkey.vendors.model import Device
from custom_components.latchkey.vendors.transport import JSON, Answer, Transport
from tests.simulators.helpers import FakeClock

UNITS = [
    {"unitId": "u1", "unitName": "Room", "placeName": "House", "lockIds": "L1,L2"},
    {"unitId": "u2", "unitName": "Shed", "placeName": "House"},
]
USUAL: Mapping[str, Any] = {
    "getUnits": UNITS,
    "getLocks": {"list": [{"lockId": "L1", "lockName": "Front"}]},
    "getLockers": [{"deviceId": "K1", "deviceName": "Locker"}],
    "getLockerStatus": [{"boxNum": "00-01", "boxName": "Box 1", "status": "0"}],
    "list": {"list": [{"placeId": "p1", "placeName": "House"}]},
    "getUnitPinList": {"pinList": [], "position": ""},
}


@dataclass
class Canned(Transport):
    """Answers each operation, by the end of its path, with what a test says."""

    clock: FakeClock
    data: dict[str, Any] = field(default_factory=lambda: dict(USUAL))
    sent: list[tuple[str, Any]] = field(default_factory=list)

    def _told(self, path: str, body: Any) -> Any:
        name = path.rpartition("/")[2]
        self.sent.append((name, body))
        told = self.data.get(name)
        if isinstance(told, Exception):
            raise told
        return {"code": "0", "msg": "success", "data": told}

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
        """Return what a test says."""
        return self._told(path, body)

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
        """Return what a test says."""
        told = json.dumps(self._told(path, body))
        return Answer(200, told.encode(), self.clock.now)

    def bodies(self, name: str) -> list[Any]:
        """Return the bodies of the requests for an operation."""
        return [body for sent, body in self.sent if sent == name]


@dataclass
class Account:
    """An account, and what it is told."""

    wire: Canned
    vendor: Keyvox
    devices: Mapping[str, Device]


async def account(profile: str = "portal", **data: Any) -> Account:
    """Return an account that knows what there is."""
    clock = FakeClock()
    wire = Canned(clock)
    signer = Signer("key", "secret", PROFILES[profile].signed, clock)
    vendor = Keyvox(KeyvoxClient(wire, PROFILES[profile], signer), clock)
    inventory = await vendor.inventory()
    wire.data |= data
    wire.sent.clear()
    return Account(wire, vendor, {each.id: each for each in inventory.devices})
