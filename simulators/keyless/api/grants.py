"""Permissions and offline keys."""

from typing import TYPE_CHECKING

from aiohttp import web

from simulators.keyless.api.answers import Handlers, answer, done, page
from simulators.keyless.api.gate import CALLER
from simulators.keyless.api.queries import body_of

if TYPE_CHECKING:
    from simulators.keyless.cloud import KeylessCloud


def handlers(cloud: KeylessCloud) -> Handlers:
    """Return what answers each operation."""
    grants, options = cloud.grants, cloud.options

    async def grant(request: web.Request) -> web.Response:
        permission = grants.grant(await body_of(request))
        return answer(options, {"id": permission.id}, 201)

    async def list_permissions(request: web.Request) -> web.Response:
        found = [permission.as_json() for permission in grants.permissions.values()]
        return page(options, request, found)

    async def update(request: web.Request) -> web.Response:
        grants.update(request.match_info["id"], await body_of(request))
        return done()

    async def revoke(request: web.Request) -> web.Response:
        grants.permissions.take(request.match_info["id"])
        return done()

    async def get(request: web.Request) -> web.Response:
        return answer(options, grants.permissions[request.match_info["id"]].as_json())

    async def issue_key(request: web.Request) -> web.Response:
        told = grants.issue(request[CALLER], await body_of(request), cloud.clock())
        return answer(options, told, 201)

    async def list_keys(request: web.Request) -> web.Response:
        found = [key.as_json() for key in grants.offline_keys.values()]
        return page(options, request, found)

    return {
        "grant_permission": grant,
        "list_permissions": list_permissions,
        "update_permission": update,
        "revoke_permission": revoke,
        "get_permission": get,
        "issue_offline_key": issue_key,
        "list_offline_keys": list_keys,
    }
