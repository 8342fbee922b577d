"""A KEYVOX organisation."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from aiohttp import ClientSession

from ..clock import utc_now
from ..transport import Transport, base_address
from ..vendor import InvalidField
from .bookings import Reservations
from .calls import Calls
from .client import KeyvoxClient, judge
from .grants import Grants
from .hints import Hints
from .history import History
from .lockers import Lockers
from .locks import Locks
from .paths import PROFILES
from .signer import Signer

_CREDENTIALS: Final = ("api_key", "api_secret")


def connect(
    session: ClientSession,
    fields: Mapping[str, str],
    clock: Callable[[], datetime] = utc_now,
) -> Keyvox:
    """Return the account; raises InvalidField where a field cannot be right."""
    key, secret = (fields[name].strip() for name in _CREDENTIALS)
    for name, value in zip(_CREDENTIALS, (key, secret), strict=True):
        if not value.isascii() or not value.isprintable() or '"' in value or not value:
            raise InvalidField(name, f"invalid_{name}")
    if (profile := PROFILES.get(fields["profile"])) is None:
        raise InvalidField("profile", "invalid_profile")
    signer = Signer(key, secret, profile.signed, clock)
    base = base_address("url", fields.get("url", "").strip() or profile.base)
    transport = Transport(session, base, signer, judge=judge)
    return Keyvox(KeyvoxClient(transport, profile, signer), clock)


class Keyvox(Reservations, Grants, Locks, History, Lockers, Calls, Hints):
    """An organisation's units, locks, lockers and places, and what is granted and booked there."""

    @property
    def counts(self) -> Mapping[str, int]:
        """Return how many requests were sent, repeated, and failed in which way."""
        return self._client.transport.counts

    @property
    def corrected_by(self) -> timedelta:
        """Return by how much our clock is corrected, as a refusal's date told (1.2)."""
        return self._client.signer.ahead
