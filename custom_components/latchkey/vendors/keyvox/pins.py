"""PINs of KEYVOX: how they are marked, what their rows and their delivery tell."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
import re
from typing import Any, Final

from ..grants import Access, Fault, Followed, GrantState, Issued, IssuedGrant, Order
from ..vendor import AnswerNotUnderstood, OutcomeUnknown
from .wire import WirePin, WirePinIssued, WirePinStatus, moment, number

UNIT: Final = "unit"
BOX: Final = "box"
"""Of what a PIN is, by which it is changed: the first part of the id that grants of it have here."""

_LONGEST_NAME: Final = 40
_MARKED: Final = re.compile(r"(?P<name>.*?) ?\[([0-9A-Za-z]{8,40})\.([0-9]{1,9})\]")
_CODE: Final = re.compile(r"[0-9]{4,8}")
_MADE: Final = 6
"""How many digits a PIN has that the vendor makes."""

_CREATE, _CHANGE, _DISABLE = range(3)
_QUEUED, _UNDER_WAY, _DONE, _FAILED = 1, 2, 3, 9
_FAULTS: Final = {
    _CREATE: Fault.ISSUE,
    _CHANGE: Fault.UPDATE,
    _DISABLE: Fault.REVOKE,
}


@dataclass(frozen=True, slots=True)
class Status:
    """How far the delivery of a PIN is (2.6): what was ordered last, and what came of it."""

    order: int
    stage: int
    code: str | None

    @classmethod
    def told(cls, raw: Any) -> Status:
        """Return what getLockPinStatus tells; raises AnswerNotUnderstood for what is no status."""
        wire = WirePinStatus.parse(raw)
        stage, order = divmod(number(wire.status) or 0, 10)
        if stage not in (_QUEUED, _UNDER_WAY, _DONE, _FAILED) or order not in _FAULTS:
            raise AnswerNotUnderstood("status")
        return cls(order, stage, shown(wire.pincode))

    @property
    def is_leaving(self) -> bool:
        """Return whether it is to be forgotten, or is."""
        return self.order == _DISABLE

    def revision(self, grant: Followed) -> int | None:
        """Return which version of a grant it is about, where nothing else tells; None where it cannot be known."""
        if not grant.in_doubt or self.is_leaving:
            return grant.revision
        if self.order == _CREATE:
            return 1
        # That the second version was accepted is told by its being a change at all.
        return 2 if grant.revision == 2 else None

    def put_into(self, row: IssuedGrant) -> IssuedGrant:
        """Return a row with what is told of its delivery."""
        is_done = self.stage == _DONE
        return replace(
            row,
            delivered=is_done and not self.is_leaving,
            leaving=self.is_leaving,
            gone=is_done and self.is_leaving,
            fault=_FAULTS[self.order] if self.stage == _FAILED else None,
        )


def marked(order: Order) -> str:
    """Return whose PIN it is, and by what it is recognised (targetName)."""
    return f"{_cut(order.name)} [{order.marker}]"


def _cut(name: str) -> str:
    return name[:_LONGEST_NAME].strip()


def listed(wire: WirePin, access: Access) -> IssuedGrant:
    """Return a PIN of a unit's list as a grant, how far it is delivered left open (getUnitPinList, 2.1)."""
    found = _MARKED.fullmatch(wire.targetname)
    start, end = moment(wire.stime), moment(wire.etime)
    return IssuedGrant(
        vendor_id=f"{UNIT}/{wire.pinid}",
        access=access,
        name=found["name"] if found else wire.targetname,
        start=start,
        end=end,
        limits_told=None not in (start, end),
        delivered=None,
        leaving=False,
        grant_id=found[2] if found else None,
        revision=int(found[3]) if found else 0,
        code=shown(wire.pincode),
    )


def known(grant: Followed, vendor_id: str, revision: int | None) -> IssuedGrant:
    """Return a grant of which no list tells, as it was ordered."""
    return IssuedGrant(
        vendor_id=vendor_id,
        access=grant.access,
        name="",
        start=None,
        end=None,
        limits_told=False,
        delivered=None,
        leaving=False,
        credential=grant.credential,
        grant_id=grant.grant_id,
        revision=revision,
    )


def is_short_for(name: str, whole: str) -> bool:
    """Return whether a name is another one as far as the vendor has room for it."""
    return name == _cut(whole)


def asks(grant: Followed, due: datetime) -> bool:
    """Return whether the vendor is asked how far a grant is that its list shows; one that begins after `due` is not sent yet."""
    if grant.in_doubt:
        return True
    if grant.state is GrantState.PENDING:
        return grant.start is None or grant.start <= due
    # An active one may have been disabled elsewhere, which the list does not show.
    return grant.state is not GrantState.EXPIRED


def answered(raw: Any, kind: str) -> Issued:
    """Return what was issued; raises OutcomeUnknown for an answer without an id: there may be a PIN."""
    try:
        wire = WirePinIssued.parse(raw)
    except AnswerNotUnderstood:
        raise OutcomeUnknown("answer not understood") from None
    if not wire.pinid:
        raise OutcomeUnknown("no pinId")
    return Issued(
        vendor_id=f"{kind}/{wire.pinid}",
        code=shown(wire.pincode),
        qr_code=_text(wire.qrcode),
        address=_text(wire.shortqrurl),
    )


def shown(raw: Any) -> str | None:
    """Return the digits of a PIN; None for asterisks, and for a number that may have lost its first zeros."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        return str(raw) if len(str(raw)) == _MADE and raw > 0 else None
    text = raw.strip() if isinstance(raw, str) else ""
    return text if _CODE.fullmatch(text) else None


def _text(raw: Any) -> str | None:
    return raw if isinstance(raw, str) and raw and raw.isprintable() else None


def times(order: Order) -> Mapping[str, datetime]:
    """Return from when to when it opens, by the portal's names."""
    assert order.start is not None and order.end is not None
    return {"sTime": order.start, "eTime": order.end}
