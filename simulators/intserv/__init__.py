"""The simulated cloud of IntServ Access, written from the vendor's documents."""

from simulators.faults import Fault
from simulators.intserv.cloud import DEMO_API_KEY, IntServCloud
from simulators.intserv.demo import ANNEX, MAIN
from simulators.server import Address, serve

__all__ = [
    "ANNEX",
    "DEMO_API_KEY",
    "MAIN",
    "Address",
    "Fault",
    "IntServCloud",
    "serve",
]
