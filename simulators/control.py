"""The base of every control interface: JSON bodies, refusals, request counts and faults."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
import json
from types import MappingProxyType, UnionType
from typing import Any, Final

from aiohttp import web
from aiohttp.typedefs import Handler

from simulators.errors import Conflict, Invalid, Missing
from simulators.faults import Fault, Faults
from simulators.requests import Requests

type Json = dict[str, Any]
type Types = Mapping[str, type | UnionType]

NOTHING: Final[Types] = MappingProxyType({})


def control_app(
    requests: Requests, faults: Faults, routes: Iterable[web.RouteDef]
) -> web.Application:
    """Return the control interface of a cloud: the routes common to all clouds and its own."""
    app = web.Application(middlewares=[_refusals])
    app.add_routes(_request_routes(requests))
    app.add_routes(_fault_routes(faults))
    app.add_routes(routes)
    return app


async def json_body(request: web.Request) -> Json:
    """Return the JSON object that a request carries."""
    try:
        body = json.loads(await request.read())
    except ValueError as error:
        raise Invalid("the body is not JSON") from error
    if not isinstance(body, dict):
        raise Invalid("the body is not a JSON object")
    return body


def fields(body: object, required: Types = NOTHING, optional: Types = NOTHING) -> Json:
    """Return an object if it has all required fields, nothing beside the optional ones, and the right types."""
    if not isinstance(body, dict):
        raise Invalid("not a JSON object")
    if missing := required.keys() - body.keys():
        raise Invalid(f"missing: {', '.join(sorted(missing))}")
    types = {**required, **optional}
    for name, value in body.items():
        if name not in types:
            raise Invalid(f"unknown: {name}")
        if not isinstance(value, types[name]):
            raise Invalid(f"wrong type: {name}")
    return body


def check_items(body: Json, name: str, kind: type | UnionType) -> None:
    """Refuse a list, if it is there, in which something is of another type."""
    if not all(isinstance(item, kind) for item in body.get(name) or ()):
        raise Invalid(f"wrong type in {name}")


def instant(text: str) -> datetime:
    """Return an instant written in ISO 8601, in UTC where it names no zone."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"not an instant: {text}") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


@web.middleware
async def _refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn what the simulator refuses into an answer that says why."""
    try:
        return await handler(request)
    except Missing as error:
        return web.json_response({"error": str(error)}, status=404)
    except Invalid as error:
        return web.json_response({"error": str(error)}, status=400)
    except Conflict as error:
        return web.json_response({"error": str(error)}, status=409)


def _request_routes(requests: Requests) -> list[web.RouteDef]:
    """Return the routes that show and reset the request counts."""

    async def show(_request: web.Request) -> web.Response:
        return web.json_response(requests.as_json())

    async def show_subjects(request: web.Request) -> web.Response:
        since, until = (
            instant(request.query[name]) if name in request.query else None
            for name in ("since", "until")
        )
        return web.json_response(requests.by_subject(since, until))

    async def reset(_request: web.Request) -> web.Response:
        requests.reset()
        return web.json_response(requests.as_json())

    return [
        web.get("/requests", show),
        web.get("/requests/subjects", show_subjects),
        web.delete("/requests", reset),
    ]


def _fault_routes(faults: Faults) -> list[web.RouteDef]:
    """Return the routes that show, add and clear faults."""

    def answer() -> web.Response:
        return web.json_response(
            {"faults": [fault.as_json() for fault in faults.active]}
        )

    async def show(_request: web.Request) -> web.Response:
        return answer()

    async def add(request: web.Request) -> web.Response:
        faults.active.append(Fault.parse(await json_body(request)))
        return answer()

    async def clear(_request: web.Request) -> web.Response:
        faults.active.clear()
        return answer()

    return [
        web.get("/faults", show),
        web.post("/faults", add),
        web.delete("/faults", clear),
    ]
