"""The vendors; this package knows nothing of Home Assistant."""

from typing import Final

from . import flexykey, iloq, intserv, keyless, keyvox
from .vendor import VendorSpec

VENDORS: Final[dict[str, VendorSpec]] = {
    "flexykey": flexykey.SPEC,
    "keyless": keyless.SPEC,
    "keyvox": keyvox.SPEC,
    "iloq": iloq.SPEC,
    "intserv": intserv.SPEC,
}
