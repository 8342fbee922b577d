"""Starts simulated clouds and a real Home Assistant that has accounts there, until Ctrl-C."""

import argparse
import asyncio
from collections.abc import Sequence
import contextlib
from contextlib import AsyncExitStack
from pathlib import Path
import signal
import sys
import time
from typing import Final

from scripts.child import ScriptError
from scripts.cloud import (
    SimulatedCloud,
    SimulatedIntegration,
    SimulatedManager,
    SimulatedOrganisation,
    SimulatedPlatform,
    SimulatedService,
)
from scripts.dashboard import put_up
from scripts.home import RESTART, ROOT, Home
from scripts.home_api import Json

PORT: Final = 8123
CLOUD_PORT: Final = 8124
POLL_INTERVAL: Final = 10
FLEXYKEY: Final = "FlexyKey"
PLATFORM: Final = "Abloy Keyless"
ORGANISATION: Final = "KEYVOX"
MANAGER: Final = "iLOQ"
INTEGRATION: Final = "IntServ"
TOUCH_SECONDS: Final = 20
PROGRAM_SECONDS: Final = 30
EVENTS: Final = 500
EXTERNAL: Final = "https://home.example.com"
DOOR: Final = "99998/F2"


def arguments() -> argparse.Namespace:
    """Return what was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="scripts/develop", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=PORT, help="port of Home Assistant (%(default)s)"
    )
    parser.add_argument(
        "--cloud-port",
        type=int,
        default=CLOUD_PORT,
        help="port of the simulated cloud; its control interface takes the next one (%(default)s)",
    )
    parser.add_argument(
        "--units",
        type=int,
        default=0,
        metavar="N",
        help="so many generated units besides the guide's",
    )
    parser.add_argument(
        "--real",
        action="store_true",
        help="no simulated cloud: add a real account in the browser",
    )
    parser.add_argument(
        "--clean", action="store_true", help="start with a new configuration folder"
    )
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FOLDER",
        help="configuration folder (config/simulated, config/real)",
    )
    return parser.parse_args()


async def add_simulated_account(home: Home, cloud: SimulatedCloud) -> None:
    """Add the simulated account as a user would, or make an earlier one fit the cloud's address."""
    account = {**cloud.account, "url": cloud.url}
    # As if Home Assistant could be reached from the internet: the cloud takes a short cut to it.
    await cloud.set_options(callback_through=home.url.rstrip("/"))
    await home.api.command("config/core/update", external_url=EXTERNAL)
    entries = [
        entry
        for entry in await home.api.entries()
        if entry["title"].startswith(FLEXYKEY)
    ]
    if not entries:
        entry_id = await home.api.add_account("flexykey", account)
        door = {"pulse": 5, "may_be_held_open": False}
        await home.api.set_options(
            entry_id, [{"poll_interval": POLL_INTERVAL, "doors": [DOOR]}, door]
        )
    elif entries[0]["state"] != "loaded":
        await home.api.reconfigure_account(entries[0]["entry_id"], account)
    await home.api.until_loaded()


async def add_simulated_platform(home: Home, platform: SimulatedPlatform) -> None:
    """Add the account at the simulated platform, or make an earlier one fit the platform's address."""
    await _add(home, "keyless", PLATFORM, platform)


async def add_simulated_organisation(
    home: Home, organisation: SimulatedOrganisation
) -> None:
    """Add the account at the simulated organisation, or make an earlier one fit its address; its locks tell 0 and 1."""
    is_new = await _add(home, "keyvox", ORGANISATION, organisation, profile="portal")
    if is_new:
        entry = await _entry(home, ORGANISATION)
        assert entry is not None
        words = {"locked_words": "0", "unlocked_words": "1"}
        await home.api.set_options(
            entry["entry_id"], [{"poll_interval": POLL_INTERVAL}, words]
        )
        await home.api.until_loaded()


async def add_simulated_manager(home: Home, manager: SimulatedManager) -> None:
    """Add the account at the simulated locking system, or make an earlier one fit its address."""
    await manager.set_options(callback_through=home.url.rstrip("/"))
    await _add(home, "iloq", MANAGER, manager)


async def add_simulated_integration(
    home: Home, integration: SimulatedIntegration
) -> None:
    """Add the account at the simulated access systems, or make an earlier one fit their address."""
    await _add(home, "intserv", INTEGRATION, integration)


async def _entry(home: Home, title: str) -> Json | None:
    """Return an account by the beginning of its title."""
    for entry in await home.api.entries():
        if entry["title"].startswith(title):
            return entry
    return None


