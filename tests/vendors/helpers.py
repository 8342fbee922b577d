"""What the tests of the vendors share."""

from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
import traceback
from typing import Any, get_args

from aiohttp import ClientSession, encode_basic_auth, web
from yarl import URL

from custom_components.latchkey.vendors.transport import Transport
from simulators.faults import FaultKind
from tests.conftest import PASSWORD

AUTHORIZATION = encode_basic_auth("anna", PASSWORD)
FAULTS: tuple[FaultKind, ...] = tuple(
    kind for kind in get_args(FaultKind.__value__) if kind != "twice"
)
"""Every kind of fault that a client can notice."""
DELAY = 0.15
"""Seconds that a delay lasts: longer than an impatient request waits, and no longer than need be."""


class Clock:
    """A clock that notes how long somebody slept by it."""

    def __init__(self) -> None:
        """Start at some time."""
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Let time pass without waiting."""
        self.slept.append(seconds)
        self.now += seconds


def connect(session: ClientSession, base: URL, clock: Clock | None = None) -> Transport:
    """Return the transport of the account anna."""
    clock = clock or Clock()
    return Transport(
        session,
        base,
        lambda method, url, body: {"Authorization": AUTHORIZATION},
        sleep=clock.sleep,
        clock=clock,
    )


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[URL]:
    """Serve an application of a test's own on loopback."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield URL(f"http://127.0.0.1:{runner.addresses[0][1]}/")
    finally:
        await runner.cleanup()


def told(err: BaseException) -> str:
    """Return all that a traceback or a log line could ever show of an error."""
    return f"{err!s} {err!r} {''.join(traceback.format_exception(err))}"


def run[T](coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits for anything."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    finally:
        coroutine.close()
    raise AssertionError("it waited")
