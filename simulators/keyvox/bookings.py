"""Reservations: units that are let for a time, with a PIN for each of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulators.errors import Invalid, Missing
from simulators.keyvox.credential_lists import Credentials
from simulators.keyvox.credentials import Credential, Place
from simulators.keyvox.formats import Period, unix
from simulators.keyvox.ids import new_order_id
from simulators.keyvox.options import Options
from simulators.registry import Registry

ENDED = frozenset("BCO")
"""Rejected, cancelled, checked out."""


@dataclass
class Stay:
    """The part of a reservation that is one unit's."""

    unit_id: str
    start: datetime
    end: datetime
    contact: str
    pin: Credential
    came: datetime | None = None
    left: datetime | None = None

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Tell whether the unit is let at any time in a period."""
        return self.left is None and self.start < end and start < self.end


@dataclass(frozen=True)
class Wish:
    """What a reservation is to be for one unit."""

    unit_id: str
    period: Period
    contact: str


@dataclass
class Booking:
    """A reservation."""

    site_id: str
    period: Period
    contact: str
    guests: int
    pay_type: str
    source: str
    plan_ids: list[str]
    stays: list[Stay] = field(default_factory=list)
    state: str = "A"
    id: str = field(default_factory=new_order_id)

    @property
    def has_ended(self) -> bool:
        """Tell whether it is cancelled or over."""
        return self.state in ENDED

    def as_row(self, org_id: str) -> dict[str, Any]:
        """Return the reservation as the operations tell of it."""
        came = [stay.came for stay in self.stays if stay.came]
        left = [stay.left for stay in self.stays if stay.left]
        return {
            "orderId": self.id,
            "placeId": self.site_id,
            "orgId": org_id,
            "unitId": self.stays[0].unit_id,
            "orderContact": self.contact,
            "checkin": unix(self.period[0]),
            "checkout": unix(self.period[1]),
            "customerNum": self.guests,
            "orderStateCode": self.state,
            "payStateCode": 0,
            "payTypeCode": self.pay_type,
            "channelCode": "BACS",
            "orderSource": self.source,
            "realCheckin": unix(min(came)) if came else 0,
            "realCheckout": unix(max(left)) if self.state == "O" else 0,
        }


class Bookings(Registry[Booking]):
    """All reservations, oldest first."""

    def __init__(self, options: Options, pins: Credentials) -> None:
        """Start without any."""
        super().__init__()
        self._options = options
        self._pins = pins

    def create(self, booking: Booking, wishes: Iterable[Wish], now: datetime) -> None:
        """Take a reservation if its units are free, and issue a PIN for each."""
        wishes = list(wishes)
        self._check_free(wishes, None)
        booking.state = self._options.booking_state
        booking.stays = [self._stay(wish, now) for wish in wishes]
        self[booking.id] = booking

    def revise(
        self, booking: Booking, change: Booking, wishes: Iterable[Wish], now: datetime
    ) -> None:
        """Change a reservation that has not ended, in all that it is."""
        wishes = list(wishes)
        if booking.has_ended:
            raise Invalid("orderId")
        self._check_free(wishes, booking)
        old = {stay.unit_id: stay for stay in booking.stays}
        booking.stays = []
        for wish in wishes:
            stay = old.pop(wish.unit_id, None)
            if stay is None:
                stay = self._stay(wish, now)
            elif self._options.update_moves_pins:
                self._pins.change(stay.pin, wish.period, now)
            stay.start, stay.end = wish.period
            stay.contact = wish.contact
            booking.stays.append(stay)
        for stay in old.values():
            self._pins.disable(stay.pin, now)
        for name in ("period", "contact", "guests", "pay_type", "source", "plan_ids"):
            setattr(booking, name, getattr(change, name))

    def cancel(self, booking: Booking, now: datetime) -> int:
        """Cancel a reservation and its PINs, and return how many records that changes."""
        if booking.has_ended:
            return 0
        booking.state = "C"
        for stay in booking.stays:
            if not stay.pin.is_disabled:
                self._pins.disable(stay.pin, now)
        return 1

    def check_in(self, booking: Booking, stay: Stay, now: datetime) -> int:
        """Check guests in, and return how many records that changes."""
        if booking.has_ended or stay.came:
            return 0
        stay.came, booking.state = now, "I"
        return 1

    def check_out(self, booking: Booking, stay: Stay, now: datetime) -> int:
        """Check guests out, and return how many records that changes."""
        if booking.has_ended or stay.came is None or stay.left:
            return 0
        stay.left = now
        if all(other.left for other in booking.stays):
            booking.state = "O"
        return 1

    def stay(self, booking: Booking, unit_id: str) -> Stay:
        """Return the part of a reservation that is one unit's."""
        for stay in booking.stays:
            if stay.unit_id == unit_id:
                return stay
        raise Missing(unit_id)

    def is_occupied(self, unit_id: str) -> bool:
        """Tell whether somebody is checked in at a unit."""
        return any(
            stay.unit_id == unit_id and stay.came and not stay.left
            for booking in self.values()
            if booking.state == "I"
            for stay in booking.stays
        )

    def is_free(
        self,
        unit_id: str,
        start: datetime,
        end: datetime,
        but_for: Booking | None = None,
    ) -> bool:
        """Tell whether a unit is let to nobody in a period, but for one reservation."""
        return not any(
            stay.unit_id == unit_id and stay.overlaps(start, end)
            for booking in self.values()
            if booking is not but_for and not booking.has_ended
            for stay in booking.stays
        )

    def _stay(self, wish: Wish, now: datetime) -> Stay:
        """Let a unit, and issue its PIN."""
        place = Place(unit_id=wish.unit_id)
        pin = self._pins.issue(place, wish.period, now, holder=wish.contact)
        return Stay(wish.unit_id, *wish.period, wish.contact, pin)

    def _check_free(self, wishes: list[Wish], booking: Booking | None) -> None:
        """Refuse what is let already, or named twice."""
        units = {wish.unit_id for wish in wishes}
        if len(units) != len(wishes) or not wishes:
            raise Invalid("unitList")
        for wish in wishes:
            if not self.is_free(wish.unit_id, *wish.period, but_for=booking):
                raise Invalid("unitList: not available")
