"""Commands whose answer was lost: what can be read back decides (1.3)."""

from collections.abc import Awaitable, Callable
from typing import Any

from ..vendor import OutcomeUnknown, VendorError


async def once(command: Awaitable[Any], is_done: Callable[[], Awaitable[bool]]) -> Any:
    """Return what a command answers, nothing where a look alone shows that it is done; else OutcomeUnknown is raised."""
    try:
        return await command
    except OutcomeUnknown as doubt:
        try:
            done = await is_done()
        except VendorError:
            raise doubt from None
        if not done:
            raise
        return None
