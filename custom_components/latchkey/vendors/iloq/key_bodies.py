"""The bodies of requests about keys, field by field (facts sheet 2, 3.2, 3.3)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, Final

from ..grants import Access, Credential, Order
from ..vendor import AnswerNotUnderstood
from .key_fields import LIMITS_V1, OF_A_KEY, SLOTS, expert
from .times import moment, with_offset, without_offset
from .wire import ROOT_REAL_ESTATE, WireLimits, WireSlot, number

TYPES: Final[Mapping[Credential, int]] = {
    Credential.KEY: 264,
    Credential.PHONE: 6,
    Credential.TAG: 384,
}
"""What a new key is (KeyTypeMask, 3.2)."""
START, END = range(2)
"""The slots of a key's start and end."""
_BY_EMAIL: Final = 8


type Period = tuple[datetime | None, datetime | None]
"""From when to when; None for no start, and for no end."""


def inserted(
    order: Order,
    key_id: str,
    person_id: str | None,
    zone_ids: Sequence[str],
    zone: tzinfo,
    *,
    is_v1: bool,
) -> dict[str, Any]:
    """Return a new key in its full form (POST Keys; the seed, 2)."""
    told = expert(order.fields, is_v1=is_v1)
    key: dict[str, Any] = {
        "FNKey_ID": key_id,
        "Description": order.name,
        "ExpireDate": with_offset(order.end, zone) if order.end else None,
        "InfoText": order.fields.get("info_text", ""),
        "Person_ID": person_id,
        "RealEstate_ID": order.fields.get("real_estate", ROOT_REAL_ESTATE),
        "Stamp": order.fields.get("stamp", ""),
        "TagKey": order.code or "" if order.credential is Credential.TAG else "",
        **{name: told.pop(name, "") for name in OF_A_KEY},
    }
    body: dict[str, Any] = {
        "Key": key,
        "SecurityAccessIds": access_ids(order.access),
        "ZoneIds": list(zone_ids),
    }
    if is_v1:
        return {**body, LIMITS_V1: told.get(LIMITS_V1, [])}
    key["KeyTypeMask"] = TYPES[order.credential]
    own = dates(order.start, order.end, zone)
    return {**body, **told, SLOTS: [*own, *told.get(SLOTS, [])]}


def access_ids(access: Access) -> list[str]:
    """Return the ids of the accesses that one stands for."""
    return [each for each in access.id.split(",") if each]


def dates(
    start: datetime | None, end: datetime | None, zone: tzinfo
) -> list[dict[str, Any]]:
    """Return the slots of a start and an end, in the system's zone, which is not written (3.2)."""
    return [
        {"SlotNo": number, "LimitDateLg": without_offset(at, zone)}
        for number, at in ((START, start), (END, end))
        if at is not None
    ]


def phone(key_id: str, order: Order) -> dict[str, Any]:
    """Return where a phone's key is sent to: the number, else the e-mail address (PUT KeyPhones)."""
    return {
        "FNKey_ID": key_id,
        "PhoneNo": order.code or "",
        "Email": order.fields.get("email", ""),
        "OptionMask": 0 if order.code else _BY_EMAIL,
    }


def changed(raw: Mapping[str, Any], order: Order, zone: tzinfo) -> dict[str, Any]:
    """Return a key as it was read, with another name and end (PUT Keys, which takes it whole)."""
    told = {
        "description": order.name,
        "expiredate": with_offset(order.end, zone) if order.end else None,
    }
    key = {name: told.get(name.lower(), value) for name, value in raw.items()}
    names = {name.lower() for name in raw}
    if "description" not in names:
        key["Description"] = told["description"]
    if "expiredate" not in names:
        key["ExpireDate"] = told["expiredate"]
    return {
        # It is required, whatever an answer has for none.
        name: "" if name.lower() == "stamp" and value is None else value
        for name, value in key.items()
    }


def limited(
    held: Access, limits: WireLimits, order: Order, zone: tzinfo
) -> dict[str, Any]:
    """Return all that a key opens and when, with another start and end: what is left out here, it loses (3.2)."""
    kept = [slot for slot in slots(limits) if _number_of(slot) not in (START, END)]
    return {
        "SecurityAccessIds": access_ids(held),
        "TimeLimitSlots": [*dates(order.start, order.end, zone), *kept],
        "KeyScheduler": limits.keyscheduler,
        "OfflineExpirationSeconds": number(limits.offlineexpirationseconds) or 0,
        "OutsideUserZoneTimeLimitTitleSlots": [],
    }


def slots(limits: WireLimits) -> list[Any]:
    """Return the slots of a key as they were read."""
    told = limits.keytimelimitslots
    return told if isinstance(told, list) else []


def period(limits: WireLimits, zone: tzinfo) -> Period:
    """Return the start and the end in a key's slots; raises AnswerNotUnderstood for a time that cannot be read."""
    found: dict[int | None, datetime | None] = {}
    for slot in slots(limits):
        wire = WireSlot.parse(slot)
        at = moment(wire.limitdatelg, zone)
        if at is None and wire.limitdatelg not in (None, ""):
            # It must not pass for no end.
            raise AnswerNotUnderstood("slot")
        found[number(wire.slotno)] = at
    return found.get(START), found.get(END)


def same(one: datetime | None, other: datetime | None, zone: tzinfo) -> bool:
    """Return whether two times are written alike, as the vendor has them: to the second."""
    if one is None or other is None:
        return one is other
    return without_offset(one, zone) == without_offset(other, zone)


def _number_of(slot: Any) -> int | None:
    return number(WireSlot.parse(slot).slotno)
