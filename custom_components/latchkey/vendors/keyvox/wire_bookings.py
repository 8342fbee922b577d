"""The JSON of reservations (facts sheet 2.4); what is not named here, such as PINs and addresses of QR codes, is dropped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
import re
from types import MappingProxyType
from typing import Any, Final

from ..bookings import Booking, BookingState, Plan, Room, Stay
from ..vendor import AnswerNotUnderstood
from ..wire import Wire
from .wire import moment, number

_ID: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")
_LONGEST_TEXT: Final = 128
_YEARS: Final = range(2000, 9000)
"""The years that can be told in every zone."""

STATES: Final[Mapping[str, BookingState]] = MappingProxyType(
    {
        "Q": BookingState.REQUESTED,
        "B": BookingState.REJECTED,
        "A": BookingState.BOOKED,
        "I": BookingState.CHECKED_IN,
        "C": BookingState.CANCELLED,
        "O": BookingState.CHECKED_OUT,
        "M": BookingState.MAINTENANCE,
    }
)
"""What orderStateCode says (2.6)."""


@dataclass
class WireRoom(Wire):
    """A unit of getAvailableRooms (2.4)."""

    unitid: str
    unitname: str = ""

    def room(self) -> Room:
        """Return the room; raises AnswerNotUnderstood for none."""
        room_id = checked_id(self.unitid)
        return Room(id=room_id, name=text(self.unitname) or room_id)


@dataclass
class WirePlan(Wire):
    """A plan of getRoomPlans, or one by which a reservation was made (2.4)."""

    commodityid: str
    commodityname: str = ""
    price: str = ""
    pricetax: str = ""

    def plan(self) -> Plan:
        """Return the plan; raises AnswerNotUnderstood for none."""
        plan_id = checked_id(self.commodityid)
        return Plan(
            id=plan_id,
            name=text(self.commodityname) or plan_id,
            price=_amount(self.price),
            price_tax=_amount(self.pricetax),
        )


@dataclass
class WireStay(Wire):
    """A unit of a reservation (2.4)."""

    unitid: str
    unitname: str = ""
    checkin: str = ""
    checkout: str = ""
    contactname: str = ""


@dataclass
class WireOrder(Wire):
    """A reservation, as a row of a list, as the answer of what changes one, or in full (2.4)."""

    orderid: str
    placeid: str = ""
    orderstatecode: str = ""
    checkin: str = ""
    checkout: str = ""
    ordercontact: str = ""
    customernum: str = ""
    channelorderno: str = ""
    unitid: str = ""
    unitname: str = ""
    unitlist: Any = None
    commoditylist: Any = None

    def booking(self, place_id: str, names: Mapping[str, str]) -> Booking:
        """Return the reservation of a place, its units by the names that are known; raises AnswerNotUnderstood."""
        start, end = _period(self.checkin, self.checkout)
        return Booking(
            id=checked_id(self.orderid),
            place_id=place_id,
            state=STATES.get(self.orderstatecode.upper(), BookingState.UNKNOWN),
            start=start,
            end=end,
            stays=self._stays(start, end, names),
            guest=text(self.ordercontact),
            guests=number(self.customernum),
            rooms_known=self.unitlist is not None,
            plan_ids=tuple(dict.fromkeys(_plan_ids(self.commoditylist))),
            reference=text(self.channelorderno),
        )

    def _stays(
        self, start: datetime, end: datetime, names: Mapping[str, str]
    ) -> tuple[Stay, ...]:
        if self.unitlist is None:
            # A row of a list tells of one unit at most.
            told = [{"unitId": self.unitid, "unitName": self.unitname}]
            rows, all_read = WireStay.parse_all(told if self.unitid else [])
        else:
            rows, all_read = WireStay.parse_all(self.unitlist)
        if not all_read:
            raise AnswerNotUnderstood("unitList")
        stays = {}
        for row in rows:
            room_id = checked_id(row.unitid)
            name = names.get(room_id) or text(row.unitname) or room_id
            # Where one of both is missing the reservation's own are meant.
            stay_start, stay_end = (
                _period(row.checkin, row.checkout)
                if row.checkin and row.checkout
                else (start, end)
            )
            stays[room_id] = Stay(
                room=Room(id=room_id, name=name),
                start=stay_start,
                end=stay_end,
                guest=text(row.contactname),
            )
        return tuple(stays.values())


def text(told: str) -> str:
    """Return a text that can be shown."""
    clean = "".join(each if each.isprintable() else " " for each in told)
    return clean.strip()[:_LONGEST_TEXT]


def checked_id(told: str) -> str:
    """Return an id; raises AnswerNotUnderstood for what cannot be one."""
    if not _ID.fullmatch(told):
        raise AnswerNotUnderstood("id")
    return told


def _period(start: str, end: str) -> tuple[datetime, datetime]:
    first, last = moment(start), moment(end)
    if (
        first is None
        or last is None
        or first.year not in _YEARS
        or last.year not in _YEARS
        or first >= last
    ):
        raise AnswerNotUnderstood("checkin, checkout")
    return first, last


def _amount(told: str) -> str:
    """Return a price as it was told; what is none is nothing."""
    return told if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,4})?", told) else "0"


def _plan_ids(told: Any) -> Sequence[str]:
    """Return the plans of a reservation, of which not every answer tells."""
    if told is None:
        return ()
    rows, _ = WirePlan.parse_all(told)
    return [row.commodityid for row in rows if _ID.fullmatch(row.commodityid)]
