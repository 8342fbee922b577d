"""Calls: operations of a vendor's interface for which there is nothing else here, passed on as they are."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class TakesCalls(Protocol):
    """A vendor some of whose operations have neither an entity nor an action of their own."""

    @property
    def calls(self) -> Sequence[str]:
        """Return the names of these operations."""
        ...

    async def call(self, name: str, body: Mapping[str, Any]) -> Any:
        """Return what one of these operations answers to a body; it is sent once, unless it is known to change nothing.

        Raises OutcomeUnknown where it may have taken effect, NotAvailable for the name of another operation, and
        InvalidField, with nothing sent, for a body that cannot be.
        """
        ...
