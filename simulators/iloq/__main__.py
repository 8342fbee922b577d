"""Serves the simulated iLOQ cloud from the command line."""

import argparse
import asyncio

from simulators.iloq.cloud import (
    DEMO_CUSTOMER_CODE,
    DEMO_PASSWORD,
    DEMO_USER,
    IloqCloud,
)
from simulators.iloq.demo import crowd
from simulators.server import run


def main() -> None:
    """Read the command line and serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(
        prog="python -m simulators.iloq", description=__doc__
    )
    parser.add_argument(
        "--port",
        type=int,
        default=8130,
        help="of the vendor's interface; 0 takes any free port",
    )
    parser.add_argument(
        "--control-port",
        type=int,
        default=8131,
        help="of the control interface; 0 takes any free port",
    )
    parser.add_argument(
        "--generations", default="both", help="which are served: v1, v2 or both"
    )
    parser.add_argument(
        "--program-seconds",
        type=float,
        help="how long after its order a key is programmed; none is by itself by default",
    )
    parser.add_argument("--keys", type=int, default=0, help="beyond those of the site")
    parser.add_argument("--locks", type=int, default=0, help="beyond those of the site")
    parser.add_argument("--customer-code", default=DEMO_CUSTOMER_CODE)
    parser.add_argument("--username", default=DEMO_USER)
    parser.add_argument("--password", default=DEMO_PASSWORD)
    options = parser.parse_args()
    cloud = IloqCloud(
        customer_code=options.customer_code,
        user=options.username,
        password=options.password,
    )
    cloud.set_options(generations=options.generations)
    if (seconds := options.program_seconds) is not None:
        cloud.set_options(fetch_seconds=0, program_seconds=seconds)
    crowd(cloud.group, options.keys, options.locks)
    asyncio.run(run(cloud, options.port, options.control_port))


if __name__ == "__main__":
    main()
