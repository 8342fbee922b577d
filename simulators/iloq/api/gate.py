"""What every request has to pass: the API gateway, the address, the session, the lock group and the rights."""

import json
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from yarl import URL

from simulators.iloq.api.call import Answering, Call
from simulators.iloq.endpoints import V2, WITHOUT_LOCK_GROUP, WITHOUT_SESSION
from simulators.iloq.group import LockGroup
from simulators.iloq.refusals import Refusal, wrong_value
from simulators.iloq.sessions import Generation, Session

if TYPE_CHECKING:
    from simulators.iloq.cloud import IloqCloud

_SESSION = "SessionId"
_MEDIA_TYPES = ("application/json", "text/json")
_START = "iloqws"


def counting(cloud: IloqCloud) -> Middleware:
    """Return the middleware before all others, which counts what is under way at once."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        log_in = request.path.lower().endswith("/createsession")
        with cloud.sessions.counted(log_in, request.headers.get(_SESSION, "")):
            return await handler(request)

    return middleware


def gate(cloud: IloqCloud) -> Middleware:
    """Return the middleware that lets proper requests through, and tells of all refusals."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        cloud.settle()
        options = cloud.options
        if options.api_key not in (None, request.headers.get("x-api-key")):
            return web.json_response({"message": "Forbidden"}, status=403)
        if not cloud.rate_limit.take():
            headers = (
                {}
                if options.retry_after is None
                else {"Retry-After": str(options.retry_after)}
            )
            return web.Response(status=429, headers=headers)
        if error := request.match_info.http_exception:
            return _nothing_here(request, error.status)
        try:
            return await handler(request)
        except Refusal as refusal:
            told = {"Code": refusal.code, "Message": refusal.message}
            return web.json_response(told, status=refusal.status)

    return middleware


def served(
    cloud: IloqCloud, generation: Generation, endpoint: str, answer: Answering
) -> Handler:
    """Return the handler of an endpoint."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if cloud.options.generations not in ("both", generation) or not (
            generation == "v1" or _lives_here(cloud, request, endpoint)
        ):
            return _nothing_here(request, 404)
        session = _session(cloud, request, generation, endpoint)
        group = _group(cloud, session, endpoint)
        _check_rights(session, endpoint)
        body = await _body(request)
        told = answer(Call(cloud, request, generation, body, session, group))
        if isinstance(told, web.StreamResponse):
            return told
        return web.Response(status=204) if told is None else web.json_response(told)

    return handle


def live_base(cloud: IloqCloud, origin: URL) -> str:
    """Return below which part of the path all but GetUrl lives; nothing stands for another server."""
    handed_out = handed_out_url(cloud, origin)
    if not handed_out:
        return _START
    url = URL(handed_out)
    return url.path.strip("/").lower() if url.origin() == origin else ""


def handed_out_url(cloud: IloqCloud, origin: URL) -> str | None:
    """Return what GetUrl answers."""
    handed_out = cloud.options.handed_out
    return handed_out and handed_out.replace("{origin}", str(origin).rstrip("/"))


def _lives_here(cloud: IloqCloud, request: web.Request, endpoint: str) -> bool:
    """Tell whether an endpoint of the second generation lives below this part of the path."""
    base = request.match_info["base"].lower()
    if endpoint == "POST Url/GetUrl":
        return base == _START
    return base == live_base(cloud, request.url.origin())


def _session(
    cloud: IloqCloud, request: web.Request, generation: Generation, endpoint: str
) -> Session | None:
    """Return the session of a request, if it needs one."""
    if endpoint in WITHOUT_SESSION:
        return None
    given = request.headers.get(_SESSION, "")
    session = cloud.sessions.get(given, generation, cloud.clock())
    if session is None:
        raise Refusal(401, "Unauthorized", f"Invalid session id: {given}")
    return session


def _group(
    cloud: IloqCloud, session: Session | None, endpoint: str
) -> LockGroup | None:
    """Return the lock group in which a session works; the refusal of one that has none is assumed."""
    if endpoint in WITHOUT_LOCK_GROUP or session is None:
        return None
    group = cloud.groups.get(session.lock_group_id or "")
    if group is None:
        raise Refusal(403, "Forbidden", "Lock group is not set.")
    return group


def _check_rights(session: Session | None, endpoint: str) -> None:
    """Refuse a user who lacks the rights that an endpoint asks for; with which answer is assumed."""
    needs = V2[endpoint]
    if session and needs:
        rights = session.user.rights
        if not any(rights & need == need for need in needs):
            raise Refusal(403, "Forbidden", "User has no rights for this operation.")


async def _body(request: web.Request) -> dict[str, object]:
    """Return the object in a request's body, which is empty if there is none."""
    raw = await request.read()
    if not raw:
        return {}
    if request.content_type not in _MEDIA_TYPES:
        raise Refusal(
            415,
            "UnsupportedMediaType",
            f"The media type {request.content_type} is not supported.",
        )
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise wrong_value("", "body") from error
    if not isinstance(body, dict):
        raise wrong_value("", "body")
    return body


def _nothing_here(request: web.Request, status: int) -> web.Response:
    """Answer as ASP.NET does where it finds nothing."""
    message = (
        f"The requested resource does not support http method '{request.method}'."
        if status == 405
        else f"No HTTP resource was found that matches the request URI '{request.url}'."
    )
    return web.json_response({"Message": message}, status=status)
