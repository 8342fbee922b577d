"""The control interface's part for what units measure, are set to and log, and for bookings."""

from typing import TYPE_CHECKING, Any

from aiohttp import web

from simulators.control import fields, json_body
from simulators.errors import Invalid
from simulators.flexykey.control import path_id, unit_summary

if TYPE_CHECKING:
    from simulators.flexykey.cloud import FlexyKeyCloud


def unit_control_routes(cloud: FlexyKeyCloud) -> list[web.RouteDef]:
    """Return the routes that steer all this."""
    return [*_sensor_routes(cloud), *_record_routes(cloud), *_cloud_routes(cloud)]


def _sensor_routes(cloud: FlexyKeyCloud) -> list[web.RouteDef]:
    """Return the routes for sensors, counters and messages."""

    async def show_sensors(request: web.Request) -> web.Response:
        unit = cloud.unit(path_id(request))
        return web.json_response(
            {"sensors": unit.sensors.values, "counters": unit.sensors.counters}
        )

    async def set_sensors(request: web.Request) -> web.Response:
        cloud.set_sensors(path_id(request), await json_body(request))
        return await show_sensors(request)

    async def set_counters(request: web.Request) -> web.Response:
        cloud.set_counters(path_id(request), await json_body(request))
        return await show_sensors(request)

    async def describe(request: web.Request) -> web.Response:
        body = await json_body(request)
        cloud.describe_sensors(
            path_id(request), {name: _pair(value) for name, value in body.items()}
        )
        return await show_sensors(request)

    async def show_messages(request: web.Request) -> web.Response:
        return web.json_response({"messages": cloud.messages(path_id(request))})

    async def add_message(request: web.Request) -> web.Response:
        body = fields(await json_body(request), {"message": str, "matchedType": str})
        cloud.add_message(path_id(request), body["message"], body["matchedType"])
        return await show_messages(request)

    unit = r"/units/{id:\d+}"
    return [
        web.get(unit + "/sensors", show_sensors),
        web.post(unit + "/sensors", set_sensors),
        web.post(unit + "/counters", set_counters),
        web.post(unit + "/sensors/descriptions", describe),
        web.get(unit + "/messages", show_messages),
        web.post(unit + "/messages", add_message),
    ]


def _record_routes(cloud: FlexyKeyCloud) -> list[web.RouteDef]:
    """Return the routes for settings and logs."""

    async def show_settings(request: web.Request) -> web.Response:
        unit_id = path_id(request)
        return web.json_response(
            {
                "settings": cloud.unit_settings(unit_id),
                "held": cloud.held_settings(unit_id),
            }
        )

    async def set_settings(request: web.Request) -> web.Response:
        cloud.set_settings(path_id(request), await _listed(request, "settings"))
        return await show_settings(request)

    async def show_logs(request: web.Request) -> web.Response:
        return web.json_response({"logs": cloud.logs(path_id(request))})

    async def add_logs(request: web.Request) -> web.Response:
        cloud.add_log_rows(path_id(request), await _listed(request, "logs"))
        return await show_logs(request)

    async def restart(request: web.Request) -> web.Response:
        cloud.restart(path_id(request))
        return await show_logs(request)

    unit = r"/units/{id:\d+}"
    return [
        web.get(unit + "/settings", show_settings),
        web.post(unit + "/settings", set_settings),
        web.get(unit + "/logs", show_logs),
        web.post(unit + "/logs", add_logs),
        web.post(unit + "/restart", restart),
    ]


def _cloud_routes(cloud: FlexyKeyCloud) -> list[web.RouteDef]:
    """Return the routes for what belongs to no unit, and for units of the other kind."""

    async def show_over_limit(_request: web.Request) -> web.Response:
        return web.json_response(
            {
                "over_limit": [
                    {
                        "at": over.at.isoformat(),
                        "unitId": over.unit_id,
                        "name": over.name,
                    }
                    for over in cloud.over_limit
                ]
            }
        )

    async def set_catalogue(request: web.Request) -> web.Response:
        body = fields(await json_body(request), {"commands": list}, {"profiles": list})
        cloud.set_catalogue(**body)
        return web.json_response(cloud.catalogue.as_json())

    async def set_definitions(request: web.Request) -> web.Response:
        cloud.set_definitions(await _listed(request, "items"))
        return web.json_response(cloud.definitions.as_json())

    async def show_bookings(_request: web.Request) -> web.Response:
        return web.json_response(
            {
                "bookings": cloud.bookings(),
                "objects": sorted(cloud.booking_desk.objects),
            }
        )

    async def add_booking_object(request: web.Request) -> web.Response:
        body = fields(await json_body(request), {"bookingObjectId": int})
        cloud.add_booking_object(body["bookingObjectId"])
        return await show_bookings(request)

    async def add_evva_unit(request: web.Request) -> web.Response:
        body = fields(await json_body(request), {"unitId": int, "name": str})
        unit = cloud.add_evva_unit(body["unitId"], body["name"])
        return web.json_response({"units": [unit_summary(unit)]}, status=201)

    return [
        web.get("/over_limit", show_over_limit),
        web.post("/catalogue", set_catalogue),
        web.post("/definitions", set_definitions),
        web.get("/bookings", show_bookings),
        web.post("/booking_objects", add_booking_object),
        web.post("/evva_units", add_evva_unit),
    ]


async def _listed(request: web.Request, name: str) -> list[Any]:
    """Return the objects of the one list in a body."""
    rows: list[Any] = fields(await json_body(request), {name: list})[name]
    if not all(isinstance(row, dict) for row in rows):
        raise Invalid(f"{name} is not a list of objects")
    return rows


def _pair(value: object) -> tuple[str, str]:
    """Return a description and a unit of measurement."""
    match value:
        case [str(description), str(unit)]:
            return description, unit
    raise Invalid("not a description and a unit of measurement")
