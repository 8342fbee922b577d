"""The control interface's part for the organisation: its state, its options, who may call it, what fails, and webhooks."""

from typing import TYPE_CHECKING

from aiohttp import web

from simulators.control import check_items, fields, json_body
from simulators.keyvox.options import Options
from simulators.keyvox.refusals import Refusal
from simulators.keyvox.state import state_of

if TYPE_CHECKING:
    from simulators.keyvox.cloud import KeyVoxCloud

_OPTIONS = dict.fromkeys(Options.__dataclass_fields__, int | float | str | None)
_NUMBER = int | float


def control_routes(cloud: KeyVoxCloud) -> list[web.RouteDef]:
    """Return the routes that show and steer the organisation."""
    return [
        *_organisation_routes(cloud),
        *_refusal_routes(cloud),
        *_webhook_routes(cloud),
    ]


def _organisation_routes(cloud: KeyVoxCloud) -> list[web.RouteDef]:
    """Return the routes for what there is, and how it works."""

    async def show(_request: web.Request) -> web.Response:
        return web.json_response(state_of(cloud))

    async def show_options(_request: web.Request) -> web.Response:
        return web.json_response(cloud.options.as_json())

    async def set_options(request: web.Request) -> web.Response:
        cloud.set_options(**fields(await json_body(request), optional=_OPTIONS))
        return await show_options(request)

    async def fail_batches(request: web.Request) -> web.Response:
        body = fields(await json_body(request), {"batches": int})
        cloud.settle()
        cloud.deliveries.fail_next(body["batches"])
        return web.Response(status=204)

    return [
        web.get("/state", show),
        web.get("/options", show_options),
        web.post("/options", set_options),
        web.post("/batches/fail", fail_batches),
    ]


def _refusal_routes(cloud: KeyVoxCloud) -> list[web.RouteDef]:
    """Return the routes for who may call, and what is refused."""

    async def set_skew(request: web.Request) -> web.Response:
        cloud.set_skew(
            fields(await json_body(request), {"seconds": _NUMBER})["seconds"]
        )
        return web.Response(status=204)

    async def set_addresses(request: web.Request) -> web.Response:
        body = fields(await json_body(request), {"addresses": list})
        check_items(body, "addresses", str)
        cloud.register_addresses(body["addresses"])
        return web.Response(status=204)

    async def set_api_key(request: web.Request) -> web.Response:
        types = {"api_key": str, "api_secret": str}
        cloud.set_api_key(**fields(await json_body(request), types))
        return web.Response(status=204)

    async def set_foreign(request: web.Request) -> web.Response:
        body = fields(await json_body(request), {"id": str}, {"foreign": bool})
        if body.get("foreign", True):
            cloud.foreign.add(body["id"])
        else:
            cloud.foreign.discard(body["id"])
        return web.Response(status=204)

    async def refuse(request: web.Request) -> web.Response:
        body = fields(
            await json_body(request),
            {"code": str},
            {"message": str, "operation": str | None, "times": int | None},
        )
        cloud.refusals.append(Refusal(**body))
        return web.Response(status=204)

    async def refuse_no_more(_request: web.Request) -> web.Response:
        cloud.refusals.clear()
        return web.Response(status=204)

    return [
        web.post("/skew", set_skew),
        web.post("/addresses", set_addresses),
        web.post("/api_key", set_api_key),
        web.post("/foreign", set_foreign),
        web.post("/refusals", refuse),
        web.delete("/refusals", refuse_no_more),
    ]


def _webhook_routes(cloud: KeyVoxCloud) -> list[web.RouteDef]:
    """Return the routes for webhooks and what they are told."""

    async def show(_request: web.Request) -> web.Response:
        cloud.settle()
        return web.json_response(
            {
                "subscriptions": [
                    subscription.as_json()
                    for subscription in cloud.webhooks.subscriptions
                ],
                "sent": [
                    {"url": sent.url, "event": sent.event, "status": sent.status}
                    for sent in cloud.webhooks.sent
                ],
            }
        )

    async def subscribe(request: web.Request) -> web.Response:
        chosen = dict.fromkeys(("devices", "actions", "means"), list | None)
        body = fields(await json_body(request), {"url": str, "kind": str}, chosen)
        for name, kind in (("devices", str), ("actions", str), ("means", int)):
            check_items(body, name, kind)
        cloud.settle()
        cloud.webhooks.subscribe(**body)
        return await show(request)

    async def unsubscribe(request: web.Request) -> web.Response:
        cloud.webhooks.unsubscribe()
        return await show(request)

    return [
        web.get("/webhooks", show),
        web.post("/webhooks", subscribe),
        web.delete("/webhooks", unsubscribe),
    ]
