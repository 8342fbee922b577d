"""The operations without an entity or an action of their own: no source states what their requests hold (2.1 to 2.3)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ..vendor import NotAvailable
from .part import Part

CALLS: Final = (
    "setLockerStatus",
    "setBoxColor",
    "locks/events",
    "setCard",
    "updateCard",
    "disableCard",
    "getCardStatus",
    "getLockCardList",
    "setLockerCard",
    "updateLockerCard",
)


class Calls(Part):
    """What can be asked of the API by whoever knows its fields."""

    @property
    def calls(self) -> Sequence[str]:
        """Return the names of the operations, as far as the profile has them."""
        return [name for name in CALLS if self._client.has(name)]

    async def call(self, name: str, body: Mapping[str, Any]) -> Any:
        """Return the data of an operation; a device may be asked for it."""
        if name not in CALLS:
            raise NotAvailable("no such call")
        return await self._client.command(name, body, slow=True)
