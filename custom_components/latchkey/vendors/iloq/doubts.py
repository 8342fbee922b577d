"""Commands whose answer was lost: what can be read back decides (1.3)."""

from collections.abc import Awaitable, Callable

from ..vendor import OutcomeUnknown, VendorError


async def once(
    command: Awaitable[object], is_done: Callable[[], Awaitable[bool]]
) -> None:
    """Send a command; OutcomeUnknown is left only where a look does not show that it is done."""
    try:
        await command
    except OutcomeUnknown as doubt:
        try:
            done = await is_done()
        except VendorError:
            raise doubt from None
        if not done:
            raise
