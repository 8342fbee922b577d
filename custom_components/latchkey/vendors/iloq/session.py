"""The session of an account: opened when it is needed, renewed when it has ended, ended when it is no longer needed (1.2)."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPMethod
from typing import Any, Final

import orjson
from yarl import URL

from ..transport import Transport, base_address
from ..vendor import (
    AnswerNotUnderstood,
    ChoiceNeeded,
    InvalidField,
    InvalidRequest,
    NoRight,
    NotFound,
    Refused,
    ServiceUnavailable,
    VendorError,
    WrongCredentials,
)
from ..wire import lowered
from .bars import BARS, Bars, lasts
from .operations import V1, V2, Right, is_allowed
from .wire import WireLockGroup, number

LONGEST_END: Final = 5.0
"""Seconds that the end of a session may take."""
LOCK_GROUP: Final = "lock_group"
_GET_URL: Final = "api/v2/Url/GetUrl"

_NO_RESULT: Final = 0
_SUCCESS: Final = 1
_UPDATING: Final = 4
_WRONG: Final = 5
_REASONS: Final[Mapping[int, str]] = {
    7: "locked_out",
    8: "locked_out",
    9: "password_expired",
    10: "single_sign_on",
}


class SessionLost(VendorError):
    """The session has ended, or is refused this, so that nothing was done."""

    key = "service_unavailable"

    def __init__(self, detail: str = "", *, has_ended: bool = False) -> None:
        """Initialize with whether it is told that it has ended."""
        super().__init__(detail)
        self.has_ended = has_ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Who we are, and which locking system it is about; None for the only one."""

    customer_code: str
    username: str
    password: str = field(repr=False)
    api_key: str = field(repr=False)
    lock_group: str | None


