"""Locking devices, and the re-keying of their certificates for tests."""

from typing import TYPE_CHECKING

from aiohttp import web

from simulators.bodies import check_names
from simulators.keyless.api.answers import Handlers, answer, done, page
from simulators.keyless.api.queries import (
    JSON,
    JSON_PATCH,
    body_of,
    json_of,
    query_choice,
)
from simulators.keyless.api.refusal import Refusal

if TYPE_CHECKING:
    from simulators.keyless.cloud import KeylessCloud


def handlers(cloud: KeylessCloud) -> Handlers:
    """Return what answers each operation."""
    locks, options = cloud.locks, cloud.options

    async def list_locks(request: web.Request) -> web.Response:
        status = query_choice(request, "claiming-status", ("UNCLAIMED", "CLAIMED"))
        serial_number = request.query.get("serial-number")
        chosen = [
            lock.as_json()
            for lock in locks.values()
            if status in (None, "CLAIMED" if lock.claimed else "UNCLAIMED")
            and serial_number in (None, lock.serial_number)
        ]
        return page(options, request, chosen)

    async def create(request: web.Request) -> web.Response:
        body = await body_of(request)
        check_names(body, "name")
        return answer(options, locks.create(body.get("name")).as_json(), 201)

    async def modify(request: web.Request) -> web.Response:
        only = options.patch_media_type
        media_types = (JSON_PATCH, JSON) if only is None else (only,)
        locks.patch(request.match_info["id"], await json_of(request, *media_types))
        return done()

    async def get(request: web.Request) -> web.Response:
        return answer(options, locks[request.match_info["id"]].as_json())

    async def delete(request: web.Request) -> web.Response:
        cloud.delete_lock(request.match_info["id"])
        return done()

    async def re_key(request: web.Request) -> web.Response:
        if options.environment == "production":
            raise Refusal(403, "This action is not available in this environment.")
        cloud.start_re_keying(request.match_info["id"])
        return done()

    return {
        "list_locking_devices": list_locks,
        "create_locking_device": create,
        "modify_locking_device": modify,
        "get_locking_device": get,
        "delete_locking_device": delete,
        "start_re_keying": re_key,
    }
