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
    ServiceUnavailable,
)
from ..wire import Wire
from .session import InvalidValue, Session, SessionLost

_ID: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")
LONGEST_CALL: Final = 5.0
"""Seconds that the end of a session waits for a call."""
_EVERYWHERE: Final = "GET LockGroups"
"""What every server has, in either generation."""
_SESSIONS: Final = 3
"""In how many a call is tried, each of which may end just then."""
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
        return self.session.allows(operation)

    def may(self, operation: str) -> bool:
        """Return the same, however it was answered lately: what is offered does not come and go with refusals."""
        return self.session.permits(operation)

    async def open(self) -> None:
        """See to it that there is a session."""

        async def nothing() -> None:
            pass

        async with self._turn:
            await self._lasting(nothing)

    async def close(self) -> None:
        """End the session, after the call that is under way unless that takes long; others are not waited for."""
        self.session.stop()
        with suppress(TimeoutError):
            # What was sent was sent; whoever waits for its answer is told that the session has ended.
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
        return await self.parsed(wire, await self.read(operation, *ids))

    async def parsed[W: Wire](self, wire: type[W], raw: Any) -> tuple[list[W], bool]:
        """Return the objects of a list that was read, and whether all could be understood."""
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
        async def send_there() -> Any:
            return await send(*self._place(operation, ids))

        async with self._turn:
            try:
                return await self._lasting(send_there)
            except SessionLost:
                # Not even in sessions that were new.
                self.session.deny(operation)
                raise NoRight(operation) from None
            except NotFound:
                if operation == _EVERYWHERE:
                    # The system has moved to another server, which the next session is opened at.
                    self.session.lose()
                raise
            except InvalidValue:
                if ids and named:
                    raise NotFound(operation) from None
                raise

    async def _lasting(self, work: Callable[[], Awaitable[Any]]) -> Any:
        """Do something in a session, in another one where that has ended; raises SessionLost where they all do."""
        tries = 0
        while True:
            tries += 1
            try:
                await self.session.ensure()
            except SessionLost:
                if tries == _SESSIONS:
                    raise ServiceUnavailable("session ended at once") from None
                continue
            try:
                return await work()
            except SessionLost as err:
                if tries == _SESSIONS:
                    raise
                # A session that had ended did nothing: the same once more is the first time.
                await self.session.replace(err)

    def _place(self, operation: str, ids: tuple[str, ...]) -> tuple[HTTPMethod, str]:
        """Return method and path of an operation; raises NotAvailable or NoRight for what cannot be done."""
        if operation not in self.session.operations:
            raise NotAvailable(operation)
        if not self.session.allows(operation):
            raise NoRight(operation)
        method, _, path = operation.partition(" ")
        for each in ids:
            if not _ID.fullmatch(each):
                raise NotFound(operation)
            path = path.replace("{id}", each, 1)
        return HTTPMethod(method), self.session.path(path)
