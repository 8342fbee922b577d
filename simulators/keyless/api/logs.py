"""The logs of locking devices and of gateways."""

from typing import TYPE_CHECKING

from aiohttp import web

from simulators.errors import Invalid
from simulators.keyless.api.answers import Answering, Handlers, page
from simulators.keyless.api.queries import (
    query_choice,
    query_id,
    query_integer,
    query_moment,
)
from simulators.keyless.logs import GatewayEntry, Kind, LockEntry

if TYPE_CHECKING:
    from simulators.keyless.cloud import KeylessCloud


def handlers(cloud: KeylessCloud) -> Handlers:
    """Return what answers each operation."""

    def of_locks(kind: Kind) -> Answering:
        async def show(request: web.Request) -> web.Response:
            lock_id = query_id(request, "locking-device-id")
            after = query_moment(request, "after-datetime")
            if lock_id is None and not cloud.options.logs_of_all:
                raise Invalid("locking-device-id is required")
            locks = cloud.locks.values() if lock_id is None else [cloud.locks[lock_id]]
            entries = [
                entry
                for lock in locks
                for entry in lock.log.arrived[kind]
                if after is None or entry.at > after
            ]
            return _page(cloud, request, entries)

        return show

    def of_gateways(kind: Kind) -> Answering:
        async def show(request: web.Request) -> web.Response:
            gateway_id = query_id(request, "gateway-device-id")
            if gateway_id is None:
                raise Invalid("gateway-device-id is required")
            return _page(cloud, request, cloud.gateways[gateway_id].log.arrived[kind])

        return show

    return {
        "locking_device_system_log": of_locks("system"),
        "locking_device_audit_log": of_locks("audit"),
        "gateway_device_system_log": of_gateways("system"),
        "gateway_device_audit_log": of_gateways("audit"),
    }


def _page[Entry: (LockEntry, GatewayEntry)](
    cloud: KeylessCloud, request: web.Request, entries: list[Entry]
) -> web.Response:
    """Answer with a page of entries above a number, in the order that is asked for."""
    above = query_integer(request, "sequence-number-greater-than", 0, None)
    descending = query_choice(request, "sort-direction", ("ASC", "DESC")) == "DESC"
    chosen = [entry for entry in entries if above is None or entry.number > above]
    chosen.sort(key=lambda entry: entry.order, reverse=descending)
    return page(cloud.options, request, chosen)
