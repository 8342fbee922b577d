"""The one place where a vendor's error becomes a Home Assistant error."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .const import DOMAIN
from .door import OpeningError
from .vendors.vendor import (
    Conflict,
    DeviceUnreachable,
    Impossible,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Refused,
    VendorError,
)

BOX_ERRORS: Final[Mapping[type[VendorError], str]] = MappingProxyType(
    {
        DeviceUnreachable: "device_unreachable_box",
        InvalidRequest: "invalid_request_box",
        OutcomeUnknown: "outcome_unknown_box",
    }
)
"""What fails in another way where a box is opened."""
BOXES_ERRORS: Final[Mapping[type[VendorError], str]] = MappingProxyType(
    {
        DeviceUnreachable: "device_unreachable_locker",
        InvalidRequest: "invalid_request_locker",
    }
)
"""What fails in another way where a locker's boxes are asked for."""
CALL_ERRORS: Final[Mapping[type[VendorError], str]] = MappingProxyType(
    {
        DeviceUnreachable: "device_unreachable_call",
        InvalidRequest: "invalid_request_call",
        NotFound: "not_found_call",
        OutcomeUnknown: "outcome_unknown_call",
    }
)
"""What fails in another way where an operation is passed on as it is."""


GRANT_ERRORS: Final[Mapping[type[VendorError], str]] = MappingProxyType(
    {
        Conflict: "conflict_grant",
        InvalidRequest: "invalid_request_grant",
        NotFound: "not_found_grant",
    }
)
"""What fails in another way where it is about a grant."""


KEY_ERRORS: Final[Mapping[type[VendorError], str]] = MappingProxyType(
    {
        Conflict: "invalid_request_key",
        InvalidRequest: "invalid_request_key",
        NotFound: "not_found_key",
        OutcomeUnknown: "outcome_unknown_key",
    }
)
"""What fails in another way where it is about a key."""
ORDERING_ERRORS: Final[Mapping[type[VendorError], str]] = MappingProxyType(
    {VendorError: "not_ordered", OutcomeUnknown: "outcome_unknown_order"}
)
"""All that fails where a key is ordered after it was changed: the change stands."""
PERSON_ERRORS: Final[Mapping[type[VendorError], str]] = MappingProxyType(
    {
        Conflict: "invalid_request_person",
        InvalidRequest: "invalid_request_person",
        NotFound: "not_found_person",
        OutcomeUnknown: "outcome_unknown_person",
    }
)
"""What fails in another way where it is about a person."""


BOOKING_ERRORS: Final[Mapping[type[VendorError], str]] = MappingProxyType(
    {
        Conflict: "conflict_booking",
        InvalidRequest: "invalid_request_booking",
        NotFound: "not_found_booking",
        OutcomeUnknown: "outcome_unknown_booking",
    }
)
"""What fails in another way where it is about a booking."""


ROOM_BOOKING_ERRORS: Final[Mapping[type[VendorError], str]] = MappingProxyType(
    {
        Conflict: "conflict_booking",
        InvalidRequest: "invalid_request_room_booking",
        NotFound: "not_found_room_booking",
        OutcomeUnknown: "outcome_unknown_room_booking",
    }
)
"""What fails in another way where rooms are booked, or asked about."""
BOOKING_CHANGE_ERRORS: Final[Mapping[type[VendorError], str]] = MappingProxyType(
    {
        Conflict: "conflict_booking_change",
        InvalidRequest: "invalid_request_booking_change",
        NotFound: "not_found_booking_change",
        OutcomeUnknown: "outcome_unknown_booking_change",
    }
)
"""What fails in another way where a booking is changed."""


