"""FlexyKey's ID entries as grants, and its unit sync as their delivery."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
import re
from typing import Any, Final

from ..clock import utc_now
from ..grants import (
    Access,
    CodeKind,
    CodeRule,
    Credential,
    Delivery,
    DeliveryState,
    GrantField,
    Issued,
    IssuedGrant,
    Order,
    root_scopes,
)
from ..model import Device
from ..vendor import AnswerNotUnderstood, InvalidField, NotFound
from ..wire import ABSENT
from .client import FlexyKeyClient
from .part import Part
from .wire import WireEntry

CODES: Final = {
    Credential.PIN: CodeRule(CodeKind.DIGITS, 4, 8, generated=6),
    Credential.PHONE: CodeRule(CodeKind.PHONE, 6, 15),
    Credential.TAG: CodeRule(CodeKind.HEX, 4, 20),
}

_ACTION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.,;+-]{0,31}")

FIELDS: Final = (
    GrantField("action", _ACTION, changes=False),
    GrantField("code_tag", re.compile(r"[^\x00-\x1f]{0,32}")),
    GrantField("code_tag_calendar", re.compile(r"[^\x00-\x1f]{0,32}")),
)

_MAIN_ACTION: Final = "R1"
_MARKER: Final = re.compile(r"\bLatchkey ([0-9A-Za-z]{8,40})\.([0-9]{1,9})\b")
_OURS: Final = "Latchkey"
_PERCENT: Final = 100


class AccessList(Part):
    """The access lists of an account's units (guide 8 and 10)."""

    def __init__(
        self, client: FlexyKeyClient, clock: Callable[[], datetime] = utc_now
    ) -> None:
        """Initialize with the API."""
        super().__init__(client, clock)
        self._names: dict[str, str] = {}

    codes = CODES
    grant_fields = FIELDS

    def scopes(
        self, devices: Mapping[str, Device], device: Device | None = None
    ) -> Sequence[Access]:
        """Return the units, which know the grants of their expansions."""
        return root_scopes(devices, device)

    def device_of(self, access: Access) -> str | None:
        """Return the unit."""
        return access.scope

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
        units = [device for device in devices.values() if device.parent_id is None]
        found, action = _named(units, text), ""
        if not found and "/" in text:
            name, _, action = (part.strip() for part in text.rpartition("/"))
            found = _named(units, name)
            if not _ACTION.fullmatch(action):
                raise InvalidField("access", "unknown_access")
        if not found:
            raise InvalidField("access", "unknown_access")
        if len(found) > 1:
            raise InvalidField("access", "ambiguous_access")
        chosen = {**fields, "action": action} if action else fields
        return self.access_of(found[0], devices, chosen)

    async def issue(self, order: Order) -> Issued:
        """Create an ID entry (POST /UnitIdEntries, 8.2); the answer's form is not documented."""
        body = {**_body(order), "idNumber": order.code}
        return Issued(vendor_id=await self._client.create_entry(body))

    async def update(self, vendor_id: str, order: Order) -> None:
        """Change an ID entry (PUT /UnitIdEntries/{id}, 8.3); what is not ordered stays as it is listed.

        Raises AnswerNotUnderstood, with nothing sent, where the list does not show the number.
        """
        entry = await self._entry(vendor_id, order.access.scope)
        code = order.code or entry.idnumber
        if not any(rule.allows(code) for rule in CODES.values()):
            raise AnswerNotUnderstood("idNumber")
        kept = {
            "action": entry.action,
            "codeTag": order.fields.get("code_tag", entry.codetag),
            "codeTagCalendar": order.fields.get(
                "code_tag_calendar", entry.codetagcalendar
            ),
        }
        await self._client.update_entry(
            vendor_id, {**_body(order), **kept, "idNumber": code}
        )

    async def revoke(self, vendor_id: str) -> None:
        """Mark an ID entry for deletion (DELETE /UnitIdEntries/{id}, 8.4)."""
        await self._client.delete_entry(vendor_id)

    async def issued(self, scope: str, *, ours: bool = False) -> list[IssuedGrant]:
        """Return a unit's ID entries (GET /UnitIdEntries, 8.1)."""
        entries = await self._client.entries(scope, _OURS if ours else "")
        name = self._names.get(scope, scope)
        return [_issued(scope, name, entry) for entry in entries]

    async def _entry(self, vendor_id: str, scope: str) -> WireEntry:
        for entry in await self._client.entries(scope):
            if str(entry.id) == vendor_id:
                return entry
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
        sent, count = status.packetssent, status.packetcount
        if _NONE.search(status.message):
            return Delivery(DeliveryState.NONE)
        word = re.sub(r"[^a-z]", "", status.status.casefold())
        if word in ("", "ok") and (end := _END.fullmatch(status.message.strip())):
            word = re.sub(r"[^a-z]", "", end[1].casefold())
        state = _ENDS.get(word, DeliveryState.RUNNING)
        if state is DeliveryState.COMPLETED and sent is not None and sent < count:
            state = DeliveryState.RUNNING
        if state is not DeliveryState.RUNNING:
            return Delivery(state)
        percent = None
        if count > 0 and sent is not None:
            percent = min(_PERCENT, _PERCENT * sent // count)
        return Delivery(DeliveryState.RUNNING, percent)


_NONE: Final = re.compile(
    r"no (active unit programming|programming active)", re.IGNORECASE
)
_END: Final = re.compile(
    r"(?:unit |the )*(?:sync|programming) (?:is |was |has )*(completed|failed|timed[ -]?out)\W*",
    re.IGNORECASE,
)
_ENDS: Final = {
    **dict.fromkeys(
        ("completed", "complete", "finished", "done"), DeliveryState.COMPLETED
    ),
    **dict.fromkeys(("failed", "failure", "error", "aborted"), DeliveryState.FAILED),
    **dict.fromkeys(("timedout", "timeout"), DeliveryState.TIMED_OUT),
}


def _named(units: list[Device], name: str) -> list[Device]:
    """Return the unit of this id or serial number, else those of this name."""
    return [unit for unit in units if name in (unit.id, unit.serial)] or [
        unit for unit in units if unit.name.casefold() == name.casefold()
    ]


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
    told = ABSENT not in (entry.validfromiso, entry.validtoiso)
    return IssuedGrant(
        vendor_id=str(entry.id),
        access=_access(scope, unit_name, entry.action),
        name=entry.name,
        start=entry.validfromiso if told else None,
        end=entry.validtoiso if told else None,
        limits_told=told,
        delivered=state == "IDLE_OK" if state else None,
        leaving="DELETE" in state,
        grant_id=marker[1] if marker else None,
        revision=int(marker[2]) if marker else 0,
        code=entry.idnumber,
    )
