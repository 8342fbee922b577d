"""The simulated KEYVOX cloud, written from the vendor's overview and what is known of its developer portal.

The address of a served cloud is that of the profile `portal`; the profile `overview` begins at the root of the same
host. What no source states is assumed in the least inventive way: in the modules of `api`, each of which says what it
assumes, and in the options, by which most of it can be chosen otherwise.
"""

from simulators.faults import Fault
from simulators.keyvox.cloud import KeyVoxCloud
from simulators.keyvox.operations import PORTAL_ONLY, SEED
from simulators.keyvox.refusals import Refusal
from simulators.server import Address, serve

__all__ = [
    "PORTAL_ONLY",
    "SEED",
    "Address",
    "Fault",
    "KeyVoxCloud",
    "Refusal",
    "serve",
]
