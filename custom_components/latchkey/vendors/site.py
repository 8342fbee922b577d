"""What stands at a site: gateways and locking devices, which may be added, changed and taken away."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from .model import Device


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedGateway:
    """A gateway that has just become part of the account."""

    id: str
    serial: str | None


@runtime_checkable
class ManagesSite(Protocol):
    """A vendor whose gateways and locking devices are managed from here.

    Everything is sent once. What is in doubt is read back where the vendor tells of it; where that shows nothing,
    OutcomeUnknown is raised. NotFound stands for a device that the vendor does not know any more.
    """

    async def claim_gateway(self, code: str) -> ClaimedGateway:
        """Take in the gateway that has this code on it; raises NotFound for an unknown code, Conflict for one in use."""
        ...

    async def delete_gateway(self, gateway: Device) -> None:
        """Give a gateway up, with all that it is associated with."""
        ...

    async def associate(self, lock: Device, gateway: Device) -> None:
        """Let a gateway operate a locking device; raises Conflict where it is at the vendor's own limit, or does already."""
        ...

    async def dissociate(self, lock: Device, gateway: Device) -> None:
        """Let a gateway operate a locking device no more; raises NotFound where it may not."""
        ...

    async def create_locking_device(self, name: str) -> str:
        """Make a placeholder that a physical locking device can be claimed into; return its id."""
        ...

    async def rename_locking_device(self, lock: Device, name: str) -> None:
        """Give a locking device another name."""
        ...

    async def is_claimed(self, lock: Device) -> bool:
        """Return whether there is a physical device behind a locking device now."""
        ...

    async def delete_locking_device(self, lock: Device) -> None:
        """Delete a locking device for good; one that is claimed can never be claimed again."""
        ...

    async def start_re_keying(self, lock: Device) -> None:
        """Have a locking device's certificate renewed early; raises NotAvailable outside of test environments."""
        ...
