"""How soon a change on the site is shown once the vendor calls, beside a bare web server's handler that is called.

The cloud is a process of its own; Home Assistant and the bare server run here. The way is the same for both: an
input is moved, the cloud calls, and the time is taken when the state is written, or when the handler has decoded.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from statistics import median
import time

from aiohttp import web
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import orjson
from pytest_homeassistant_custom_component.common import MockConfigEntry

from benchmarks.home import account, home_and_cloud
from scripts.child import until
from scripts.cloud import SimulatedCloud

HOST = "127.0.0.1"
EXTERNAL = "https://home.example.com"
PATIENCE = 60.0


class Stopwatch:
    """Takes the time until the next thing happens."""

    def __init__(self) -> None:
        """Initialize with nothing waited for."""
        self._happened: asyncio.Future[float] | None = None

    def happened(self) -> None:
        """Note that it has happened."""
        if self._happened and not self._happened.done():
            self._happened.set_result(time.perf_counter())

    async def move(self, cloud: SimulatedCloud, unit_id: int, state: str) -> float:
        """Move a unit's input; return the seconds until it happened."""
        self._happened = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        await cloud.move_input(unit_id, "IN1", state)
        return await asyncio.wait_for(self._happened, PATIENCE) - began


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[str]:
    """Serve an application on loopback."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, 0).start()
        yield f"http://{HOST}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def bare(watch: Stopwatch) -> web.Application:
    """Return a server that decodes what it is sent, and does nothing with it."""

    async def handle(request: web.Request) -> web.Response:
        orjson.loads(await request.read())
        watch.happened()
        return web.Response()

    app = web.Application()
    app.router.add_post("/api/webhook/{id}", handle)
    return app


async def add_account(hass: HomeAssistant, cloud: SimulatedCloud) -> MockConfigEntry:
    """Add the account, and wait until the cloud calls about each of its units."""
    entry = account(hass, cloud)
    assert await hass.config_entries.async_setup(entry.entry_id)
    callbacks = entry.runtime_data.callbacks

    async def registered() -> bool | None:
        devices = callbacks.rhythm.devices
        return all(callbacks.is_healthy(device.id) for device in devices) or None

    await until("all callbacks to be registered", PATIENCE, registered)
    return entry


async def bench(hass: HomeAssistant, cloud: SimulatedCloud, units: range) -> None:
    """Measure and print."""
    for component in ("webhook", "calendar"):
        assert await async_setup_component(hass, component, {})
    await hass.config.async_update(external_url=EXTERNAL)
    assert hass.http is not None
    watch = Stopwatch()
    async with served(hass.http.app) as home, served(bare(watch)) as other:
        await cloud.set_options(callback_through=home)
        entry = await add_account(hass, cloud)
        inputs = {
            registered.entity_id
            for registered in er.async_entries_for_config_entry(
                er.async_get(hass), entry.entry_id
            )
            if registered.unique_id.endswith("_IN1")
        }

        @callback
        def written(event: Event[EventStateChangedData]) -> None:
            if event.data["entity_id"] in inputs:
                watch.happened()

        hass.bus.async_listen(EVENT_STATE_CHANGED, written)
        shown = [await watch.move(cloud, unit_id, "on") for unit_id in units]
        await cloud.set_options(callback_through=other)
        called = [await watch.move(cloud, unit_id, "off") for unit_id in units]
        await hass.config_entries.async_unload(entry.entry_id)
    ratio = median(shown) / median(called)
    print(f"{len(units)} inputs moved, {len(hass.states.async_all())} entities")
    print(f"until the binary sensor has changed  {median(shown) * 1000:6.1f} ms")
    print(f"  / until a bare handler is called   {ratio:5.2f} x")


async def run(count: int) -> None:
    """Start the cloud and Home Assistant, measure, stop both."""
    async with home_and_cloud(count) as (hass, cloud):
        # The generated units follow the guide's highest.
        await bench(hass, cloud, range(99999, 99999 + count))


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(prog="benchmarks.push", description=__doc__)
    parser.add_argument("--units", type=int, default=100)
    asyncio.run(run(parser.parse_args().units))


if __name__ == "__main__":
    main()
