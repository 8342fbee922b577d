"""Reading of what requests carry in their queries and bodies."""

from collections.abc import Sequence
from datetime import datetime
import json

from aiohttp import web

from simulators.bodies import Body, choice
from simulators.errors import Invalid
from simulators.keyless.api.refusal import Refusal
from simulators.keyless.formats import identifier, moment

JSON = "application/json"
JSON_PATCH = "application/json-patch+json"


async def json_of(request: web.Request, *media_types: str) -> object:
    """Return the JSON in a request of one of these media types."""
    if request.content_type not in media_types:
        raise Refusal(415, f"The body must be {' or '.join(media_types)}")
    try:
        found: object = json.loads(await request.read())
    except ValueError as error:
        raise Invalid("The body is not JSON") from error
    return found


async def body_of(request: web.Request) -> Body:
    """Return the JSON object in a request."""
    body = await json_of(request, JSON)
    if not isinstance(body, dict):
        raise Invalid("The body must be a JSON object")
    return body


def query_integer(
    request: web.Request, name: str, least: int, most: int | None
) -> int | None:
    """Return a whole number from the query, if it is there."""
    value = request.query.get(name)
    if value is None:
        return None
    if not (value.isascii() and value.isdecimal() and len(value) < 19):
        raise Invalid(f"{name} must be a whole number")
    if int(value) < least or (most is not None and int(value) > most):
        raise Invalid(f"{name} is out of range")
    return int(value)


def query_id(request: web.Request, name: str) -> str | None:
    """Return a UUID from the query, if it is there."""
    return identifier(request.query, name) if name in request.query else None


def query_choice(request: web.Request, name: str, allowed: Sequence[str]) -> str | None:
    """Return one of some words from the query, if it is there."""
    return choice(request.query, name, allowed) if name in request.query else None


def query_moment(request: web.Request, name: str) -> datetime | None:
    """Return an instant from the query, if it is there."""
    return moment(request.query, name) if name in request.query else None
