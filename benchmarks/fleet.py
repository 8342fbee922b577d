"""What a large account costs: set-up, a refresh in which nothing changed, memory.

The cloud is a process of its own; Home Assistant runs here, so that this process's CPU time is its own.
"""

import argparse
import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from statistics import median
import time

import aiohttp
from homeassistant.components.switch import SwitchEntity
from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
import orjson
import psutil
from pytest_homeassistant_custom_component.common import MockEntityPlatform

from benchmarks.home import account, home_and_cloud
from scripts.cloud import SimulatedCloud

REFRESHES = 5
IN_FLIGHT = 3
"""As many requests at once as a round of readings has under way."""


class PlainSwitch(SwitchEntity):
    """The least that an entity can be: what Home Assistant itself takes for each."""

    _attr_should_poll = False
    _attr_is_on = False
    _attr_has_entity_name = True

    def __init__(self, number: int) -> None:
        """Initialize with a name of its own."""
        self._attr_unique_id = f"plain-{number}"
        self._attr_name = f"Plain {number}"


class Writes:
    """Counts the states that are written."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start to count."""
        self.counts: Counter[str] = Counter()

        @callback
        def count(event: object) -> None:
            self.counts["states"] += 1

        @callback
        def each(data: object) -> bool:
            return True

        hass.bus.async_listen(EVENT_STATE_CHANGED, count)
        hass.bus.async_listen(EVENT_STATE_REPORTED, count, event_filter=each)

    def take(self) -> int:
        """Return the count and begin anew."""
        return self.counts.pop("states", 0)


async def measured(work: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Return the seconds and the CPU seconds that a piece of work takes."""
    wall, cpu = time.perf_counter(), time.process_time()
    await work()
    return time.perf_counter() - wall, time.process_time() - cpu


async def read_bare(url: str, unit_ids: Iterable[int], auth: str) -> None:
    """Fetch and decode the status of all units, with nothing done with it."""
    waiting = list(unit_ids)
    async with aiohttp.ClientSession(headers={"Authorization": auth}) as session:

        async def work() -> None:
            while waiting:
                query = {"unitId": str(waiting.pop())}
                async with session.get(f"{url}Control", params=query) as response:
                    orjson.loads(await response.read())

        await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))


async def bench(hass: HomeAssistant, cloud: SimulatedCloud, units: int) -> None:
    """Measure and print."""
    control = aiohttp.ClientSession(cloud.control_url)
    async with control:
        generate = {"generate": {"count": units, "entities": 65}}
        await (await control.post("units", json=generate)).release()
        for unit_id in (99998, 99992, 3023):
            await (await control.delete(f"units/{unit_id}")).release()
        await (await control.delete("requests")).release()

        process = psutil.Process()
        before = process.memory_info().rss
        entry = account(hass, cloud)

        async def set_up() -> None:
            assert await hass.config_entries.async_setup(entry.entry_id)
            await hass.async_block_till_done()

        wall, cpu = await measured(set_up)
        memory = process.memory_info().rss - before
        entities = len(hass.states.async_all())
        registered = len(
            er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
        )
        coordinator = entry.runtime_data

        async def add_plain() -> None:
            platform = MockEntityPlatform(hass, domain="switch", platform_name="plain")
            await platform.async_add_entities([PlainSwitch(n) for n in range(entities)])
            await hass.async_block_till_done()

        _, plain_cpu = await measured(add_plain)

        writes = Writes(hass)
        await coordinator.async_refresh()
        writes.take()
        rounds = [await measured(coordinator.async_refresh) for _ in range(REFRESHES)]
        await hass.async_block_till_done()
        written = writes.take()
        auth = aiohttp.encode_basic_auth(**_login(cloud))
        ids = [int(key) for key in coordinator.data.statuses]
        # A cloud that takes a moment for each answer shows how many requests are under way at once.
        slow = {"kind": "delay", "seconds": 0.02}
        await (await control.post("faults", json=slow)).release()
        await coordinator.async_refresh()
        requests = await (await control.get("requests")).json()
        await (await control.delete("faults")).release()
        bare = [
            await measured(lambda: read_bare(cloud.url, ids, auth))
            for _ in range(REFRESHES)
        ]

    refresh_cpu = median(cpu for _, cpu in rounds)
    bare_cpu = median(cpu for _, cpu in bare)
    print(f"{units} units, {registered} entities, of which {entities} are enabled")
    print(f"set-up              {wall:6.2f} s, {cpu:6.2f} s of CPU")
    print(
        f"  / as many plain entities of Home Assistant   {cpu / plain_cpu:5.2f} x CPU"
    )
    print(
        f"refresh, no change  {median(w for w, _ in rounds):6.2f} s, {refresh_cpu:6.2f} s of CPU"
    )
    print(
        f"  / the same answers fetched and decoded       {refresh_cpu / bare_cpu:5.2f} x CPU"
    )
    print(f"states written by {REFRESHES} refreshes without change: {written}")
    print(f"requests under way at once, at most: {requests['max_in_flight']}")
    print(f"memory of the account: {memory / 2**20:.0f} MiB")
    await hass.config_entries.async_unload(entry.entry_id)


def _login(cloud: SimulatedCloud) -> dict[str, str]:
    return {"login": cloud.account["username"], "password": cloud.account["password"]}


async def run(units: int) -> None:
    """Start the cloud and Home Assistant, measure, stop both."""
    async with home_and_cloud() as (hass, cloud):
        await bench(hass, cloud, units)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--units", type=int, default=200)
    asyncio.run(run(parser.parse_args().units))


if __name__ == "__main__":
    main()
