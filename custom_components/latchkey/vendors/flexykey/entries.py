"""FlexyKey's ID entries as grants, and its unit sync as their delivery."""

from collections.abc import Mapping
from datetime import datetime
import re
from typing import Any, Final

from ..grants import (
    Access,
    CodeKind,
    CodeRule,
    Credential,
    Delivery,
    DeliveryState,
    GrantField,
    IssuedGrant,
    Order,
)
from ..model import Device
from ..vendor import InvalidField, NotFound
from .client import FlexyKeyClient
from .wire import WireEntry

CODES: Final = {
    Credential.PIN: CodeRule(CodeKind.DIGITS, 4, 8, generated=6),
    Credential.PHONE: CodeRule(CodeKind.PHONE, 6, 15),
    Credential.TAG: CodeRule(CodeKind.HEX, 4, 20),
}

FIELDS: Final = (
    GrantField("action", re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.,;+-]{0,31}")),
    GrantField("code_tag", re.compile(r"[^\x00-\x1f]{0,32}")),
    GrantField("code_tag_calendar", re.compile(r"[^\x00-\x1f]{0,32}")),
)

_MAIN_ACTION: Final = "R1"
_MARKER: Final = re.compile(r"\bLatchkey ([0-9A-Za-z]{8,40})\.([0-9]{1,9})\b")
_OURS: Final = "Latchkey"
_PERCENT: Final = 100


class AccessList:
    """The access lists of an account's units (guide 8 and 10)."""

    def __init__(self, client: FlexyKeyClient) -> None:
        """Initialize with the API."""
        self._client = client
        self._names: dict[str, str] = {}

    codes = CODES
    grant_fields = FIELDS

    def access_of(
        self, device: Device, devices: Mapping[str, Device], fields: Mapping[str, str]
    ) -> Access:
        """Return a unit with an action; an expansion does not say which action means it."""
        action = fields.get("action")
        if action is None and device.parent_id is not None:
            raise InvalidField("action", "action_required")
        unit = devices[device.root_id]
        return _access(unit.id, unit.name or unit.label, action or _MAIN_ACTION)

    def access_named(
        self, text: str, devices: Mapping[str, Device], fields: Mapping[str, str]
    ) -> Access:
        """Return the unit of this id, serial number or name; an action may follow a slash."""
        name, _, action = (part.strip() for part in text.partition("/"))
        units = [device for device in devices.values() if device.parent_id is None]
        found = [unit for unit in units if name in (unit.id, unit.serial)] or [
            unit for unit in units if unit.name.casefold() == name.casefold()
        ]
        if not found:
            raise InvalidField("access", "unknown_access")
        if len(found) > 1:
            raise InvalidField("access", "ambiguous_access")
        chosen = {**fields, "action": action} if action else fields
        return self.access_of(found[0], devices, chosen)

    async def issue(self, order: Order) -> str | None:
        """Create an ID entry (POST /UnitIdEntries, 8.2); the answer's form is not documented."""
        return await self._client.create_entry({**_body(order), "idNumber": order.code})

    async def update(self, vendor_id: str, order: Order) -> None:
        """Change an ID entry (PUT /UnitIdEntries/{id}, 8.3); what is not given keeps the number it has."""
        code = order.code
        if code is None:
            code = await self._number(vendor_id, order.access.scope)
        await self._client.update_entry(vendor_id, {**_body(order), "idNumber": code})

    async def revoke(self, vendor_id: str) -> None:
        """Mark an ID entry for deletion (DELETE /UnitIdEntries/{id}, 8.4)."""
        await self._client.delete_entry(vendor_id)

    async def issued(self, scope: str, *, ours: bool = False) -> list[IssuedGrant]:
        """Return a unit's ID entries (GET /UnitIdEntries, 8.1)."""
        entries = await self._client.entries(scope, _OURS if ours else "")
        name = self._names.get(scope, scope)
        return [_issued(scope, name, entry) for entry in entries]

    async def _number(self, vendor_id: str, scope: str) -> str:
        for entry in await self._client.entries(scope):
            if str(entry.id) == vendor_id:
                return entry.idnumber
        raise NotFound

    async def push(self, scope: str) -> int | None:
        """Have the server send a unit all changes (POST /UnitSync/PushChanges, 10.1)."""
        return await self._client.push_changes(scope)

    async def abort(self, scope: str) -> None:
        """Stop a unit's sync (POST /UnitSync/Abort, 10.3)."""
        await self._client.abort_sync(scope)

    async def set_sync_state(
        self, scope: str, part: str, *, delivered: bool, vendor_id: str | None = None
    ) -> None:
        """Set what the server takes a unit to have (POST /Tools/*SyncState, 11)."""
        await self._client.set_sync_state(
            scope, _TOOLS[part], "IDLE_OK" if delivered else "READY_TO_SEND", vendor_id
        )

    async def delivery(self, scope: str) -> Delivery:
        """Return how far a unit's sync has come (GET /UnitSync/Status, 10.2).

        The guide names its ends in prose alone: completed, failed, timed out, no active unit programming. They
        are looked for in the words of the answer; what names none of them goes on.
        """
        status = await self._client.sync_status(scope)
        words = f"{status.status} {status.message}".casefold()
        if "no active" in words:
            return Delivery(DeliveryState.NONE)
        for state, signs in _ENDS.items():
            if any(sign in words for sign in signs):
                return Delivery(state)
        percent = None
        if status.packetcount > 0 and status.packetssent is not None:
            percent = min(_PERCENT, _PERCENT * status.packetssent // status.packetcount)
        return Delivery(DeliveryState.RUNNING, percent)


_ENDS: Final = {
    DeliveryState.TIMED_OUT: ("timed out", "timed_out", "timeout", "time-out"),
    DeliveryState.FAILED: ("fail", "error", "abort"),
    DeliveryState.COMPLETED: ("complete", "finished", "done"),
}


_TOOLS: Final = {
    "grants": "IdEntries",
    "settings": "UnitSettings",
    "all": "AllUnitData",
}


def _access(unit_id: str, unit_name: str, action: str) -> Access:
    return Access(f"{unit_id}/{action}", f"{unit_name}, {action}", unit_id)


def _body(order: Order) -> dict[str, Any]:
    """Return an ID entry's body but for its number; the description carries what it is recognised by."""
    return {
        "unitId": int(order.access.scope),
        "name": order.name,
        "description": f"{_OURS} {order.marker}",
        "action": order.access.id.partition("/")[2],
        "codeTag": order.fields.get("code_tag", ""),
        "codeTagCalendar": order.fields.get("code_tag_calendar", ""),
        "validFromIso": _iso(order.start),
        "validToIso": _iso(order.end),
    }


def _iso(moment: datetime | None) -> str | None:
    """Return a time with its offset, without fractions."""
    return moment.isoformat(timespec="seconds") if moment else None


def _issued(scope: str, unit_name: str, entry: WireEntry) -> IssuedGrant:
    marker = _MARKER.search(entry.description)
    state = entry.unitsyncstate.upper()
    return IssuedGrant(
        vendor_id=str(entry.id),
        access=_access(scope, unit_name, entry.action),
        name=entry.name,
        start=entry.validfromiso,
        end=entry.validtoiso,
        delivered=state == "IDLE_OK" if state else None,
        leaving="DELETE" in state,
        grant_id=marker[1] if marker else None,
        revision=int(marker[2]) if marker else 0,
        code=entry.idnumber,
    )