async def _add(
    home: Home, vendor: str, title: str, service: SimulatedService, **fields: str
) -> bool:
    """Add an account, or make an earlier one fit its cloud's address; return whether it is new."""
    account = {**service.account, "url": service.url, **fields}
    entry = await _entry(home, title)
    if entry is None:
        await home.api.add_account(vendor, account)
    elif entry["state"] != "loaded":
        await home.api.reconfigure_account(entry["entry_id"], account)
    await home.api.until_loaded()
    return entry is None


async def watch(home: Home, cloud: SimulatedCloud | None) -> None:
    """Start Home Assistant again when it asks for that; raise when something ends by itself."""
    while True:
        home_ends = asyncio.ensure_future(home.process.wait())
        ends = [home_ends, *([asyncio.ensure_future(cloud.wait())] if cloud else [])]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if not home_ends.done():
            raise ScriptError("The simulated cloud ended by itself.")
        if home_ends.result() != RESTART:
            raise ScriptError(f"Home Assistant ended by itself: see {home.process.log}")
        print("Home Assistant restarts …", flush=True)
        await home.restart()
        print("Home Assistant runs again.", flush=True)


def describe(home: Home, services: Sequence[SimulatedService], seconds: float) -> str:
    """Return what a developer needs to know."""
    lines = [
        f"Home Assistant   {home.url}   user {home.username}   password {home.password}"
    ]
    for service in services:
        lines += [
            f"{service.name:<16} {service.url}   (simulated)",
            f"Its control      {service.control_url}   e.g. curl … {service.example}",
        ]
    if not services:
        lines.append(
            "Add your account under Settings > Devices & services > Add integration > Latchkey."
        )
    lines += [
        f"Log              {home.process.log}",
        f"Ready after {seconds:.0f} s; Ctrl-C stops everything.",
    ]
    return "\n".join(lines)


async def run(options: argparse.Namespace) -> None:
    """Start everything, say where it is, and watch it until the end."""
    began = time.monotonic()
    config: Path = options.config or ROOT / "config" / (
        "real" if options.real else "simulated"
    )
    home = Home(config, options.port, clean=options.clean)
    async with AsyncExitStack() as running:
        services: list[SimulatedService] = []
        cloud: SimulatedCloud | None = None
        if not options.real:
            cloud = SimulatedCloud(
                config.with_name(f"{config.name}-cloud.log"),
                port=options.cloud_port,
                control_port=options.cloud_port + 1,
                units=options.units,
            )
            await running.enter_async_context(cloud)
            # Its port is any free one: the account is made to fit. Somebody touches the lock that is to open.
            platform = SimulatedPlatform(
                config.with_name(f"{config.name}-platform.log"),
                touch_seconds=TOUCH_SECONDS,
            )
            await running.enter_async_context(platform)
            organisation = SimulatedOrganisation(
                config.with_name(f"{config.name}-organisation.log")
            )
            await running.enter_async_context(organisation)
            # Somebody programs each key that is ordered.
            manager = SimulatedManager(
                config.with_name(f"{config.name}-manager.log"),
                program_seconds=PROGRAM_SECONDS,
            )
            await running.enter_async_context(manager)
            # A week in which somebody came to every door, so that these are found.
            integration = SimulatedIntegration(
                config.with_name(f"{config.name}-integration.log"), events=EVENTS
            )
            await running.enter_async_context(integration)
            services = [cloud, platform, organisation, manager, integration]
        print("Starting Home Assistant …", flush=True)
        await running.enter_async_context(home)
        if cloud:
            await add_simulated_account(home, cloud)
            await add_simulated_platform(home, platform)
            await add_simulated_organisation(home, organisation)
            await add_simulated_manager(home, manager)
            await add_simulated_integration(home, integration)
            await put_up(home.api)
        print(describe(home, services, time.monotonic() - began), flush=True)
        await watch(home, cloud)


async def main(options: argparse.Namespace) -> None:
    """Run until the first signal; further ones do not disturb the clean stop."""
    running = asyncio.ensure_future(run(options))

    def stop() -> None:
        if not running.cancelling():
            print("Stopping …", flush=True)
            running.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    with contextlib.suppress(asyncio.CancelledError):
        await running


if __name__ == "__main__":
    try:
        asyncio.run(main(arguments()))
    except ScriptError as error:
        sys.exit(f"scripts/develop: {error}")
