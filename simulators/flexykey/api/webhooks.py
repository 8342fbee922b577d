"""Webhooks under /v1/Webhooks: the guide's section 12."""

from typing import TYPE_CHECKING

from aiohttp import web

from simulators.flexykey.api.bodies import json_body, query_number
from simulators.flexykey.api.rights import (
    USER,
    answer,
    refusals,
    refuse,
    refuse_evva,
    unit_by_id,
    unit_by_number,
)
from simulators.flexykey.webhooks import EVENT, EVENTS, check_body
from simulators.routes import any_case

if TYPE_CHECKING:
    from simulators.flexykey.cloud import FlexyKeyCloud
    from simulators.flexykey.unit import Unit
    from simulators.flexykey.webhooks import Webhook


def routes(cloud: FlexyKeyCloud) -> list[web.RouteDef]:
    """Return the routes that configure, tell and test webhooks."""

    async def events(_request: web.Request) -> web.Response:
        return answer(EVENTS)

    async def put(request: web.Request) -> web.Response:
        body = await json_body(request)
        unit = refuse_evva(unit_by_number(cloud, request[USER], body.get("unitId")))
        with refusals():
            webhook = cloud.put_webhook(unit.unit_id, *check_body(body))
        return answer(webhook.configuration())

    async def show(request: web.Request) -> web.Response:
        webhook = found(queried(request), request.query.get("event", EVENT))
        if webhook is None:
            return _none(cloud)
        told = webhook.answer()
        return answer(told if "event" in request.query else [told])

    async def delete(request: web.Request) -> web.Response:
        unit = queried(request)
        if "event" not in request.query:
            refuse(web.HTTPBadRequest, "event is required")
        if found(unit, request.query["event"]) is None:
            refuse(web.HTTPNotFound, "Webhook not found")
        cloud.remove_webhook(unit.unit_id)
        return web.Response(status=204)

    async def test(request: web.Request) -> web.Response:
        body = await json_body(request)
        unit = refuse_evva(unit_by_number(cloud, request[USER], body.get("unitId")))
        webhook = found(unit, body.get("event"))
        if webhook is None:
            refuse(web.HTTPNotFound, "Webhook not found")
        push = await cloud.test_webhook(unit.unit_id)
        status = push and push.status
        return answer(
            {
                "status": "OK" if status else "FAILED",
                "webhookId": webhook.id,
                "httpStatus": status,
            }
        )

    def queried(request: web.Request) -> Unit:
        return refuse_evva(
            unit_by_id(cloud, request[USER], query_number(request, "unitId"))
        )

    def found(unit: Unit, event: object) -> Webhook | None:
        return cloud.webhooks.get(unit.unit_id) if event == EVENT else None

    return [
        any_case("GET", "/v1/Webhooks/Events", events),
        any_case("POST", "/v1/Webhooks/Test", test),
        any_case("PUT", "/v1/Webhooks", put),
        any_case("GET", "/v1/Webhooks", show),
        any_case("DELETE", "/v1/Webhooks", delete),
    ]


def _none(cloud: FlexyKeyCloud) -> web.Response:
    """Answer that there is no webhook, in the chosen one of the ways that the guide leaves open."""
    match cloud.options.no_webhook_answer:
        case "null":
            return answer(None)
        case "empty":
            return answer([])
        case "404":
            return refuse(web.HTTPNotFound, "Webhook not found")
