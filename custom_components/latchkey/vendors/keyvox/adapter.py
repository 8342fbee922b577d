"""A KEYVOX organisation."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from aiohttp import ClientSession

from ..transport import Transport, base_address
from ..vendor import InvalidField
from .client import KeyvoxClient, judge
from .history import History
from .inventory import Organisation
from .locks import Locks
from .part import utc_now
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


class Keyvox(Organisation, Locks, History):
    """An organisation's units, locks, lockers and places."""

    @property
    def counts(self) -> Mapping[str, int]:
        """Return how many requests were sent, repeated, and failed in which way."""
        return self._client.transport.counts
