"""Bounds: rate limits are obeyed, answers have a largest size, few requests are under way at once."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPMethod
import zlib

from aiohttp import ClientSession, web
import pytest

from custom_components.latchkey.vendors import transport as transport_module
from custom_components.latchkey.vendors.answers import LARGEST_ANSWER, LONGEST_WAIT
from custom_components.latchkey.vendors.transport import CONCURRENCY, TIMEOUT, Transport
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    ServiceUnavailable,
)
from simulators.flexykey import Fault, FlexyKeyCloud
from tests.vendors.helpers import Clock, connect, served

COMMAND = {"unitId": 3023, "outputNumber": "F1", "outputAction": "ON"}
NOW = datetime(2026, 11, 21, 8, 14, 50, tzinfo=UTC)


async def limited(transport: Transport) -> float | None:
    """Return how long a rate limit asks to wait."""
    with pytest.raises(RateLimited) as failure:
        await transport.read("units")
    return failure.value.retry_after


async def test_silence(
    transport: Transport, cloud: FlexyKeyCloud, clock: Clock
) -> None:
    """Until the time that a 429 names is over, no further reading is sent; a command may be."""
    cloud.add_fault(Fault(kind="rate_limit", retry_after=7, times=1))
    assert await limited(transport) == 7
    clock.now += 6.5
    assert await limited(transport) == 0.5
    assert cloud.requests.total == 1
    assert (await transport.command(HTTPMethod.POST, "Control", COMMAND)).status == 200
    clock.now += 0.5
    assert await transport.read("units")


async def test_silence_of_commands(
    transport: Transport, cloud: FlexyKeyCloud, clock: Clock
) -> None:
    """Until the time that a command's 429 names is over, no further command is sent; a reading may be."""
    cloud.add_fault(Fault(kind="rate_limit", retry_after=7, times=1))
    for wait in (7, 7):
        with pytest.raises(RateLimited) as failure:
            await transport.command(HTTPMethod.POST, "Control", COMMAND)
        assert failure.value.retry_after == wait
    assert cloud.requests.total == 1
    assert await transport.read("units")
    clock.now += 7
    assert (await transport.command(HTTPMethod.POST, "Control", COMMAND)).status == 200


async def test_limit_without_a_time(transport: Transport, cloud: FlexyKeyCloud) -> None:
    """A 429 that names no time leaves the wait to the caller."""
    cloud.add_fault(Fault(kind="rate_limit", times=1))
    assert await limited(transport) is None
    assert await transport.read("units")


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("0", 0),
        ("90", 90),
        (" 5 ", 5),
        ("86400", LONGEST_WAIT),
        ("9" * 400, LONGEST_WAIT),
        (format_datetime(NOW + timedelta(seconds=40), usegmt=True), 40),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WAIT),
        ("Fri, 31 Dec 9999 23:59:59 -0100", LONGEST_WAIT),
        ("Sat, 21 Nov 2026 08:15:00 -0000", None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("1e3", None),
        ("٣", None),
        ("²", None),
        ("Fri, 99 Dec 2026 99:99:99 GMT", None),
    ],
)
async def test_time_to_wait(
    session: ClientSession, text: str, wait: float | None
) -> None:
    """Seconds and dates are understood, by the cloud's own clock; what is absurd is bounded or not believed."""

    async def refuse(_request: web.Request) -> web.Response:
        headers = {"Retry-After": text, "Date": format_datetime(NOW, usegmt=True)}
        return web.Response(status=429, headers=headers)

    app = web.Application()
    app.router.add_get("/units", refuse)
    async with served(app) as base:
        assert await limited(connect(session, base)) == wait


@pytest.mark.parametrize(
    ("date", "known"),
    [
        ("Sat, 21 Nov 2026 08:14:50 GMT", True),
        ("Sat, 21 Nov 2026 10:14:50 +0200", True),
        ("yesterday", False),
        ("", False),
        ("Fri, 31 Dec 9999 23:59:59 -0100", False),
    ],
)
async def test_date_of_an_answer(
    session: ClientSession, date: str, known: bool
) -> None:
    """An answer's time is the cloud's where it tells one that can be, else ours."""

    async def answer(_request: web.Request) -> web.Response:
        return web.json_response({}, headers={"Date": date})

    app = web.Application()
    app.router.add_put("/thing", answer)
    async with served(app) as base:
        before = datetime.now(UTC)
        answered = await connect(session, base).command(HTTPMethod.PUT, "thing")
    if known:
        assert answered.date == NOW
    else:
        assert before <= answered.date <= datetime.now(UTC)


async def test_clock_of_a_cloud(session: ClientSession) -> None:
    """By how much the cloud's clock is ahead is told by its last answer; a refusal may be another machine's, and what is absurd is not believed."""
    dates: list[str] = []
    status = 200

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Date": dates[-1]})

    app = web.Application()
    app.router.add_get("/units", answer)
    async with served(app) as base:
        transport = connect(session, base)
        assert not transport.ahead
        for seconds, is_believed in ((90, True), (-600, True), (10 * 86_400, False)):
            ahead = timedelta(seconds=seconds)
            dates.append(format_datetime(datetime.now(UTC) + ahead, usegmt=True))
            assert await transport.read("units") is None
            is_near = abs(transport.ahead - ahead) < timedelta(seconds=3)
            assert is_near is is_believed
        status, believed = 404, transport.ahead
        dates.append(format_datetime(datetime.now(UTC), usegmt=True))
        with pytest.raises(NotFound):
            await transport.read("units")
        assert transport.ahead == believed
        dates.append("soon")
        with pytest.raises(NotFound):
            await transport.read("units")
        assert abs(transport.ahead + timedelta(seconds=600)) < timedelta(seconds=3)


