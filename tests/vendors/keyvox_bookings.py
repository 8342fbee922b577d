"""A KEYVOX account at a simulated cloud in the same process: no network, no waiting, every fault at will."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPMethod
import json
from typing import Any, Self, override

from custom_components.latchkey.vendors.bookings import BookingTerms, Room, Stay
from custom_components.latchkey.vendors.keyvox.adapter import Keyvox
from custom_components.latchkey.vendors.keyvox.client import KeyvoxClient
from custom_components.latchkey.vendors.keyvox.paths import PROFILES
from custom_components.latchkey.vendors.keyvox.signer import Signer
from custom_components.latchkey.vendors.transport import JSON, Answer, Transport
from custom_components.latchkey.vendors.vendor import (
    OutcomeUnknown,
    ServiceUnavailable,
    VendorError,
)
from simulators.bodies import check_names
from simulators.errors import Invalid, Missing
from simulators.keyvox import KeyVoxCloud
from simulators.keyvox.api import bookings, boxes, locks, places
from simulators.keyvox.api.answers import success
from simulators.keyvox.bookings import Booking, Stay as SimulatedStay
from simulators.keyvox.operations import OVERVIEW, PORTAL
from tests.simulators.helpers import FakeClock

OPERATIONS = {
    path: name for paths in (PORTAL, OVERVIEW) for name, path in paths.items()
}
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass
class InProcess:
    """What stands in for the way to the cloud: it carries requests to it, and loses answers as it is told."""

    cloud: KeyVoxCloud
    sent: list[tuple[str, Any]] = field(default_factory=list)
    fault: Callable[[str], str | None] = lambda operation: None
    """What befalls an operation: "lost", "late", "down", a code such as "E0005", or nothing."""
    answers: dict[str, Any] = field(default_factory=dict)
    """What is answered in the place of the cloud."""
    mark: str | None = None
    """What a booking's details say that it was marked with; the cloud itself says nothing."""

    def answer(
        self, path: str, body: Mapping[str, Any], doubt: type[VendorError]
    ) -> bytes:
        """Return the cloud's answer to a request."""
        name = OPERATIONS[path]
        self.sent.append((name, body))
        if name in self.answers:
            return json.dumps(self.answers[name]).encode()
        fault = self.fault(name)
        if fault == "down":
            raise ServiceUnavailable
        if fault == "lost":
            # It never arrived.
            raise doubt
        if fault is not None and fault != "late":
            return json.dumps({"code": fault, "msg": ""}).encode()
        operations = {
            **places.operations(self.cloud),
            **bookings.operations(self.cloud),
            **locks.operations(self.cloud),
            **boxes.operations(self.cloud),
        }
        operation = operations[name]
        try:
            check_names(body, *operation.names)
            coroutine: Any = operation.answer(body)
            try:
                coroutine.send(None)
            except StopIteration as stop:
                data = stop.value
        except Invalid:
            return b'{"code": "E0005"}'
        except Missing:
            return b'{"code": "E0043"}'
        if fault == "late":
            # It took effect, and its answer was lost.
            raise doubt
        if name == "getBookingDetails" and self.mark is not None:
            data = {**data, "channelOrderNo": self.mark}
        told = success(self.cloud.options, data).body
        assert isinstance(told, bytes)
        return told

    def count(self, name: str) -> int:
        """Return how many requests of an operation were sent."""
        return sum(sent == name for sent, _ in self.sent)


class InProcessTransport(Transport):
    """A transport that goes no further than this process."""

    way: InProcess

    @classmethod
    def to(cls, way: InProcess) -> Self:
        """Return one that leads to a cloud."""
        made = cls.__new__(cls)
        made.way = way
        return made

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
        """Return the answer."""
        return json.loads(self.way.answer(path, body, ServiceUnavailable))

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
        """Return the answer."""
        raw = self.way.answer(path, body, OutcomeUnknown)
        return Answer(200, raw, datetime.now(UTC))


@dataclass
class Hotel:
    """A place with rooms, the account that books them, and a way between that can be spoilt."""

    clock: FakeClock
    cloud: KeyVoxCloud
    way: InProcess
    vendor: Keyvox
    place_id: str
    rooms: tuple[Room, ...]

    @classmethod
    def of(cls, rooms: int = 2, profile: str = "portal") -> Hotel:
        """Return a hotel of some rooms."""
        clock = FakeClock()
        cloud = KeyVoxCloud(clock=clock)
        house = cloud.add_site("House")
        units = [
            cloud.add_unit(f"Room {number}", house.id) for number in range(1, rooms + 1)
        ]
        way = InProcess(cloud)
        signer = Signer("key", "secret", PROFILES[profile].signed, clock)
        client = KeyvoxClient(InProcessTransport.to(way), PROFILES[profile], signer)
        return cls(
            clock,
            cloud,
            way,
            Keyvox(client, clock),
            house.id,
            tuple(Room(id=unit.id, name=unit.name) for unit in units),
        )

    def terms(
        self,
        *rooms: int,
        start: timedelta = HOUR,
        end: timedelta = DAY,
        guest: str = "Anna",
        guests: int = 2,
    ) -> BookingTerms:
        """Return what a booking of rooms, by their numbers from 0 on, shall be."""
        first, last = self.clock() + start, self.clock() + end
        return BookingTerms(
            start=first,
            end=last,
            stays=tuple(
                Stay(room=self.rooms[room], start=first, end=last, guest=guest)
                for room in rooms or (0,)
            ),
            guest=guest,
            guests=guests,
        )

    @property
    def live(self) -> list[Booking]:
        """Return the bookings that the cloud holds and that have not ended."""
        return [each for each in self.cloud.bookings.values() if not each.has_ended]

    def stay(self, booking: Booking, room: int = 0) -> SimulatedStay:
        """Return the part of a booking that is a room's."""
        return self.cloud.bookings.stay(booking, self.rooms[room].id)
