"""Faults that a test injects into a simulated cloud: slow, wrong, cut, limited, oversized or repeated."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
import socket
import struct
from typing import Literal, get_args

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from simulators.errors import Invalid
from simulators.requests import Requests
from simulators.routes import template_of

type FaultKind = Literal[
    "delay",
    "delay_answer",
    "status",
    "reset",
    "reset_after",
    "half",
    "html",
    "html_after",
    "redirect",
    "rate_limit",
    "huge",
    "twice",
]

_PAGE = "<!DOCTYPE html><html><head><title>Maintenance</title></head><body><h1>Back soon</h1></body></html>"
_BLOCK = b" " * 65536


@dataclass
class Fault:
    """One fault, the requests that it hits, and how often."""

    kind: FaultKind
    method: str | None = None
    path: str | None = None
    times: int | None = None
    seconds: float = 1.0
    """How long a delay lasts; a request held by "delay" takes its effect afterwards even if the client has gone."""
    status: int = 503
    text: str = "Service Unavailable"
    location: str = "/login"
    retry_after: int | str | None = None
    size: int = 16 * 1024 * 1024
    hits: int = 0

    def __post_init__(self) -> None:
        """Refuse what no test can mean."""
        if self.kind not in get_args(FaultKind.__value__):
            raise Invalid(f"unknown kind of fault: {self.kind}")
        if not 400 <= self.status <= 599:
            raise Invalid("status must be 400 to 599")
        if (
            self.seconds < 0
            or self.size < 0
            or (self.times is not None and self.times < 1)
        ):
            raise Invalid(
                "seconds and size cannot be negative, times is at least 1 or null"
            )

    @classmethod
    def parse(cls, body: Mapping[str, object]) -> Fault:
        """Read a fault as the control interface takes it."""
        if "hits" in body:
            raise Invalid("hits is counted, not set")
        try:
            return cls(**body)  # type: ignore[arg-type]  # checked when it is made
        except TypeError as error:
            raise Invalid(str(error)) from error

    def matches(self, method: str, path: str) -> bool:
        """Tell whether the fault hits a request of this method, path and query."""
        return (
            self.times != self.hits
            and (self.method is None or self.method.upper() == method)
            and (self.path is None or path.lower().startswith(self.path.lower()))
        )

    def as_json(self) -> dict[str, object]:
        """Return the fault as the control interface shows it."""
        return asdict(self)


class Faults:
    """The faults in force; the first one that matches a request hits it."""

    def __init__(self) -> None:
        """Start without any."""
        self.active: list[Fault] = []

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault that hits this request, and count the hit."""
        for fault in self.active:
            if fault.matches(method, path):
                fault.hits += 1
                return fault
        return None


def inject(
    requests: Requests,
    faults: Faults,
    subject_of: Callable[[web.Request, bytes], str | None],
) -> Middleware:
    """Return the outermost middleware of a simulated cloud: it counts, and it spoils what a fault hits."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        key = f"{request.method} {template_of(request)}"
        with requests.counted(key):
            # Before any delay: a client that is gone by then takes its body with it.
            body = await request.read() if request.body_exists else b""
            if subject := subject_of(request, body):
                requests.concerned(subject, key)
            fault = faults.take(request.method, request.path_qs)
            return (
                await handler(request)
                if fault is None
                else await _spoil(fault, request, handler)
            )

    return middleware


async def _spoil(
    fault: Fault, request: web.Request, handler: Handler
) -> web.StreamResponse:
    """Answer a request in the way of a fault."""
    match fault.kind:
        case "delay":
            await asyncio.sleep(fault.seconds)
            return await handler(request)
        case "delay_answer":
            try:
                return await handler(request)
            finally:
                await asyncio.sleep(fault.seconds)
        case "status":
            return web.Response(status=fault.status, text=fault.text)
        case "reset":
            return _cut(request)
        case "reset_after":
            await _handled(request, handler)
            return _cut(request)
        case "half":
            return await _half(request, await _handled(request, handler))
        case "html":
            return web.Response(text=_PAGE, content_type="text/html")
        case "html_after":
            await _handled(request, handler)
            return web.Response(text=_PAGE, content_type="text/html")
        case "redirect":
            return web.Response(status=302, headers={"Location": fault.location})
        case "rate_limit":
            headers = (
                {}
                if fault.retry_after is None
                else {"Retry-After": str(fault.retry_after)}
            )
            return web.Response(status=429, text="Too Many Requests", headers=headers)
        case "huge":
            return await _huge(request, fault.size)
        case "twice":
            # A gateway that repeats a request to its backend: the client sees the second answer.
            await _handled(request, handler)
            return await handler(request)


async def _handled(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a request take its effect and return the answer, be it a refusal."""
    try:
        return await handler(request)
    except web.HTTPException as refusal:
        return refusal


def _cut(request: web.Request) -> web.Response:
    """Reset the connection; the answer returned goes nowhere."""
    if (transport := request.transport) is not None:
        connection: socket.socket = transport.get_extra_info("socket")
        # Closing without lingering is what makes the kernel send a reset instead of an orderly end.
        connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        transport.abort()
    return web.Response()


async def _half(request: web.Request, whole: web.StreamResponse) -> web.StreamResponse:
    """Send half of an answer's bytes under the length of all of them, then close."""
    body = (
        whole.body
        if isinstance(whole, web.Response) and isinstance(whole.body, bytes)
        else b""
    )
    answer = web.StreamResponse(
        status=whole.status,
        # An answer without a body has none.
        headers={"Content-Type": whole.headers.get("Content-Type", "text/plain")},
    )
    answer.content_length = len(body)
    with suppress(ConnectionError):
        await answer.prepare(request)
        await answer.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return answer


async def _huge(request: web.Request, size: int) -> web.StreamResponse:
    """Stream an empty JSON list behind more than the given number of spaces."""
    answer = web.StreamResponse(headers={"Content-Type": "application/json"})
    with suppress(ConnectionError):
        await answer.prepare(request)
        for _ in range(size // len(_BLOCK) + 1):
            await answer.write(_BLOCK)
        await answer.write(b"[]")
    return answer
