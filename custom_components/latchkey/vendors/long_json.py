"""Reads JSON that may be long: one that took its time would keep everything else waiting."""

import asyncio
import re
from typing import Any, Final

import orjson

PIECE: Final = 256 * 1024
"""Bytes of a list that are read before others have their turn."""
PATIENCE: Final = 8
"""How often the end of a piece may turn out to be in the middle of something."""
_BETWEEN: Final = re.compile(rb"\}\s*,\s*\{")


async def loads(body: bytes) -> Any:
    """Return what a body holds, a long list of objects piece by piece; raises orjson.JSONDecodeError.

    Where a piece of a list is a list itself, it ends where an object of the list does.
    """
    start = body.find(b"[") + 1
    if len(body) < 2 * PIECE or not start or body[: start - 1].strip():
        return orjson.loads(body)
    found: list[Any] = []
    reach = start + PIECE
    failures = 0
    while failures < PATIENCE and (end := _BETWEEN.search(body, reach)):
        try:
            found += orjson.loads(b"[%b]" % body[start : end.start() + 1])
        except orjson.JSONDecodeError:
            failures += 1
            reach = end.end() + PIECE
            continue
        start = end.end() - 1
        reach = start + PIECE
        await asyncio.sleep(0)
    found += orjson.loads(b"[" + body[start:])
    return found
