"""Grants: who may open what, by which credential, from when to when; and what a vendor can do with them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
import re
from typing import Final

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
    IDENTIFICATION = "identification"
    """What a card or a tag is recognised by, in spellings that the vendor tells apart."""
    NONE = "none"
    """There is none, or the vendor makes it."""


_KINDS: Final = {
    CodeKind.DIGITS: "[0-9]",
    CodeKind.PHONE: "[+]?[0-9]",
    CodeKind.HEX: "[0-9A-Fa-f]",
    CodeKind.IDENTIFICATION: "[ -~]",
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
    again: bool = False
    """Whether a change must give it again, once it was given: it is kept nowhere, and left out it may be lost."""


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
    holder_id: str | None = None
    """Whom it is for, where the vendor tells."""
    was_there: bool = False
    """Whether there was one with this code already, which is now what was ordered."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """How far a grant is with one of several systems that each take it up by themselves."""

    system: str
    state: GrantState
    """Pending, active or failed."""
    reason: str | None = None
    """Why it failed, by the vendor's own word."""
    since: datetime | None = None


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
    deliveries: tuple[Delivered, ...] = ()
    """How far it is with each system, where it opens in several."""


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
    asked_at: datetime
    """When something was last asked of the vendor; of what is taken back, when that was asked first."""
    wanted: Wanted | None = None
    """What it is to become, where that is in doubt."""


def root_scopes(
    devices: Mapping[str, Device], device: Device | None
) -> Sequence[Access]:
    """Return the scopes of a vendor whose devices are delivered and read back with all of their parts."""
    roots = [device.root_id] if device else [each.root_id for each in devices.values()]
    return [
        Access(root_id, devices[root_id].name or devices[root_id].label, root_id)
        for root_id in dict.fromkeys(roots)
    ]


def joined(accesses: Iterable[Access], scope: str) -> Access:
    """Return one access for several, in the order of their ids."""
    held = sorted({each.id: each for each in accesses}.values(), key=_by_id)
    return Access(
        ",".join(each.id for each in held), ", ".join(each.name for each in held), scope
    )


def _by_id(access: Access) -> str:
    return access.id


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
