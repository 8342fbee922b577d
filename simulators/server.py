"""Serves a simulated cloud and its control interface on loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
import json
import signal
import sys

from aiohttp import web

from simulators.simulator import Simulator

_HOST = "127.0.0.1"
# Long enough for an answer on its way, short enough that a stalled one does not hold the end up.
_LAST_ANSWERS_SECONDS = 0.2


@dataclass(frozen=True)
class Address:
    """Where a served cloud is reached."""

    url: str
    control_url: str


@asynccontextmanager
async def serve(
    simulator: Simulator, port: int = 0, control_port: int = 0
) -> AsyncIterator[Address]:
    """Serve both applications of a cloud for the block; port 0 takes any free port."""
    async with (
        _listening(simulator.cloud_app(), port) as cloud,
        _listening(simulator.control_app(), control_port) as control,
    ):
        yield Address(
            f"http://{_HOST}:{cloud}{simulator.base_path}", f"http://{_HOST}:{control}/"
        )


async def run(simulator: Simulator, port: int, control_port: int) -> None:
    """Serve a cloud until SIGTERM or SIGINT, and say in one line of JSON where it is."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    async with serve(simulator, port, control_port) as address:
        sys.stdout.write(
            json.dumps({"url": address.url, "control": address.control_url}) + "\n"
        )
        sys.stdout.flush()
        await stop.wait()


@asynccontextmanager
async def _listening(app: web.Application, port: int) -> AsyncIterator[int]:
    """Listen with one application on loopback for the block, and give the port."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_LAST_ANSWERS_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, _HOST, port).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
