"""The unit that a request names, by which requests are counted."""

import json
import re

from aiohttp import web

_PATH = re.compile(r"/v1/unit(?:s|logs)/(\d+)", re.IGNORECASE)


def unit_of(request: web.Request, body: bytes) -> str | None:
    """Return the id of the unit that a request names in its query, its path or its body."""
    if unit_id := request.query.get("unitId"):
        return unit_id
    if match := _PATH.fullmatch(request.path):
        return match[1]
    try:
        content = json.loads(body)
    except ValueError:
        return None
    unit_id = content.get("unitId") if isinstance(content, dict) else None
    return str(unit_id) if isinstance(unit_id, int) else None
