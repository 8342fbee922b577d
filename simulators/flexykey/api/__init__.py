"""The vendor's HTTP interface under /v1: one file for each of its parts."""

from typing import TYPE_CHECKING

from aiohttp import web

from simulators.flexykey.api import io_control, units
from simulators.flexykey.api.rights import authenticate

if TYPE_CHECKING:
    from simulators.flexykey.cloud import FlexyKeyCloud

__all__ = ["authenticate", "routes"]


def routes(cloud: FlexyKeyCloud) -> list[web.RouteDef]:
    """Return all routes of the vendor's interface."""
    return [*units.routes(cloud), *io_control.routes(cloud)]