class Session:
    """One session at a time; whoever calls sees to it that there is one call at a time."""

    def __init__(
        self,
        login: Login,
        clock: Callable[[], datetime],
        bars: Bars = BARS,
    ) -> None:
        """Initialize with nothing opened, and with the log-ins that are not tried again."""
        self._login = login
        self._clock = clock
        self._bars = bars
        self._id: str | None = None
        self._is_open = False
        self._opening: asyncio.Task[None] | None = None
        self._closed = False
        self._denied: dict[str, datetime] = {}
        """When an operation was refused in whichever session."""
        self.is_v1 = False
        self.group: WireLockGroup | None = None
        self.rights: Right | None = None
        """What the user may do; None where the answer does not tell."""

    def attach(self, transport: Transport) -> None:
        """Have the requests sent by a transport, which begins at the address that the user entered."""
        self._transport = transport
        self._start = transport.base

    @property
    def operations(self) -> Mapping[str, Right]:
        """Return the operations of the generation that answered, with the rights that they need."""
        return V1 if self.is_v1 else V2

    def headers(self, method: HTTPMethod, url: URL, body: bytes) -> Mapping[str, str]:
        """Return what identifies the session, and the account at the gateway where there is one (1.2)."""
        told = {"SessionId": self._id, "x-api-key": self._login.api_key}
        return {name: value for name, value in told.items() if value}

    def path(self, rest: str) -> str:
        """Return where an operation is below the address of the server."""
        return f"api/{'v1' if self.is_v1 else 'v2'}/{rest}"

    def permits(self, operation: str) -> bool:
        """Return whether the API has an operation and the user a right to it, as far as that is known."""
        needed = self.operations.get(operation)
        return needed is not None and is_allowed(needed, self.rights)

    def allows(self, operation: str) -> bool:
        """Return whether an operation is permitted, and was not refused all the same a while ago."""
        denied = self._denied.get(operation)
        return self.permits(operation) and (
            denied is None or not lasts(denied, self._clock())
        )

    def deny(self, operation: str) -> None:
        """Take note that an operation is refused in whichever session: no others are opened for it for a while."""
        self._denied[operation] = self._clock()

    def forgive(self) -> None:
        """Have the next log-in tried even if the last one was refused: somebody is there who has seen to it."""
        self._bars.lift(self._bar)

    async def ensure(self) -> None:
        """Open a session where there is none.

        Raises WrongCredentials or Refused where the user is not let in, SessionLost where it ended while it was opened.
        """
        if self._closed:
            raise ServiceUnavailable("closed")
        if self._is_open:
            return
        if self._opening is None:
            # It goes on when its caller is gone: what the server opened must be known, to be ended.
            self._opening = asyncio.create_task(self._open())
            self._opening.add_done_callback(self._opened)
        opening = self._opening
        await asyncio.wait([opening])
        opening.result()

    def _opened(self, opening: asyncio.Task[None]) -> None:
        """Have the next caller begin anew, where nobody was left to hear that it failed."""
        self._opening = None
        if not opening.cancelled():
            opening.exception()

    def lose(self) -> None:
        """Take note that the session has ended."""
        self._id = None
        self._is_open = False

    async def replace(self, lost: SessionLost) -> None:
        """Have another session opened in the place of one that was lost; it is ended where it may be there yet."""
        if not lost.has_ended:
            await self._end()
        self.lose()

    def stop(self) -> None:
        """Open no other session."""
        self._closed = True

    async def close(self) -> None:
        """End the session, and open no other."""
        self.stop()
        if self._opening:
            # What takes longer ends itself when it is there.
            await asyncio.wait([self._opening], timeout=LONGEST_END)
        await self._end()

    async def _open(self) -> None:
        self._bars.check(self._bar, self._clock())
        try:
            await self._resolve()
            self._id = await self._log_in()
            await self._choose()
        except (Refused, WrongCredentials) as err:
            self._bars.put(self._bar, self._clock(), err)
            raise
        except SessionLost as err:
            await self.replace(err)
            raise
        except BaseException:
            await self._end()
            raise
        if self._closed:
            await self._end()
            raise ServiceUnavailable("closed")
        self._is_open = True

    @property
    def _bar(self) -> tuple[str, ...]:
        """Return what tells this log-in from others; it is no other one for another locking system."""
        login = self._login
        return (
            str(self._start),
            login.customer_code,
            login.username,
            login.password,
            login.api_key,
        )

    async def _resolve(self) -> None:
        """Go to the server that the customer's system is on; what knows no such question is version 1 (1.1)."""
        self._transport.base = self._start
        try:
            # Whoever asks meanwhile which generation it is, is told what it was before.
            told = await self._transport.read(
                _GET_URL,
                method=HTTPMethod.POST,
                body={"CustomerCode": self._login.customer_code},
                attempts=1,
            )
        except NotFound:
            self.is_v1 = True
            return
        except (InvalidRequest, NoRight, SessionLost) as err:
            # The gateway, or the server for a customer code that it does not know.
            raise Refused(err.key) from None
        self.is_v1 = False
        if told is None:
            return
        if not isinstance(told, str):
            raise AnswerNotUnderstood("address")
        if not told.strip():
            return
        try:
            handed_out = base_address("url", told.rstrip("/ "))
        except InvalidField as err:
            # The same rule as for what a user enters: credentials go nowhere in the clear.
            raise AnswerNotUnderstood(err.reason) from None
        if (handed_out.scheme, self._start.scheme) == ("http", "https"):
            # It is for the user alone to say that this machine itself is meant.
            raise AnswerNotUnderstood("insecure_url")
        self._transport.base = handed_out

    async def _log_in(self) -> str:
        """Return the id of a new session; a refusal may be an answer of success with a number (1.2)."""
        login = self._login
        body = {
            "UserName": login.username,
            "Password": login.password,
            "CustomerCode": login.customer_code,
            "ApiKey": "",
            "ApiSecret": "",
        }
        try:
            told = await self._asked("POST CreateSession", body)
        except (InvalidRequest, NoRight) as err:
            # It is not documented which of them a refused log-in is.
            raise Refused(err.key) from None
        except SessionLost:
            raise WrongCredentials("status 401") from None
        if not isinstance(told, dict):
            raise AnswerNotUnderstood("session")
        told = lowered(told)
        result = _SUCCESS if told.get("result") is None else number(told["result"])
        session_id = told.get("sessionid")
        if result not in (_NO_RESULT, _SUCCESS) or not isinstance(session_id, str):
            raise _refusal(result)
        if not (session_id := session_id.strip()):
            raise _refusal(result)
        if not session_id.isascii() or not session_id.isprintable():
            # It goes into a header.
            raise AnswerNotUnderstood("session")
        return session_id

    async def _choose(self) -> None:
        """Set the locking system, which tells what the user may do."""
        found, _ = WireLockGroup.parse_all(await self._asked("GET LockGroups"))
        groups = {each.lockgroup_id.casefold(): each for each in found}
        wanted = self._login.lock_group
        if not groups:
            raise NoRight("no lock group")
        if wanted is None and len(groups) > 1:
            raise ChoiceNeeded(
                LOCK_GROUP, {key: each.name or key for key, each in groups.items()}
            )
        group = groups.get(wanted.casefold()) if wanted else next(iter(groups.values()))
        if group is None:
            raise NotFound("lock group")
        told = await self._asked(
            "POST SetLockgroup", {"LockGroup_ID": group.lockgroup_id}
        )
        mask = None
        if isinstance(told, dict):
            mask = number(lowered(told).get("rightsmask"))
        self.rights = None if mask is None else Right(mask)
        self.group = group

    async def _end(self) -> None:
        if self._id is None:
            return
        try:
            async with asyncio.timeout(LONGEST_END):
                await self._asked("GET KillSession")
        except VendorError, TimeoutError:
            pass
        finally:
            self.lose()

    async def _asked(self, operation: str, body: Any = None) -> Any:
        """Return what one of the six steps answers; each is asked once, since bad log-ins lock the user out."""
        method, _, path = operation.partition(" ")
        return await self._transport.read(
            self.path(path), method=HTTPMethod(method), body=body, attempts=1
        )


def _refusal(result: int | None) -> VendorError:
    """Return what a log-in that opened nothing means (1.2)."""
    if result in (_SUCCESS, _NO_RESULT, _WRONG):
        return WrongCredentials(f"result {result}")
    if result == _UPDATING:
        return ServiceUnavailable("result 4")
    if result is not None and result in _REASONS:
        return Refused(f"result {result}", reason=_REASONS[result])
    return Refused(f"result {result}")


def judge(status: int, body: bytes) -> VendorError | None:
    """Return what a refusal means: an unknown id is a bad value to the API, and a session ends with a 401 (1.3)."""
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        told = None
    message = ""
    if isinstance(told, dict):
        message = str(lowered(told).get("message", ""))
    has_ended = message.startswith("Invalid session id")
    if status == 401 or has_ended:
        return SessionLost(f"status {status}", has_ended=has_ended)
    if status == 400 and message.startswith("Invalid value"):
        return InvalidValue("status 400")
    return None


class InvalidValue(InvalidRequest):
    """A value that the API does not know; where the only value is an id, there is nothing of that id (1.3)."""
