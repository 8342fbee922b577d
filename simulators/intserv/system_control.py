"""The control interface of the systems: how they are, how they apply changes and how they tell of events."""

from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from simulators.control import Types, fields, json_body
from simulators.errors import Invalid
from simulators.intserv.instants import written_or_none
from simulators.intserv.systems import Pace, System

if TYPE_CHECKING:
    from simulators.intserv.cloud import IntServCloud

SYSTEM: Final = "/systems/{system}"

_NUMBER = int | float
_CHANGES: Types = {
    "name": str,
    "code_length": int,
    "codes_enabled": bool,
    "online": bool,
    "event_seconds": _NUMBER | None,
}
_LONGEST_CODE = 16


def system_of(cloud: IntServCloud, request: web.Request) -> System:
    """Return the system that the path names."""
    cloud.settle()
    return cloud.systems[request.match_info["system"]]


def system_control_routes(cloud: IntServCloud) -> list[web.RouteDef]:
    """Return the routes for systems as a whole."""

    async def show(_request: web.Request) -> web.Response:
        cloud.settle()
        return web.json_response(
            {
                "integrations": {
                    integration.id: {
                        "name": integration.name,
                        "api_key": integration.api_key,
                        "systems": integration.system_ids,
                    }
                    for integration in cloud.integrations.values()
                },
                "systems": [_shown(cloud, system) for system in cloud.systems.values()],
                "events": len(cloud.history),
            }
        )

    async def add(request: web.Request) -> web.Response:
        body = fields(await json_body(request), {"id": str, "name": str})
        system = cloud.add_system(body["id"], body["name"])
        return web.json_response(_shown(cloud, system), status=201)

    async def change(request: web.Request) -> web.Response:
        body = fields(await json_body(request), optional=_CHANGES)
        system = system_of(cloud, request)
        if not 1 <= body.get("code_length", 1) <= _LONGEST_CODE:
            raise Invalid(f"code_length is 1 to {_LONGEST_CODE}")
        if (body.get("event_seconds") or 0) < 0:
            raise Invalid("event_seconds cannot be negative")
        if "online" in body:
            cloud.set_online(system, body.pop("online"))
        if "event_seconds" in body:
            system.uplink.seconds = body.pop("event_seconds")
        for name, value in body.items():
            setattr(system, name, value)
        return web.json_response(_shown(cloud, system))

    async def set_pace(request: web.Request) -> web.Response:
        types: Types = {"error_type": str | None}
        body = fields(await json_body(request), {"seconds": _NUMBER | None}, types)
        if (body["seconds"] or 0) < 0:
            raise Invalid("seconds cannot be negative")
        system_of(cloud, request).pace = Pace(**body)
        return web.Response(status=204)

    async def unset_pace(request: web.Request) -> web.Response:
        system_of(cloud, request).pace = None
        return web.Response(status=204)

    async def synchronise(request: web.Request) -> web.Response:
        system = system_of(cloud, request)
        cloud.rollout.synchronise(system, cloud.clock())
        return web.json_response(_shown(cloud, system))

    async def restart_sequence(request: web.Request) -> web.Response:
        system_of(cloud, request).uplink.restart_sequence()
        return web.Response(status=204)

    return [
        web.get("/state", show),
        web.post("/systems", add),
        web.patch(SYSTEM, change),
        web.put(SYSTEM + "/pace", set_pace),
        web.delete(SYSTEM + "/pace", unset_pace),
        web.post(SYSTEM + "/synchronise", synchronise),
        web.delete(SYSTEM + "/sequence", restart_sequence),
    ]


def _shown(cloud: IntServCloud, system: System) -> dict[str, Any]:
    """Return a system with all that it holds."""
    return {
        "id": system.id,
        "name": system.name,
        "online": system.uplink.online,
        "synced_to": written_or_none(system.uplink.synced_to, cloud.options.time_form),
        "waiting": len(system.uplink.waiting),
        "code_length": system.code_length,
        "codes_enabled": system.codes_enabled,
        "doors": [vars(door) for door in system.doors.values()],
        "levels": [
            level.as_json() | {"doors": level.doors} for level in system.levels.values()
        ],
        "held": {
            key_id: {
                "marks": sorted(held.marks),
                "pin": held.rights.pin,
                "levels": held.rights.level_ids,
            }
            for key_id, held in system.held.items()
        },
        "behind": list(system.behind),
        "blacklisted": sorted(system.blacklisted),
        "disabled": sorted(system.disabled),
    }
