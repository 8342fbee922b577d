"""What a vendor can do with grants, one small protocol per capability."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from .grants import (
    Access,
    CodeRule,
    Credential,
    Delivery,
    Followed,
    GrantField,
    Issued,
    IssuedGrant,
    Order,
)
from .model import Device


@runtime_checkable
class IssuesGrants(Protocol):
    """A vendor at which grants are issued for devices.

    issue, update and revoke are each sent once; OutcomeUnknown is the answer to a doubt, and `issued` tells
    what came of it. Raise Conflict where the code is taken already.
    """

    @property
    def codes(self) -> Mapping[Credential, CodeRule]:
        """The credentials that can be issued, and what their codes may be."""
        ...

    @property
    def grant_fields(self) -> Sequence[GrantField]:
        """The fields beyond those of all vendors."""
        ...

    def scopes(
        self, devices: Mapping[str, Device], device: Device | None = None
    ) -> Sequence[Access]:
        """Return the scopes that a device is part of, or all that there are, each as an access to all of it."""
        ...

    def device_of(self, access: Access) -> str | None:
        """Return the id of the device that an access is shown at, if there is one."""
        ...

    def access_of(
        self, device: Device, devices: Mapping[str, Device], fields: Mapping[str, str]
    ) -> Access:
        """Return what a grant for a device opens; raises InvalidField where that takes another field."""
        ...

    def access_named(
        self, text: str, devices: Mapping[str, Device], fields: Mapping[str, str]
    ) -> Access:
        """Return what is meant by a name or an id; raises InvalidField for none or several."""
        ...

    async def issue(self, order: Order) -> Issued:
        """Issue a grant."""
        ...

    async def update(self, vendor_id: str, order: Order) -> None:
        """Make an issued grant what is ordered."""
        ...

    async def revoke(self, vendor_id: str) -> None:
        """Take a grant back; raises NotFound where it is gone already."""
        ...

    async def issued(self, scope: str, *, ours: bool = False) -> list[IssuedGrant]:
        """Return all grants of a scope, or those alone that carry a marker."""
        ...


@runtime_checkable
class LimitsGrants(Protocol):
    """A vendor that has rules of its own for what a grant may be."""

    def limits(
        self,
        credential: Credential,
        start: datetime | None,
        end: datetime | None,
        fields: Mapping[str, str],
    ) -> tuple[datetime | None, datetime | None]:
        """Return from when to when a grant opens; raises InvalidField for what it may not be."""
        ...


@runtime_checkable
class ComparesGrants(Protocol):
    """A vendor whose rows carry no marker: they are compared by all that was ordered."""

    def is_as_ordered(self, row: IssuedGrant, order: Order) -> bool:
        """Return whether a row is what was ordered."""
        ...

    def lives_on(
        self, credential: Credential, fields: Mapping[str, str]
    ) -> timedelta | None:
        """Return for how long a grant may open after it was taken back."""
        ...


@runtime_checkable
class JoinsAccesses(Protocol):
    """A vendor at which one grant opens all that is named for it."""

    def joined(self, accesses: Sequence[Access]) -> Access:
        """Return one access for several of a scope."""
        ...


@runtime_checkable
class KnowsCodes(Protocol):
    """A vendor at which the same code is the same grant: issued again it is changed, and it is taken back by it, too.

    Nothing tells what became of an issue that nobody answered; the same action with the same code does.
    """

    def same_code(self, credential: Credential, code: str) -> str:
        """Return the one spelling that all others of a code come to; raises InvalidField for what is none."""
        ...

    async def revoke_code(self, credential: Credential, code: str) -> None:
        """Take back what has a code; raises NotFound where there is nothing."""
        ...


@runtime_checkable
class LearnsAccesses(Protocol):
    """A vendor that must be asked what a grant for a device opens, before `access_of` can tell."""

    async def learn(self, device: Device) -> None:
        """Ask what a grant for a device opens."""
        ...


@runtime_checkable
class PreparesGrants(Protocol):
    """A vendor at which what a call names must be looked up before a grant is issued."""

    async def prepared(
        self, credential: Credential, fields: Mapping[str, str], code: str | None
    ) -> Mapping[str, str]:
        """Return the fields with what was looked up; raises InvalidField for what there is not, or what does not fit."""
        ...


@runtime_checkable
class FollowsGrants(Protocol):
    """A vendor that delivers by itself, and tells of each grant alone how far it is.

    Until a change is delivered, the door has what was before it.
    """

    @property
    def lead(self) -> timedelta:
        """How long before its start a grant is delivered."""
        ...

    async def followed(
        self, scope: str, grants: Sequence[Followed]
    ) -> Mapping[str, IssuedGrant | None]:
        """Return how grants stand, by their own ids: None where there is none; left out where that is not told."""
        ...


@runtime_checkable
class TellsCodes(Protocol):
    """A vendor that tells the code of what it issued."""

    async def code(self, vendor_id: str) -> str | None:
        """Return a code; None where it is not shown, or not yet."""
        ...


@runtime_checkable
class DeliversChanges(Protocol):
    """A vendor whose devices learn of changes only by a delivery that is asked for."""

    async def push(self, scope: str) -> int | None:
        """Ask for the delivery of all changes to a device; raises Conflict while one is under way.

        Returns how many changes there are to deliver, where the answer tells: none means that the device has all.
        """
        ...

    async def delivery(self, scope: str) -> Delivery:
        """Return how far a delivery has come."""
        ...

    async def abort(self, scope: str) -> None:
        """Stop a delivery and drop what of it was still to be sent."""
        ...


@runtime_checkable
class SetsSyncState(Protocol):
    """A vendor whose server can be told what it is to take a device to have."""

    async def set_sync_state(
        self, scope: str, part: str, *, delivered: bool, vendor_id: str | None = None
    ) -> None:
        """Have `grants` (one, or all), `settings` or `all` of a device taken for delivered, or for still to be."""
        ...
