"""Permissions of the platform: a user, a lock, an interval; phones fetch keys for them, which outlive a revocation."""

from collections.abc import Mapping
from datetime import datetime, timedelta
import re
from typing import Any, Final

from ..grants import Access, Credential, GrantField, IssuedGrant, Order
from ..vendor import InvalidField, InvalidRequest
from ..wire import ABSENT
from .values import duration, iso
from .wire import WirePermission

KIND: Final = "permission"
OPEN: Final = "OPEN"
OPERATIONS: Final = {
    "open": OPEN,
    "update_firmware": "UPDATE_FIRMWARE",
    "update_time": "UPDATE_TIME",
}
_APP: Final = frozenset({Credential.APP})
FIELDS: Final = (
    GrantField("operation", re.compile("|".join(OPERATIONS)), False, _APP),
    GrantField("key_validity_days", re.compile("[0-9]{1,2}"), True, _APP),
)
_SINGLE: Final = "SINGLE_INTERVAL"
_USUAL_DAYS: Final = 8
_MOST_DAYS: Final = 31


def access(lock_id: str, lock_name: str, operation: str) -> Access:
    """Return what a permission opens; one to maintain a lock is an access of its own."""
    if operation == OPEN:
        return Access(lock_id, lock_name, lock_id)
    told = operation.replace("_", " ").lower()
    return Access(f"{lock_id}/{operation}", f"{lock_name}, {told}", lock_id)


def check(fields: Mapping[str, str]) -> None:
    """Raise InvalidField for a validity that no key has (6.1)."""
    if not 1 <= int(fields.get("key_validity_days", "1")) <= _MOST_DAYS:
        raise InvalidField("key_validity_days", "key_validity_range")


def validity(fields: Mapping[str, str]) -> timedelta:
    """Return how long a key that a phone has fetched opens without the platform (6.1)."""
    return timedelta(days=int(fields.get("key_validity_days", _USUAL_DAYS)))


def body(order: Order) -> dict[str, Any]:
    """Return the body that grants what is ordered (6.1)."""
    lock_id, _, operation = order.access.id.partition("/")
    return {
        "userId": order.holder_id,
        "lockingDeviceId": lock_id,
        "operationType": operation or OPEN,
        "permissionType": _SINGLE,
        "operatingKeyValidityDuration": f"P{validity(order.fields).days}D",
        **_interval(order),
    }


def changed_body(held: WirePermission, order: Order) -> dict[str, Any] | None:
    """Return the body that makes a permission what is ordered (6.3), None where it is that already.

    Everything is replaced, so what is not ordered is sent as it is. Raises InvalidRequest for a permission of
    several intervals: what those look like is not known.
    """
    if held.permissiontype.upper() != _SINGLE:
        raise InvalidRequest("permissionType")
    days = order.fields.get("key_validity_days")
    present = {
        "userId": held.userid,
        "lockingDeviceId": held.lockingdeviceid,
        "operationType": held.operationtype,
        "permissionType": held.permissiontype,
        "operatingKeyValidityDuration": held.operatingkeyvalidityduration
        or f"P{_USUAL_DAYS}D",
        "start": _told(held.start),
        "end": _told(held.end),
    }
    wanted = {**present, **_interval(order)}
    if days is not None and duration(
        present["operatingKeyValidityDuration"] or ""
    ) != timedelta(days=int(days)):
        wanted["operatingKeyValidityDuration"] = f"P{int(days)}D"
    return None if wanted == present else wanted


def issued(wire: WirePermission, name: str, *, has_device: bool) -> IssuedGrant:
    """Return a permission as a grant (6.2); it waits for as long as its user has nothing to open with."""
    told = ABSENT not in (wire.start, wire.end)
    return IssuedGrant(
        vendor_id=f"{KIND}/{wire.id}",
        access=access(wire.lockingdeviceid, name, wire.operationtype.upper() or OPEN),
        name="",
        start=wire.start if told else None,
        end=wire.end if told else None,
        limits_told=told,
        delivered=has_device,
        leaving=False,
        credential=Credential.APP,
        holder_id=wire.userid,
        # What cannot be read is taken for the longest that there is.
        lives_on=duration(wire.operatingkeyvalidityduration or f"P{_USUAL_DAYS}D")
        or timedelta(days=_MOST_DAYS),
    )


def _interval(order: Order) -> dict[str, str]:
    assert order.start is not None and order.end is not None
    return {"start": iso(order.start), "end": iso(order.end)}


def _told(moment: datetime | object) -> str | None:
    return iso(moment) if isinstance(moment, datetime) else None
