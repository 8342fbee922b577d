"""Bookings: sent once, and never said to be made without the vendor's own id."""

from datetime import UTC, datetime, timedelta, timezone
import json
from typing import Any

from aiohttp import web
from hypothesis import given
import pytest

from custom_components.latchkey.vendors.bookings import BookingOrder
from custom_components.latchkey.vendors.flexykey.adapter import FlexyKey
from custom_components.latchkey.vendors.vendor import (
    Conflict,
    InvalidRequest,
    NoRight,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    VendorError,
    WrongCredentials,
)
from tests.simulators.helpers import GUIDE
from tests.vendors.helpers import told
from tests.vendors.scripted import Scripted, offline
from tests.vendors.test_flexykey_hostile import HOSTILE, outcome

PHONE = "+46701234567"
ORDER = BookingOrder(
    booking_object=123,
    start=datetime(2025, 11, 21, 9, tzinfo=UTC),
    end=datetime(2025, 11, 21, 10, tzinfo=UTC),
    phone=PHONE,
)


@pytest.fixture
def guide() -> Scripted:
    """Return a cloud whose answers a test gives."""
    return Scripted()


@pytest.mark.parametrize(
    ("answer", "booking_id"),
    [
        ({"bookingId": 9001}, "9001"),
        ({"bookingId": "b-17"}, "b-17"),
        ({"BookingID": " 7 ", "status": "OK", "other": {}}, "7"),
        ({"bookingId": 0}, "0"),
    ],
)
async def test_booking_id(
    flexykey: FlexyKey, guide: Scripted, answer: Any, booking_id: str
) -> None:
    """The vendor's id is a number or a text."""
    guide.answers["POST Bookings"] = answer
    assert await flexykey.book(ORDER) == booking_id
    assert guide.bodies == [GUIDE["booking_request"]]


@pytest.mark.parametrize("phone", [None, ""])
async def test_without_phone(
    flexykey: FlexyKey, guide: Scripted, phone: str | None
) -> None:
    """Without a number there is no field for it."""
    guide.answers["POST Bookings"] = {"bookingId": 1}
    await flexykey.book(
        BookingOrder(booking_object=123, start=ORDER.start, end=ORDER.end, phone=phone)
    )
    example = dict(GUIDE["booking_request"])
    del example["phone1"]
    assert guide.bodies == [example]


async def test_other_zone(flexykey: FlexyKey, guide: Scripted) -> None:
    """A time of another zone is sent as the same instant in UTC, which is what its Z says."""
    guide.answers["POST Bookings"] = {"bookingId": 1}
    zone = timezone(timedelta(hours=1))
    await flexykey.book(
        BookingOrder(
            booking_object=123,
            start=ORDER.start.astimezone(zone),
            end=ORDER.end.astimezone(zone),
            phone=PHONE,
        )
    )
    assert guide.bodies == [GUIDE["booking_request"]]


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b" ", b"OK", b"<html>", b"\xff", b"null", b"[]", b"17", b'"17"', b"{}"),
        b'[{"bookingId": 1}]',
        b'{"id": 17}',
        b'{"bookingId": null}',
        b'{"bookingId": ""}',
        b'{"bookingId": " "}',
        b'{"bookingId": []}',
        b'{"bookingId": {"id": 1}}',
    ],
)
async def test_no_id(flexykey: FlexyKey, guide: Scripted, body: bytes) -> None:
    """An answer of success without an id leaves it open whether anything was booked; it is not asked again."""
    guide.answers["POST Bookings"] = web.Response(status=200, body=body)
    with pytest.raises(OutcomeUnknown) as failure:
        await flexykey.book(ORDER)
    assert len(guide.requests) == 1
    assert PHONE not in told(failure.value)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, InvalidRequest),
        (401, WrongCredentials),
        (403, NoRight),
        (404, NotFound),
        (409, Conflict),
        (422, InvalidRequest),
        (429, RateLimited),
        (302, OutcomeUnknown),
        (408, OutcomeUnknown),
        (500, OutcomeUnknown),
        (503, OutcomeUnknown),
    ],
)
async def test_refusals(
    flexykey: FlexyKey, guide: Scripted, status: int, error: type[VendorError]
) -> None:
    """A refusal is told as what it is, and sent no second time."""
    guide.answers["POST Bookings"] = web.Response(
        status=status, body=json.dumps({"message": PHONE}).encode()
    )
    with pytest.raises(error) as failure:
        await flexykey.book(ORDER)
    assert len(guide.requests) == 1
    assert PHONE not in told(failure.value)


async def test_cut_connection(flexykey: FlexyKey, guide: Scripted) -> None:
    """A connection that is cut after the booking was received leaves it in doubt."""

    def cut(request: web.Request) -> web.Response:
        assert request.transport
        request.transport.abort()
        return web.Response()

    guide.answers["POST Bookings"] = cut
    with pytest.raises(OutcomeUnknown):
        await flexykey.book(ORDER)
    assert len(guide.requests) == 1


def test_order_hides_the_number() -> None:
    """The number is in no log line that shows an order."""
    assert PHONE not in repr(ORDER)


@given(HOSTILE)
def test_any_answer(document: Any) -> None:
    """Any answer is an id that is one, or a doubt."""
    account, transport = offline({"POST Bookings": document})
    booked = outcome(account.book(ORDER))
    assert isinstance(booked, OutcomeUnknown) or booked
    assert len(transport.sent) == 1
