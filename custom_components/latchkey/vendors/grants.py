"""Grants: who may open what, by which credential, from when to when; and what a vendor can do with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
import re
from typing import Final, Protocol, runtime_checkable

from .model import Device


class Credential(StrEnum):
    """By what a grant opens."""

    PIN = "pin"
    PHONE = "phone"
    TAG = "tag"
    CARD = "card"
    KEY = "key"
    APP = "app"
    OFFLINE_KEY = "offline_key"


class GrantState(StrEnum):
    """Where a grant stands."""

    PENDING = "pending"
    """The vendor has it, the door not yet."""
    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKING = "revoking"
    """The vendor has the revocation; the door may still open."""
    REVOKED = "revoked"
    FAILED = "failed"
    """There is no such grant; with a fault, there is one that never came to the door."""
    UNKNOWN = "unknown"
    """Whether there is one could not be read back yet."""


class Fault(StrEnum):
    """Of what the delivery to the door failed; the vendor has it, the door does not."""

    ISSUE = "issue"
    UPDATE = "update"
    """The door has what was before the change."""
    REVOKE = "revoke"
    """The door still opens."""


class CodeKind(StrEnum):
    """What a code consists of."""

    DIGITS = "digits"
    PHONE = "phone"
    HEX = "hex"
    NONE = "none"
    """There is none, or the vendor makes it."""


_KINDS: Final = {
    CodeKind.DIGITS: "[0-9]",
    CodeKind.PHONE: "[+]?[0-9]",
    CodeKind.HEX: "[0-9A-Fa-f]",
}


@dataclass(frozen=True, slots=True)
class CodeRule:
    """What a credential's code may be."""

    kind: CodeKind
    shortest: int
    longest: int
    generated: int | None = None
    """How many digits a code has that is made here; None where the user must give it, or the vendor makes it."""
    is_made_there: bool = False
    """Whether the vendor makes one where none is given."""
    is_final: bool = False
    """Whether what was issued can be neither changed nor taken back, nor its code be told again."""
    needs_device: bool = False
    """Whether whom it is for must have a device that the vendor knows."""
    may_be_absent: bool = False
    """Whether it may be left out, since there is another way to hand the credential over."""
    can_change: bool = True
    """Whether it can be changed in a grant that is issued already."""
    is_listed: bool = True
    """Whether the vendor's list of grants shows which ones are in use."""

    def allows(self, code: str) -> bool:
        """Return whether a code may be this one."""
        if self.kind is CodeKind.NONE:
            return False
        count = f"{{{self.shortest},{self.longest}}}"
        return re.fullmatch(_KINDS[self.kind] + count, code, re.ASCII) is not None


@dataclass(frozen=True, slots=True)
class GrantField:
    """A field that a vendor's grants have beyond those of all vendors."""

    key: str
    pattern: re.Pattern[str]
    changes: bool = True
    """Whether it can be changed in a grant that is issued already."""
    credentials: frozenset[Credential] = frozenset(Credential)
    """The credentials that have it."""
    reason: str = "not_allowed"
    """Why another value is refused, by which that is translated."""
    required: bool = False
    """Whether nothing is issued without it."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a grant opens."""

    id: str
    name: str
    scope: str
    """What is delivered and read back together, such as the device that is to learn of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a grant shall be."""

    grant_id: str
    revision: int
    """Counts the changes, so that a vendor's row tells which of them it has."""
    access: Access
    credential: Credential
    name: str
    start: datetime | None
    end: datetime | None
    fields: Mapping[str, str] = field(repr=False)
    code: str | None = field(default=None, repr=False)
    """None leaves it as it is."""
    holder_id: str | None = None
    """Whom it is for, where the vendor knows holders."""

    @property
    def marker(self) -> str:
        """What a vendor's row is recognised by."""
        return f"{self.grant_id}.{self.revision}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """The answer to an order."""

    vendor_id: str | None = None
    """None where the answer does not tell it."""
    code: str | None = field(default=None, repr=False)
    """What the vendor made, and tells this once."""
    alternative_code: str | None = field(default=None, repr=False)
    """A second one, to be handed over together with the first."""
    qr_code: str | None = field(default=None, repr=False)
    """What a QR code holds that opens too."""
    address: str | None = field(default=None, repr=False)
    """Where that QR code is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedGrant:
    """A grant as the vendor lists it."""

    vendor_id: str
    access: Access
    name: str
    start: datetime | None
    end: datetime | None
    limits_told: bool = True
    """Whether the vendor tells the start and the end at all."""
    delivered: bool | None
    """Whether the door has it as it is listed; None where the vendor does not tell."""
    leaving: bool
    """Whether it is to be removed from the door."""
    credential: Credential | None = None
    grant_id: str | None = None
    revision: int | None = 0
    """What its marker tells, if it was ordered here; None where it cannot be told which one this is."""
    code: str | None = field(default=None, repr=False)
    holder_id: str | None = None
    lives_on: timedelta | None = None
    """For how long it may open after it was taken back; None for not at all."""
    issued_at: datetime | None = None
    """When the vendor issued it, where it tells."""
    gone: bool = False
    """Whether the door has forgotten it, although the vendor has not."""
    fault: Fault | None = None


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


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a change that is not known to be done makes of a grant."""

    name: str
    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A grant that was ordered here, as far as it is known."""

    grant_id: str
    vendor_id: str | None
    access: Access
    credential: Credential | None
    name: str
    start: datetime | None
    end: datetime | None
    latest_end: datetime | None
    """The last of all ends that it has, had or may come to have."""
    revision: int
    state: GrantState
    in_doubt: bool
    """Whether something was asked of the vendor and is not known to be done."""
    wanted: Wanted | None = None
    """What it is to become, where that is in doubt."""


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


def root_scopes(
    devices: Mapping[str, Device], device: Device | None
) -> Sequence[Access]:
    """Return the scopes of a vendor whose devices are delivered and read back with all of their parts."""
    roots = [device.root_id] if device else [each.root_id for each in devices.values()]
    return [
        Access(root_id, devices[root_id].name or devices[root_id].label, root_id)
        for root_id in dict.fromkeys(roots)
    ]


class DeliveryState(StrEnum):
    """Where the delivery of changes to a device stands."""

    NONE = "none"
    """There is no delivery, and what became of an earlier one is not told."""
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    TIMED_OUT = "timed_out"


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far the delivery of changes to a device has come."""

    state: DeliveryState
    percent: int | None = None


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
