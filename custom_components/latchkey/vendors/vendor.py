"""What a vendor can do, one small protocol per capability, and the ways in which it can fail."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final, Protocol, runtime_checkable

from aiohttp import ClientSession

from .grants import GrantField
from .model import Account, Device, Inventory, Status

UNSTATED_WAIT: Final = 60.0
"""Seconds to wait after a rate limit that names no time."""


class VendorError(Exception):
    """A vendor did not do what it was asked; never carries a value that was sent or received."""

    key: ClassVar[str]
    """The failure's name, by which it is translated."""

    def __init__(self, detail: str = "") -> None:
        """Initialize with what may be told: a status code, the name of a field, a kind of failure."""
        super().__init__(f"{self.key}: {detail}" if detail else self.key)


class WrongCredentials(VendorError):
    """The vendor does not accept the credentials."""

    key = "wrong_credentials"


class Refused(VendorError):
    """The vendor will not be asked: our address, our clock or our credentials may be why, and it does not say which."""

    key = "refused"

    def __init__(self, detail: str = "", *, reason: str = "") -> None:
        """Initialize with the reason's name, by which it is translated, where the vendor says it after all."""
        super().__init__(detail)
        self.reason = reason


class ChoiceNeeded(VendorError):
    """The credentials lead to several accounts; nothing was done."""

    key = "choice_needed"

    def __init__(self, field: str, options: Mapping[str, str]) -> None:
        """Initialize with the field that says which one, and the names by their values."""
        super().__init__(field)
        self.field = field
        self.options = options


class Obstacle(StrEnum):
    """Why something cannot be done with a key, or with a person."""

    ACCESSES_OUTSIDE_ZONES = "accesses_outside_zones"
    BEING_PROGRAMMED = "being_programmed"
    BLOCKED = "blocked"
    KEY_ID_TOO_LARGE = "key_id_too_large"
    LICENCE_LIMIT = "licence_limit"
    LIMITS_OUTSIDE_ZONES = "limits_outside_zones"
    NEEDS_MANAGER = "needs_manager"
    """It takes the vendor's own program, and a programming key."""
    NEVER_PROGRAMMED = "never_programmed"
    NOT_BLOCKABLE = "not_blockable"
    NOT_BLOCKED = "not_blocked"
    NO_EMAIL = "no_email"
    NO_MAIN_ZONE = "no_main_zone"
    NO_PERSON = "no_person"
    NO_PHONE = "no_phone"
    NO_SUCH_ACCESS = "no_such_access"
    NO_TAG = "no_tag"
    PERSON_HAS_ACCOUNT = "person_has_account"
    PERSON_HAS_BOOKINGS = "person_has_bookings"
    PERSON_HAS_FLATS = "person_has_flats"
    PERSON_HAS_KEYS = "person_has_keys"
    PERSON_HAS_TOKEN = "person_has_token"
    PERSON_IS_NEEDED = "person_is_needed"
    PERSON_IS_USER = "person_is_user"
    PERSON_NO_RIGHT = "person_no_right"
    PROGRAMMED = "programmed"
    TOO_MANY_ACCESSES = "too_many_accesses"
    TOO_MANY_LIMITS = "too_many_limits"
    UNMODIFIABLE = "unmodifiable"
    VENDOR_FAILED = "vendor_failed"
    WRONG_KIND = "wrong_kind"
    WRONG_STATE = "wrong_state"


class Impossible(VendorError):
    """The vendor says beforehand that it cannot be done, and why; nothing was done."""

    key = "impossible"

    def __init__(self, obstacle: Obstacle) -> None:
        """Initialize with the reason, by which it is translated."""
        super().__init__(obstacle.value)
        self.obstacle = obstacle


class NoRight(VendorError):
    """The credentials are accepted, but they do not cover this."""

    key = "no_right"


class NotAvailable(VendorError):
    """The vendor does not offer this where the account is."""

    key = "not_available"


class NotFound(VendorError):
    """The vendor does not know what was named."""

    key = "not_found"


class Conflict(VendorError):
    """It contradicts what the vendor already holds."""

    key = "conflict"


