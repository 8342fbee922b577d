"""The control interface's part for the platform: its state, its options, who may call it, and its webhooks."""

from typing import TYPE_CHECKING

from aiohttp import web

from simulators.control import check_items, fields, json_body
from simulators.keyless.options import Options

if TYPE_CHECKING:
    from simulators.keyless.cloud import KeylessCloud

_OPTIONS = dict.fromkeys(Options.__dataclass_fields__, int | float | str | None)


def control_routes(cloud: KeylessCloud) -> list[web.RouteDef]:
    """Return the routes that show and steer the platform."""
    return [*_platform_routes(cloud), *_webhook_routes(cloud)]


def _platform_routes(cloud: KeylessCloud) -> list[web.RouteDef]:
    """Return the routes for all that is not webhooks."""

    async def show(_request: web.Request) -> web.Response:
        cloud.settle()
        return web.json_response(
            {
                "users": [
                    user.as_json() | {"accessKey": user.access_key}
                    for user in cloud.people.users.values()
                ],
                "operating_devices": [
                    device.as_json() for device in cloud.people.devices.values()
                ],
                "invitations": {
                    invitation.id: invitation.accepted
                    for invitation in cloud.people.invitations.values()
                },
                "locking_devices": [
                    lock.as_json() | {"execution": lock.execution}
                    for lock in cloud.locks.values()
                ],
                "gateways": [
                    gateway.as_json(cloud.options.active_status)
                    | {"claimingCode": gateway.code, "powered": gateway.powered}
                    for gateway in cloud.gateways.values()
                ],
                "boxes": sorted(cloud.gateways.boxes),
                "associations": [
                    association.as_json() for association in cloud.gateways.of()
                ],
                "commands": [command.as_json() for command in cloud.commands.values()],
                "messages": cloud.messages.sent,
            }
        )

    async def show_options(_request: web.Request) -> web.Response:
        return web.json_response(cloud.options.as_json())

    async def set_options(request: web.Request) -> web.Response:
        cloud.set_options(**fields(await json_body(request), optional=_OPTIONS))
        return await show_options(request)

    async def set_api_key(request: web.Request) -> web.Response:
        cloud.api_key = fields(await json_body(request), {"api_key": str})["api_key"]
        return web.Response(status=204)

    async def revoke_tokens(_request: web.Request) -> web.Response:
        cloud.revoke_tokens()
        return web.Response(status=204)

    return [
        web.get("/state", show),
        web.get("/options", show_options),
        web.post("/options", set_options),
        web.post("/api_key", set_api_key),
        web.delete("/tokens", revoke_tokens),
    ]


def _webhook_routes(cloud: KeylessCloud) -> list[web.RouteDef]:
    """Return the routes for webhooks and what they are told."""

    async def show_events(_request: web.Request) -> web.Response:
        cloud.settle()
        return web.json_response({"events": list(cloud.events.latest)})

    async def show(_request: web.Request) -> web.Response:
        cloud.settle()
        return web.json_response(
            {
                "subscriptions": [
                    {"url": subscription.url, "types": sorted(subscription.types)}
                    for subscription in cloud.webhooks.subscriptions
                ],
                "sent": [
                    {"url": sent.url, "event": sent.event, "status": sent.status}
                    for sent in cloud.webhooks.sent
                ],
            }
        )

    async def subscribe(request: web.Request) -> web.Response:
        body = fields(await json_body(request), {"url": str}, {"types": list | None})
        check_items(body, "types", str)
        cloud.subscribe(body["url"], body.get("types"))
        return await show(request)

    async def unsubscribe(request: web.Request) -> web.Response:
        cloud.webhooks.unsubscribe()
        return await show(request)

    return [
        web.get("/events", show_events),
        web.get("/webhooks", show),
        web.post("/webhooks", subscribe),
        web.delete("/webhooks", unsubscribe),
    ]
