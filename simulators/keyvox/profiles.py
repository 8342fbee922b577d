"""The two profiles of the API: where it begins, and what a request signs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from simulators.keyvox.operations import OVERVIEW, PORTAL


@dataclass(frozen=True)
class Profile:
    """A profile of the API."""

    name: str
    base_path: str
    signed: tuple[str, ...]
    """What is signed, in this order; the vendor knows no other."""
    paths: Mapping[str, str]


PROFILES: Final = (
    Profile("portal", "/api/eagle-pms/", ("date", "request-line", "digest"), PORTAL),
    Profile("overview", "/", ("x-target-host", "date", "digest"), OVERVIEW),
)
