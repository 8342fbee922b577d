"""Remote commands."""

from typing import TYPE_CHECKING

from aiohttp import web

from simulators.keyless.api.answers import Handlers, answer, done, page
from simulators.keyless.api.gate import CALLER
from simulators.keyless.api.queries import body_of, query_id

if TYPE_CHECKING:
    from simulators.keyless.cloud import KeylessCloud


def handlers(cloud: KeylessCloud) -> Handlers:
    """Return what answers each operation."""
    commands, options = cloud.commands, cloud.options

    async def issue(request: web.Request) -> web.Response:
        command = cloud.issue_command(request[CALLER], await body_of(request))
        return answer(options, command.as_json(), 201)

    async def list_commands(request: web.Request) -> web.Response:
        gateway_id = query_id(request, "gateway-device-id")
        chosen = [
            command.as_json()
            for command in commands.values()
            if gateway_id in (None, command.gateway_id)
        ]
        return page(options, request, chosen)

    async def get(request: web.Request) -> web.Response:
        return answer(options, commands[request.match_info["id"]].as_json())

    async def cancel(request: web.Request) -> web.Response:
        commands.cancel(request.match_info["id"], request[CALLER], cloud.clock())
        return done()

    return {
        "issue_remote_command": issue,
        "list_remote_commands": list_commands,
        "get_remote_command": get,
        "cancel_remote_command": cancel,
    }
