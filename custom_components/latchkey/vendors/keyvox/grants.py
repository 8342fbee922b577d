"""PINs of units and boxes, and keys that are sent by e-mail, as grants; the cloud delivers them by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
import re
from typing import Any, Final

from ..grants import (
    Access,
    CodeKind,
    CodeRule,
    Credential,
    Followed,
    GrantField,
    GrantState,
    Issued,
    IssuedGrant,
    Order,
)
from ..vendor import (
    AnswerNotUnderstood,
    DeviceUnreachable,
    InvalidField,
    InvalidRequest,
    NotAvailable,
    NotFound,
    OutcomeUnknown,
    VendorError,
)
from . import pins
from .accesses import Accesses
from .wire import WirePin, seconds

CODES: Final = {
    Credential.PIN: CodeRule(CodeKind.DIGITS, 4, 8, is_made_there=True),
    Credential.APP: CodeRule(CodeKind.NONE, 0, 0),
}
_USES: Final = {"throughout": "0", "once": "1"}
FIELDS: Final = (
    GrantField("booking_id", re.compile(r"[A-Z0-9]{1,32}"), False, frozenset(CODES)),
    GrantField("use", re.compile("|".join(_USES)), False, frozenset({Credential.PIN})),
    GrantField(
        "email",
        re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,190}"),
        False,
        frozenset({Credential.APP}),
        "not_an_email",
        required=True,
    ),
)
LEAD: Final = timedelta(hours=72)
_OVER: Final = (GrantState.EXPIRED, GrantState.REVOKED)
_BEFORE: Final = timedelta(days=1)
_AHEAD: Final = timedelta(days=366)
"""From when to when a unit's list is asked for, unless a grant is known beyond that."""


