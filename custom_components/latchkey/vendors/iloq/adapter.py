"""A user of a locking system of iLOQ's."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from aiohttp import ClientSession

from ..clock import utc_now
from ..transport import Transport, base_address
from ..vendor import InvalidField
from .calendars import Calendars
from .calls import Calls
from .client import IloqClient
from .directory import Directory
from .grants import Grants
from .inventory import System
from .keys import KeyTasks
from .logs import Logs
from .session import LOCK_GROUP, Login, Session, judge
from .webhooks import Webhooks

LARGEST: Final = 32 * 1024 * 1024
"""Bytes of the largest answer: lists have no pages, and twenty thousand persons of 1 KiB take twenty MiB (4.11)."""
_HEADER: Final = "api_key"


def connect(
    session: ClientSession,
    fields: Mapping[str, str],
    clock: Callable[[], datetime] = utc_now,
) -> Iloq:
    """Return the account; raises InvalidField where a field cannot be right."""
    api_key = fields.get(_HEADER, "").strip()
    if not api_key.isascii() or not (api_key.isprintable() or not api_key):
        raise InvalidField(_HEADER, "invalid_api_key")
    login = Login(
        customer_code=fields["customer_code"].strip(),
        username=fields["username"].strip(),
        password=fields["password"],
        api_key=api_key,
        lock_group=fields.get(LOCK_GROUP) or None,
    )
    for name in ("customer_code", "username", "password"):
        if not getattr(login, name):
            raise InvalidField(name, "empty")
    opened = Session(login, clock)
    base = base_address("url", fields["url"])
    transport = Transport(session, base, opened.headers, judge=judge, largest=LARGEST)
    opened.attach(transport)
    return Iloq(IloqClient(transport, opened), clock)


class Iloq(System, Logs, Grants, KeyTasks, Directory, Calendars, Webhooks, Calls):
    """A locking system: its locks and their logs, its keys, what they open, and the calls about all that."""

    @property
    def counts(self) -> Mapping[str, int]:
        """Return how many requests were sent, repeated, and failed in which way."""
        return self._client.transport.counts

    async def close(self) -> None:
        """End the session (1.2), after the call that is under way."""
        await self._client.close()
