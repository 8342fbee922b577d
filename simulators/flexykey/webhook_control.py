"""The control interface's part for webhooks."""

from typing import TYPE_CHECKING

from aiohttp import web

from simulators.control import fields, instant, json_body
from simulators.flexykey.control import path_id

if TYPE_CHECKING:
    from simulators.flexykey.calls import Push
    from simulators.flexykey.cloud import FlexyKeyCloud


def webhook_control_routes(cloud: FlexyKeyCloud) -> list[web.RouteDef]:
    """Return the routes that show and steer webhooks."""

    async def show(request: web.Request) -> web.Response:
        unit_id = path_id(request)
        webhook, unit = cloud.webhook(unit_id), cloud.unit(unit_id)
        return web.json_response(
            {
                "webhook": webhook,
                "secret": cloud.webhook_secret(unit_id) if webhook else None,
                "reports_changes": unit.reports_changes,
                "secure": unit.secure,
                "pushes": [_told(push) for push in cloud.pushes(unit_id)],
            }
        )

    async def put(request: web.Request) -> web.Response:
        body = fields(
            await json_body(request), {"callback_url": str}, {"secret": str | None}
        )
        cloud.set_webhook(path_id(request), **body)
        return await show(request)

    async def delete(request: web.Request) -> web.Response:
        cloud.remove_webhook(path_id(request))
        return await show(request)

    async def fail(request: web.Request) -> web.Response:
        body = fields(
            await json_body(request),
            {"consecutive": int},
            {"disabled_until": str | None},
        )
        until = body.get("disabled_until")
        cloud.fail_webhook(
            path_id(request), body["consecutive"], until and instant(until)
        )
        return await show(request)

    async def report(request: web.Request) -> web.Response:
        flags = dict.fromkeys(("reports_changes", "secure"), bool)
        body = fields(await json_body(request), optional=flags)
        cloud.set_reporting(path_id(request), **body)
        return await show(request)

    async def push(request: web.Request) -> web.Response:
        sent = await cloud.push(path_id(request))
        return web.json_response({"push": sent and _told(sent)})

    unit = r"/units/{id:\d+}"
    return [
        web.get(unit + "/webhook", show),
        web.put(unit + "/webhook", put),
        web.delete(unit + "/webhook", delete),
        web.post(unit + "/webhook/failures", fail),
        web.post(unit + "/reporting", report),
        web.post(unit + "/push", push),
    ]


def _told(push: Push) -> dict[str, object]:
    """Return a push as this interface shows it."""
    return {
        "at": push.at.isoformat(),
        "body": push.body.decode(),
        "signature": push.signature,
        "status": push.status,
    }
