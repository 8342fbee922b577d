"""How the platform answers: in its own media type, in pages, and with problems."""

import base64
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
import json
from typing import Any, Protocol

from aiohttp import web

from simulators.errors import Invalid
from simulators.keyless.api.queries import query_integer
from simulators.keyless.options import Options

type Answering = Callable[[web.Request], Awaitable[web.Response]]
type Handlers = Mapping[str, Answering]

MEDIA_TYPE = "application/vnd.assaabloy.keyless.administration-2+json"

_MOST_ITEMS = 100
_USUAL_ITEMS = 50
_MARK = b"TzUdJCyX57dX4QhIi8nB2peFY6VE8jq"
_ADDED_FIELD = "addedInMinorVersion"


def answer(options: Options, data: object, status: int = 200) -> web.Response:
    """Answer with JSON, letters beyond ASCII as they are."""
    if options.extra_fields:
        data = _with_added_fields(data)
    return web.Response(
        status=status,
        body=json.dumps(data, ensure_ascii=False).encode(),
        headers={"Content-Type": MEDIA_TYPE},
    )


def done() -> web.Response:
    """Answer that something was done, without a body."""
    return web.Response(status=204)


class Told(Protocol):
    """What is told of in a list, and written once its page is asked for."""

    def as_json(self) -> dict[str, Any]:
        """Return how it is written."""


def page(
    options: Options, request: web.Request, items: Sequence[dict[str, Any] | Told]
) -> web.Response:
    """Answer with one page of a list."""
    asked = query_integer(request, "limit", 1, _MOST_ITEMS)
    limit = _USUAL_ITEMS if asked is None else asked
    given = request.query.get("next-page-token")
    start = 0 if given is None else _start(given)
    chosen = items[start : start + limit]
    told: dict[str, Any] = {
        "items": [each if isinstance(each, dict) else each.as_json() for each in chosen]
    }
    if start + limit < len(items):
        told["nextPageToken"] = _token(start + limit)
    elif options.list_end == "null":
        told["nextPageToken"] = None
    if options.list_end == "repeat":
        told["nextPageToken"] = given or _token(start + limit)
    return answer(options, told)


def problem(request: web.Request, status: int, detail: str) -> web.Response:
    """Answer with a problem."""
    return web.Response(
        status=status,
        body=json.dumps(
            {
                "type": "about:blank",
                "title": HTTPStatus(status).phrase,
                "status": status,
                "detail": detail,
                "instance": request.path,
            }
        ).encode(),
        headers={"Content-Type": "application/problem+json"},
    )


def _token(start: int) -> str:
    """Return a token for the items from a place on; its length always asks for padding."""
    plain = b"%s:%d" % (_MARK, start)
    return base64.b64encode(plain + b" " * ((1 - len(plain)) % 3)).decode()


def _start(token: str) -> int:
    """Return the place from which a token reads on."""
    with suppress(ValueError):
        mark, _, start = base64.b64decode(token, validate=True).partition(b":")
        if mark == _MARK:
            return int(start)
    raise Invalid("next-page-token is not one of this API")


def _with_added_fields(data: object) -> object:
    """Return JSON with a field in every object that no client can know."""
    match data:
        case dict():
            added = {_ADDED_FIELD: {"since": "2.99"}}
            return {key: _with_added_fields(data[key]) for key in data} | added
        case list():
            return [_with_added_fields(item) for item in data]
    return data
