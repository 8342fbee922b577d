"""The control interface's part for the site: what people and devices do."""

from typing import TYPE_CHECKING

from aiohttp import web

from simulators.control import fields, instant, json_body
from simulators.errors import Invalid

if TYPE_CHECKING:
    from simulators.keyless.cloud import KeylessCloud

_NUMBER = int | float | None
_LOCK = "/locking_devices/{id}"
_GATEWAY = "/gateways/{id}"


def site_control_routes(cloud: KeylessCloud) -> list[web.RouteDef]:
    """Return the routes that steer the site."""
    return [
        *_people_routes(cloud),
        *_lock_routes(cloud),
        *_visit_routes(cloud),
        *_gateway_routes(cloud),
    ]


def _people_routes(cloud: KeylessCloud) -> list[web.RouteDef]:
    """Return the routes for users and phones."""

    async def add_user(request: web.Request) -> web.Response:
        body = fields(await json_body(request), optional={"role": str, "phone": bool})
        user = cloud.add_user(**body)
        told = user.as_json() | {"accessKey": user.access_key}
        return web.json_response(told, status=201)

    async def add_device(request: web.Request) -> web.Response:
        body = fields(await json_body(request), {"user_id": str}, {"legacy": bool})
        device = cloud.add_operating_device(**body)
        return web.json_response(device.as_json(), status=201)

    async def accept(request: web.Request) -> web.Response:
        device = cloud.accept_invitation(request.match_info["id"])
        return web.json_response(device.as_json(), status=201)

    return [
        web.post("/users", add_user),
        web.post("/operating_devices", add_device),
        web.post("/invitations/{id}/accept", accept),
    ]


def _lock_routes(cloud: KeylessCloud) -> list[web.RouteDef]:
    """Return the routes for what locking devices are."""

    def told(lock_id: str, status: int = 200) -> web.Response:
        lock = cloud.locks[lock_id]
        body = lock.as_json() | {"execution": lock.execution}
        return web.json_response(body, status=status)

    async def populate(request: web.Request) -> web.Response:
        body = fields(await json_body(request), {"count": int})
        added = [lock.as_json() for lock in cloud.populate(body["count"])]
        return web.json_response({"locking_devices": added}, status=201)

    async def add(request: web.Request) -> web.Response:
        body = fields(
            await json_body(request), {"name": str}, {"claimed": bool, "model": str}
        )
        return told(cloud.add_locking_device(**body).id, 201)

    async def claim(request: web.Request) -> web.Response:
        body = fields(await json_body(request), optional={"user_id": str | None})
        return told(cloud.claim(request.match_info["id"], **body).id)

    async def set_execution(request: web.Request) -> web.Response:
        body = fields(await json_body(request), {"execution": str | None})
        cloud.set_execution(request.match_info["id"], body["execution"])
        return told(request.match_info["id"])

    async def set_certificate(request: web.Request) -> web.Response:
        types = {"profile": str, "expiration": str, "eligible": bool, "revoked": bool}
        body = fields(await json_body(request), optional=types)
        if "expiration" in body:
            body["expiration"] = instant(body["expiration"])
        cloud.settle()
        cloud.locks.set_certificate(request.match_info["id"], **body)
        return told(request.match_info["id"])

    async def restart_numbers(request: web.Request) -> web.Response:
        cloud.restart_numbers(request.match_info["id"])
        return web.Response(status=204)

    return [
        web.post("/populate", populate),
        web.post("/locking_devices", add),
        web.post(_LOCK + "/claim", claim),
        web.post(_LOCK + "/execution", set_execution),
        web.post(_LOCK + "/certificate", set_certificate),
        web.delete(_LOCK + "/numbers", restart_numbers),
        web.delete(_GATEWAY + "/numbers", restart_numbers),
    ]


def _visit_routes(cloud: KeylessCloud) -> list[web.RouteDef]:
    """Return the routes for what happens at locking devices."""

    async def touch(request: web.Request) -> web.Response:
        cloud.touch(request.match_info["id"])
        return web.Response(status=204)

    async def phone(request: web.Request) -> web.Response:
        body = fields(
            await json_body(request),
            {"user_id": str},
            {"action": str, "delay": _NUMBER},
        )
        actions = {"open": cloud.open_by_phone, "lock": cloud.lock_by_phone}
        action = body.pop("action", "open")
        if action not in actions:
            raise Invalid("action is open or lock")
        return web.json_response(
            {"granted": actions[action](request.match_info["id"], **body)}
        )

    async def battery_low(request: web.Request) -> web.Response:
        body = fields(await json_body(request), optional={"delay": _NUMBER})
        cloud.battery_low(request.match_info["id"], **body)
        return web.Response(status=204)

    async def note(request: web.Request) -> web.Response:
        body = fields(await json_body(request), {"event_name": str}, {"delay": _NUMBER})
        cloud.note(request.match_info["id"], **body)
        return web.Response(status=204)

    return [
        web.post(_LOCK + "/touch", touch),
        web.post(_LOCK + "/phone", phone),
        web.post(_LOCK + "/battery_low", battery_low),
        web.post(_LOCK + "/note", note),
    ]


def _gateway_routes(cloud: KeylessCloud) -> list[web.RouteDef]:
    """Return the routes for gateways and the boxes that could become some."""

    def told(gateway_id: str, status: int = 200) -> web.Response:
        gateway = cloud.gateways[gateway_id]
        body = gateway.as_json(cloud.options.active_status) | {
            "claimingCode": gateway.code,
            "powered": gateway.powered,
        }
        return web.json_response(body, status=status)

    async def add(request: web.Request) -> web.Response:
        body = fields(await json_body(request), optional={"activated": bool})
        return told(cloud.add_gateway(**body).id, 201)

    async def wake(request: web.Request) -> web.Response:
        body = fields(await json_body(request), optional={"reason": str})
        cloud.wake(request.match_info["id"], **body)
        return told(request.match_info["id"])

    async def power(request: web.Request) -> web.Response:
        body = fields(await json_body(request), {"on": bool})
        cloud.power(request.match_info["id"], body["on"])
        return told(request.match_info["id"])

    async def door(request: web.Request) -> web.Response:
        body = fields(await json_body(request), {"door": int, "state": str})
        cloud.gateways.set_door(request.match_info["id"], **body)
        return told(request.match_info["id"])

    async def network(request: web.Request) -> web.Response:
        cloud.change_network(request.match_info["id"])
        return told(request.match_info["id"])

    async def associate(request: web.Request) -> web.Response:
        body = fields(await json_body(request), {"lock_id": str, "gateway_id": str})
        association = cloud.associate(**body)
        return web.json_response(association.as_json(), status=201)

    async def add_box(request: web.Request) -> web.Response:
        body = fields(await json_body(request), {"code": str})
        box = cloud.gateways.add_box(body["code"])
        told = {"code": box.code, "serialNumber": box.serial_number}
        return web.json_response(told, status=201)

    async def reset_box(request: web.Request) -> web.Response:
        cloud.gateways.reset_box(request.match_info["code"])
        return web.Response(status=204)

    return [
        web.post("/gateways", add),
        web.post(_GATEWAY + "/wake", wake),
        web.post(_GATEWAY + "/power", power),
        web.post(_GATEWAY + "/door", door),
        web.post(_GATEWAY + "/network", network),
        web.post("/associations", associate),
        web.post("/boxes", add_box),
        web.post("/boxes/{code}/reset", reset_box),
    ]
