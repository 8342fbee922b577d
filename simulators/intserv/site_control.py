"""The control interface of the site: doors and levels, and what happens at the doors."""

from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from aiohttp import web

from simulators.control import Types, check_items, fields, instant, json_body
from simulators.errors import Invalid
from simulators.intserv.events import Event
from simulators.intserv.identifications import Identity, identity
from simulators.intserv.site import typed
from simulators.intserv.system_control import SYSTEM, system_of
from simulators.intserv.systems import Door, System

if TYPE_CHECKING:
    from simulators.intserv.cloud import IntServCloud

_DOOR = SYSTEM + "/doors/{door}"


def site_control_routes(cloud: IntServCloud) -> list[web.RouteDef]:
    """Return the routes for what systems have, and for what happens at their doors."""
    return [*_part_routes(cloud), *_door_routes(cloud)]


def _part_routes(cloud: IntServCloud) -> list[web.RouteDef]:
    """Return the routes for what a system has, and for what only the system itself can do to a key."""

    async def add_door(request: web.Request) -> web.Response:
        types: Types = {"needs_pin": bool, "common_code": str | None}
        body = fields(await json_body(request), {"name": str}, types)
        door = system_of(cloud, request).add_door(**body)
        return web.json_response(vars(door), status=201)

    async def add_level(request: web.Request) -> web.Response:
        types: Types = {"from": str, "to": str}
        body = fields(await json_body(request), {"name": str, "doors": list}, types)
        check_items(body, "doors", str)
        hours = None
        if "from" in body or "to" in body:
            hours = _time(body.get("from", "00:00")), _time(body.get("to", "23:59:59"))
        doors = tuple(body["doors"])
        level = system_of(cloud, request).add_level(body["name"], doors, hours)
        return web.json_response(level.as_json(), status=201)

    async def drop_level(request: web.Request) -> web.Response:
        cloud.settle()
        cloud.drop_level(request.match_info["level"])
        return web.Response(status=204)

    async def add_local(request: web.Request) -> web.Response:
        names = ("name", "identification", "type")
        body = fields(await json_body(request), dict.fromkeys(names, str))
        known = _identity(body["type"], body["identification"])
        system_of(cloud, request).add_local(body["name"], known)
        return web.Response(status=204)

    async def flag(request: web.Request) -> web.Response:
        types = {"blacklisted": bool, "disabled": bool}
        body = fields(await json_body(request), optional=types)
        system = system_of(cloud, request)
        key_id = cloud.find_key(request.match_info["key"]).id
        flags = {"blacklisted": system.blacklisted, "disabled": system.disabled}
        for name, value in body.items():
            (flags[name].add if value else flags[name].discard)(key_id)
        return web.Response(status=204)

    return [
        web.post(SYSTEM + "/doors", add_door),
        web.post(SYSTEM + "/levels", add_level),
        web.delete("/levels/{level}", drop_level),
        web.post(SYSTEM + "/local", add_local),
        web.patch(SYSTEM + "/keys/{key}", flag),
    ]


def _door_routes(cloud: IntServCloud) -> list[web.RouteDef]:
    """Return the routes for what happens at a door, now or at another instant."""
    site = cloud.site

    def door_of(request: web.Request) -> tuple[System, Door]:
        system = system_of(cloud, request)
        return system, system.doors[request.match_info["door"]]

    def when(body: dict[str, Any]) -> datetime:
        return instant(body["at"]) if "at" in body else cloud.clock()

    def told(event: Event) -> web.Response:
        return web.json_response(event.as_json(cloud.options), status=201)

    async def try_key(request: web.Request) -> web.Response:
        names = ("key_id", "card", "code", "pin", "at")
        body = fields(await json_body(request), optional=dict.fromkeys(names, str))
        system, door = door_of(request)
        if len(body.keys() & {"key_id", "card", "code"}) != 1:
            raise Invalid("one of key_id, card and code is needed")
        if "card" in body:
            tried = _identity("proximity", body["card"])
        elif "code" in body:
            tried = typed(body["code"])
        else:
            tried = cloud.find_key(body["key_id"]).identity
            if tried.kind == "code":
                # Who has a code types as much of it as the system takes.
                tried = typed(tried.given[-system.code_length :])
        if tried.kind == "code":
            return told(site.type_code(system, door, tried, when(body)))
        pin = body.get("pin")
        return told(site.hold_card(system, door, tried, when(body), pin))

    async def push_button(request: web.Request) -> web.Response:
        body = fields(await json_body(request), optional={"at": str})
        return told(site.push_exit_button(*door_of(request), when(body)))

    async def log(request: web.Request) -> web.Response:
        names = dict.fromkeys(("subject", "category", "at"), str)
        body = fields(await json_body(request), {"type": int}, names)
        at = when(body)
        body.pop("at", None)
        return told(site.log(*door_of(request), body.pop("type"), at, **body))

    return [
        web.post(_DOOR + "/try", try_key),
        web.post(_DOOR + "/exit", push_button),
        web.post(_DOOR + "/events", log),
    ]


def _identity(kind: str, text: str) -> Identity:
    """Return a card or a code that a test names."""
    if kind not in ("proximity", "code"):
        raise Invalid("type is proximity or code")
    return identity("code" if kind == "code" else "proximity", text)


def _time(text: str) -> time:
    """Return a time of day."""
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"not a time of day: {text}") from error
