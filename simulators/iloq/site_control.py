"""The control interface of the site: keys at doors, and what only a token or a phone can do."""

from typing import TYPE_CHECKING

from aiohttp import web

from simulators.control import fields, json_body
from simulators.errors import Invalid
from simulators.iloq import key_orders, site
from simulators.iloq.demo import crowd, furnish
from simulators.iloq.group import LockGroup
from simulators.iloq.keys import Key, Programming

if TYPE_CHECKING:
    from simulators.iloq.cloud import IloqCloud

_MOST = 1_000_000
_COUNTS = {"keys": int, "locks": int, "lines": int}
_GROUP = "/lock_groups/{group}"
_KEY = _GROUP + "/keys/{id}"
_LOCK = _GROUP + "/locks/{id}"


def site_control_routes(cloud: IloqCloud) -> list[web.RouteDef]:
    """Return the routes for what happens to the keys and locks of a lock group, which "demo" names if it is the first."""

    def group_of(request: web.Request) -> LockGroup:
        cloud.settle()
        name = request.match_info["group"]
        return cloud.group if name == "demo" else cloud.groups[name]

    def key_of(request: web.Request) -> Key:
        return group_of(request).keys[request.match_info["id"]]

    def told(request: web.Request) -> web.Response:
        group = group_of(request)
        key = group.keys[request.match_info["id"]]
        return web.json_response(key.as_json(group.dates("zulu")))

    async def show(request: web.Request) -> web.Response:
        group = group_of(request)
        dates = group.dates("zulu")
        return web.json_response(
            {
                "keys": [key.as_json(dates) for key in group.keys.values()],
                "locks": [lock.as_json(dates) for lock in group.locks.values()],
                "accesses": [
                    access.as_json(dates) for access in group.accesses.values()
                ],
                "persons": [person.as_json(dates) for person in group.persons.values()],
                "relays": [
                    relay.as_json()
                    | {"on": group.calendars.on(relay.id, cloud.clock())}
                    for relay in group.network.relays.values()
                ],
                "blacklist": group.blacklist.as_json(dates),
                "subscriptions": [
                    subscription.as_json(dates)
                    for subscription in group.webhooks.subscriptions.values()
                ],
                "payloads": [
                    payload.as_json(dates) for payload in group.webhooks.payloads
                ],
            }
        )

    async def try_key(request: web.Request) -> web.Response:
        body = fields(
            await json_body(request),
            optional={"key_id": str | None, "outcome": str | None},
        )
        group = group_of(request)
        line = site.try_key(
            group,
            request.match_info["id"],
            body.get("key_id"),
            cloud.clock(),
            body.get("outcome"),
        )
        cloud.settle()
        return web.json_response(line.as_data(group.dates("zulu"), group.id))

    async def program_lock(request: web.Request) -> web.Response:
        site.program_lock(group_of(request), request.match_info["id"], cloud.clock())
        return web.Response(status=204)

    async def read_lock(request: web.Request) -> web.Response:
        group = group_of(request)
        lock = group.locks[request.match_info["id"]]
        return web.json_response(
            {"lines": group.logs.read_lock(lock.id, cloud.clock())}
        )

    async def fetch(request: web.Request) -> web.Response:
        key_orders.fetch(key_of(request))
        return told(request)

    async def program(request: web.Request) -> web.Response:
        key_orders.program(key_of(request))
        return told(request)

    async def register(request: web.Request) -> web.Response:
        key_orders.register_phone(key_of(request))
        return told(request)

    async def set_programming(request: web.Request) -> web.Response:
        state = fields(await json_body(request), {"state": int})["state"]
        if state not in set(Programming):
            raise Invalid("no state of programming")
        key_of(request).programming = Programming(state)
        return told(request)

    async def force(request: web.Request) -> web.Response:
        key = key_of(request)
        names = ("CanOrder", "CanReturn", "CanDelete", "CanAdd", "CanAddTimeLimit")
        key.forced = fields(
            await json_body(request), optional=dict.fromkeys(names, int)
        )
        return told(request)

    async def add_many(request: web.Request) -> web.Response:
        body = fields(await json_body(request), optional=_COUNTS)
        if not all(0 <= value <= _MOST for value in body.values()):
            raise Invalid(f"counts are 0 to {_MOST}")
        crowd(group_of(request), **body)
        return web.Response(status=204)

    async def furnish_group(request: web.Request) -> web.Response:
        furnish(group_of(request))
        return web.Response(status=204)

    return [
        web.get(_GROUP, show),
        web.post(_GROUP + "/crowd", add_many),
        web.post(_GROUP + "/furnish", furnish_group),
        web.post(_KEY + "/fetch", fetch),
        web.post(_KEY + "/program", program),
        web.post(_KEY + "/register", register),
        web.put(_KEY + "/forced", force),
        web.put(_KEY + "/programming", set_programming),
        web.post(_LOCK + "/try", try_key),
        web.post(_LOCK + "/program", program_lock),
        web.post(_LOCK + "/read", read_lock),
    ]
