"""What may be done with a key at present, and its way from the order into the key."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from simulators.errors import Conflict
from simulators.iloq.accesses import STANDARD
from simulators.iloq.keys import PROGRAMMED_TAG, Key, KeyType, Programming, State
from simulators.iloq.refusals import not_now
from simulators.iloq.slots import taken

if TYPE_CHECKING:
    from simulators.iloq.group import LockGroup

PHONE_WAITING, PHONE_REGISTERED, _BY_EMAIL = 1, 2, 8


def can_order(group: LockGroup, key: Key) -> int:
    """Return 0 if a key can be ordered, or why not; in which order the reasons are looked at is assumed."""
    new = set(key.planned.accesses) - set(key.programmed.accesses)
    if (forced := key.forced.get("CanOrder")) is not None:
        return forced
    if not key.type & (KeyType.PHONE | KeyType.SERIES_5):
        return 2
    if key.programming != Programming.PLANNING or key.state > State.HANDED_OVER:
        return 4
    if key.blocklisted:
        return 8
    if key.is_phone and (reason := _phone_lacks(group, key)):
        return reason
    if key.is_tag and not key.record["TagKey"]:
        return 14
    if taken(key.planned.slots) > group.options.most_slots:
        return 11
    return 1 if _any_standard(group, new) else 0


def can_return(group: LockGroup, key: Key) -> int:
    """Return 0 if a key can be returned, or why not."""
    if (forced := key.forced.get("CanReturn")) is not None:
        return forced
    if not (key.is_phone or key.is_tag):
        return 2
    if key.blocklisted:
        return 4
    if not key.is_programmed:
        return 3
    return 1 if _any_standard(group, key.programmed.accesses) else 0


def can_delete(key: Key) -> int:
    """Return 0 if a key can be deleted, or why not."""
    if (forced := key.forced.get("CanDelete")) is not None:
        return forced
    if key.blocklisted:
        return 3
    if key.is_programmed:
        return 1
    return 2 if key.ordered_once else 0


def can_update_main_zone(group: LockGroup, key: Key) -> int:
    """Return 0 if a key can be given another main zone, or why not."""
    if group.options.main_zones == "unsupported":
        return 1
    return 2 if key.ordered_once else 0


def order(group: LockGroup, key: Key, at: datetime) -> None:
    """Order a key; an external tag is programmed by that, others when their packets have been fetched."""
    if reason := can_order(group, key):
        raise not_now(f"Key cannot be ordered: {reason}")
    key.ordered_once = True
    key.programming = Programming.ORDERED
    if key.is_tag:
        key.record = key.record | {"KeyTypeMask": PROGRAMMED_TAG}
        program(key)
        return
    seconds = group.options.fetch_seconds
    if seconds is not None and (not key.is_phone or _registered(key)):
        group.agenda.after(at, seconds, lambda when: _fetch_by_itself(group, key, when))


def give_back(group: LockGroup, key: Key) -> None:
    """Return a key, which is gone by that."""
    if reason := can_return(group, key):
        raise not_now(f"Key cannot be returned: {reason}")
    group.keys.remove(key, State.RETURNED)


def delete(group: LockGroup, key: Key) -> None:
    """Delete a key that never was ordered."""
    if reason := can_delete(key):
        raise not_now(f"Key cannot be deleted: {reason}")
    group.keys.remove(key, State.DELETED)


def fetch(key: Key) -> None:
    """Have the packet of an ordered key fetched."""
    if key.programming != Programming.ORDERED:
        raise Conflict("the key is not ordered")
    if key.is_phone and not _registered(key):
        raise Conflict("the phone is not registered")
    key.programming = Programming.FETCHED


def program(key: Key) -> None:
    """Have a key programmed with what is planned for it, ordered or not, as one with a token does it."""
    key.programmed = key.planned
    key.programming = Programming.PROGRAMMED
    key.is_programmed = key.ordered_once = True
    if key.record["Person_ID"] and key.state == State.PLANNING:
        key.state = State.HANDED_OVER


def register_phone(key: Key) -> None:
    """Have a phone register; if its key is ordered, it fetches its packet and is programmed."""
    if key.phone is None:
        raise Conflict("the key has no phone")
    mask = key.phone["OptionMask"] & ~PHONE_WAITING
    key.phone = key.phone | {"OptionMask": mask | PHONE_REGISTERED}
    if key.programming == Programming.ORDERED:
        fetch(key)
        program(key)


def _any_standard(group: LockGroup, accesses: Iterable[str]) -> bool:
    """Tell whether some accesses have one among them that is changed with a token alone."""
    return any(group.accesses[access].record["Type"] == STANDARD for access in accesses)


def _registered(key: Key) -> bool:
    """Tell whether a key's phone is registered."""
    return key.phone is not None and bool(key.phone["OptionMask"] & PHONE_REGISTERED)


def _phone_lacks(group: LockGroup, key: Key) -> int:
    """Return what a phone key lacks before it can be ordered, or 0."""
    phone = key.phone or {"PhoneNo": None, "Email": None, "OptionMask": 0}
    if key.record["Person_ID"] is None:
        return 13
    if phone["OptionMask"] & _BY_EMAIL:
        if not phone["Email"]:
            return 10
    elif not phone["PhoneNo"]:
        return 9
    if group.options.main_zones == "required" and key.main_zone is None:
        return 12
    return 0


def _fetch_by_itself(group: LockGroup, key: Key, at: datetime) -> None:
    """Fetch a packet that still waits, and program it later."""
    if key.programming != Programming.ORDERED:
        return
    fetch(key)
    if (seconds := group.options.program_seconds) is not None:

        def finish(_at: datetime) -> None:
            if key.programming == Programming.FETCHED:
                program(key)

        group.agenda.after(at, seconds, finish)
