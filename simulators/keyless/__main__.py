"""Serves the simulated Keyless platform from the command line."""

import argparse
import asyncio

from simulators.keyless.cloud import (
    DEMO_ACCESS_KEY,
    DEMO_API_KEY,
    DEMO_USER_ID,
    KeylessCloud,
)
from simulators.server import run


def main() -> None:
    """Read the command line and serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(
        prog="python -m simulators.keyless", description=__doc__
    )
    parser.add_argument(
        "--port",
        type=int,
        default=8126,
        help="of the vendor's interface; 0 takes any free port",
    )
    parser.add_argument(
        "--control-port",
        type=int,
        default=8127,
        help="of the control interface; 0 takes any free port",
    )
    parser.add_argument(
        "--locks",
        type=int,
        default=2,
        help="claimed locking devices, with gateways and a user",
    )
    parser.add_argument(
        "--touch-seconds",
        type=float,
        help="after a command somebody touches its locking device; nobody does by default",
    )
    parser.add_argument("--user-id", default=DEMO_USER_ID)
    parser.add_argument("--access-key", default=DEMO_ACCESS_KEY)
    parser.add_argument("--api-key", default=DEMO_API_KEY)
    options = parser.parse_args()
    cloud = KeylessCloud(
        user_id=options.user_id, access_key=options.access_key, api_key=options.api_key
    )
    cloud.set_options(touch_seconds=options.touch_seconds)
    cloud.populate(options.locks)
    asyncio.run(run(cloud, options.port, options.control_port))


if __name__ == "__main__":
    main()
