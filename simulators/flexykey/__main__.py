"""Serves the simulated FlexyKey cloud from the command line."""

import argparse
import asyncio

from simulators.flexykey.cloud import FlexyKeyCloud
from simulators.server import run


def main() -> None:
    """Read the command line and serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(
        prog="python -m simulators.flexykey", description=__doc__
    )
    parser.add_argument(
        "--port",
        type=int,
        default=8124,
        help="of the vendor's interface; 0 takes any free port",
    )
    parser.add_argument(
        "--control-port",
        type=int,
        default=8125,
        help="of the control interface; 0 takes any free port",
    )
    parser.add_argument(
        "--units", type=int, default=0, help="units generated beside those of the guide"
    )
    parser.add_argument("--username", default="demo")
    parser.add_argument("--password", default="demo")
    options = parser.parse_args()
    cloud = FlexyKeyCloud(username=options.username, password=options.password)
    cloud.generate_units(options.units)
    asyncio.run(run(cloud, options.port, options.control_port))


if __name__ == "__main__":
    main()
