"""The vendor's HTTP interface: one file for each of its parts, in the paths of both profiles."""

from typing import TYPE_CHECKING

from aiohttp import web

from simulators.keyvox.api import bookings, boxes, cards, locks, pins, places
from simulators.keyvox.api.endpoint import endpoint
from simulators.keyvox.api.gate import gate
from simulators.keyvox.api.operation import Operation
from simulators.keyvox.profiles import PROFILES

if TYPE_CHECKING:
    from simulators.keyvox.cloud import KeyVoxCloud

__all__ = ["gate", "routes"]


def routes(cloud: KeyVoxCloud) -> list[web.RouteDef]:
    """Return the route of every operation in every profile that has it."""
    operations: dict[str, Operation] = {
        name: operation
        for part in (locks, pins, boxes, cards, places, bookings)
        for name, operation in part.operations(cloud).items()
    }
    return [
        web.post(
            profile.base_path + path,
            endpoint(cloud, profile, name, operations[name]),
        )
        for profile in PROFILES
        for name, path in profile.paths.items()
    ]
