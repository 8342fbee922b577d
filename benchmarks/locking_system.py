"""What a large locking system costs, beside a small one in the same run: set-up, refreshes, memory, how long nothing else runs.

The cloud is a process of its own; Home Assistant runs here, so that this process's CPU time is its own.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
import gc
from statistics import median
import time
import tracemalloc
from typing import Any

import aiohttp
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from benchmarks.fleet import Writes, measured
from benchmarks.home import home_and
from custom_components.latchkey.const import CONF_VENDOR, DOMAIN
from scripts.cloud import SimulatedManager

REFRESHES = 5
TICK = 0.002
"""Seconds after which a free event loop comes round again."""
LINES = 2_000


@dataclass
class Cost:
    """What one account cost; seconds, of CPU where they are so named."""

    entities: int
    set_up: float
    set_up_cpu: float
    unchanged: float
    unchanged_cpu: float
    one_more: float
    one_more_cpu: float
    log_cpu: float
    written: int
    blocked: dict[str, float]


class Watch:
    """Takes the longest time for which the event loop did nothing else."""

    def __init__(self) -> None:
        """Initialize with nothing seen."""
        self.longest = 0.0

    async def run(self) -> None:
        """Look again and again how late one comes round; what other processes took of that does not count."""
        while True:
            wall, cpu = time.perf_counter(), time.process_time()
            await asyncio.sleep(TICK)
            late = time.perf_counter() - wall - TICK
            self.longest = max(self.longest, min(late, time.process_time() - cpu))

    def take(self) -> float:
        """Return the longest time and begin anew."""
        longest, self.longest = self.longest, 0.0
        return longest


@asynccontextmanager
async def watched() -> AsyncIterator[Watch]:
    """Watch the event loop for the block."""
    watch = Watch()
    task = asyncio.create_task(watch.run())
    try:
        yield watch
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def account(
    keys: int, locks: int
) -> AsyncIterator[tuple[HomeAssistant, MockConfigEntry, aiohttp.ClientSession]]:
    """Run Home Assistant beside a locking system of a size, whose account is still to be set up."""
    async with (
        home_and(SimulatedManager) as (hass, cloud),
        aiohttp.ClientSession(cloud.control_url) as control,
    ):
        crowd = {"keys": keys, "locks": locks, "lines": LINES}
        await told(control, "lock_groups/demo/crowd", crowd)
        async with control.get("state") as answer:
            (group,) = (await answer.json())["lock_groups"]
        group_id = group["id"].casefold()
        entry = MockConfigEntry(
            domain=DOMAIN,
            title="Simulated",
            unique_id=f"iloq_{group_id}",
            data={
                CONF_VENDOR: "iloq",
                **cloud.account,
                "url": cloud.url,
                "api_key": "",
                "lock_group": group_id,
            },
        )
        entry.add_to_hass(hass)
        yield hass, entry, control
        await hass.config_entries.async_unload(entry.entry_id)


async def told(control: aiohttp.ClientSession, path: str, body: dict[str, Any]) -> None:
    """Steer the cloud."""
    async with control.post(path, json=body) as answer:
        answer.raise_for_status()


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set the account up, and wait for what it reads behind that."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


async def cost(keys: int, locks: int) -> Cost:
    """Measure an account of a size."""
    blocked: dict[str, float] = {}
    async with account(keys, locks) as (hass, entry, control), watched() as watch:

        async def seen(
            name: str, work: Callable[[], Awaitable[object]]
        ) -> tuple[float, float]:
            gc.collect()
            await asyncio.sleep(TICK)
            watch.take()
            took = await measured(work)
            blocked[name] = max(watch.take(), blocked.get(name, 0.0))
            return took

        started = await seen("set-up", lambda: set_up(hass, entry))
        coordinator = entry.runtime_data
        writes = Writes(hass)
        await coordinator.async_read_inventory()
        await hass.async_block_till_done()
        writes.take()
        rounds = [
            await seen("refresh", coordinator.async_read_inventory)
            for _ in range(REFRESHES)
        ]
        await hass.async_block_till_done()
        written = writes.take()
        more = []
        for _ in range(REFRESHES):
            await told(control, "lock_groups/demo/crowd", {"keys": 1})
            more.append(await seen("one key more", coordinator.async_read_inventory))
        system = coordinator.data.devices[entry.data["lock_group"]]
        logs = [
            await seen("log", lambda: coordinator.vendor.news(system))
            for _ in range(REFRESHES)
        ]
        registered = er.async_entries_for_config_entry(
            er.async_get(hass), entry.entry_id
        )
    return Cost(
        entities=len(registered),
        set_up=started[0],
        set_up_cpu=started[1],
        unchanged=median(wall for wall, _ in rounds),
        unchanged_cpu=median(cpu for _, cpu in rounds),
        one_more=median(wall for wall, _ in more),
        one_more_cpu=median(cpu for _, cpu in more),
        log_cpu=median(cpu for _, cpu in logs),
        written=written,
        blocked=blocked,
    )


async def memory(keys: int, locks: int) -> tuple[int, int]:
    """Return the bytes that an account holds once it is set up, and at its worst in a refresh."""
    async with account(keys, locks) as (hass, entry, _):
        gc.collect()
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            await set_up(hass, entry)
            gc.collect()
            held = tracemalloc.get_traced_memory()[0]
            tracemalloc.reset_peak()
            await entry.runtime_data.async_read_inventory()
            return held - before, tracemalloc.get_traced_memory()[1] - before
        finally:
            tracemalloc.stop()


async def run(keys: int, locks: int) -> None:
    """Measure a hundredth of the size and the whole of it, and print."""
    small, large = await cost(keys // 100, locks // 100), await cost(keys, locks)
    print(
        f"{keys} keys and {locks} locks, {large.entities} entities, beside a hundredth of that"
    )
    for name, ours, theirs in (
        ("set-up", (large.set_up, large.set_up_cpu), small.set_up_cpu),
        (
            "refresh, no change",
            (large.unchanged, large.unchanged_cpu),
            small.unchanged_cpu,
        ),
        (
            "refresh, one key more",
            (large.one_more, large.one_more_cpu),
            small.one_more_cpu,
        ),
    ):
        print(
            f"{name:22} {ours[0]:6.2f} s, {ours[1]:6.2f} s of CPU, {ours[1] / theirs:6.1f} x the small one's"
        )
    print(f"news of the log        {large.log_cpu * 1000:6.1f} ms of CPU")
    print(f"states written by {REFRESHES} refreshes without change: {large.written}")
    for name, seconds in large.blocked.items():
        print(
            f"longest block in {name:14} {seconds * 1000:7.1f} ms, the small one's {small.blocked[name] * 1000:6.1f} ms"
        )
    held, peak = await memory(keys, locks)
    print(
        f"memory held {held / 2**20:6.1f} MiB, {held / (keys + locks) / 1024:5.2f} KiB for each key and lock"
    )
    print(
        f"  at its worst in a refresh {peak / 2**20:6.1f} MiB, {peak / (keys + locks) / 1024:5.2f} KiB for each"
    )


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(
        prog="benchmarks.locking_system", description=__doc__
    )
    parser.add_argument("--keys", type=int, default=20_000)
    parser.add_argument("--locks", type=int, default=2_000)
    arguments = parser.parse_args()
    asyncio.run(run(arguments.keys, arguments.locks))


if __name__ == "__main__":
    main()
