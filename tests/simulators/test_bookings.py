"""Bookings in the simulated cloud."""

from typing import Any

import pytest

from simulators.flexykey import FlexyKeyCloud
from tests.simulators.helpers import Client

pytestmark = pytest.mark.usefixtures("socket_enabled")

BODY: dict[str, Any] = {
    "bookingObjectId": 123,
    "startDate": "2025-11-21T09:00:00Z",
    "endDate": "2025-11-21T10:00:00Z",
    "phone1": "+46701234567",
}


async def test_guides_booking(cloud: FlexyKeyCloud, client: Client) -> None:
    """The guide's body is booked; the answer carries its number, and no telephone number."""
    reply = await client.post("Bookings", BODY)
    assert reply.status == 200
    told = {name: value for name, value in BODY.items() if name != "phone1"}
    assert reply.json == {"bookingId": 1, **told}
    assert cloud.bookings() == [{"bookingId": 1, **BODY}]


async def test_overlaps(cloud: FlexyKeyCloud, client: Client) -> None:
    """An object is booked once at a time; bookings may follow each other."""
    cloud.add_booking_object(124)
    ids = set()
    for start, end, object_id, status in (
        ("2025-11-21T09:00:00Z", "2025-11-21T10:00:00Z", 123, 200),
        ("2025-11-21T09:59:59Z", "2025-11-21T11:00:00Z", 123, 409),
        ("2025-11-21T10:00:00+01:00", "2025-11-21T10:30:00+01:00", 123, 409),
        ("2025-11-21T08:00:00Z", "2025-11-21T12:00:00Z", 123, 409),
        ("2025-11-21T10:00:00Z", "2025-11-21T11:00:00Z", 123, 200),
        ("2025-11-21T08:00:00Z", "2025-11-21T09:00:00Z", 123, 200),
        ("2025-11-21T09:00:00Z", "2025-11-21T10:00:00Z", 124, 200),
    ):
        reply = await client.post(
            "bookings",
            {**BODY, "startDate": start, "endDate": end, "bookingObjectId": object_id},
        )
        assert reply.status == status
        ids.add(reply.json.get("bookingId"))
    assert len(ids - {None}) == len(cloud.bookings()) == 4


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"bookingObjectId": 1}, 404),
        ({"bookingObjectId": "123"}, 400),
        ({"bookingObjectId": True}, 400),
        ({"endDate": "2025-11-21T08:00:00Z"}, 400),
        ({"endDate": BODY["startDate"]}, 400),
        ({"startDate": "2025-11-21T09:00:00"}, 400),
        ({"startDate": "soon"}, 400),
        ({"startDate": None}, 400),
        ({"phone1": None}, 400),
    ],
)
async def test_refusals(
    cloud: FlexyKeyCloud, client: Client, changes: dict[str, Any], status: int
) -> None:
    """What cannot be booked is refused."""
    reply = await client.post("Bookings", {**BODY, **changes})
    assert (reply.status, bool(reply.json["message"])) == (status, True)
    assert cloud.bookings() == []


async def test_control(client: Client) -> None:
    """Bookings can be steered over HTTP."""
    added = {"bookingObjectId": 9}
    reply = await client.control("POST", "booking_objects", added)
    assert reply.json == {"bookings": [], "objects": [9, 123]}
    await client.post("Bookings", {**BODY, **added})
    reply = await client.control("GET", "bookings")
    assert reply.json["bookings"] == [{"bookingId": 1, **BODY, **added}]
