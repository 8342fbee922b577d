"""The simulated cloud of iLOQ in both generations of its API, written from the vendor's documents."""

from simulators.faults import Fault
from simulators.iloq.cloud import (
    DEMO_CUSTOMER_CODE,
    DEMO_PASSWORD,
    DEMO_USER,
    IloqCloud,
)
from simulators.iloq.endpoints import V1, V2
from simulators.server import Address, serve

__all__ = [
    "DEMO_CUSTOMER_CODE",
    "DEMO_PASSWORD",
    "DEMO_USER",
    "V1",
    "V2",
    "Address",
    "Fault",
    "IloqCloud",
    "serve",
]
