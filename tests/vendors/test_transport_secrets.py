"""Secrets: they go to the address that was entered, and into no log line and no exception."""

from http import HTTPMethod
import logging
from pathlib import Path

from aiohttp import ClientSession, web
import pytest
from yarl import URL

from custom_components.latchkey.vendors.flexykey.client import FlexyKeyClient
from custom_components.latchkey.vendors.transport import Transport
from custom_components.latchkey.vendors.vendor import ServiceUnavailable, VendorError
from simulators.faults import FaultKind
from simulators.flexykey import Fault, FlexyKeyCloud
from tests.conftest import PASSWORD
from tests.tls import impostor
from tests.vendors.helpers import AUTHORIZATION, DELAY, FAULTS, connect, served, told


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirect(session: ClientSession, status: int) -> None:
    """A redirect is never followed, neither for a read nor for a command."""
    elsewhere: list[str] = []
    here: list[str] = []

    async def receive(request: web.Request) -> web.Response:
        elsewhere.append(request.method)
        return web.json_response({})

    stranger = web.Application()
    stranger.router.add_route("*", "/{path:.*}", receive)
    async with served(stranger) as target:

        async def redirect(request: web.Request) -> web.Response:
            here.append(request.method)
            return web.Response(status=status, headers={"Location": str(target)})

        app = web.Application()
        app.router.add_route("*", "/units", redirect)
        async with served(app) as base:
            transport = connect(session, base)
            with pytest.raises(ServiceUnavailable):
                await transport.read("units")
            with pytest.raises(VendorError):
                await transport.command(HTTPMethod.POST, "units", {"a": 1})
    assert elsewhere == []
    assert set(here) == {"GET", "POST"}
    assert here.count("POST") == 1


async def test_certificate_is_verified(session: ClientSession, tmp_path: Path) -> None:
    """A server whose certificate nobody vouches for receives nothing."""
    with impostor(tmp_path) as (url, received):
        transport = connect(session, url)
        with pytest.raises(ServiceUnavailable):
            await transport.read("units")
        with pytest.raises(ServiceUnavailable):
            await transport.command(HTTPMethod.POST, "units")
        assert received == []
        # The impostor does answer those who do not verify.
        async with session.get(url / "units", ssl=False) as answer:
            assert answer.status == 200
        assert received == [None]


def assert_tells_nothing(text: str) -> None:
    """Assert that a text holds neither the password nor the header made of it."""
    assert PASSWORD not in text
    assert AUTHORIZATION not in text
    assert AUTHORIZATION.removeprefix("Basic ") not in text
    assert "Authorization" not in text


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("kind", FAULTS)
async def test_nothing_is_told(
    transport: Transport,
    cloud: FlexyKeyCloud,
    caplog: pytest.LogCaptureFixture,
    kind: FaultKind,
) -> None:
    """Whatever fails and however a cloud echoes, neither logs nor exceptions hold a secret."""
    cloud.add_fault(
        Fault(kind=kind, seconds=DELAY, text=PASSWORD, location=f"/{PASSWORD}")
    )
    client = FlexyKeyClient(transport)
    for attempt in (client.units(), client.control("3023", "F1", "ON")):
        with pytest.raises(VendorError) as failure:
            await attempt
        assert_tells_nothing(told(failure.value))
        assert failure.value.__cause__ is None
        assert failure.value.__suppress_context__ or not failure.value.__context__
    assert lines_of_ours(caplog)
    assert_tells_nothing(caplog.text)


def lines_of_ours(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """Return what the integration logged."""
    return [
        record
        for record in caplog.records
        if record.name.startswith("custom_components")
    ]


async def test_nobody_listens(session: ClientSession, unused_tcp_port: int) -> None:
    """An error of the connection itself is not handed on: it holds the request."""
    transport = connect(session, URL(f"http://127.0.0.1:{unused_tcp_port}/"))
    with pytest.raises(ServiceUnavailable) as failure:
        await transport.command(HTTPMethod.POST, "units")
    assert failure.value.__cause__ is None
    assert failure.value.__suppress_context__
    assert str(unused_tcp_port) not in told(failure.value)


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
async def test_refusals_tell_nothing(
    transport: Transport,
    cloud: FlexyKeyCloud,
    caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:
    """What a refusal's body says stays unread."""
    cloud.add_fault(Fault(kind="status", status=status, text=f"{PASSWORD} is wrong"))
    with pytest.raises(VendorError) as failure:
        await transport.read("units")
    assert_tells_nothing(told(failure.value))
    assert_tells_nothing(caplog.text)


async def test_log_line(transport: Transport, caplog: pytest.LogCaptureFixture) -> None:
    """A request leaves one line for those who debug: method, path and outcome, and nothing of its query."""
    await transport.read("Control", {"serialNumber": "040530585131396"})
    (line,) = lines_of_ours(caplog)
    assert line.getMessage().startswith("GET Control: 200 in ")
    assert "040530585131396" not in line.getMessage()
    assert line.levelno == logging.DEBUG
