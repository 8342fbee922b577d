"""The control interface's part for the site: what there is at places, and how devices are."""

from typing import TYPE_CHECKING

from aiohttp import web

from simulators.control import Types, check_items, fields, json_body

if TYPE_CHECKING:
    from simulators.keyvox.cloud import KeyVoxCloud

_NUMBER = int | float


def site_control_routes(cloud: KeyVoxCloud) -> list[web.RouteDef]:
    """Return the routes that build the site, and change its devices."""
    return [*_place_routes(cloud), *_device_routes(cloud)]


def _place_routes(cloud: KeyVoxCloud) -> list[web.RouteDef]:
    """Return the routes for places, units, plans and new devices."""

    async def populate(request: web.Request) -> web.Response:
        body = fields(await json_body(request), {"count": int})
        added = [lock.as_row() for lock in cloud.populate(body["count"])]
        return web.json_response({"locks": added}, status=201)

    async def add_place(request: web.Request) -> web.Response:
        texts = dict.fromkeys(("type", "address", "telephone"), str)
        site = cloud.add_site(**fields(await json_body(request), {"name": str}, texts))
        return web.json_response({"id": site.id}, status=201)

    async def add_unit(request: web.Request) -> web.Response:
        body = fields(
            await json_body(request),
            {"name": str, "place_id": str},
            {"lock_ids": list, "type": str | None},
        )
        check_items(body, "lock_ids", str)
        unit = cloud.add_unit(site_id=body.pop("place_id"), **body)
        return web.json_response({"id": unit.id}, status=201)

    async def add_plan(request: web.Request) -> web.Response:
        body = fields(await json_body(request), {"name": str, "place_id": str})
        plan = cloud.add_plan(body["name"], body["place_id"])
        return web.json_response({"id": plan.id}, status=201)

    async def add_lock(request: web.Request) -> web.Response:
        types = {"model": str, "pin_type": str, "virtual": bool, "related": str | None}
        lock = cloud.add_lock(**fields(await json_body(request), {"name": str}, types))
        return web.json_response({"id": lock.id}, status=201)

    async def add_locker(request: web.Request) -> web.Response:
        body = fields(await json_body(request), {"name": str}, {"sizes": str})
        locker = cloud.add_locker(**body)
        return web.json_response({"id": locker.id}, status=201)

    return [
        web.post("/populate", populate),
        web.post("/places", add_place),
        web.post("/units", add_unit),
        web.post("/plans", add_plan),
        web.post("/locks", add_lock),
        web.post("/lockers", add_locker),
    ]


def _device_routes(cloud: KeyVoxCloud) -> list[web.RouteDef]:
    """Return the routes for how devices are."""

    async def connect(request: web.Request) -> web.Response:
        types: Types = {"online": bool, "seconds": _NUMBER}
        body = fields(await json_body(request), optional=types)
        cloud.set_connection(request.match_info["id"], **body)
        return web.Response(status=204)

    async def set_batteries(request: web.Request) -> web.Response:
        types = {"battery": int, "related_battery": int}
        body = fields(await json_body(request), optional=types)
        cloud.set_batteries(request.match_info["id"], **body)
        return web.Response(status=204)

    async def set_box(request: web.Request) -> web.Response:
        body = fields(await json_body(request), {"faulty": bool})
        cloud.set_box(request.match_info["id"], request.match_info["num"], **body)
        return web.Response(status=204)

    return [
        web.post("/devices/{id}/connection", connect),
        web.post("/devices/{id}/batteries", set_batteries),
        web.post("/devices/{id}/boxes/{num}", set_box),
    ]
