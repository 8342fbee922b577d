"""Routes whose literal parts match in any case, and the way back to a route's template."""

import re

from aiohttp import web
from aiohttp.typedefs import Handler

_LITERAL = re.compile(r"/([^/{}]+)")
_MARKED = re.compile(r"\{_(\w+)\}")


def any_case(method: str, template: str, handler: Handler) -> web.RouteDef:
    """Return a route such as GET /v1/units/{id} that matches /V1/Units/7 as well."""
    # aiohttp looks literal parts up as they stand, so each becomes a placeholder marked by an underscore.
    path = _LITERAL.sub(lambda part: f"/{{_{part[1]}:(?i:{part[1]})}}", template)
    return web.route(method, path, handler)


def template_of(request: web.Request) -> str:
    """Return the template of the route that a request took, or a word for none."""
    resource = request.match_info.route.resource
    return _MARKED.sub(r"\1", resource.canonical) if resource else "unknown"