class InvalidRequest(VendorError):
    """The vendor refused the request as it stands."""

    key = "invalid_request"


class WrongPath(InvalidRequest):
    """The vendor does not know the path: nothing is gone, and nothing was done."""

    key = "wrong_path"


class RateLimited(VendorError):
    """Too many requests; nothing was done."""

    key = "rate_limited"

    def __init__(self, retry_after: float | None) -> None:
        """Initialize with the seconds that the vendor asks to wait, where it says so."""
        super().__init__()
        self.retry_after = retry_after

    @property
    def wait(self) -> float:
        """Return the seconds to wait, be they asked for or not."""
        return UNSTATED_WAIT if self.retry_after is None else self.retry_after


class ServiceUnavailable(VendorError):
    """The vendor's cloud could not be reached or is out of order; nothing was done."""

    key = "service_unavailable"


class DeviceUnreachable(VendorError):
    """The cloud answers, the device behind it does not."""

    key = "device_unreachable"


class AnswerNotUnderstood(VendorError):
    """The answer is not what the vendor documents."""

    key = "answer_not_understood"


class TooLarge(AnswerNotUnderstood):
    """The answer is larger than any may be: less is to be asked for at once."""


class OutcomeUnknown(VendorError):
    """The command may have taken effect, and nothing tells whether it did."""

    key = "outcome_unknown"


class Vendor(Protocol):
    """An account at a vendor."""

    @property
    def counts(self) -> Mapping[str, int]:
        """Return how many requests were sent, repeated, and failed in which way."""
        ...

    async def account(self) -> Account:
        """Return who we are to the vendor; raises WrongCredentials where the vendor will not have us."""
        ...

    async def inventory(self) -> Inventory:
        """Return all devices of the account."""
        ...


@runtime_checkable
class KeepsSession(Protocol):
    """A vendor at which a session is open from the first request on."""

    async def close(self) -> None:
        """End the session, after what is under way; nothing can be asked afterwards."""
        ...


@runtime_checkable
class KeepsTime(Protocol):
    """A vendor that refuses requests whose time is not its own."""

    @property
    def corrected_by(self) -> timedelta:
        """Return by how much our clock is corrected for it, since a request was refused."""
        ...


@runtime_checkable
class ReportsStatus(Protocol):
    """A vendor whose outputs and inputs can be read."""

    async def status(self, device: Device) -> Status:
        """Return the present state of a device and its parts."""
        ...


@runtime_checkable
class SwitchesOutputs(Protocol):
    """A vendor whose outputs can be commanded.

    Both return when the vendor accepted the command, by the vendor's clock where it tells, and are
    sent once: OutcomeUnknown is the answer to a doubt, never a repetition.
    """

    async def set_output(self, device: Device, output_id: str, *, on: bool) -> datetime:
        """Turn an output of a device on or off until further notice."""
        ...

    async def pulse_output(
        self, device: Device, output_id: str, seconds: int
    ) -> datetime:
        """Turn an output of a device on for a time."""
        ...


class FieldKind(StrEnum):
    """How a field of the account form is entered."""

    TEXT = "text"
    SECRET = "secret"
    SELECT = "select"
    URL = "url"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the account form."""

    key: str
    kind: FieldKind
    default: str = ""
    options: tuple[str, ...] = ()
    """What can be chosen."""
    may_be_empty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorSpec:
    """What must be known of a vendor before there is an account."""

    name: str
    fields: tuple[Field, ...]
    connect: Callable[[ClientSession, Mapping[str, str]], Vendor]
    """Make the account's client from the fields' values; raises InvalidField before anything is sent."""
    grant_fields: tuple[GrantField, ...] = ()
    """The fields that its grants have beyond those of all vendors."""
    poll_interval: int
    """Seconds between two polls, unless the user says otherwise."""
    choice: str | None = None
    """The field that says which account it is about, where the credentials lead to several."""


class InvalidField(ValueError):
    """A field of the account form cannot be right."""

    def __init__(self, field: str, reason: str) -> None:
        """Initialize with the field's key and the reason's name, by which it is translated."""
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason
