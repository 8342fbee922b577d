"""Boxes of lockers that are let: by a PIN or a card, for a time."""

from datetime import UTC, datetime
from typing import Any

from simulators.errors import Invalid, Missing
from simulators.keyvox.credential_lists import Credentials
from simulators.keyvox.credentials import Credential, Place
from simulators.keyvox.formats import Period
from simulators.keyvox.lockers import Box, BoxStatus, Locker
from simulators.registry import Registry

# A box that was said to be in use is so until it is said to be free.
_FOR_EVER = datetime.max.replace(tzinfo=UTC)


class Rentals:
    """Who has a box, and which are free."""

    def __init__(
        self, lockers: Registry[Locker], pins: Credentials, cards: Credentials
    ) -> None:
        """Take what is let, and by what."""
        self._lockers = lockers
        self._kinds = {"pin": pins, "card": cards}

    def issue(
        self,
        credentials: Credentials,
        box: tuple[Locker, Box],
        period: Period,
        now: datetime,
        *,
        use: bool = False,
        **fields: Any,
    ) -> Credential:
        """Let a free box, which may be in use at once."""
        if not self._is_free(*box, period, now):
            raise Invalid("boxNum: not available")
        place = Place(locker_id=box[0].id, box_num=box[1].num)
        credential = credentials.issue(place, period, now, **fields)
        if use:
            box[1].used_until = period[1]
        return credential

    def change(
        self,
        credential: Credential,
        period: Period,
        now: datetime,
        **fields: str | None,
    ) -> None:
        """Let a box for another time."""
        end, box = credential.end, self._box(credential)
        self._kinds[credential.kind].change(credential, period, now, **fields)
        if box.used_until == end:
            box.used_until = period[1]

    def disable(self, credential: Credential, now: datetime) -> None:
        """Let a box no longer, by which it is free."""
        box = self._box(credential)
        self._kinds[credential.kind].disable(credential, now)
        box.used_until = None

    def free(self, locker: Locker, period: Period, now: datetime) -> list[Box]:
        """Return the boxes that can be had for a time."""
        return [
            box
            for box in locker.boxes.values()
            if self._is_free(locker, box, period, now)
        ]

    def set_status(self, box: Box, status: BoxStatus, now: datetime) -> None:
        """Say how a box stands; PINs and cards for it stay as they are."""
        box.faulty = status is BoxStatus.FAULT
        if status is BoxStatus.UNUSED:
            box.used_until = None
        elif status is BoxStatus.IN_USE:
            box.used_until = _FOR_EVER
        elif status is BoxStatus.EXPIRED:
            box.used_until = now

    def _box(self, credential: Credential) -> Box:
        """Return the box of a PIN or a card, which has to be one of a locker."""
        place = credential.place
        if place.locker_id is None or place.box_num is None:
            raise Missing(credential.id)
        return self._lockers[place.locker_id].box(place.box_num)

    def _is_free(self, locker: Locker, box: Box, period: Period, now: datetime) -> bool:
        """Tell whether a box can be had for a time."""
        place = Place(locker_id=locker.id, box_num=box.num)
        return box.is_free(period[0], now) and not any(
            one.overlaps(*period)
            for credentials in self._kinds.values()
            for one in credentials.at(place)
        )
