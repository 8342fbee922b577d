"""The control interface of the cloud: its options, its users and their sessions."""

from typing import TYPE_CHECKING

from aiohttp import web

from simulators.control import fields, instant, json_body
from simulators.errors import Invalid
from simulators.iloq.dates import ZONES
from simulators.iloq.options import Options

if TYPE_CHECKING:
    from simulators.iloq.cloud import IloqCloud

_OPTIONS = dict.fromkeys(Options.__dataclass_fields__, int | float | str | None)
_USER = {
    "password": str,
    "rights": int,
    "locked": bool,
    "password_expired": bool,
}
_LOCK_GROUP = {
    "name": str,
    "state": int,
    "api_enabled": bool,
    "expires": str | None,
}


def control_routes(cloud: IloqCloud) -> list[web.RouteDef]:
    """Return the routes that show and steer the platform."""
    sessions = cloud.sessions

    async def show(_request: web.Request) -> web.Response:
        cloud.settle()
        return web.json_response(
            {
                "customer_code": cloud.customer_code,
                "users": [user.as_json() for user in sessions.users.values()],
                "sessions": sessions.as_json(),
                "lock_groups": [
                    {
                        "id": group.id,
                        "name": group.name,
                        "time_zone": group.time_zone,
                        "keys": len(group.keys),
                        "persons": len(group.persons),
                        "locks": len(group.locks),
                        "accesses": len(group.accesses),
                        "lines": len(group.logs),
                    }
                    for group in cloud.groups.values()
                ],
            }
        )

    async def show_options(_request: web.Request) -> web.Response:
        return web.json_response(cloud.options.as_json())

    async def set_options(request: web.Request) -> web.Response:
        cloud.set_options(**fields(await json_body(request), optional=_OPTIONS))
        return await show_options(request)

    async def show_sessions(_request: web.Request) -> web.Response:
        return web.json_response(sessions.as_json())

    async def expire_sessions(_request: web.Request) -> web.Response:
        sessions.expire()
        return web.json_response(sessions.as_json())

    async def reset_sessions(_request: web.Request) -> web.Response:
        sessions.reset_counts()
        return web.json_response(sessions.as_json())

    async def add_user(request: web.Request) -> web.Response:
        body = fields(await json_body(request), {"name": str, "password": str})
        return web.json_response(cloud.add_user(**body).as_json(), status=201)

    async def change_user(request: web.Request) -> web.Response:
        user = sessions.users[request.match_info["name"].casefold()]
        body = fields(await json_body(request), optional=_USER)
        for name, value in body.items():
            setattr(user, name, value)
        if body.get("locked") is False:
            user.wrong_passwords = 0
        return web.json_response(user.as_json())

    async def add_group(request: web.Request) -> web.Response:
        body = fields(await json_body(request), {"name": str}, {"time_zone": str})
        if body.get("time_zone", "UTC") not in ZONES:
            raise Invalid(f"time_zone is {' or '.join(ZONES)}")
        group = cloud.add_group(**body)
        return web.json_response({"id": group.id}, status=201)

    async def change_group(request: web.Request) -> web.Response:
        group = cloud.groups[request.match_info["id"]]
        body = fields(await json_body(request), optional=_LOCK_GROUP)
        if (expires := body.get("expires")) is not None:
            body["expires"] = instant(expires)
        for name, value in body.items():
            setattr(group, name, value)
        return web.Response(status=204)

    async def drop_group(request: web.Request) -> web.Response:
        cloud.groups.take(request.match_info["id"])
        return web.Response(status=204)

    return [
        web.get("/state", show),
        web.get("/options", show_options),
        web.post("/options", set_options),
        web.get("/sessions", show_sessions),
        web.delete("/sessions", expire_sessions),
        web.delete("/sessions/counts", reset_sessions),
        web.post("/users", add_user),
        web.patch("/users/{name}", change_user),
        web.post("/lock_groups", add_group),
        web.patch("/lock_groups/{id}", change_group),
        web.delete("/lock_groups/{id}", drop_group),
    ]
