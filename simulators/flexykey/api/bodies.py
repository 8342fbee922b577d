"""Reading of what requests carry in their bodies and queries."""

import json
from typing import Any

from aiohttp import web

from simulators.flexykey.api.rights import refuse


async def json_body(request: web.Request) -> dict[str, Any]:
    """Return the JSON object in a request."""
    try:
        body = json.loads(await request.read())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        refuse(web.HTTPBadRequest, "The body must be a JSON object")
    return body


def query_number(request: web.Request, name: str, default: int | None = None) -> int:
    """Return a number from the query, which must be there unless it has a default."""
    value = request.query.get(name)
    if value is None and default is not None:
        return default
    return number(value, name)


def path_number(request: web.Request, name: str) -> int:
    """Return a number from the path."""
    return number(request.match_info[name], name)


def number(value: str | None, name: str) -> int:
    """Return a text as a number of digits alone."""
    if value is None or not (value.isascii() and value.isdecimal() and len(value) < 19):
        refuse(web.HTTPBadRequest, f"{name} must be a number")
    return int(value)
