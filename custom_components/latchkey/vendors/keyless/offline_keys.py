"""Offline keys of the platform: for one phone and one lock, for a day at most; nothing takes them back."""

from collections.abc import Mapping
from datetime import datetime, timedelta
import re
from typing import Any, Final

from yarl import URL

from ..grants import Credential, GrantField, Issued, IssuedGrant, Order
from ..vendor import InvalidField, OutcomeUnknown
from ..wire import ABSENT
from . import permissions
from .values import iso
from .wire import WireGranted, WireOfflineKey

KIND: Final = "offline-key"
_DELIVERIES: Final = {
    "none": "NONE",
    "sms": "SMS_WITHOUT_APP_LINK",
    "sms_with_link": "SMS_WITH_APP_LINK",
}
_OFFLINE: Final = frozenset({Credential.OFFLINE_KEY})
FIELDS: Final = (
    GrantField("delivery", re.compile("|".join(_DELIVERIES)), False, _OFFLINE),
    GrantField(
        "app_link_base_url", re.compile(r"https://[!-~]{1,300}"), False, _OFFLINE
    ),
)
_LONGEST: Final = timedelta(hours=24)
_MOST_AHEAD: Final = timedelta(days=30)
_LONGEST_LINK: Final = 42
LIVES_ON: Final = _MOST_AHEAD + _LONGEST
"""A key opens to its end, whether or not the platform still lists it."""


def check(
    start: datetime, end: datetime, fields: Mapping[str, str], now: datetime
) -> None:
    """Raise InvalidField for a key that the platform does not issue (7.1)."""
    if "user_id" not in fields:
        raise InvalidField("user_id", "empty")
    if start > now + _MOST_AHEAD:
        raise InvalidField("start_datetime", "too_far_ahead")
    if end - start > _LONGEST:
        raise InvalidField("end_datetime", "longer_than_a_day")
    delivery = fields.get("delivery", "none")
    if delivery == "none" and "phone" in fields:
        raise InvalidField("phone", "not_with_this_delivery")
    if delivery != "none" and "phone" not in fields:
        raise InvalidField("phone", "empty")
    if (link := fields.get("app_link_base_url")) is not None:
        if delivery != "sms_with_link":
            raise InvalidField("app_link_base_url", "not_with_this_delivery")
        if len(link) > _LONGEST_LINK or not _is_link(link):
            raise InvalidField("app_link_base_url", "app_link_not_allowed")


def _is_link(link: str) -> bool:
    try:
        url = URL(link)
    except ValueError:
        return False
    return bool(url.host) and not (url.user or url.query or url.fragment)


def body(order: Order, device_id: str) -> dict[str, Any]:
    """Return the body that issues a key for a phone (7.1)."""
    assert order.start is not None and order.end is not None
    told = {
        "operatingDeviceId": device_id,
        "lockingDeviceId": order.access.scope,
        "startDatetime": iso(order.start),
        "endDatetime": iso(order.end),
        "deliveryMechanism": _DELIVERIES[order.fields.get("delivery", "none")],
    }
    if phone := order.fields.get("phone"):
        told["phoneNumber"] = phone
    if link := order.fields.get("app_link_base_url"):
        told["appLinkBaseUrl"] = link
    return told


def answered(raw: Any) -> Issued:
    """Return the key in an answer (7.1), and the alternative one, whose member's name is not known.

    Raises OutcomeUnknown for an answer without a key: it may have been issued.
    """
    keys: dict[str, Any] = raw if isinstance(raw, dict) else {}
    primary = keys.get("primaryKey", {})
    if (code := _value(primary)) is None:
        raise OutcomeUnknown("offline key")
    others = [
        value
        for member, key in keys.items()
        if member != "primaryKey" and (value := _value(key)) is not None
    ]
    key_id = WireGranted.id_in(primary)
    return Issued(
        vendor_id=key_id and f"{KIND}/{key_id}",
        code=code,
        alternative_code=others[0] if others else None,
    )


def _value(raw: Any) -> str | None:
    value = raw.get("value") if isinstance(raw, dict) else None
    return value if isinstance(value, str) and value else None


def issued(wire: WireOfflineKey, name: str, holder_id: str | None) -> IssuedGrant:
    """Return an offline key as a grant (7.2): the phone has it, or can be given it."""
    told = ABSENT not in (wire.startdatetime, wire.enddatetime)
    return IssuedGrant(
        vendor_id=f"{KIND}/{wire.id}",
        access=permissions.access(wire.lockingdeviceid, name, permissions.OPEN),
        name="",
        start=wire.startdatetime if told else None,
        end=wire.enddatetime if told else None,
        limits_told=told,
        delivered=True,
        leaving=False,
        credential=Credential.OFFLINE_KEY,
        holder_id=holder_id,
        lives_on=LIVES_ON,
        issued_at=wire.issuancedatetime,
    )
