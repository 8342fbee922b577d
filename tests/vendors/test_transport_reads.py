"""Reading: repeated a few times where the cloud is in trouble, and only there."""

from http import HTTPMethod
from typing import Any

from aiohttp import ClientSession
import pytest
from yarl import URL

from custom_components.latchkey.vendors.transport import ATTEMPTS, Transport
from custom_components.latchkey.vendors.vendor import (
    AnswerNotUnderstood,
    Conflict,
    InvalidRequest,
    NoRight,
    NotFound,
    RateLimited,
    ServiceUnavailable,
    TooLarge,
    VendorError,
    WrongCredentials,
)
from simulators.faults import FaultKind
from simulators.flexykey import Fault, FlexyKeyCloud
from tests.vendors.helpers import DELAY, FAULTS, Clock, connect

UNITS = "GET /v1/units"

REPEATED = {"delay", "delay_answer", "status", "reset", "reset_after", "half"}


async def test_answer(transport: Transport, cloud: FlexyKeyCloud) -> None:
    """The JSON of the answer is returned, and one request was sent for it."""
    units = await transport.read("units")
    assert [unit["unitId"] for unit in units] == list(cloud.units)
    assert cloud.requests.counts == {UNITS: 1}
    assert transport.counts == {"requests": 1}


async def test_query(transport: Transport) -> None:
    """What a query holds arrives as it was."""
    status = await transport.read("Control", {"serialNumber": "040530585131396"})
    assert (status["unitId"], status["serialNumber"]) == (3023, "040530585131396")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("kind", FAULTS)
async def test_fault_that_stays(
    transport: Transport, cloud: FlexyKeyCloud, clock: Clock, kind: FaultKind
) -> None:
    """A trouble is repeated a few times and is then an outage; an answer that makes no sense is not asked for again."""
    cloud.add_fault(Fault(kind=kind, seconds=DELAY))
    with pytest.raises(VendorError) as failure:
        await transport.read("units")
    sent = cloud.requests.counts[UNITS]
    match kind:
        case "html" | "html_after":
            assert (failure.type, sent) == (AnswerNotUnderstood, 1)
        case "huge":
            assert (failure.type, sent) == (TooLarge, 1)
        case "rate_limit":
            assert (failure.type, sent) == (RateLimited, 1)
        case _:
            assert kind in REPEATED | {"redirect"}
            assert failure.type is ServiceUnavailable
            # The HTTP library itself repeats, at once, a read whose connection was cut.
            assert sent == ATTEMPTS * (2 if kind.startswith("reset") else 1)
            assert transport.counts["repeated"] == ATTEMPTS - 1
            assert 0.5 <= clock.slept[0] <= 1.5
            assert 1 <= clock.slept[1] <= 3


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("kind", sorted(REPEATED))
async def test_fault_that_passes(
    transport: Transport, cloud: FlexyKeyCloud, kind: FaultKind
) -> None:
    """A trouble that passes is not noticed."""
    cloud.add_fault(Fault(kind=kind, seconds=DELAY, times=ATTEMPTS - 1))
    assert await transport.read("units")
    assert cloud.requests.counts[UNITS] == ATTEMPTS


@pytest.mark.parametrize(
    ("status", "error", "sent"),
    [
        (400, InvalidRequest, 1),
        (401, WrongCredentials, 1),
        (403, NoRight, 1),
        (404, NotFound, 1),
        (405, InvalidRequest, 1),
        (408, ServiceUnavailable, ATTEMPTS),
        (409, Conflict, 1),
        (410, NotFound, 1),
        (418, InvalidRequest, 1),
        (429, RateLimited, 1),
        (500, ServiceUnavailable, ATTEMPTS),
        (502, ServiceUnavailable, ATTEMPTS),
        (503, ServiceUnavailable, ATTEMPTS),
        (504, ServiceUnavailable, ATTEMPTS),
        (599, ServiceUnavailable, ATTEMPTS),
    ],
)
async def test_status(
    transport: Transport,
    cloud: FlexyKeyCloud,
    status: int,
    error: type[VendorError],
    sent: int,
) -> None:
    """Each refusal has its meaning, is counted under its name, and repeated only where that can help."""
    cloud.add_fault(Fault(kind="status", status=status))
    with pytest.raises(error) as failure:
        await transport.read("units")
    assert failure.type is error
    assert cloud.requests.counts[UNITS] == sent
    assert transport.counts["requests"] == transport.counts[error.key] == sent


async def test_nobody_listens(
    session: ClientSession, unused_tcp_port: int, clock: Clock
) -> None:
    """Where nothing listens the service is unavailable."""
    transport = connect(session, URL(f"http://127.0.0.1:{unused_tcp_port}/v1/"), clock)
    with pytest.raises(ServiceUnavailable):
        await transport.read("units")
    assert transport.counts["requests"] == ATTEMPTS


@pytest.mark.parametrize("base", ["", "/", "/nested/way", "/nested/way/"])
async def test_paths_lie_below_the_address(session: ClientSession, base: str) -> None:
    """Whether the address ends with a slash makes no difference."""
    seen: list[URL] = []

    def sign(_method: Any, url: URL, _body: bytes) -> dict[str, str]:
        seen.append(url)
        return {}

    signed = Transport(session, URL(f"http://127.0.0.1:1{base}"), sign)
    with pytest.raises(ServiceUnavailable):
        await signed.command(HTTPMethod.POST, "units/7")
    assert [url.path for url in seen] == [f"{base.rstrip('/')}/units/7"]
