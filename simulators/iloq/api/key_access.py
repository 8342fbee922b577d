"""The accesses and time limits of keys."""

from dataclasses import replace

from simulators.iloq.api.call import Call, Handlers
from simulators.iloq.api.keys import key_of
from simulators.iloq.fields import Record, guid, known
from simulators.iloq.keys import Content, Key
from simulators.iloq.models import SCHEDULER
from simulators.iloq.refusals import not_now, wrong_value
from simulators.iloq.slots import (
    FIRST_PROFILE,
    check_slots,
    problem_of,
    read_slot,
    taken,
    written,
)

_OK, _UNMODIFIABLE, _THIRD = 1, 2, 3
_BLOCKLISTED, _TOO_MANY = 15, 12


def _viewed(call: Call, key: Key) -> Content:
    """Return what is planned for a key, or what was programmed into it, as the query asks."""
    return key.planned if call.choice("mode", 1, 0, 1, 2) < 2 else key.programmed


def list_accesses(call: Call) -> object:
    """List the accesses of a key."""
    accesses = call.group.accesses
    viewed = _viewed(call, key_of(call))
    return {
        "OutsideUserZonesCount": 0,
        "SecurityAccesses": [
            accesses[access].as_json(call.dates)
            for access in viewed.accesses
            if access in accesses
        ],
    }


def _can_add(call: Call) -> int:
    """Return 1 if a key takes one more access, or why not."""
    key = key_of(call)
    if (forced := key.forced.get("CanAdd")) is not None:
        return forced
    if key.blocklisted:
        return _UNMODIFIABLE
    full = len(key.planned.accesses) >= call.cloud.options.most_accesses
    return _THIRD if full else _OK


def _can_remove(call: Call) -> int:
    """Return 1 if a key can lose an access, or why not."""
    key = key_of(call)
    access = guid(call.part("securityAccessId"), "securityAccessId")
    if access not in key.planned.accesses:
        return _THIRD
    return _UNMODIFIABLE if key.blocklisted else _OK


def add_access(call: Call) -> object:
    """Give a key one more access; that one which it has is taken as done is assumed."""
    key = key_of(call)
    access = guid(call.body.get("SecurityAccess_ID"), "SecurityAccess_ID")
    known([access], call.group.accesses, "SecurityAccess_ID")
    if access not in key.planned.accesses:
        if (reason := _can_add(call)) != _OK:
            raise not_now(f"Security access cannot be added: {reason}")
        key.change(replace(key.planned, accesses=(*key.planned.accesses, access)))
    return None


def remove_access(call: Call) -> object:
    """Take an access from a key."""
    key = key_of(call)
    if (reason := _can_remove(call)) != _OK:
        raise not_now(f"Security access cannot be deleted: {reason}")
    access = guid(call.part("securityAccessId"), "securityAccessId")
    kept = tuple(kept for kept in key.planned.accesses if kept != access)
    key.change(replace(key.planned, accesses=kept))
    return None


def replace_accesses(call: Call) -> object:
    """Give a key these accesses and time limits, and no others."""
    key, keys = key_of(call), call.group.keys
    if key.blocklisted:
        raise not_now(f"Security accesses cannot be changed: {_UNMODIFIABLE}")
    content = keys.content_of(call.body, call.dates)
    keys.take_limits(key, call.body, call.dates, call.v1)
    key.change(content)
    return None


def list_limits(call: Call) -> object:
    """List the time limits of a key."""
    key = key_of(call)
    return {
        "KeyScheduler": key.scheduler and SCHEDULER.write(key.scheduler, call.dates),
        "KeyTimeLimitSlots": written(_viewed(call, key).slots, call.dates),
        "OfflineExpirationSeconds": key.offline_seconds,
        "OutsideUserZoneTimeLimitTitleSlots": [],
    }


def _can_add_limit(call: Call) -> int:
    """Return 0 if a key takes one more time limit, or why not."""
    key, slot = key_of(call), _slot(call)
    if (forced := key.forced.get("CanAddTimeLimit")) is not None:
        return forced
    if key.blocklisted:
        return _BLOCKLISTED
    if slot["SlotNo"] < FIRST_PROFILE:
        # The dates are changed with the accesses alone.
        return 9
    if problem := problem_of(slot, call.group.titles):
        return problem
    most = call.cloud.options.most_slots
    return _TOO_MANY if taken((*key.planned.slots, slot)) > most else 0


def _slot(call: Call) -> Record:
    """Return the time limit in a body."""
    return read_slot(call.body.get("TimeLimitSlot"), call.dates, "TimeLimitSlot")


def _of_title(call: Call, key: Key) -> Record:
    """Return the time limit of a key that comes from a profile."""
    title = guid(call.part("timeLimitTitleId"), "timeLimitTitleId")
    for slot in key.planned.slots:
        if slot["TimeLimitTitle_ID"] == title:
            return slot
    raise wrong_value(title, "timeLimitTitleId")


def add_limit(call: Call) -> object:
    """Give a key one more time limit."""
    key = key_of(call)
    if reason := _can_add_limit(call):
        raise not_now(f"Time limit cannot be added: {reason}")
    key.change(replace(key.planned, slots=(*key.planned.slots, _slot(call))))
    return None


def get_limit(call: Call) -> object:
    """Return the time limit of a key that comes from a profile."""
    return written([_of_title(call, key_of(call))], call.dates)[0]


def _change_limits(call: Call, *added: Record) -> None:
    """Take the time limit of a profile from a key, and give it others."""
    key = key_of(call)
    if key.blocklisted:
        raise not_now(f"Time limit cannot be changed: {_BLOCKLISTED}")
    old = _of_title(call, key)
    slots = (*(slot for slot in key.planned.slots if slot is not old), *added)
    check_slots(slots, call.group.titles, call.cloud.options.most_slots)
    key.change(replace(key.planned, slots=slots))


def update_limit(call: Call) -> object:
    """Replace the time limit of a key that comes from a profile."""
    slot = _slot(call)
    if slot["SlotNo"] < FIRST_PROFILE:
        raise wrong_value(slot["SlotNo"], "TimeLimitSlot.SlotNo")
    _change_limits(call, slot)
    return None


def remove_limit(call: Call) -> object:
    """Take the time limit of a profile from a key."""
    _change_limits(call)
    return None


_LIMITS = "Keys/{id}/TimeLimitTitles"

HANDLERS: Handlers = {
    "GET Keys/{id}/SecurityAccesses": list_accesses,
    "POST Keys/{id}/SecurityAccesses": add_access,
    "PUT Keys/{id}/SecurityAccesses": replace_accesses,
    "GET Keys/{id}/SecurityAccesses/CanAdd": _can_add,
    "DELETE Keys/{id}/SecurityAccesses/{securityAccessId}": remove_access,
    "GET Keys/{id}/SecurityAccesses/{securityAccessId}/CanDelete": _can_remove,
    f"GET {_LIMITS}": list_limits,
    f"POST {_LIMITS}": add_limit,
    f"GET {_LIMITS}/CanAdd": _can_add_limit,
    f"POST {_LIMITS}/CanAdd": _can_add_limit,
    f"GET {_LIMITS}/{{timeLimitTitleId}}": get_limit,
    f"PUT {_LIMITS}/{{timeLimitTitleId}}": update_limit,
    f"DELETE {_LIMITS}/{{timeLimitTitleId}}": remove_limit,
}
