"""The vendor's HTTP interface under /administration: one file for each of its parts."""

from typing import TYPE_CHECKING

from aiohttp import web

from simulators.keyless.api import commands, devices, gateways, grants, logs, users
from simulators.keyless.api.answers import MEDIA_TYPE
from simulators.keyless.api.gate import gate
from simulators.keyless.paths import PATHS

if TYPE_CHECKING:
    from simulators.keyless.cloud import KeylessCloud

__all__ = ["MEDIA_TYPE", "gate", "routes"]


def routes(cloud: KeylessCloud) -> list[web.RouteDef]:
    """Return the route of every operation in the table of paths."""
    handlers = {
        name: handler
        for part in (users, devices, logs, grants, gateways, commands)
        for name, handler in part.handlers(cloud).items()
    }
    return [
        web.route(method, cloud.base_path + path, handlers[name])
        for name, (method, path) in PATHS.items()
    ]
