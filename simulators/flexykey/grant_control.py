"""The control interface's part for access lists: the door, the unit's memory, and how syncs go."""

from typing import TYPE_CHECKING

from aiohttp import web

from simulators.control import fields, json_body
from simulators.flexykey.control import path_id
from simulators.flexykey.options import Options

if TYPE_CHECKING:
    from simulators.flexykey.cloud import FlexyKeyCloud

_OPTIONS = dict.fromkeys(Options.__dataclass_fields__, int | float) | {
    "entry_form": str,
    "entry_answer": str,
    "log_filter": str,
    "sign_webhooks": bool,
    "callback_through": str | None,
    "no_webhook_answer": str,
}


def grant_control_routes(cloud: FlexyKeyCloud) -> list[web.RouteDef]:
    """Return the routes that steer what grants depend on."""

    async def show_options(_request: web.Request) -> web.Response:
        return web.json_response(cloud.options.as_json())

    async def set_options(request: web.Request) -> web.Response:
        cloud.set_options(**fields(await json_body(request), optional=_OPTIONS))
        return await show_options(request)

    async def show_entries(request: web.Request) -> web.Response:
        unit_id = path_id(request)
        return web.json_response(
            {"entries": cloud.entries(unit_id), "memory": cloud.memory(unit_id)}
        )

    async def generate_entries(request: web.Request) -> web.Response:
        body = fields(await json_body(request), {"count": int})
        cloud.generate_entries(path_id(request), body["count"])
        return await show_entries(request)

    async def type_code(request: web.Request) -> web.Response:
        code = fields(await json_body(request), {"idNumber": str})["idNumber"]
        attempt = cloud.type_code(path_id(request), code)
        return web.json_response(
            {
                "granted": attempt.granted,
                "action": attempt.action,
                "reason": attempt.reason,
            }
        )

    async def show_attempts(request: web.Request) -> web.Response:
        attempts = cloud.attempts(path_id(request))
        return web.json_response(
            {"attempts": [attempt.as_json() for attempt in attempts]}
        )

    async def show_sync(request: web.Request) -> web.Response:
        sync = cloud.program(path_id(request)).sync
        return web.json_response(
            {
                **sync.status(),
                "ending": sync.ending and sync.ending.kind,
                "after": sync.ending and sync.ending.after,
                "times": sync.ending and sync.ending.times,
            }
        )

    async def set_sync_ending(request: web.Request) -> web.Response:
        body = fields(
            await json_body(request),
            {"ending": str | None},
            {"after": int, "times": int | None},
        )
        cloud.set_sync_ending(path_id(request), **body)
        return await show_sync(request)

    unit = r"/units/{id:\d+}"
    return [
        web.get("/options", show_options),
        web.post("/options", set_options),
        web.get(unit + "/entries", show_entries),
        web.post(unit + "/entries", generate_entries),
        web.get(unit + "/keypad", show_attempts),
        web.post(unit + "/keypad", type_code),
        web.get(unit + "/sync", show_sync),
        web.post(unit + "/sync", set_sync_ending),
    ]
