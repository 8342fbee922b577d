"""What happens at the doors: keys are tried, locks are read, keys and locks are programmed."""

from datetime import datetime
from typing import Literal, get_args

from simulators.errors import Invalid
from simulators.iloq.group import LockGroup
from simulators.iloq.keys import Key, KeyType
from simulators.iloq.locks import Lock
from simulators.iloq.logs import Line, Mask, mask_of
from simulators.iloq.slots import allow

type Outcome = Literal["granted", "denied"]

_NO_ACCESS, _OUT_OF_TIME, _BLOCKLISTED = 1, 2, 3


def try_key(
    group: LockGroup,
    lock_id: str,
    key_id: str | None,
    at: datetime,
    outcome: Outcome | None = None,
) -> Line:
    """Have a key, or an unknown one, tried at a lock, which decides by itself unless the outcome is given."""
    if outcome not in (None, *get_args(Outcome.__value__)):
        raise Invalid("outcome is granted or denied")
    lock = group.locks[lock_id]
    key = None if key_id is None else group.keys.gone.get(key_id) or group.keys[key_id]
    error = _refusal(group, lock, key, at)
    if outcome is not None and key:
        error = 0 if outcome == "granted" else error or _NO_ACCESS
    lock.openings += 1
    person = key and group.persons.get(key.record["Person_ID"] or "")
    line = Line(
        lock,
        key,
        person.name if person else None,
        at,
        mask_of(key, error == 0),
        lock.openings,
        error,
        group.key_tags.audited(key.id) if key else "",
    )
    _log(group, line, at)
    return line


def program_lock(group: LockGroup, lock_id: str, at: datetime) -> Line:
    """Have a lock programmed, which it logs."""
    lock = group.locks[lock_id]
    lock.program()
    line = Line(lock, None, None, at, int(Mask.PROGRAMMED), lock.openings)
    _log(group, line, at)
    return line


def _refusal(group: LockGroup, lock: Lock, key: Key | None, at: datetime) -> int:
    """Return why a lock refuses a key, or 0; that an expiry alone closes S10 locks only is assumed."""
    if key is None:
        return _NO_ACCESS
    if key.blocklisted:
        return _BLOCKLISTED
    if not key.is_programmed or not (
        set(key.programmed.accesses) & set(lock.programmed.accesses)
    ):
        return _NO_ACCESS
    expires = key.record["ExpireDate"]
    expired = KeyType.S10 in key.type and expires is not None and at >= expires
    if expired or not allow(key.programmed.slots, at, group.zone):
        return _OUT_OF_TIME
    return 0


def _log(group: LockGroup, line: Line, at: datetime) -> None:
    """Have a line come to the database by and by."""
    group.logs.write(line)
    options = group.options
    seconds = options.log_seconds if line.lock.online else options.offline_log_seconds
    if seconds is not None:
        group.agenda.after(at, seconds, lambda when: group.logs.take(line, when))
