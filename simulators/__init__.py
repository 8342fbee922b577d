"""Stand-ins for the vendors' clouds, written from the vendors' documents and served on loopback."""

from simulators.faults import Fault
from simulators.server import Address, serve

__all__ = ["Address", "Fault", "serve"]
