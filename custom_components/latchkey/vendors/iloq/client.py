"""The operations of the API in a session (facts sheet 1.2, 1.3)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from http import HTTPMethod
import re
from typing import Any, Final

from ..transport import Transport
from ..vendor import (
    AnswerNotUnderstood,
    NoRight,
    NotAvailable,
    NotFound,
    OutcomeUnknown,
)
from ..wire import Wire
from .operations import is_allowed
from .session import InvalidValue, Session, SessionLost

_ID: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")
LONGEST_CALL: Final = 5.0
"""Seconds that the end of a session waits for a call."""
_SOME: Final = 500
"""Rows that are read before others have their turn."""


class IloqClient:
    """Speaks the API for one user and locking system, one call after the other (4.1)."""

    def __init__(self, transport: Transport, session: Session) -> None:
        """Initialize with what sends the requests, and the session that they are in."""
        self.transport = transport
        self.session = session
        self._turn = asyncio.Lock()

    def has(self, operation: str) -> bool:
        """Return whether the API has an operation and the user a right to it, as far as that is known."""
        needed = self.session.operations.get(operation)
        return needed is not None and is_allowed(needed, self.session.rights)

    async def open(self) -> None:
        """See to it that there is a session."""
        async with self._turn:
            await self.session.ensure()

    async def close(self) -> None:
        """End the session, after the call that is under way unless that takes long; those that wait are refused."""
        self.session.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_CALL), self._turn:
                pass
        await self.session.close()

    async def read(
        self,
        operation: str,
        *ids: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Any:
        """Return what an operation answers that changes nothing; raises NotFound for an id that there is not."""

        async def send(method: HTTPMethod, path: str) -> Any:
            return await self.transport.read(path, query, method=method, body=body)

        return await self._in_session(operation, ids, send, named=body is None)

    async def command(
        self,
        operation: str,
        *ids: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Any:
        """Return what an operation answers that changes something; it is done once, or not at all where the session had ended."""

        async def send(method: HTTPMethod, path: str) -> Any:
            answer = await self.transport.command(method, path, body, query)
            if not answer.body.strip():
                return None
            try:
                return answer.json()
            except AnswerNotUnderstood:
                raise OutcomeUnknown("answer not understood") from None

        return await self._in_session(operation, ids, send, named=body is None)

    async def rows[W: Wire](
        self, wire: type[W], operation: str, *ids: str
    ) -> tuple[list[W], bool]:
        """Return the objects of a list, which has no pages and may be long, and whether all could be read."""
        raw = await self.read(operation, *ids)
        if raw is None:
            return [], True
        if not isinstance(raw, list):
            raise AnswerNotUnderstood(f"{wire.__name__}: not a list")
        found: list[W] = []
        complete = True
        for first in range(0, len(raw), _SOME):
            some, all_read = wire.parse_all(raw[first : first + _SOME])
            found += some
            complete = complete and all_read
            # Twenty thousand keys would keep everything else waiting.
            await asyncio.sleep(0)
        return found, complete

    async def _in_session(
        self,
        operation: str,
        ids: tuple[str, ...],
        send: Callable[[HTTPMethod, str], Awaitable[Any]],
        *,
        named: bool,
    ) -> Any:
        async with self._turn:
            await self.session.ensure()
            method, path = self._place(operation, ids)
            try:
                try:
                    return await send(method, path)
                except SessionLost:
                    # A session that had ended did nothing: the same once more is the first time.
                    self.session.lose()
                    await self.session.ensure()
                    method, path = self._place(operation, ids)
                    return await send(method, path)
            except SessionLost:
                # Not even in a new session.
                raise NoRight(operation) from None
            except InvalidValue:
                if ids and named:
                    raise NotFound(operation) from None
                raise

    def _place(self, operation: str, ids: tuple[str, ...]) -> tuple[HTTPMethod, str]:
        """Return method and path of an operation; raises NotAvailable or NoRight for what cannot be done."""
        if (needed := self.session.operations.get(operation)) is None:
            raise NotAvailable(operation)
        if not is_allowed(needed, self.session.rights):
            raise NoRight(operation)
        method, _, path = operation.partition(" ")
        for each in ids:
            if not _ID.fullmatch(each):
                raise NotFound(operation)
            path = path.replace("{id}", each, 1)
        return HTTPMethod(method), self.session.path(path)
