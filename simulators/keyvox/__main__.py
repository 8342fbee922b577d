"""Serves the simulated KEYVOX cloud from the command line."""

import argparse
import asyncio

from simulators.keyvox.cloud import DEMO_API_KEY, DEMO_API_SECRET, KeyVoxCloud
from simulators.server import run


def main() -> None:
    """Read the command line and serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(
        prog="python -m simulators.keyvox", description=__doc__
    )
    parser.add_argument(
        "--port",
        type=int,
        default=8128,
        help="of the vendor's interface; 0 takes any free port",
    )
    parser.add_argument(
        "--control-port",
        type=int,
        default=8129,
        help="of the control interface; 0 takes any free port",
    )
    parser.add_argument(
        "--locks", type=int, default=2, help="locks, with units, a plan and a locker"
    )
    parser.add_argument(
        "--profile",
        default="both",
        help="which profile is live: portal, overview or both",
    )
    parser.add_argument("--api-key", default=DEMO_API_KEY)
    parser.add_argument("--api-secret", default=DEMO_API_SECRET)
    options = parser.parse_args()
    cloud = KeyVoxCloud(api_key=options.api_key, api_secret=options.api_secret)
    cloud.set_options(profile=options.profile)
    cloud.populate(options.locks)
    asyncio.run(run(cloud, options.port, options.control_port))


if __name__ == "__main__":
    main()