class Grants(Accesses):
    """What an organisation's guests may open (2.1, 2.2)."""

    codes = CODES
    grant_fields = FIELDS
    lead = LEAD

    def limits(
        self,
        credential: Credential,
        start: datetime | None,
        end: datetime | None,
        fields: Mapping[str, str],
    ) -> tuple[datetime, datetime]:
        """Return from when to when a PIN opens: it has an end, and begins now unless it is said otherwise."""
        if end is None:
            raise InvalidField("end_datetime", "end_required")
        return start or self._clock().replace(microsecond=0), end

    async def issue(self, order: Order) -> Issued:
        """Issue a PIN for a unit (createLockPin) or a box (createLockerPin), or send a key (issueLockKey)."""
        operation, body, kind = self._order(order)
        return pins.answered(await self._sent(operation, body), kind)

    async def _sent(self, operation: str, body: dict[str, Any]) -> Any:
        """Send a command; where a device is not reached, the cloud may have taken it all the same."""
        try:
            return await self._client.command(operation, body)
        except DeviceUnreachable:
            raise OutcomeUnknown("device unreachable") from None

    def _order(self, order: Order) -> tuple[str, dict[str, Any], str]:
        """Return what is asked for; a box is given from the start on, to be used by nobody before (2.2).

        The overview has names of its own for createLockPin, which is for a unit's first lock, and none for its holder.
        """
        times = {key: seconds(at) for key, at in pins.times(order).items()}
        named = {**times, "targetName": pins.marked(order)}
        pin = {"pinCode": order.code} if order.code else {}
        scope, access_id = order.access.scope, order.access.id
        if scope not in self._units:
            body = {
                "deviceId": scope,
                "boxNum": access_id.removeprefix(f"{scope}-"),
                **named,
                **pin,
                "checkin": "0",
                "mode": _USES[order.fields.get("use", "throughout")],
                "reassign": "0",
            }
            return "createLockerPin", body, pins.BOX
        if order.credential is Credential.APP:
            sent = {
                "notificationMethod": "email",
                "notificationDetails": {"email": order.fields["email"]},
            }
            return "issueLockKey", {"unitId": scope, **named, **sent}, pins.UNIT
        if self._client.is_overview:
            if not (lock_ids := self._units[scope].lock_ids):
                raise NotFound("unit without lock")
            body = {"lockId": lock_ids[0], **_shown(order)}
            return "createLockPin", body, pins.UNIT
        return "createLockPin", {"unitId": scope, **named, **pin}, pins.UNIT

    async def update(self, vendor_id: str, order: Order) -> None:
        """Change a PIN (changeLockPin; changeLockerPin by the same names, and the overview's by its own: assumed)."""
        kind, _, pin_id = vendor_id.partition("/")
        body: dict[str, Any] = {"pinId": pin_id}
        if kind == pins.UNIT and self._client.is_overview:
            body |= _shown(order)
        else:
            body |= {key: seconds(at) for key, at in pins.times(order).items()}
            body["targetName"] = pins.marked(order)
            if order.code:
                body["pinCode"] = order.code
        is_box = kind == pins.BOX
        operation = "changeLockerPin" if is_box else "changeLockPin"
        await self._sent(operation, body)

    async def revoke(self, vendor_id: str) -> None:
        """Have the devices forget a PIN (disableLockPin, disableLockerPin); what is being forgotten may be refused."""
        kind, _, pin_id = vendor_id.partition("/")
        is_box = kind == pins.BOX
        operation = "disableLockerPin" if is_box else "disableLockPin"
        try:
            await self._sent(operation, {"pinId": pin_id})
        except InvalidRequest:
            if not (await self._status(vendor_id)).is_leaving:
                raise

    async def code(self, vendor_id: str) -> str | None:
        """Return a PIN's digits (getLockPinStatus), None while they are asterisks."""
        return (await self._status(vendor_id)).code

    async def issued(self, scope: str, *, ours: bool = False) -> list[IssuedGrant]:
        """Return the PINs of a unit (getUnitPinList); there is no list of those of a locker."""
        if scope not in self._units:
            return []
        try:
            rows, _ = await self._listed(scope, [])
        except InvalidRequest, NotAvailable:
            if not self._client.is_overview:
                raise
            # The overview does not show its fields.
            return []
        return [row for row in rows if row.grant_id is not None or not ours]

    async def followed(
        self, scope: str, grants: Sequence[Followed]
    ) -> dict[str, IssuedGrant | None]:
        """Return how grants stand: by a unit's list, and by getLockPinStatus for what is on its way or not listed.

        A locker's PINs have no list, those of the overview no marker: what has no id then is not told of. The list
        is read first, so that no times are taken for delivered that came after the status.
        """
        rows: dict[str, IssuedGrant] = {}
        is_told = scope in self._units and not self._client.is_overview
        is_complete = False
        if is_told:
            listed, is_complete = await self._listed(scope, grants)
            rows = _matched(listed, grants)
        found: dict[str, IssuedGrant | None] = {}
        error: VendorError | None = None
        for grant in grants:
            row = rows.get(grant.grant_id)
            if row is None and grant.vendor_id is None:
                if is_complete:
                    found[grant.grant_id] = None
                continue
            try:
                if row is None:
                    if grant.in_doubt or grant.state not in _OVER:
                        found[grant.grant_id] = await self._unlisted(grant)
                elif pins.asks(grant, self._clock() + LEAD):
                    status = await self._status(row.vendor_id)
                    found[grant.grant_id] = status.put_into(row)
                else:
                    found[grant.grant_id] = row
            except NotFound:
                found[grant.grant_id] = None
            except (AnswerNotUnderstood, InvalidRequest) as err:
                # One that cannot be read hides no other.
                error = err
        if error is not None and not found:
            raise error
        return found

    async def _unlisted(self, grant: Followed) -> IssuedGrant:
        assert grant.vendor_id is not None
        status = await self._status(grant.vendor_id)
        row = pins.known(grant, grant.vendor_id, status.revision(grant))
        return status.put_into(row)

    async def _status(self, vendor_id: str) -> pins.Status:
        """Return how far a PIN is delivered (getLockPinStatus, 2.1), be it a unit's or a box's."""
        pin_id = vendor_id.partition("/")[2]
        data = await self._client.read("getLockPinStatus", {"pinId": pin_id})
        return pins.Status.told(data)

    async def _listed(
        self, unit_id: str, grants: Sequence[Followed]
    ) -> tuple[list[IssuedGrant], bool]:
        """Return the PINs of a unit in a time that holds some grants, and whether all could be read."""
        now = self._clock()
        first = min([each.start for each in grants if each.start] + [now]) - _BEFORE
        last = max(
            [each.latest_end for each in grants if each.latest_end] + [now + _AHEAD]
        )
        body = {
            "unitId": unit_id,
            "sTime": seconds(first),
            "eTime": seconds(last + _BEFORE),
        }
        raw = await self._client.until(_never, "getUnitPinList", body, "pinList")
        found, all_read = WirePin.parse_all(raw)
        unit = self._units[unit_id]
        access = Access(unit.id, unit.name, unit.id)
        rows = {wire.pinid: pins.listed(wire, access) for wire in found if wire.pinid}
        return list(rows.values()), all_read


def _shown(order: Order) -> dict[str, Any]:
    """Return the fields of a PIN by the names of the overview, its times as numbers (0)."""
    times = pins.times(order)
    told: dict[str, Any] = {
        "startDate": int(times["sTime"].timestamp()),
        "endDate": int(times["eTime"].timestamp()),
    }
    return {**told, "pin": order.code} if order.code else told


def _matched(
    listed: list[IssuedGrant], grants: Sequence[Followed]
) -> dict[str, IssuedGrant]:
    """Return the rows of grants: by their ids, and by the marker for those that have none."""
    by_id = {each.vendor_id: each for each in grants if each.vendor_id}
    nameless = {each.grant_id: each for each in grants if each.vendor_id is None}
    rows: dict[str, IssuedGrant] = {}
    for row in listed:
        grant = by_id.get(row.vendor_id) or nameless.get(row.grant_id or "")
        if grant is None:
            continue
        if pins.is_short_for(row.name, grant.name):
            row = replace(row, name="")
        if row.grant_id != grant.grant_id and not grant.in_doubt:
            # Somebody gave it another name.
            row = replace(row, revision=grant.revision)
        rows.setdefault(grant.grant_id, replace(row, grant_id=grant.grant_id))
    return rows


def _never(rows: list[Any]) -> bool:
    """Return that no page is enough: the whole list is wanted."""
    return False
