"""Locks."""

from simulators.iloq.api.call import Call, Handlers
from simulators.iloq.fields import guids, known
from simulators.iloq.keys import Content
from simulators.iloq.locks import Lock


def _lock_of(call: Call) -> Lock:
    """Return the lock that the path names."""
    return call.find(call.group.locks)


def list_locks(call: Call) -> object:
    """List all locks."""
    return [lock.as_json(call.dates, call.v1) for lock in call.group.locks.values()]


def get_lock(call: Call) -> object:
    """Return one lock."""
    return _lock_of(call).as_json(call.dates, call.v1)


def insert(call: Call) -> object:
    """Add a lock; the answer writes the name of its real estate as other models do."""
    lock = call.group.locks.insert(call.body, call.dates)
    told = lock.as_json(call.dates)
    return told | {"RealEstate_ID": told.pop("RealEstate_Id")}


def update(call: Call) -> object:
    """Write a lock's fields."""
    call.group.locks.edit(call.body, call.dates)
    return None


def delete(call: Call) -> object:
    """Delete a lock."""
    call.group.locks.delete(_lock_of(call))
    return None


def list_accesses(call: Call) -> object:
    """List the accesses of a lock, planned or programmed."""
    lock, accesses = _lock_of(call), call.group.accesses
    viewed = lock.planned if call.choice("mode", 1, 0, 1, 2) < 2 else lock.programmed
    return {
        "OutsideUserZonesCount": 0,
        "SecurityAccesses": [
            accesses[access].as_json(call.dates)
            for access in viewed.accesses
            if access in accesses
        ],
    }


def replace_accesses(call: Call) -> object:
    """Give a lock these accesses, and no others."""
    chosen = guids(call.body.get("SecurityAccessIds"), "SecurityAccessIds")
    known(chosen, call.group.accesses, "SecurityAccessIds")
    _lock_of(call).change(Content(tuple(chosen)))
    return None


def list_limits(call: Call) -> object:
    """List the time profiles of a lock, of which none has any here."""
    _lock_of(call)
    return {"OutsideUserZonesCount": 0, "TimeLimitTitles": []}


def order(call: Call) -> object:
    """Order a lock."""
    _lock_of(call).order()
    return None


HANDLERS: Handlers = {
    "GET Locks": list_locks,
    "POST Locks": insert,
    "PUT Locks": update,
    "GET Locks/{id}": get_lock,
    "DELETE Locks/{id}": delete,
    "GET Locks/{id}/CanOrder": lambda call: _lock_of(call).can_order(),
    "POST Locks/{id}/Order": order,
    "GET Locks/{id}/Options": lambda call: dict(_lock_of(call).options),
    "GET Locks/{id}/SecurityAccesses": list_accesses,
    "PUT Locks/{id}/SecurityAccesses": replace_accesses,
    "GET Locks/{id}/TimeLimitTitles": list_limits,
}
