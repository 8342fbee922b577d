"""The actions about devices: list passages, ask for readings; for administrators."""

from datetime import timedelta
from functools import partial
from typing import Any, Final

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.service import async_register_admin_service
from homeassistant.util import dt as dt_util

from . import fields
from .const import (
    ATTR_CREDENTIAL,
    ATTR_END,
    ATTR_HOLDER,
    ATTR_METHOD,
    ATTR_NUMBER,
    ATTR_OCCURRED_AT,
    ATTR_OUTCOME,
    ATTR_REASON,
    ATTR_REQUEST,
    ATTR_START,
    ATTR_TEXT,
    DOMAIN,
)
from .coordinator import LatchkeyConfigEntry
from .devices import async_device_entry
from .errors import READING_ERRORS, vendor_errors
from .vendors.model import Capability, Device
from .vendors.passages import KeepsLog, LogLine
from .vendors.readings import RequestsReadings

DAY: Final = timedelta(days=1)
LONGEST: Final = timedelta(days=366)
LOGGED: Final = frozenset({Capability.LOG, Capability.PASSAGES})
"""What is told of in a log, be it the device's own or that of all."""
REQUESTABLE: Final = frozenset({Capability.REQUESTS})

type Row = dict[str, Any]


@callback
def async_setup_device_actions(hass: HomeAssistant) -> None:
    """Register the actions."""
    for name, action, keys in (
        ("get_passages", _get_passages, (ATTR_DEVICE_ID, ATTR_START, ATTR_END)),
        ("request_readings", _request_readings, (ATTR_DEVICE_ID, ATTR_REQUEST)),
    ):
        async_register_admin_service(
            hass,
            DOMAIN,
            name,
            partial(action, hass, keys),
            schema=fields.schema(keys),
            supports_response=SupportsResponse.OPTIONAL,
        )


def _targets(
    hass: HomeAssistant, call: ServiceCall, any_of: frozenset[Capability], lacking: str
) -> list[tuple[str, LatchkeyConfigEntry, Device]]:
    """Return the devices that are meant, a part standing for its whole, by their ids in Home Assistant."""
    found: dict[tuple[str, str], tuple[str, LatchkeyConfigEntry, Device]] = {}
    for device_id in fields.texts(call, ATTR_DEVICE_ID):
        entry, device = fields.device_of(hass, device_id)
        root = entry.runtime_data.data.devices[device.root_id]
        if not any_of & root.capabilities:
            raise fields.invalid(ATTR_DEVICE_ID, lacking, name=root.name or root.label)
        found.setdefault((entry.entry_id, root.id), (device_id, entry, root))
    if not found:
        raise fields.invalid(ATTR_DEVICE_ID, "no_device")
    return list(found.values())


async def _get_passages(
    hass: HomeAssistant, keys: tuple[str, ...], call: ServiceCall
) -> ServiceResponse:
    """List what devices logged in a period; numbers that might be PINs are hidden here, too."""
    fields.only(call, keys)
    end = fields.moment(call, ATTR_END) or dt_util.utcnow()
    start = fields.moment(call, ATTR_START) or end - DAY
    if end.timestamp() <= start.timestamp():
        raise fields.invalid(ATTR_END, "ends_before_start")
    if end - start > LONGEST:
        raise fields.invalid(ATTR_START, "period_too_long", most=str(LONGEST.days))
    rows: list[tuple[LogLine, Row]] = []
    for device_id, entry, device in _targets(hass, call, LOGGED, "no_log"):
        vendor, log = entry.runtime_data.vendor, entry.runtime_data.log
        assert isinstance(vendor, KeepsLog) and log
        with vendor_errors(device.name or device.label):
            lines = await vendor.log(device, dt_util.as_utc(start), dt_util.as_utc(end))
        ids = {device.id: device_id}
        for line in lines:
            if line.device_id not in ids:
                ids[line.device_id] = _id_of(hass, entry, line.device_id, device_id)
            rows.append((line, _row(ids[line.device_id], log.named(line))))
    rows.sort(key=lambda each: (each[0].occurred_at, each[0].recorded_at))
    return {"passages": [row for _, row in rows]}


def _id_of(
    hass: HomeAssistant, entry: LatchkeyConfigEntry, own_id: str, otherwise: str
) -> str:
    """Return a device's id in Home Assistant: a log may tell of other devices than the one whose it is."""
    device = entry.runtime_data.data.devices.get(own_id)
    registered = device and async_device_entry(hass, entry, device)
    return registered.id if registered else otherwise


def _row(device_id: str, line: LogLine) -> Row:
    return {
        ATTR_DEVICE_ID: device_id,
        ATTR_OUTCOME: line.outcome.value,
        ATTR_OCCURRED_AT: dt_util.as_local(line.occurred_at).isoformat(),
        ATTR_HOLDER: line.holder,
        ATTR_METHOD: line.method,
        ATTR_CREDENTIAL: line.credential,
        ATTR_NUMBER: line.number,
        ATTR_REASON: line.reason,
        ATTR_TEXT: line.text,
    }


async def _request_readings(
    hass: HomeAssistant, keys: tuple[str, ...], call: ServiceCall
) -> ServiceResponse:
    """Ask devices to report; what they answer shows in their readings."""
    fields.only(call, keys)
    name = fields.text(call, ATTR_REQUEST)
    targets = _targets(hass, call, REQUESTABLE, "no_readings")
    for _, entry, device in targets if name is not None else ():
        vendor = entry.runtime_data.vendor
        assert isinstance(vendor, RequestsReadings)
        with vendor_errors(device.name or device.label):
            requestable = await vendor.requestable()
        if name not in requestable:
            raise fields.invalid(
                ATTR_REQUEST, "not_in_list", allowed=", ".join(requestable)
            )
    rows: list[Row] = []
    failures: list[HomeAssistantError] = []
    for device_id, entry, device in targets:
        row: Row = {ATTR_DEVICE_ID: device_id}
        try:
            with vendor_errors(device.name or device.label, READING_ERRORS):
                requested = await entry.runtime_data.readings.async_request(
                    device, name
                )
        except HomeAssistantError as err:
            failures.append(err)
            row["error"] = str(err)
        else:
            row |= {"queued": list(requested.queued), "skipped": requested.skipped}
        rows.append(row)
    if len(failures) == len(targets):
        raise failures[0]
    return {"requests": [*rows]}
