"""An integration at IntServ Access."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from aiohttp import ClientSession

from ..clock import utc_now
from ..transport import Transport, base_address
from ..vendor import InvalidField
from .client import IntServClient, Key, judge
from .events import Events
from .grants import Grants

_KEY: Final = "api_key"


def connect(
    session: ClientSession,
    fields: Mapping[str, str],
    clock: Callable[[], datetime] = utc_now,
) -> IntServ:
    """Return the account; raises InvalidField where a field cannot be right."""
    api_key = fields[_KEY].strip()
    if not api_key:
        raise InvalidField(_KEY, "empty")
    if not (api_key.isascii() and api_key.isprintable()) or " " in api_key:
        raise InvalidField(_KEY, "invalid_api_key")
    transport = Transport(
        session, base_address("url", fields["url"]), Key(api_key).headers, judge=judge
    )
    return IntServ(IntServClient(transport), clock)


class IntServ(Grants, Events):
    """An integration: the systems that it sees, their doors and events, and the access keys that it makes."""

    @property
    def counts(self) -> Mapping[str, int]:
        """Return how many requests were sent, repeated, and failed in which way."""
        return self._client.transport.counts
