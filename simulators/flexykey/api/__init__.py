"""The vendor's HTTP interface under /v1: one file for each of its parts."""

from typing import TYPE_CHECKING

from aiohttp import web

from simulators.flexykey.api import (
    bookings,
    entries,
    information,
    io_control,
    logs,
    settings,
    sync,
    tools,
    units,
    webhooks,
)
from simulators.flexykey.api.rights import authenticate

if TYPE_CHECKING:
    from simulators.flexykey.cloud import FlexyKeyCloud

__all__ = ["authenticate", "routes"]


def routes(cloud: FlexyKeyCloud) -> list[web.RouteDef]:
    """Return all routes of the vendor's interface."""
    parts = (
        units,
        io_control,
        information,
        entries,
        settings,
        sync,
        tools,
        webhooks,
        logs,
        bookings,
    )
    return [route for part in parts for route in part.routes(cloud)]
