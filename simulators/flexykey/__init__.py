"""The simulated FlexyKey cloud, written from the vendor's developer guide."""

from simulators.faults import Fault
from simulators.flexykey.cloud import FlexyKeyCloud
from simulators.flexykey.fleet import Shape, generate_expansion, generate_unit
from simulators.server import Address, serve

__all__ = [
    "Address",
    "Fault",
    "FlexyKeyCloud",
    "Shape",
    "generate_expansion",
    "generate_unit",
    "serve",
]