async def test_largest_answer(transport: Transport, cloud: FlexyKeyCloud) -> None:
    """An answer of the largest size is read, a larger one is not."""
    block = 65536
    fault = cloud.add_fault(Fault(kind="huge", size=LARGEST_ANSWER - 2 * block))
    assert await transport.read("units") == []
    fault.size = LARGEST_ANSWER
    with pytest.raises(AnswerNotUnderstood):
        await transport.read("units")


@pytest.mark.parametrize("size", [LARGEST_ANSWER, 64 * 1024 * 1024])
async def test_packed_answer(session: ClientSession, size: int) -> None:
    """The bound holds for what a small packed answer unpacks to, too."""
    packed = zlib.compress(b" " * size + b"[]")

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=packed, headers={"Content-Encoding": "deflate"})

    app = web.Application()
    app.router.add_route("*", "/units", answer)
    async with served(app) as base:
        transport = connect(session, base)
        with pytest.raises(AnswerNotUnderstood):
            await transport.read("units")
        with pytest.raises(OutcomeUnknown):
            await transport.command(HTTPMethod.POST, "units")


async def test_few_requests_at_once(session: ClientSession) -> None:
    """Reads share all places but one; the last one is a command's, which waits for no read."""
    reading: list[None] = []
    go_on = asyncio.Event()

    async def read(_request: web.Request) -> web.Response:
        reading.append(None)
        await go_on.wait()
        return web.json_response({})

    async def command(_request: web.Request) -> web.Response:
        return web.json_response({"reading": len(reading)})

    app = web.Application()
    app.router.add_get("/thing", read)
    app.router.add_post("/thing", command)
    async with served(app) as base:
        transport = connect(session, base)
        reads = [asyncio.create_task(transport.read("thing")) for _ in range(20)]
        while len(reading) < CONCURRENCY - 1:
            await asyncio.sleep(0)
        try:
            answer = await transport.command(HTTPMethod.POST, "thing")
        finally:
            go_on.set()
            await asyncio.gather(*reads)
    assert answer.json() == {"reading": CONCURRENCY - 1}
    assert len(reading) == len(reads)


async def test_devices_that_do_not_answer(session: ClientSession) -> None:
    """However many devices are waited for, a second command does not wait for them: it might open a door a minute late."""
    waiting: list[str] = []
    go_on = asyncio.Event()

    async def silent(request: web.Request) -> web.Response:
        waiting.append(request.method)
        await go_on.wait()
        return web.json_response({})

    async def answered(_request: web.Request) -> web.Response:
        return web.json_response({"waiting": len(waiting)})

    app = web.Application()
    app.router.add_route("*", "/silent", silent)
    app.router.add_post("/thing", answered)
    async with served(app) as base:
        transport = connect(session, base)
        tasks: list[asyncio.Task[object]] = [
            asyncio.create_task(transport.read("silent", timeout=2 * TIMEOUT))
            for _ in range(5)
        ]
        while not waiting:
            await asyncio.sleep(0)
        tasks.append(asyncio.create_task(transport.command(HTTPMethod.POST, "silent")))
        while "POST" not in waiting:
            await asyncio.sleep(0)
        try:
            async with asyncio.timeout(2):
                answer = await transport.command(HTTPMethod.POST, "thing")
        finally:
            go_on.set()
            await asyncio.gather(*tasks)
    assert answer.json()["waiting"] < CONCURRENCY
    assert waiting.count("GET") == 5


async def test_no_opening_after_a_minute(
    session: ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A device is not asked to do anything once that has waited too long for others; nothing was sent then."""
    monkeypatch.setattr(transport_module, "LONGEST_TURN", 0.05)
    sent: list[str] = []
    go_on = asyncio.Event()

    async def silent(request: web.Request) -> web.Response:
        sent.append(request.path)
        await go_on.wait()
        return web.json_response({})

    app = web.Application()
    app.router.add_route("*", "/{path}", silent)
    async with served(app) as base:
        transport = connect(session, base)
        tasks = [
            asyncio.create_task(
                transport.command(HTTPMethod.POST, "silent", timeout=2 * TIMEOUT)
            )
            for _ in range(CONCURRENCY)
        ]
        while len(sent) < CONCURRENCY:
            await asyncio.sleep(0)
        with pytest.raises(ServiceUnavailable, match="busy"):
            await transport.command(HTTPMethod.POST, "door", timeout=2 * TIMEOUT)
        go_on.set()
        await asyncio.gather(*tasks)
        await transport.command(HTTPMethod.POST, "later", timeout=2 * TIMEOUT)
    assert "/door" not in sent
    assert sent[-1] == "/later"


async def test_most_requests_at_once(
    transport: Transport, cloud: FlexyKeyCloud
) -> None:
    """However many requests there are to send, the cloud never sees more than a few at once."""
    cloud.add_fault(Fault(kind="delay", seconds=0.001))
    await asyncio.gather(
        *(transport.read("units") for _ in range(30)),
        *(transport.command(HTTPMethod.POST, "Control", COMMAND) for _ in range(30)),
    )
    assert cloud.requests.total == 60
    assert 1 < cloud.requests.max_in_flight <= CONCURRENCY
