"""What every request has to pass: the registered address, the signature of its profile, the limit."""

from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from simulators.errors import Invalid, Missing
from simulators.keyvox.api.answers import failure, message
from simulators.keyvox.profiles import PROFILES, Profile
from simulators.keyvox.refusals import (
    NO_RIGHT,
    NO_SUCH_DATA,
    PARAMETER_ERROR,
    UNREACHABLE,
    Foreign,
    Refused,
    Unreachable,
)
from simulators.keyvox.signing import TARGET_HOST, Received

if TYPE_CHECKING:
    from simulators.keyvox.cloud import KeyVoxCloud

_NO_ROUTE = "no Route matched with those values"


def gate(cloud: KeyVoxCloud) -> Middleware:
    """Return the middleware that lets proper requests through, and tells of all refusals."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        cloud.settle()
        if stopped := await _stopped_before(cloud, request):
            return stopped
        options = cloud.options
        try:
            return await handler(request)
        except Invalid as error:
            return failure(options, PARAMETER_ERROR, f"パラメータエラー: {error}")
        except Missing:
            return failure(options, NO_SUCH_DATA, "データが存在しません")
        except Foreign:
            return failure(options, NO_RIGHT, "権限が不足しています")
        except Unreachable:
            return failure(options, UNREACHABLE, "ロックと通信できません")
        except Refused as refusal:
            return failure(options, refusal.code, refusal.message)

    return middleware


async def _stopped_before(
    cloud: KeyVoxCloud, request: web.Request
) -> web.Response | None:
    """Return the answer of the gateway that stands before the vendor's server, if it answers."""
    profile = _profile_of(request)
    options = cloud.options
    if (
        profile is None
        or options.profile not in ("both", profile.name)
        or request.headers.get("x-target-host") != TARGET_HOST
    ):
        return message(404, _NO_ROUTE)
    if not cloud.is_registered(request.remote or ""):
        return message(options.refusal_status, "Your IP address is not allowed")
    major, minor = request.version
    line = f"{request.method} {request.raw_path} HTTP/{major}.{minor}"
    received = Received(line, request.headers, await request.read())
    flaw = cloud.api_keys.flaw(profile, received, cloud.now, options.date_tolerance)
    if flaw is not None:
        return message(options.refusal_status, flaw)
    if not cloud.rate_limit.take():
        retry_after = options.retry_after
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return message(429, "API rate limit exceeded", headers)
    return None


def _profile_of(request: web.Request) -> Profile | None:
    """Return the profile to which the route of a request belongs, if there is such a route."""
    if request.match_info.http_exception:
        return None
    return next(
        profile for profile in PROFILES if request.path.startswith(profile.base_path)
    )
