"""What every request has to pass: the API gateway, the media type, and the token of an administrator."""

from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from simulators.errors import Conflict, Invalid, Missing
from simulators.keyless.api.answers import MEDIA_TYPE, problem
from simulators.keyless.api.refusal import Refusal
from simulators.keyless.paths import PATHS

if TYPE_CHECKING:
    from simulators.keyless.cloud import KeylessCloud

CALLER = web.RequestKey("caller", str)
"""The id of the administrator who calls."""


def gate(cloud: KeylessCloud) -> Middleware:
    """Return the middleware that lets proper requests through, and tells of all refusals."""
    login = cloud.base_path + PATHS["login"][1]

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        cloud.settle()
        if stopped := _stopped_before(cloud, request):
            return stopped
        try:
            _check_version(request)
            if request.path != login:
                request[CALLER] = _caller(cloud, request)
            return await handler(request)
        except Refusal as error:
            return problem(request, error.status, error.detail)
        except Missing as error:
            return problem(request, 404, str(error))
        except Invalid as error:
            return problem(request, cloud.options.invalid_status, str(error))
        except Conflict as error:
            return problem(request, cloud.options.conflict_status, str(error))

    return middleware


def _stopped_before(cloud: KeylessCloud, request: web.Request) -> web.Response | None:
    """Return the answer of the gateway that stands before the platform and knows no problems, if it answers."""
    if request.headers.get("X-Api-Key") != cloud.api_key:
        return _message(403, "Forbidden")
    if not cloud.rate_limit.take():
        retry_after = cloud.options.retry_after
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return _message(429, "Too Many Requests", headers)
    if error := request.match_info.http_exception:
        return _message(error.status, error.reason)
    return None


def _message(
    status: int, message: str, headers: dict[str, str] | None = None
) -> web.Response:
    """Answer as the gateway before the platform does."""
    return web.json_response({"message": message}, status=status, headers=headers)


def _check_version(request: web.Request) -> None:
    """Refuse a request that does not ask for this version of the API, or asks for anything else too."""
    if request.headers.get("Accept") != MEDIA_TYPE:
        raise Refusal(406, f"Accept must be {MEDIA_TYPE}")


def _caller(cloud: KeylessCloud, request: web.Request) -> str:
    """Return who calls, if it is an administrator with a valid token."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    user_id = cloud.tokens.user_of(token, cloud.clock())
    user = cloud.people.users.get(user_id or "")
    if scheme != "Bearer" or user is None:
        raise Refusal(401, "The access token is missing or not valid")
    if user.role != "ADMIN":
        raise Refusal(403, "The user does not have the required role.")
    return user.id