HOLDER_ERRORS: Final[Mapping[type[VendorError], str]] = MappingProxyType(
    {
        InvalidRequest: "invalid_request_user",
        NotFound: "not_found_user",
        OutcomeUnknown: "outcome_unknown_user",
    }
)
"""What fails in another way where it is about whom a grant is for."""
INVITING_ERRORS: Final[Mapping[type[VendorError], str]] = MappingProxyType(
    {**HOLDER_ERRORS, OutcomeUnknown: "outcome_unknown_invitation"}
)
"""What fails in another way where somebody is invited."""
DELETION_ERRORS: Final[Mapping[type[VendorError], str]] = MappingProxyType(
    {**HOLDER_ERRORS, OutcomeUnknown: "outcome_unknown_deletion"}
)
"""What fails in another way where somebody is deleted."""
INVITATION_ERRORS: Final[Mapping[type[VendorError], str]] = MappingProxyType(
    {**DELETION_ERRORS, Conflict: "conflict_invitation"}
)
"""What fails in another way where an invitation is taken back."""
DEVICE_ERRORS: Final[Mapping[type[VendorError], str]] = MappingProxyType(
    {**DELETION_ERRORS, Conflict: "conflict_operating_device"}
)
"""What fails in another way where somebody's device is deleted."""
OPENING_ERRORS: Final[Mapping[type[VendorError], str]] = MappingProxyType(
    {
        Conflict: "conflict_opening",
        InvalidRequest: "invalid_request_opening",
        OutcomeUnknown: "outcome_unknown_opening",
    }
)
"""What fails in another way where it is about a remote opening."""
CANCEL_ERRORS: Final[Mapping[type[VendorError], str]] = MappingProxyType(
    {VendorError: "could_not_cancel", OutcomeUnknown: "outcome_unknown_cancel"}
)
"""All that fails where a remote opening is cancelled: it may still be carried out."""
HOLD_ERRORS: Final[Mapping[type[VendorError], str]] = MappingProxyType(
    {
        Conflict: "invalid_request_hold",
        InvalidRequest: "invalid_request_hold",
        NotFound: "invalid_request_hold",
        OutcomeUnknown: "outcome_unknown_hold",
    }
)
"""What fails in another way where doors are held open by a schedule."""
LOCKING_ERRORS: Final[Mapping[type[VendorError], str]] = MappingProxyType(
    {
        DeviceUnreachable: "device_unreachable_lock",
        InvalidRequest: "invalid_request_lock",
        OutcomeUnknown: "outcome_unknown_lock",
    }
)
"""What fails in another way where a lock is locked."""
UNLOCKING_ERRORS: Final[Mapping[type[VendorError], str]] = MappingProxyType(
    {
        **LOCKING_ERRORS,
        DeviceUnreachable: "device_unreachable_unlock",
        OutcomeUnknown: "outcome_unknown_unlock",
    }
)
"""What fails in another way where a lock is unlocked."""
READING_ERRORS: Final[Mapping[type[VendorError], str]] = MappingProxyType(
    {InvalidRequest: "invalid_request_readings", NotFound: "not_found_readings"}
)
"""What fails in another way where it is about readings."""
SETTING_ERRORS: Final[Mapping[type[VendorError], str]] = MappingProxyType(
    {
        Conflict: "invalid_request_setting",
        InvalidRequest: "invalid_request_setting",
        NotFound: "not_found_setting",
    }
)
"""What fails in another way where it is about a setting."""


SITE_ERRORS: Final[Mapping[type[VendorError], str]] = MappingProxyType(
    {
        Conflict: "conflict_site",
        InvalidRequest: "invalid_request_site",
        NotFound: "not_found_site",
        OutcomeUnknown: "outcome_unknown_site",
    }
)
"""What fails in another way where it is about what stands at a site."""
CLAIM_ERRORS: Final[Mapping[type[VendorError], str]] = MappingProxyType(
    {
        **SITE_ERRORS,
        Conflict: "conflict_claim",
        InvalidRequest: "invalid_request_claim",
        NotFound: "not_found_claim",
    }
)
"""What fails in another way where a gateway is claimed."""
ASSOCIATION_ERRORS: Final[Mapping[type[VendorError], str]] = MappingProxyType(
    {
        **SITE_ERRORS,
        Conflict: "association_refused",
        InvalidRequest: "association_refused",
    }
)
"""What fails in another way where a gateway is associated."""
DISSOCIATION_ERRORS: Final[Mapping[type[VendorError], str]] = MappingProxyType(
    {**SITE_ERRORS, NotFound: "not_associated"}
)
"""What fails in another way where a gateway is dissociated."""


def translated[E: HomeAssistantError](
    err: VendorError,
    exception: type[E],
    name: str,
    keys: Mapping[type[VendorError], str] = MappingProxyType({}),
) -> E:
    """Return the Home Assistant error that tells the user what failed and what can be done."""
    key = next((keys[kind] for kind in type(err).__mro__ if kind in keys), err.key)
    placeholders = {"name": name}
    if isinstance(err, RateLimited) and err.retry_after is not None and key == err.key:
        key = "rate_limited_until"
        placeholders["seconds"] = str(round(err.retry_after))
    if isinstance(err, Impossible):
        key = f"impossible_{err.obstacle}"
    elif isinstance(err, Refused) and err.reason:
        key = f"refused_{err.reason}"
    return exception(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )


@contextmanager
def vendor_errors(
    name: str, keys: Mapping[type[VendorError], str] = MappingProxyType({})
) -> Iterator[None]:
    """Turn a vendor's error into one that says who is at fault: the caller, or the world."""
    try:
        yield
    except (InvalidRequest, Conflict, Impossible) as err:
        raise translated(err, ServiceValidationError, name, keys) from err
    except VendorError as err:
        raise translated(err, HomeAssistantError, name, keys) from err


@contextmanager
def door_errors(
    name: str,
    keys: Mapping[type[VendorError], str],
    doubt: Callable[[VendorError], None],
) -> Iterator[None]:
    """Turn what fails at a door, which leads to a doubt, and what its state forbids into an error for the user."""
    try:
        with vendor_errors(name, keys):
            try:
                yield
            except VendorError as err:
                doubt(err)
                raise
    except OpeningError as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=err.key,
            translation_placeholders={"name": name},
        ) from err
