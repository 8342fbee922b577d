"""The audit trail, and the log by dates."""

from collections.abc import Callable
from datetime import datetime

from simulators.iloq.api.call import Call, Handlers
from simulators.iloq.fields import Model, guids
from simulators.iloq.logs import Line, newest_first
from simulators.iloq.refusals import wrong_value

_TRAIL = Model(utc="GoingStartDateUtc GoingEndDateUtc", whole="TypeMask")
_PERIOD = Model(utc="StartDateUtc EndDateUtc")

type _Chosen = Callable[[datetime | None, datetime | None], list[Line]]


def audit_trail(call: Call) -> object:
    """Return the lines of some locks or keys, both of which a line must match if both are given (assumed)."""
    asked = _TRAIL.read(call.body, call.dates)
    locks = guids(call.body.get("FLockIds"), "FLockIds")
    keys = guids(call.body.get("FNKeyIds"), "FNKeyIds")
    if not locks and not keys:
        raise wrong_value("", "FLockIds")
    logs, mask = call.group.logs, asked["TypeMask"]
    wanted_locks, wanted_keys = frozenset(locks), frozenset(keys)
    found = [
        line
        for line in logs.by_going(asked["GoingStartDateUtc"], asked["GoingEndDateUtc"])
        if (not locks or line.lock.id in wanted_locks)
        and (not keys or (line.key is not None and line.key.id in wanted_keys))
        and (not mask or line.mask & mask)
    ]
    if call.cloud.options.log_order == "newest":
        found = newest_first(found)
    dates = call.dates
    return {
        "LockLogs": [line.as_trail(dates) for line in found[: logs.most]],
        "TotalCount": len(found),
    }


def _between(call: Call, chosen: _Chosen) -> object:
    """Return the lines of a period, which is told with them."""
    dates = call.dates
    asked = _PERIOD.read(call.body, dates)
    found = chosen(asked["StartDateUtc"], asked["EndDateUtc"])
    if call.cloud.options.log_order == "newest":
        found = newest_first(found)
    group_id = call.group.id
    rows = [line.as_data(dates, group_id) for line in found]
    return _PERIOD.write(asked, dates) | {"LockLogs": rows}


HANDLERS: Handlers = {
    "POST LockLogs": audit_trail,
    "POST LockLogs/GetLockLogDataByGoingDates": lambda call: _between(
        call, call.group.logs.by_going
    ),
    "POST LockLogs/GetLockLogDataByTimestamp": lambda call: _between(
        call, call.group.logs.by_arrival
    ),
}
