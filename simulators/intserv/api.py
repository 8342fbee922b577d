"""The vendor's HTTP interface: what every request has to pass, and the five endpoints."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
import json
from secrets import compare_digest
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from simulators.intserv import fields
from simulators.intserv.continuations import Cursor
from simulators.intserv.events import Query
from simulators.intserv.instants import read, written_or_none
from simulators.intserv.integrations import Integration
from simulators.intserv.refusals import (
    Refusal,
    UnknownKey,
    too_many,
    unauthorized,
    wrong_value,
)

if TYPE_CHECKING:
    from simulators.intserv.cloud import IntServCloud

MOST_EVENTS: Final = 1000

_DAYS_BACK = timedelta(days=7)
_EVENTS = (
    "from_date",
    "to_date",
    "systems",
    "include_access_granted",
    "include_access_denied",
    "limit",
    "continuation_key",
)


@dataclass(frozen=True)
class Call:
    """A request of an integration."""

    cloud: IntServCloud
    integration: Integration
    body: fields.Body
    now: datetime

    def known(self, *names: str) -> fields.Body:
        """Return the body, which may have to have no other fields."""
        return fields.known(self.body, names, self.cloud.options, "body")


type Answering = Callable[[Call], object]


def add_key(call: Call) -> object:
    """Make or change an access key (facts sheet, section 2)."""
    return call.integration.store.put(call.body).as_json(call.cloud.options.time_form)


def remove_key(call: Call) -> object:
    """Remove an access key."""
    try:
        call.integration.store.remove(call.body)
    except UnknownKey:
        if call.cloud.options.unknown_remove == "refuse":
            raise
    return None


def key_status(call: Call) -> object:
    """Return how far the latest change of an access key is."""
    key = call.integration.store.get(call.body)
    return {"id": key.id} | key.change.as_json(call.cloud.options.time_form)


def list_levels(call: Call) -> object:
    """Return the access levels of all systems in scope."""
    call.known()
    return {"levels": [level.as_json() for level in call.integration.levels()]}


def list_events(call: Call) -> object:
    """Return what has come of a period; a continuation key stands for the whole query but its limit, which is assumed."""
    cloud, body = call.cloud, call.known(*_EVENTS)
    limit = fields.count(body, "limit", MOST_EVENTS)
    query = _query(call, body)
    cursor = Cursor(call.integration.id, query, call.now)
    given = body.get("continuation_key")
    if given is not None:
        cursor = cloud.continuations.find(given, call.integration.id, call.now)
    page = cloud.continuations.turn(cloud.history, cursor, given, limit, call.now)
    synced = [cloud.systems[key].uplink.synced_to for key in page.query.system_ids]
    known = [at for at in synced if at]
    least = min(known) if known and len(known) == len(synced) else None
    return {
        "least_sync_time": written_or_none(least, cloud.options.time_form),
        "has_more": page.continuation_key is not None,
        "continuation_key": page.continuation_key,
        "events": [event.as_json(cloud.options) for event in page.events],
    }


def _query(call: Call, body: fields.Body) -> Query:
    """Return which events a body asks for; that an empty list of systems stands for all of them is assumed."""
    since, until = body.get("from_date"), body.get("to_date")
    start = call.now - _DAYS_BACK if since is None else read(since, "from_date")
    end = call.now if until is None else read(until, "to_date")
    if until is not None and end < start:
        raise wrong_value("to_date", "is before from_date")
    named = body.get("systems")
    chosen = [] if named is None else fields.texts(named, "systems")
    scope = call.integration.system_ids
    if set(chosen) - set(scope):
        raise wrong_value("systems", "has a system that the integration cannot see")
    granted = fields.truth(body, "include_access_granted")
    denied = fields.truth(body, "include_access_denied")
    either = not granted and not denied
    systems = frozenset(chosen or scope)
    return Query(start, end, systems, granted or either, denied or either)


ENDPOINTS: Final[Mapping[str, Answering]] = {
    "accesskeys/add": add_key,
    "accesskeys/remove": remove_key,
    "accesskeys/status": key_status,
    "accesslevels/list": list_levels,
    "events/list": list_events,
}


def routes(cloud: IntServCloud) -> list[web.RouteDef]:
    """Return the route of every endpoint."""
    return [
        web.post(cloud.base_path + path, _served(cloud, answer))
        for path, answer in ENDPOINTS.items()
    ]


def gate(cloud: IntServCloud) -> Middleware:
    """Return the middleware that has everything happen that is due, and tells of all refusals."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        cloud.settle()
        if not cloud.rate_limit.take():
            return _refused(too_many(), cloud.options.retry_after)
        try:
            return await handler(request)
        except Refusal as refusal:
            return _refused(refusal)
        except web.HTTPException as error:
            return _refused(Refusal(error.status, "NoSuchEndpoint", error.reason))

    return middleware


def _served(cloud: IntServCloud, answer: Answering) -> Handler:
    """Return the handler of an endpoint."""

    async def handle(request: web.Request) -> web.StreamResponse:
        integration = _integration(cloud, request)
        call = Call(cloud, integration, await _body(request), cloud.clock())
        told = answer(call)
        return web.Response(status=204) if told is None else web.json_response(told)

    return handle


def _integration(cloud: IntServCloud, request: web.Request) -> Integration:
    """Return the integration whose API key a request carries."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        given = token.strip().encode(errors="surrogateescape")
        for integration in cloud.integrations.values():
            api_key = integration.api_key
            if api_key is not None and compare_digest(api_key.encode(), given):
                return integration
    raise unauthorized()


async def _body(request: web.Request) -> dict[str, Any]:
    """Return the object in a request's body, which is empty if there is none."""
    raw = await request.read()
    if not raw:
        return {}
    if request.content_type != "application/json":
        raise Refusal(415, "UnsupportedMediaType", "The body must be JSON")
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise wrong_value("body", "is not JSON") from error
    if not isinstance(body, dict):
        raise wrong_value("body", "must be an object")
    return body


def _refused(refusal: Refusal, retry_after: int | None = None) -> web.Response:
    """Answer a refusal with a small body, whose form is assumed."""
    headers = {}
    if refusal.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    told = {"error": refusal.error, "message": refusal.message}
    return web.json_response(told, status=refusal.status, headers=headers)
