"""The control interface of the cloud: its options, its integrations and their API keys, and what it knows."""

from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from simulators.control import check_items, fields, json_body
from simulators.errors import Conflict, Invalid
from simulators.intserv.demo import crowd
from simulators.intserv.integrations import Integration
from simulators.intserv.options import Options

if TYPE_CHECKING:
    from simulators.intserv.cloud import IntServCloud

_OPTIONS = dict.fromkeys(Options.__dataclass_fields__, int | float | str | None)
_NUMBER = int | float
_WEEK = 7 * 24 * 3600
_MOST = 1_000_000
_LONGEST = 100_000_000
_INTEGRATION = "/integrations/{integration}"


def control_routes(cloud: IntServCloud) -> list[web.RouteDef]:
    """Return the routes that show and steer the platform."""
    return [*_cloud_routes(cloud), *_integration_routes(cloud)]


def _cloud_routes(cloud: IntServCloud) -> list[web.RouteDef]:
    """Return the routes for what is the same for all integrations."""

    async def show_options(_request: web.Request) -> web.Response:
        return web.json_response(cloud.options.as_json())

    async def set_options(request: web.Request) -> web.Response:
        cloud.set_options(**fields(await json_body(request), optional=_OPTIONS))
        return await show_options(request)

    async def show_events(_request: web.Request) -> web.Response:
        cloud.settle()
        waiting = [
            event
            for system in cloud.systems.values()
            for event in system.uplink.waiting
        ]
        options = cloud.options
        return web.json_response(
            {
                "events": [event.as_json(options) for event in cloud.history],
                "waiting": [event.as_json(options) for event in waiting],
            }
        )

    async def add_events(request: web.Request) -> web.Response:
        body = fields(await json_body(request), {"count": int}, {"seconds": _NUMBER})
        seconds = body.get("seconds", _WEEK)
        if body["count"] > _MOST or not 0 < seconds <= _LONGEST:
            raise Invalid(f"count is up to {_MOST}, seconds up to {_LONGEST}")
        cloud.settle()
        crowd(cloud, body["count"], timedelta(seconds=seconds))
        return web.json_response({"events": len(cloud.history)}, status=201)

    async def expire_continuations(_request: web.Request) -> web.Response:
        cloud.continuations.expire()
        return web.Response(status=204)

    return [
        web.get("/options", show_options),
        web.post("/options", set_options),
        web.get("/events", show_events),
        web.post("/events", add_events),
        web.delete("/continuations", expire_continuations),
    ]


def _integration_routes(cloud: IntServCloud) -> list[web.RouteDef]:
    """Return the routes for integrations, of which "demo" names the first."""

    def integration_of(request: web.Request) -> Integration:
        cloud.settle()
        name = request.match_info["integration"]
        return cloud.integration if name == "demo" else cloud.integrations[name]

    def told(integration: Integration, status: int = 200) -> web.Response:
        shown = {
            "id": integration.id,
            "name": integration.name,
            "api_key": integration.api_key,
            "systems": integration.system_ids,
        }
        return web.json_response(shown, status=status)

    def check_free(api_key: str | None) -> None:
        if api_key == "":
            raise Invalid("api_key is not empty")
        if api_key and any(
            other.api_key == api_key for other in cloud.integrations.values()
        ):
            raise Conflict("there is such an API key")

    async def add(request: web.Request) -> web.Response:
        types = {"api_key": str, "systems": list}
        body = fields(await json_body(request), {"name": str}, types)
        check_items(body, "systems", str)
        check_free(body.get("api_key"))
        return told(cloud.add_integration(**body), 201)

    async def change(request: web.Request) -> web.Response:
        body = fields(await json_body(request), {"systems": list})
        check_items(body, "systems", str)
        integration = integration_of(request)
        integration.see(body["systems"])
        return told(integration)

    async def rotate(request: web.Request) -> web.Response:
        body = fields(await json_body(request), optional={"api_key": str})
        check_free(body.get("api_key"))
        integration = integration_of(request)
        integration.rotate(**body)
        return told(integration)

    async def revoke(request: web.Request) -> web.Response:
        integration = integration_of(request)
        integration.api_key = None
        return told(integration)

    async def show_keys(request: web.Request) -> web.Response:
        form = cloud.options.time_form
        keys = integration_of(request).store.keys.values()
        shown = [
            key.as_json(form) | {"pin": key.rights.pin} | key.change.as_json(form)
            for key in keys
        ]
        return web.json_response({"keys": shown})

    return [
        web.post("/integrations", add),
        web.patch(_INTEGRATION, change),
        web.get(_INTEGRATION + "/keys", show_keys),
        web.post(_INTEGRATION + "/api_key", rotate),
        web.delete(_INTEGRATION + "/api_key", revoke),
    ]
