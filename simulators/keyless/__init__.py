"""The simulated Keyless platform of Abloy CUMULUS and BEAT, written from the vendor's page on its Administration API."""

from simulators.faults import Fault
from simulators.keyless.api import MEDIA_TYPE
from simulators.keyless.cloud import KeylessCloud
from simulators.keyless.paths import PATHS
from simulators.server import Address, serve

__all__ = ["MEDIA_TYPE", "PATHS", "Address", "Fault", "KeylessCloud", "serve"]
