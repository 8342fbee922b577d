"""The vendor's HTTP interface in both generations: one file for each of its parts."""

from typing import TYPE_CHECKING

from aiohttp import web

from simulators.iloq.api import (
    accesses,
    calendars,
    key_access,
    keys,
    locks,
    logs,
    network,
    persons,
    phones,
    roles,
    sessions,
    webhooks,
)
from simulators.iloq.api.gate import counting, gate, served
from simulators.iloq.endpoints import V1, V2
from simulators.routes import any_case

if TYPE_CHECKING:
    from simulators.iloq.cloud import IloqCloud

__all__ = ["counting", "gate", "routes"]

_PARTS = (
    sessions,
    keys,
    key_access,
    phones,
    persons,
    accesses,
    locks,
    logs,
    calendars,
    network,
    roles,
    webhooks,
)


def routes(cloud: IloqCloud) -> list[web.RouteDef]:
    """Return the route of every endpoint, those of the second generation below any base."""
    handlers = {
        endpoint: answer
        for part in _PARTS
        for endpoint, answer in part.HANDLERS.items()
    }
    made = []
    for endpoint in V2:
        method, path = endpoint.split(" ")
        answer = handlers[endpoint]
        if endpoint in V1:
            handler = served(cloud, "v1", endpoint, answer)
            made.append(any_case(method, f"/iLoqWsApi/api/v1/{path}", handler))
        handler = served(cloud, "v2", endpoint, answer)
        made.append(any_case(method, f"/{{base:[\\w.-]+}}/api/v2/{path}", handler))
    return made
