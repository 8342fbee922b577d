"""Counting and faults, by a cloud of one counter over loopback."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from email.utils import parsedate_to_datetime
import logging
from time import monotonic
from typing import Any, override

from aiohttp import (
    ClientConnectionError,
    ClientPayloadError,
    ClientSession,
    ClientTimeout,
    web,
)
import pytest

from simulators import Fault, serve
from simulators.clock import utc_now
from simulators.errors import Invalid
from simulators.routes import any_case
from simulators.simulator import Simulator
from tests.simulators.helpers import Client

pytestmark = pytest.mark.usefixtures("socket_enabled")


class Counter(Simulator):
    """A cloud that counts what it was told to count."""

    base_path = "/api/"

    def __init__(self) -> None:
        """Start at nothing."""
        super().__init__(utc_now)
        self.count = 0

    @override
    def routes(self) -> Iterable[web.RouteDef]:
        """Return two routes: one that counts, and one that refuses."""

        async def bump(_request: web.Request) -> web.Response:
            self.count += 1
            return web.json_response({"count": self.count})

        async def refuse(_request: web.Request) -> web.Response:
            self.count += 1
            raise web.HTTPConflict(text="refused")

        return [
            any_case("POST", "/api/Bump", bump),
            any_case("GET", "/api/things/{id}", refuse),
        ]

    @override
    def control_routes(self) -> Iterable[web.RouteDef]:
        """Return none beyond the common ones."""
        return ()


@pytest.fixture
def counter() -> Counter:
    """Return a cloud that has counted nothing."""
    return Counter()


@pytest.fixture
async def client(counter: Counter) -> AsyncIterator[Client]:
    """Serve the cloud and return a client for it."""
    async with (
        serve(counter) as address,
        ClientSession(timeout=ClientTimeout(total=20)) as session,
    ):
        yield Client(session, address)


async def test_requests_are_counted(counter: Counter, client: Client) -> None:
    """Each route has its count, and the most requests at once are known."""
    await client.post("bump", {})
    await client.post("BUMP", {})
    await client.get("Things/7")
    assert counter.requests.counts == {"POST /api/Bump": 2, "GET /api/things/{id}": 1}
    assert (counter.requests.total, counter.requests.max_in_flight) == (3, 1)
    counter.requests.reset()
    counter.add_fault(Fault("delay", seconds=0.2))
    await asyncio.gather(*(client.post("bump", {}) for _ in range(5)))
    assert (counter.requests.max_in_flight, counter.requests.in_flight) == (5, 0)


@pytest.mark.parametrize("kind", ["delay", "delay_answer"])
async def test_delays(counter: Counter, client: Client, kind: Any) -> None:
    """A request is delayed before it takes effect, or only its answer is."""
    counter.add_fault(Fault(kind, seconds=0.4))
    start = monotonic()
    calls = asyncio.gather(client.post("bump", {}), client.get("things/1"))
    await asyncio.sleep(0.2)
    assert counter.count == (0 if kind == "delay" else 2)
    bumped, refused = await calls
    assert (bumped.status, refused.status) == (200, 409)
    assert monotonic() - start >= 0.4
    assert counter.count == 2


async def test_a_held_request_outlives_its_client(
    counter: Counter, client: Client
) -> None:
    """A delayed request takes its effect although the client has gone meanwhile."""
    counter.add_fault(Fault("delay", seconds=0.4))
    with pytest.raises(TimeoutError):
        await client.post("bump", {}, timeout=ClientTimeout(total=0.1))
    assert (counter.count, counter.requests.in_flight) == (0, 1)
    await asyncio.sleep(0.5)
    assert (counter.count, counter.requests.in_flight) == (1, 0)


async def test_twice(counter: Counter, client: Client) -> None:
    """A request takes its effect twice, and the client sees the second answer, be it a refusal."""
    counter.add_fault(Fault("twice", times=2))
    assert (await client.post("bump", {})).json == {"count": 2}
    refused = await client.get("things/1")
    assert (refused.status, counter.count, counter.requests.total) == (409, 4, 2)
    assert (await client.post("bump", {})).json == {"count": 5}


@pytest.mark.parametrize("status", [400, 401, 418, 500, 503, 599])
async def test_status(counter: Counter, client: Client, status: int) -> None:
    """A request is refused with any status of an error."""
    counter.add_fault(Fault("status", status=status, text="Nej"))
    reply = await client.post("bump", {})
    assert (reply.status, reply.text, counter.count) == (status, "Nej", 0)
    assert reply.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(("kind", "count"), [("reset", 0), ("reset_after", 1)])
async def test_resets(counter: Counter, client: Client, kind: Any, count: int) -> None:
    """The connection is cut before or after the request took effect; the next one works."""
    counter.add_fault(Fault(kind, times=1))
    with pytest.raises(ClientConnectionError):
        await client.post("bump", {"padding": "x" * 100_000})
    assert counter.count == count
    assert (await client.post("bump", {})).json == {"count": count + 1}


async def test_half(counter: Counter, client: Client) -> None:
    """The answer breaks off in the middle, the request has taken effect."""
    counter.add_fault(Fault("half", method="post"))
    with pytest.raises(ClientPayloadError):
        await client.post("bump", {})
    assert counter.count == 1


async def test_half_on_the_wire(counter: Counter, client: Client) -> None:
    """Exactly half of the bytes come under the length of all of them."""
    counter.add_fault(Fault("half", times=1))
    host, port = client.address.url.removeprefix("http://").split("/")[0].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET /api/things/1 HTTP/1.1\r\nHost: x\r\n\r\n")
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    assert head.startswith(b"HTTP/1.1 409 ") and b"Content-Length: 7" in head
    assert body == b"ref"


@pytest.mark.parametrize(("kind", "count"), [("html", 0), ("html_after", 1)])
async def test_html(counter: Counter, client: Client, kind: Any, count: int) -> None:
    """A page comes instead of JSON."""
    counter.add_fault(Fault(kind))
    reply = await client.post("bump", {})
    assert (reply.status, counter.count) == (200, count)
    assert reply.headers["Content-Type"].startswith("text/html")
    assert reply.text.startswith("<!DOCTYPE html>")


async def test_html_instead_of_a_refusal(counter: Counter, client: Client) -> None:
    """A page hides a refusal as well."""
    counter.add_fault(Fault("html_after"))
    assert (await client.get("things/1")).status == 200
    assert counter.count == 1


async def test_redirect(counter: Counter, client: Client) -> None:
    """The client is sent elsewhere."""
    counter.add_fault(Fault("redirect", location="/elsewhere"))
    reply = await client.post("bump", {})
    assert (reply.status, reply.headers["Location"], counter.count) == (
        302,
        "/elsewhere",
        0,
    )


@pytest.mark.parametrize("retry_after", [None, 30, "Fri, 21 Nov 2025 08:15:50 GMT"])
async def test_rate_limit(
    counter: Counter, client: Client, retry_after: int | str | None
) -> None:
    """Too many requests: with nothing, with seconds or with a date on which to come back."""
    counter.add_fault(Fault("rate_limit", retry_after=retry_after))
    reply = await client.post("bump", {})
    assert (reply.status, counter.count) == (429, 0)
    assert reply.headers.get("Retry-After") == (
        None if retry_after is None else str(retry_after)
    )
    if isinstance(retry_after, str):
        assert parsedate_to_datetime(reply.headers["Retry-After"])


async def test_huge(counter: Counter, client: Client) -> None:
    """The answer is larger than asked for, and has no length of its own."""
    counter.add_fault(Fault("huge", size=1_000_000))
    reply = await client.post("bump", {})
    assert len(reply.text) > 1_000_000
    assert "Content-Length" not in reply.headers
    assert reply.json == []
    assert counter.count == 0


async def test_huge_left_unread(
    counter: Counter, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """A client that leaves in the middle leaves nothing behind."""
    counter.add_fault(Fault("huge", size=100_000_000, times=1))
    async with (
        ClientSession() as session,
        session.post(client.address.url + "bump") as response,
    ):
        assert await response.content.read(1)
    assert (await client.post("bump", {})).json == {"count": 1}
    async with asyncio.timeout(10):
        while counter.requests.in_flight:
            await asyncio.sleep(0.01)
    assert not [record for record in caplog.records if record.levelno > logging.INFO]


async def test_matching(counter: Counter, client: Client) -> None:
    """A fault hits its method and its path alone, in any case, as often as it was told; the first match wins."""
    first = counter.add_fault(
        Fault("status", method="get", path="/API/things/2", status=500, times=2)
    )
    counter.add_fault(Fault("status", path="/api/THINGS", status=501))
    assert (await client.post("bump", {})).status == 200
    assert (await client.get("things/1?unitId=1")).status == 501
    assert [(await client.get("Things/2?unitId=2")).status for _ in range(3)] == [
        500,
        500,
        501,
    ]
    assert first.hits == 2
    counter.clear_faults()
    counter.add_fault(Fault("status", path="/api/things/1?unitid=30", status=502))
    assert (await client.get("things/1?unitId=30")).status == 502
    assert (await client.get("things/1?unitId=4")).status == 409


async def test_control_interface(counter: Counter, client: Client) -> None:
    """Faults and counts are steered over HTTP as well."""
    added = await client.control(
        "POST", "faults", {"kind": "status", "status": 502, "times": 2}
    )
    assert (
        added.json["faults"][0]
        | {"kind": "status", "status": 502, "times": 2, "hits": 0}
        == added.json["faults"][0]
    )
    assert (await client.post("bump", {})).status == 502
    assert (await client.control("GET", "faults")).json["faults"][0]["hits"] == 1
    assert (await client.control("DELETE", "faults")).json == {"faults": []}
    assert (await client.post("bump", {})).status == 200
    assert (await client.control("GET", "requests")).json == {
        "counts": {"POST /api/Bump": 2},
        "total": 2,
        "in_flight": 0,
        "max_in_flight": 1,
    }
    assert (await client.control("DELETE", "requests")).json["counts"] == {}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "fire"},
        {"kind": "status", "status": 200},
        {"kind": "status", "status": "503"},
        {"kind": "delay", "seconds": -1},
        {"kind": "delay", "times": 0},
        {"kind": "delay", "hits": 1},
        {"kind": "delay", "speed": 1},
    ],
)
def test_faults_that_make_no_sense(body: dict[str, object]) -> None:
    """What no test can mean is refused."""
    with pytest.raises(Invalid):
        Fault.parse(body)


async def test_the_end_does_not_wait_for_a_stalled_answer(counter: Counter) -> None:
    """A served cloud stops soon although a request is still being delayed."""
    counter.add_fault(Fault("delay", seconds=60))
    async with ClientSession() as session:
        async with serve(counter) as address:
            call = asyncio.create_task(Client(session, address).post("bump", {}))
            await asyncio.sleep(0.1)
            start = monotonic()
        assert monotonic() - start < 5
        with pytest.raises(ClientConnectionError):
            await call
    assert counter.count == 0
