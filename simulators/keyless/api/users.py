"""Login, users, operating devices and their invitations."""

from typing import TYPE_CHECKING

from aiohttp import web

from simulators.bodies import check_names, choice, text
from simulators.keyless.api.answers import Handlers, answer, done, page
from simulators.keyless.api.queries import body_of, query_id
from simulators.keyless.api.refusal import Refusal
from simulators.keyless.people import ROLES

if TYPE_CHECKING:
    from simulators.keyless.cloud import KeylessCloud


def handlers(cloud: KeylessCloud) -> Handlers:
    """Return what answers each operation."""
    people, options = cloud.people, cloud.options

    async def login(request: web.Request) -> web.Response:
        body = await body_of(request)
        check_names(body, "userId", "accessKey")
        user_id, access_key = text(body, "userId"), text(body, "accessKey")
        user = people.users.get(user_id)
        if user is None or user.access_key != access_key:
            raise Refusal(401, "The credentials are not valid")
        return answer(options, {"token": cloud.tokens.issue(user.id, cloud.clock())})

    async def list_users(request: web.Request) -> web.Response:
        return page(
            options, request, [user.as_json() for user in people.users.values()]
        )

    async def create_user(request: web.Request) -> web.Response:
        body = await body_of(request)
        check_names(body, "role")
        role = next(role for role in ROLES if role == choice(body, "role", ROLES))
        user = people.add_user(role)
        told = {"id": user.id, "accessKey": user.access_key, "role": user.role}
        return answer(options, told, 201)

    async def get_user(request: web.Request) -> web.Response:
        return answer(options, people.users[request.match_info["id"]].as_json())

    async def delete_user(request: web.Request) -> web.Response:
        cloud.delete_user(request.match_info["id"])
        return done()

    async def invite(request: web.Request) -> web.Response:
        told = people.invite(await body_of(request), cloud.clock())
        return answer(options, told, 201)

    async def revoke_invitation(request: web.Request) -> web.Response:
        people.revoke_invitation(request.match_info["id"])
        return done()

    async def list_devices(request: web.Request) -> web.Response:
        user_id = query_id(request, "user-id")
        chosen = [
            device.as_json()
            for device in people.devices.values()
            if user_id in (None, device.user_id)
        ]
        return page(options, request, chosen)

    async def delete_device(request: web.Request) -> web.Response:
        cloud.delete_device(request.match_info["id"])
        return done()

    return {
        "login": login,
        "list_users": list_users,
        "create_user": create_user,
        "get_user": get_user,
        "delete_user": delete_user,
        "invite_operating_device": invite,
        "revoke_invitation": revoke_invitation,
        "list_operating_devices": list_devices,
        "delete_operating_device": delete_device,
    }
