"""All PINs and cards of the organisation, and what the lists show of them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from simulators.errors import Invalid, Missing
from simulators.keyvox.credentials import Credential, Kind, Order, Place
from simulators.keyvox.deliveries import Deliveries
from simulators.keyvox.formats import Period, written
from simulators.keyvox.ids import new_code
from simulators.keyvox.options import Options
from simulators.registry import Registry

CODE_LENGTH = 6
USUAL_WINDOW = timedelta(days=3)


class Credentials(Registry[Credential]):
    """PINs by their ids, or cards by their numbers."""

    def __init__(
        self,
        kind: Kind,
        deliveries: Deliveries,
        options: Options,
        hides: Callable[[Place], bool],
    ) -> None:
        """Start without any; `hides` tells whether the lists hide what is for a place and not issued."""
        super().__init__()
        self._kind = kind
        self._deliveries = deliveries
        self._options = options
        self._hides = hides
        self._numbers = count(1)

    def issue(
        self,
        place: Place,
        period: Period,
        now: datetime,
        *,
        code: str | None = None,
        **fields: Any,
    ) -> Credential:
        """Accept a new PIN or card, which is not at any device yet."""
        code = code or new_code(CODE_LENGTH)
        self._check_code(code, place, period)
        credential = Credential(
            self._kind, next(self._numbers), code, place, *period, **fields
        )
        self[credential.id] = credential
        self._deliveries.request(credential, Order.CREATE, now)
        return credential

    def change(
        self,
        credential: Credential,
        period: Period,
        now: datetime,
        *,
        code: str | None = None,
        holder: str | None = None,
    ) -> None:
        """Accept a change, of which the devices do not know yet."""
        if credential.is_disabled:
            raise Invalid("disabled")
        code = code or credential.code
        self._check_code(code, credential.place, period, but_for=credential)
        credential.start, credential.end = period
        credential.code = code
        credential.holder = credential.holder if holder is None else holder
        self._deliveries.request(credential, Order.CHANGE, now)

    def disable(self, credential: Credential, now: datetime) -> None:
        """Accept that something is to be forgotten, which the devices still know."""
        if credential.is_gone:
            raise Invalid("disabled")
        self._deliveries.request(credential, Order.DISABLE, now)

    def of_unit(self, credential_id: str) -> Credential:
        """Return a PIN or a card that is one of a unit."""
        credential = self[credential_id]
        if credential.place.unit_id is None:
            raise Missing(credential_id)
        return credential

    def at(self, place: Place) -> list[Credential]:
        """Return what opens a place and is not to be forgotten, oldest first."""
        return [
            one for one in self.values() if one.place == place and not one.is_disabled
        ]

    def listed(
        self, unit_ids: set[str], window: Period | None, now: datetime
    ) -> list[Credential]:
        """Return what is for some units in a window, or what is delivered by three days from now."""
        start, end = window or (now, now + USUAL_WINDOW)
        return [
            one
            for one in self.values()
            if one.place.unit_id in unit_ids
            and not one.is_gone
            and one.overlaps(start, end)
        ]

    def shown_code(self, pin: Credential, *, in_list: bool = True) -> str:
        """Return the digits of a PIN as they are shown."""
        asterisks = self._options.asterisks
        hidden = (asterisks == "always" and in_list) or (
            asterisks != "never" and not pin.issued and self._hides(pin.place)
        )
        return "*" * len(pin.code) if hidden else pin.code

    def as_row(self, pin: Credential) -> dict[str, Any]:
        """Return a PIN as the lists tell of it."""
        return {
            "id": str(pin.number),
            "pinId": pin.id,
            "pinCode": self.shown_code(pin),
            "qrCode": pin.qr_code,
            "sTime": written(pin.start),
            "eTime": written(pin.end),
            "targetName": pin.holder,
        }

    def as_answer(self, pin: Credential) -> dict[str, Any]:
        """Return a PIN as the answer that issues it does."""
        masked = self._options.asterisks_in_answers
        return {
            "pinId": pin.id,
            "pinCode": self.shown_code(pin) if masked else pin.code,
            "qrCode": pin.qr_code,
        }

    def _check_code(
        self,
        code: str,
        place: Place,
        period: Period,
        but_for: Credential | None = None,
    ) -> None:
        """Refuse digits that somebody else has at the same place and time, if that is chosen."""
        if self._options.refuse_duplicates and any(
            other.code == code and other.overlaps(*period)
            for other in self.at(place)
            if other is not but_for
        ):
            raise Invalid("pinCode is in use")
