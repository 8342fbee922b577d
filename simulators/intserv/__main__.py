"""Serves the simulated IntServ Access cloud from the command line."""

import argparse
import asyncio
from datetime import timedelta

from simulators.intserv.cloud import DEMO_API_KEY, IntServCloud
from simulators.intserv.demo import crowd
from simulators.server import run


def main() -> None:
    """Read the command line and serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(
        prog="python -m simulators.intserv", description=__doc__
    )
    parser.add_argument(
        "--port",
        type=int,
        default=8132,
        help="of the vendor's interface; 0 takes any free port",
    )
    parser.add_argument(
        "--control-port",
        type=int,
        default=8133,
        help="of the control interface; 0 takes any free port",
    )
    parser.add_argument(
        "--apply-seconds",
        type=float,
        help="how long a system takes to apply a change; 5 by default",
    )
    parser.add_argument(
        "--events", type=int, default=0, help="that have happened in the last week"
    )
    parser.add_argument("--api-key", default=DEMO_API_KEY)
    options = parser.parse_args()
    cloud = IntServCloud(api_key=options.api_key)
    if options.apply_seconds is not None:
        cloud.set_options(apply_seconds=options.apply_seconds)
    crowd(cloud, options.events, timedelta(days=7))
    asyncio.run(run(cloud, options.port, options.control_port))


if __name__ == "__main__":
    main()
