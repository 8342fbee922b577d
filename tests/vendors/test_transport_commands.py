"""Commands: sent once, whatever happens to them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPMethod

from aiohttp import ClientSession
import pytest
from yarl import URL

from custom_components.latchkey.vendors.flexykey.client import FlexyKeyClient
from custom_components.latchkey.vendors.transport import Transport
from custom_components.latchkey.vendors.vendor import (
    Conflict,
    InvalidRequest,
    NoRight,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    ServiceUnavailable,
    VendorError,
    WrongCredentials,
)
from simulators.faults import FaultKind
from simulators.flexykey import Fault, FlexyKeyCloud
from tests.vendors.helpers import DELAY, FAULTS, Clock, connect

CONTROL = "POST /v1/Control"


@pytest.fixture
def client(transport: Transport) -> FlexyKeyClient:
    """Return the client whose command is sent."""
    return FlexyKeyClient(transport)


async def test_done(client: FlexyKeyClient, cloud: FlexyKeyCloud) -> None:
    """A command that meets no fault is executed, and its time is the answer's."""
    accepted_at = await client.control("3023", "F1", "ON")
    assert [
        (command.output, command.action) for command in cloud.unit(3023).commands
    ] == [("F1", "ON")]
    assert abs((accepted_at - cloud.clock()).total_seconds()) < 5
    assert accepted_at.utcoffset() is not None


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("kind", FAULTS)
async def test_fault(
    client: FlexyKeyClient, cloud: FlexyKeyCloud, clock: Clock, kind: FaultKind
) -> None:
    """Whatever the fault, one request is sent; where it may have been executed its outcome is unknown."""
    cloud.add_fault(Fault(kind=kind, seconds=DELAY))
    with pytest.raises(VendorError) as failure:
        await client.control("3023", "F1", "5")
    assert cloud.requests.counts == {CONTROL: 1}
    assert clock.slept == []
    executed = len(cloud.unit(3023).commands)
    assert executed == (kind in {"delay_answer", "reset_after", "half", "html_after"})
    assert failure.type is (RateLimited if kind == "rate_limit" else OutcomeUnknown)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, InvalidRequest),
        (401, WrongCredentials),
        (403, NoRight),
        (404, NotFound),
        (408, OutcomeUnknown),
        (409, Conflict),
        (410, NotFound),
        (422, InvalidRequest),
        (429, RateLimited),
        (500, OutcomeUnknown),
        (502, OutcomeUnknown),
        (503, OutcomeUnknown),
        (504, OutcomeUnknown),
    ],
)
async def test_status(
    client: FlexyKeyClient, cloud: FlexyKeyCloud, status: int, error: type[VendorError]
) -> None:
    """A refusal is certain, a failure of the cloud is not; neither is sent again."""
    cloud.add_fault(Fault(kind="status", status=status))
    with pytest.raises(error) as failure:
        await client.control("3023", "F1", "ON")
    assert failure.type is error
    assert cloud.requests.counts == {CONTROL: 1}


async def test_nobody_listens(session: ClientSession, unused_tcp_port: int) -> None:
    """Where nothing listens it is certain that nothing was done."""
    transport = connect(session, URL(f"http://127.0.0.1:{unused_tcp_port}/v1/"))
    with pytest.raises(ServiceUnavailable):
        await FlexyKeyClient(transport).control("3023", "F1", "ON")
    assert transport.counts["requests"] == 1


async def test_closed_session(session: ClientSession, transport: Transport) -> None:
    """Where the session is closed, as by unloading, it is certain that nothing was done."""
    await session.close()
    with pytest.raises(ServiceUnavailable):
        await FlexyKeyClient(transport).control("3023", "F1", "ON")


class Cutting:
    """A server that answers the first request on a connection, and cuts the connection at the second."""

    def __init__(self) -> None:
        """Start with nothing received."""
        self.received: list[str] = []

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[URL]:
        """Listen on loopback."""
        server = await asyncio.start_server(self._converse, "127.0.0.1", 0)
        async with server:
            yield URL(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
            server.close_clients()

    async def _converse(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            for answers in (True, False):
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                self.received.append(head.split()[0])
                for line in head.lower().split("\r\n"):
                    if line.startswith("content-length:"):
                        await reader.readexactly(int(line.partition(":")[2]))
                if answers:
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()


@pytest.mark.parametrize("method", [HTTPMethod.PUT, HTTPMethod.DELETE, HTTPMethod.POST])
async def test_kept_connection_is_cut(
    session: ClientSession, method: HTTPMethod
) -> None:
    """A command on a kept connection that is cut is not sent again, though the HTTP library would."""
    cutting = Cutting()
    async with cutting.serve() as base:
        transport = connect(session, base)
        assert await transport.read("settings") == {}
        with pytest.raises(OutcomeUnknown):
            await transport.command(method, "settings", {"value": 1})
    assert cutting.received == ["GET", method]


@pytest.mark.parametrize("method", [HTTPMethod.PUT, HTTPMethod.DELETE])
async def test_library_repeats(session: ClientSession, method: HTTPMethod) -> None:
    """The HTTP library by itself does send a PUT or DELETE again: what the test above guards against."""
    cutting = Cutting()
    async with cutting.serve() as base:
        async with session.get(base):
            pass
        async with session.request(method, base):
            pass
    assert cutting.received == ["GET", method, method]


async def test_command_that_succeeds_on_a_kept_connection(
    transport: Transport, cloud: FlexyKeyCloud
) -> None:
    """One transport sends any number of commands, each once."""
    client = FlexyKeyClient(transport)
    for action in ("ON", "OFF", "7"):
        await client.control("3023", "F2", action)
    assert cloud.requests.counts == {CONTROL: 3}
    assert [command.action for command in cloud.unit(3023).commands] == [
        "ON",
        "OFF",
        "7",
    ]
