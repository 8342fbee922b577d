"""An iLOQ account whose answers are written by a test."""

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPMethod
import json
from typing import Any, override

from yarl import URL

from custom_components.latchkey.vendors.iloq.adapter import Iloq
from custom_components.latchkey.vendors.iloq.client import IloqClient
from custom_components.latchkey.vendors.iloq.session import Login, Session
from custom_components.latchkey.vendors.transport import JSON, Answer, Transport
from custom_components.latchkey.vendors.vendor import NotFound
from tests.simulators.helpers import FakeClock

SYSTEM = "0f9c2a77-1111-4a4e-8d0e-000000000001"
DOOR = "6e906a3d-9b28-4b56-8cd3-e7b0d4ad09b0"
GATE = "fa6d1346-5343-40e7-9fbc-7ffd06415664"
ZONE = "3edd28ea-5d3a-4a02-a0b4-bb9b4355805c"
OTHER_ZONE = "4bb5ce89-446a-4860-970a-59928b626a4d"
YARD = "cb6546fc-ee29-4d26-9bc5-92074157fcd0"
LOCK = "0f9c2a77-1111-4a4e-8d0e-000000000002"

USUAL: Mapping[str, Any] = {
    "POST Url/GetUrl": "",
    "POST CreateSession": {"Result": 1, "SessionID": "s"},
    "GET LockGroups": [
        {
            "LockGroup_ID": SYSTEM,
            "Name": "House",
            "TimeZoneStandardName": "FLE Standard Time",
        }
    ],
    "POST SetLockgroup": {"RightsMask": 2**63 - 1},
    "GET SecurityAccesses": [
        {"SecurityAccess_ID": DOOR, "Name": "Door", "Type": 3, "Status": 0},
        {"SecurityAccess_ID": GATE, "Name": "Gate", "Type": 3, "Status": 0},
    ],
    "GET Zones": [
        {"Zone_ID": ZONE, "Name": "Keys", "Type": 4},
        {"Zone_ID": OTHER_ZONE, "Name": "East", "Type": 1},
    ],
    "GET RealEstates": [{"RealEstate_ID": YARD, "Name": "Yard"}],
    "GET Locks": [{"FLock_ID": LOCK, "LockingObject": "Front"}],
    "GET Keys": [],
    "GET Blacklists": {"BlacklistItems": []},
    "GET Keys/{id}/CanUpdateMainZone": 0,
    "GET Keys/{id}/CanOrder": 0,
}
_SILENT = (
    *("POST Url/GetUrl", "POST CreateSession", "GET LockGroups"),
    *("POST SetLockgroup", "GET KillSession"),
)


class Canned(Transport):
    """Answers each operation with what a test says: data, or an error to raise."""

    def __init__(self, *, v1: bool = False) -> None:
        """Start with the usual answers."""
        self.base = URL("https://iloq.example/")
        self.data: dict[str, Any] = dict(USUAL)
        if v1:
            self.data["POST Url/GetUrl"] = NotFound("status 404")
        self.sent: list[tuple[str, Any]] = []
        """What was sent, by method and path, with its body."""

    def _told(self, method: HTTPMethod, path: str, body: Any) -> Any:
        rest = path.split("/", 2)[2]
        exact = f"{method} {rest}"
        parts = rest.split("/")
        parts[1:2] = ["{id}" if len(each) == 36 else each for each in parts[1:2]]
        name = f"{method} {'/'.join(parts)}"
        if name not in _SILENT:
            self.sent.append((name, body))
        told = self.data.get(exact, self.data.get(name))
        if isinstance(told, Exception):
            raise told
        return told

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
        return self._told(method, path, body)

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
        """Return what a test says, an answer without a body for nothing."""
        told = self._told(method, path, body)
        raw = b"" if told is None else json.dumps(told).encode()
        return Answer(204, raw, datetime.now(UTC))

    @property
    def names(self) -> list[str]:
        """Return what was sent, without the bodies."""
        return [name for name, _ in self.sent]

    def body(self, name: str) -> Any:
        """Return the body of the only request of a name."""
        (body,) = [body for each, body in self.sent if each == name]
        return body


async def account(
    answers: Mapping[str, Any] | None = None, *, v1: bool = False
) -> tuple[Iloq, Canned]:
    """Return an account that knows its locking system, and its cloud, which has been sent nothing yet."""
    cloud = Canned(v1=v1)
    cloud.data |= answers or {}
    login = Login(
        customer_code="ILOQ_1", username="u", password="p", api_key="", lock_group=None
    )
    session = Session(login, FakeClock())
    session.attach(cloud)
    vendor = Iloq(IloqClient(cloud, session), FakeClock())
    await vendor.inventory()
    cloud.sent.clear()
    return vendor, cloud
