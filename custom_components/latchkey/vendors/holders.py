"""Holders: whom a vendor knows that grants are for, the devices that they open with, and invitations for those."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Somebody whom a vendor knows, by no name."""

    id: str
    is_administrator: bool = False
    devices: tuple[str, ...] = ()
    """The ids of what the holder opens with, such as a phone's app."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """An invitation to set an app up."""

    id: str
    ends_at: datetime | None = None
    code: str | None = field(default=None, repr=False)
    """What the app asks for, where it is left to us to hand it over."""
    address: str | None = None
    """The address that older apps ask for beside it."""


@runtime_checkable
class KnowsHolders(Protocol):
    """A vendor at which grants are for holders who have to be there first."""

    async def create_holder(self) -> str:
        """Make a holder who may open what is granted, and nothing else; return the id."""
        ...

    async def holders(self) -> list[Holder]:
        """Return all holders."""
        ...

    async def holder(self, holder_id: str) -> Holder:
        """Return a holder; raises NotFound."""
        ...

    async def delete_holder(self, holder_id: str) -> None:
        """Delete a holder with all grants and devices; raises NotFound."""
        ...

    async def delete_device(self, device_id: str) -> None:
        """Delete what a holder opens with; raises NotFound, and Conflict where the holder alone can be deleted."""
        ...

    def check_invitation(self, fields: Mapping[str, str]) -> None:
        """Raise InvalidField for an invitation that cannot be."""
        ...

    async def invite(self, holder_id: str, fields: Mapping[str, str]) -> Invitation:
        """Invite a holder to set an app up; OutcomeUnknown is the answer to a doubt."""
        ...

    async def revoke_invitation(self, invitation_id: str) -> None:
        """Take an invitation back; raises Conflict where it was accepted, NotFound where there is none."""
        ...


def name_parts(name: str) -> tuple[str, str]:
    """Return the first and the last name, which is the last word where there are several."""
    first, _, last = name.strip().rpartition(" ")
    return first.strip() or last, last if first else ""
