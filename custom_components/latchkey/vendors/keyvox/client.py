"""The operations of the REST API, in either profile; section numbers are the facts sheet's."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPMethod
import re
from typing import Any, Final

import orjson

from ..transport import Transport
from ..vendor import (
    AnswerNotUnderstood,
    DeviceUnreachable,
    InvalidRequest,
    NoRight,
    NotAvailable,
    NotFound,
    OutcomeUnknown,
    Refused,
    VendorError,
    WrongPath,
)
from .paths import Profile
from .signer import Signer

SLOW: Final = 75.0
"""Seconds that an operation may take for which a device is asked (1.5)."""
PAGE: Final = 50
"""How many rows are asked for at once; a page that is shorter is the last one, and the most is about 100 (1.6)."""
_MOST_PAGES: Final = 200

_SUCCESS: Final = "0"
_ERRORS: Final[Mapping[str, type[VendorError]]] = {
    "E0005": InvalidRequest,
    "E0043": NotFound,
    "E1012": DeviceUnreachable,
    "E2003": NoRight,
}
_CODE: Final = re.compile(r"[A-Z]?[0-9]{1,6}")


class KeyvoxClient:
    """Speaks the API of one organisation; every operation is a POST with a JSON body (1.1)."""

    def __init__(self, transport: Transport, profile: Profile, signer: Signer) -> None:
        """Initialize with what sends the requests, and what signs them."""
        self.transport = transport
        self.signer = signer
        self._profile = profile

    def has(self, operation: str) -> bool:
        """Return whether the profile describes an operation, or one may assume so."""
        return operation in self._profile.paths

    @property
    def is_overview(self) -> bool:
        """Return whether the fields are those of the overview, which shows those of createLockPin alone (0)."""
        return "request-line" not in self._profile.signed

    async def read(
        self,
        operation: str,
        body: Mapping[str, Any] | None = None,
        *,
        slow: bool = False,
    ) -> Any:
        """Return the data of what changes nothing; where a device is asked, it is asked once."""
        path = self._path(operation)
        raw = await self._corrected(
            lambda: self.transport.read(
                path,
                method=HTTPMethod.POST,
                body=body or {},
                timeout=SLOW if slow else None,
                attempts=1 if slow else None,
            )
        )
        return _data(raw)

    async def command(
        self, operation: str, body: Mapping[str, Any], *, slow: bool = False
    ) -> Any:
        """Return the data of what changes something: sent once, but for a refusal of the clock, which does nothing.

        Raises OutcomeUnknown for an answer that is none.
        """
        path = self._path(operation)
        answer = await self._corrected(
            lambda: self.transport.command(
                HTTPMethod.POST, path, body, timeout=SLOW if slow else None
            )
        )
        try:
            return _data(answer.json())
        except AnswerNotUnderstood:
            raise OutcomeUnknown("answer not understood") from None

    async def pages(
        self, operation: str, body: Mapping[str, Any] | None = None, key: str = "list"
    ) -> list[Any]:
        """Return all rows of a list that has numbered pages (1.6)."""
        rows: list[Any] = []
        for page in range(1, _MOST_PAGES):
            wanted = {**(body or {}), "page": str(page), "count": str(PAGE)}
            data = await self.read(operation, wanted)
            found = data.get(key) if isinstance(data, dict) else data
            if found is None:
                found = []
            if not isinstance(found, list):
                raise AnswerNotUnderstood("no list")
            if found and found == rows[-len(found) :]:
                # A server that knows no pages tells the same one for ever.
                return rows
            rows += found
            if len(found) < PAGE:
                return rows
        raise AnswerNotUnderstood("pages without end")

    async def until(
        self,
        is_enough: Callable[[list[Any]], bool],
        operation: str,
        body: Mapping[str, Any],
        key: str,
    ) -> list[Any]:
        """Return the rows of a list with a cursor (1.6), up to the page that is enough.

        The end is not documented: an empty page, no position, or one that was had already.
        """
        rows: list[Any] = []
        position = ""
        seen: set[str] = set()
        for _ in range(_MOST_PAGES):
            wanted = {**body, "position": position, "records": str(PAGE)}
            data = await self.read(operation, wanted)
            if data is None:
                return rows
            if not isinstance(data, dict):
                raise AnswerNotUnderstood("no page")
            found = data.get(key) or []
            if not isinstance(found, list):
                raise AnswerNotUnderstood("no list")
            rows += found
            seen.add(position)
            following = data.get("position")
            position = "" if following is None else str(following)
            if not found or is_enough(found) or not position or position in seen:
                return rows
        raise AnswerNotUnderstood("pages without end")

    def _path(self, operation: str) -> str:
        """Return where an operation is; raises NotAvailable where the profile has none."""
        try:
            return self._profile.paths[operation]
        except KeyError:
            raise NotAvailable(operation) from None

    async def _corrected[T](self, call: Callable[[], Awaitable[T]]) -> T:
        """Return what a call does; where it is refused and our clock is off, once more by the vendor's clock (1.2)."""
        ahead = self.signer.ahead
        try:
            return await call()
        except Refused:
            # Another request that was refused with this one may have corrected it already.
            is_corrected = self.signer.ahead != ahead
            if not self.signer.correct(self.transport.refused_ahead) and (
                not is_corrected
            ):
                raise
            return await call()


def judge(status: int, body: bytes) -> VendorError | None:
    """Return what a refusal means: the gateway's say nothing of the server's codes (1.5)."""
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        told = None
    if isinstance(told, dict) and "code" in told:
        return _error(told["code"])
    if status in (401, 403):
        return Refused(f"status {status}")
    if status == 404:
        return WrongPath(f"status {status}")
    return None


def _data(raw: Any) -> Any:
    """Return the data of an answer, None for none; a code other than 0 is an error whatever the status (1.5)."""
    if not isinstance(raw, dict) or raw.get("code") is None:
        raise AnswerNotUnderstood("no code")
    if (err := _error(raw["code"])) is not None:
        raise err
    return raw.get("data")


def _error(code: Any) -> VendorError | None:
    """Return what a code means, which is a text or a number; the message is the vendor's, and may hold values."""
    text = str(code).strip()
    if text.strip("0") == "" and text:
        return None
    told = f"code {text}" if _CODE.fullmatch(text) else "code"
    return _ERRORS.get(text, InvalidRequest)(told)
