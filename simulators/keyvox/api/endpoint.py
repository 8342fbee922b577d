"""From a request to the answer of its operation."""

import json
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.typedefs import Handler

from simulators.bodies import Body, check_names
from simulators.errors import Invalid
from simulators.keyvox.api.answers import success
from simulators.keyvox.api.operation import Operation
from simulators.keyvox.api.overview import translated
from simulators.keyvox.profiles import Profile
from simulators.keyvox.refusals import Foreign

if TYPE_CHECKING:
    from simulators.keyvox.cloud import KeyVoxCloud


def endpoint(
    cloud: KeyVoxCloud, profile: Profile, name: str, operation: Operation
) -> Handler:
    """Return what answers an operation in one profile."""

    async def answer(request: web.Request) -> web.Response:
        body = _object(await request.read())
        cloud.refusals.take(name)
        if any(
            value in cloud.foreign for value in body.values() if isinstance(value, str)
        ):
            raise Foreign
        if profile.name == "overview":
            body = translated(cloud, name, body)
        if cloud.options.unknown_fields == "refuse":
            check_names(body, *operation.names)
        return success(cloud.options, await operation.answer(body))

    return answer


def _object(body: bytes) -> Body:
    """Return the JSON object that a request carries."""
    try:
        found = json.loads(body)
    except ValueError as error:
        raise Invalid("JSON") from error
    if not isinstance(found, dict):
        raise Invalid("JSON")
    return found
