"""Smart locks: the units and locks there are, how they stand, what has happened, and commands.

Assumed: the event search takes a lock or a locker, a period and a page, by the names that these have elsewhere.
"""

from typing import TYPE_CHECKING

from simulators.bodies import Body, text
from simulators.keyvox.api.answers import NOTHING
from simulators.keyvox.api.operation import Operation, Operations
from simulators.keyvox.api.paging import CURSOR, PAGE, by_cursor, by_page
from simulators.keyvox.formats import EARLIEST, flag, optional_moment, optional_text
from simulators.keyvox.history import Entry

if TYPE_CHECKING:
    from simulators.keyvox.cloud import KeyVoxCloud


def operations(cloud: KeyVoxCloud) -> Operations:
    """Return what answers each operation."""
    options = cloud.options

    async def get_units(_body: Body) -> object:
        return [unit.as_row(cloud.sites[unit.site_id]) for unit in cloud.units.values()]

    async def get_locks(body: Body) -> object:
        rows = [lock.as_row() for lock in cloud.locks.values()]
        return {"list": by_page(body, rows)}

    async def get_status(body: Body) -> object:
        lock = cloud.locks[text(body, "lockId")]
        if options.live_status and not lock.virtual:
            await cloud.ask_status(lock)
        return lock.as_status(options)

    async def unlock(body: Body) -> object:
        lock = cloud.locks[text(body, "lockId")]
        await cloud.operate(lock, "unlock" if flag(body, "flag") else "lock")
        return NOTHING

    async def get_history(body: Body) -> object:
        entries = _sorted(cloud, cloud.locks[text(body, "lockId")].history)
        page, end = by_cursor(options, body, entries, lambda entry: entry.id)
        return {"history": [entry.as_history() for entry in page], **end}

    async def search(body: Body) -> object:
        now = cloud.clock()
        devices = [*cloud.locks.values(), *cloud.lockers.values()]
        if device_id := optional_text(body, "lockId"):
            devices = [cloud.device(device_id)]
        start = optional_moment(body, "sTime", EARLIEST)
        end = optional_moment(body, "eTime", now)
        entries = [
            entry
            for device in devices
            for entry in device.history
            if start <= entry.at <= end
        ]
        rows = [entry.as_event() for entry in _sorted(cloud, entries)]
        return {"list": by_page(body, rows)}

    return {
        "getUnits": Operation(get_units),
        "getLocks": Operation(get_locks, *PAGE),
        "getLockStatus": Operation(get_status, "lockId"),
        "unlock": Operation(unlock, "lockId", "flag"),
        "getLockHistory": Operation(get_history, "lockId", *CURSOR),
        "locks/events": Operation(search, "lockId", "sTime", "eTime", *PAGE),
    }


def _sorted(cloud: KeyVoxCloud, entries: list[Entry]) -> list[Entry]:
    """Return entries in the order of the lists."""
    newest_first = cloud.options.history_order == "newest"
    return sorted(entries, key=lambda entry: entry.order, reverse=newest_first)
