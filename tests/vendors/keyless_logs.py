"""A platform without a network that has nothing but logs, whose entries arrive when a test says."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from custom_components.latchkey.vendors.keyless.adapter import Keyless
from custom_components.latchkey.vendors.keyless.client import KeylessClient
from custom_components.latchkey.vendors.keyless.token import Token
from custom_components.latchkey.vendors.model import Device, DeviceKind
from custom_components.latchkey.vendors.passages import LogLine
from custom_components.latchkey.vendors.readings import Reading
from custom_components.latchkey.vendors.vendor import NotFound
from simulators.clock import iso
from tests.simulators.helpers import FakeClock
from tests.vendors.helpers import run
from tests.vendors.scripted import Offline, Sent

LOCK = Device(id="lock", label="lock", kind=DeviceKind.LOCKING_DEVICE, name="")
GATEWAYS = tuple(
    Device(id=name, label=name, kind=DeviceKind.GATEWAY, name="")
    for name in ("gateway", "other")
)
HOUR = 3600
DELAYS = (0, 0, 0, 40, 900, 4 * HOUR, 20 * HOUR)
"""How long entries take to the platform; a phone brings them when it is online."""
MINUTE = timedelta(minutes=1)
PHONE = {"type": "OPERATING_DEVICE", "operatingDeviceId": "phone", "userId": "anna"}


def by_gateway(gateway_id: str = "") -> dict[str, str]:
    """Return as whom a lock notes a gateway, which it may not name."""
    named = {"gatewayDeviceId": gateway_id} if gateway_id else {}
    return {"type": "GATEWAY_DEVICE", **named}


@dataclass
class Platform:
    """The platform and an account at it; each entry is told from when it has arrived."""

    separate_numbers: bool = False
    clock: FakeClock = field(default_factory=FakeClock)
    _logs: dict[tuple[str, str], list[tuple[datetime, Any]]] = field(
        default_factory=dict
    )
    _numbers: Counter[tuple[str, str]] = field(default_factory=Counter)
    _ids: int = 0

    def __post_init__(self) -> None:
        """Connect the account."""
        answers = {
            "POST login": {"token": "a.b.c"},
            "GET gateway-device": {"items": [{"id": each.id} for each in GATEWAYS]},
            "GET locking-device": {"items": [{"id": LOCK.id}]},
            "GET gateway-device-association": {
                "items": [
                    {"gatewayDeviceId": each.id, "lockingDeviceId": LOCK.id}
                    for each in GATEWAYS
                ]
            },
        }
        for path in ("locking-device-log", "gateway-device-log"):
            for kind in ("system", "audit"):
                answers[f"GET {path}/{kind}"] = self._answer
        self.transport = Offline.of(answers)
        token = Token(self.transport, "anna", "key", self.clock)
        self.account = Keyless(KeylessClient(self.transport, token), "anna", self.clock)

    def write(
        self,
        device: Device = LOCK,
        kind: str = "system",
        *,
        delay: float = 0,
        at: datetime | None = None,
        **fields: Any,
    ) -> datetime:
        """Have a device log something now, by its own clock perhaps another time; return that."""
        at = at or self.clock.now
        counter = (device.id, kind if self.separate_numbers else "")
        entry = {"sequenceNumber": self._numbers[counter], **fields}
        self._numbers[counter] += 1
        if device is LOCK:
            self._ids += 1
            entry |= {
                # What is of one second is sorted by ids, which tell nothing of the order.
                "id": f"{self._ids * 7919 % 10_007}-{self._ids}",
                "lockingDeviceId": LOCK.id,
                "occurrenceDatetime": iso(at),
            }
        else:
            entry["datetime"] = iso(at)
        arrives = self.clock.now + timedelta(seconds=delay)
        self._logs.setdefault((device.id, kind), []).append((arrives, entry))
        return at

    def passes(self, *, granted: bool = True, **more: Any) -> datetime:
        """Have somebody open the lock with a phone."""
        return self.write(
            kind="audit", eventName="unlock", client=PHONE, granted=granted, **more
        )

    def opens(
        self, gateway: Device = GATEWAYS[0], *, granted: bool = True, **more: Any
    ) -> datetime:
        """Have the lock note an opening by a gateway."""
        more.setdefault("client", by_gateway(gateway.id))
        return self.write(kind="audit", eventName="open", granted=granted, **more)

    def opened(self, gateway: Device = GATEWAYS[0], **more: Any) -> datetime:
        """Have a gateway note that it has opened the lock."""
        entry: dict[str, Any] = {
            "conversationName": "open",
            "lockingDeviceId": LOCK.id,
        }
        return self.write(gateway, "audit", **entry, **more)

    def reset(self) -> None:
        """Have the lock count from nothing again."""
        for key in [key for key in self._numbers if key[0] == LOCK.id]:
            del self._numbers[key]

    def news(self, *devices: Device, looks: int = 1) -> list[LogLine]:
        """Return what is new, in the lock's log unless told otherwise."""
        return [
            line
            for _ in range(looks)
            for device in devices or (LOCK,)
            for line in run(self.account.news(device)).lines
        ]

    def readings(self, device: Device) -> Mapping[str, Sequence[Reading]]:
        """Return what a device's log tells beside its lines, by device."""
        return run(self.account.news(device)).readings

    def log(
        self, start: datetime, end: datetime, device: Device = LOCK
    ) -> list[LogLine]:
        """Return a log of a period, the lock's unless told otherwise, oldest first."""
        run(self.account.inventory())
        lines = run(self.account.log(device, start, end))
        return sorted(lines, key=lambda line: line.occurred_at)

    def forget_gateways(self) -> None:
        """Have the platform know the gateways' logs no more."""
        gone = {"GET gateway-device-log/audit": NotFound("404")}
        self.transport.answers = {**self.transport.answers, **gone}

    def _answer(self, sent: Sent) -> Any:
        """Return a page of a log, as the vendor documents it (1.7, 5, 9)."""
        query = sent.query
        assert 1 <= int(query["limit"]) <= 100
        device_id = query.get("locking-device-id") or query["gateway-device-id"]
        kind = sent.path.rpartition("/")[2]
        above = int(query.get("sequence-number-greater-than", -1))
        after = query.get("after-datetime", "")
        chosen = [
            entry
            for arrives, entry in self._logs.get((device_id, kind), ())
            if arrives <= self.clock.now
            and entry["sequenceNumber"] > above
            and _at(entry) > after
        ]
        chosen.sort(
            key=lambda entry: (_at(entry), entry.get("id", entry["sequenceNumber"])),
            reverse=query.get("sort-direction") == "DESC",
        )
        begin = int(query.get("next-page-token", 0))
        end = begin + int(query["limit"])
        page: dict[str, Any] = {"items": chosen[begin:end]}
        if end < len(chosen):
            page["nextPageToken"] = str(end)
        return page


def _at(entry: Any) -> str:
    at: str = entry.get("occurrenceDatetime") or entry["datetime"]
    return at


def times(lines: Iterable[LogLine]) -> list[datetime]:
    """Return when lines were, in their order by time."""
    return sorted(line.occurred_at for line in lines)
