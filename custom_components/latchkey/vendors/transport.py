"""One way to send a request: time-out, bounds, what may be repeated, what may be logged."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPMethod, HTTPStatus
from ipaddress import ip_address
import logging
import random
import time
from typing import Any, Final

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientHandlerType,
    ClientRequest,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    InvalidURL,
)
import orjson
from yarl import URL

from . import answers
from .long_json import loads
from .vendor import (
    AnswerNotUnderstood,
    Conflict,
    InvalidField,
    InvalidRequest,
    NoRight,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    ServiceUnavailable,
    TooLarge,
    VendorError,
    WrongCredentials,
)

_LOGGER = logging.getLogger(__name__)

CONCURRENCY = 4
TIMEOUT = 15.0
ATTEMPTS = 3
BACKOFF = 0.5
LONGEST_TURN = 5.0
"""Seconds for which what a device is asked to do waits for other requests."""
MOST_AHEAD = timedelta(days=1)
"""By how much two clocks can differ."""

_REFUSALS: dict[int, type[VendorError]] = {
    HTTPStatus.BAD_REQUEST: InvalidRequest,
    HTTPStatus.UNAUTHORIZED: WrongCredentials,
    HTTPStatus.FORBIDDEN: NoRight,
    HTTPStatus.NOT_FOUND: NotFound,
    HTTPStatus.CONFLICT: Conflict,
    HTTPStatus.GONE: NotFound,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: InvalidRequest,
}

_UNAUTHORIZED: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)

JSON: Final = "application/json"

type Judge = Callable[[int, bytes], VendorError | None]
"""Tells from a refusal's status and body what it means, where the status alone does not say so."""
type Sign = Callable[[HTTPMethod, URL, bytes], Mapping[str, str]]
"""Makes the headers that identify the account from a request's method, address and body."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of success."""

    status: int
    body: bytes
    date: datetime
    """When it was given, by the vendor's clock where it tells."""

    def json(self) -> Any:
        """Return the body as JSON, whatever media type it claims."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            # The decoder's message quotes the body.
            raise AnswerNotUnderstood("not JSON") from None


def base_address(field: str, text: str) -> URL:
    """Return a vendor's address; raises InvalidField for one that must not be sent credentials.

    Plain http is for this machine alone: a simulated cloud, or a tunnel of the user's own.
    """
    try:
        url = URL(text.strip())
    except ValueError:
        raise InvalidField(field, "invalid_url") from None
    if not url.host or url.scheme not in ("http", "https"):
        raise InvalidField(field, "invalid_url")
    if url.user is not None or url.password is not None or url.query or url.fragment:
        raise InvalidField(field, "bare_url")
    if url.scheme == "http" and not _is_loopback(url.host):
        raise InvalidField(field, "insecure_url")
    return url


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class Transport:
    """Sends the requests of one account."""

    ahead = timedelta()
    """By how much the vendor's clock is ahead of ours, as its last answer told."""
    refused_ahead: timedelta | None = None
    """The same as the last refusal told, which may be somebody else's."""
    base: URL
    """The address below which all paths lie; a vendor may hand out another one."""

    def __init__(
        self,
        session: ClientSession,
        base: URL,
        sign: Sign,
        *,
        judge: Judge | None = None,
        largest: int = answers.LARGEST_ANSWER,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Initialize with the address below which all paths lie."""
        self._session = session
        self.base = base
        self._sign = sign
        self._judge = judge
        self._largest = largest
        self._sleep = sleep
        self._clock = clock
        self._places = asyncio.Semaphore(CONCURRENCY)
        # One place is kept free for commands: a door never waits for a round of polls.
        self._places_for_reads = asyncio.Semaphore(CONCURRENCY - 1)
        # A device that does not answer takes its place for long: a second command finds one all the same.
        self._places_for_slow = asyncio.Semaphore(CONCURRENCY - 2)
        # A limit on readings closes no door.
        self._silent_until = {True: clock(), False: clock()}
        self.counts: Counter[str] = Counter()

    async def read(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        method: HTTPMethod = HTTPMethod.GET,
        body: Any = None,
        timeout: float | None = None,
        attempts: int | None = None,
    ) -> Any:
        """Return the JSON of a request that changes nothing, and may therefore be repeated; None for no content."""
        attempt = 1
        is_slow = timeout is not None and timeout > TIMEOUT
        slow: AbstractAsyncContextManager[None] = (
            self._places_for_slow if is_slow else nullcontext()
        )
        while True:
            try:
                async with slow, self._places_for_reads:
                    answer = await self._send(
                        method, path, query, body, once=False, timeout=timeout
                    )
                if answer.status == HTTPStatus.NO_CONTENT or not answer.body.strip():
                    return None
                return await _parsed(answer.body)
            except ServiceUnavailable:
                if attempt >= (attempts or ATTEMPTS):
                    raise
            self.counts["repeated"] += 1
            # Jitter, so that the accounts of many homes do not return in step.
            await self._sleep(BACKOFF * 2**attempt * random.uniform(0.5, 1.5))
            attempt += 1

    async def command(
        self,
        method: HTTPMethod,
        path: str,
        body: Any = None,
        query: Mapping[str, str] | None = None,
        *,
        media_type: str = JSON,
        timeout: float | None = None,
    ) -> Answer:
        """Send a request that changes something: once. Raises OutcomeUnknown where it may have."""
        return await self._send(
            method,
            path,
            query,
            body,
            once=True,
            media_type=media_type,
            timeout=timeout,
        )

    async def _send(
        self,
        method: HTTPMethod,
        path: str,
        query: Mapping[str, str] | None,
        body: Any,
        *,
        once: bool,
        media_type: str = JSON,
        timeout: float | None = None,
    ) -> Answer:
        if (wait := self._silent_until[once] - self._clock()) > 0:
            raise RateLimited(wait)
        url = self.base.joinpath(*path.split("/")).with_query(query)
        data = b"" if body is None else orjson.dumps(body)
        # What a device is asked to do is for now: it might open long after somebody asked for it.
        async with self._place(LONGEST_TURN if once and timeout else None):
            # A signature holds the time, and is made when it is sent.
            headers = {"Accept": JSON, **self._sign(method, url, data)}
            if data:
                headers["Content-Type"] = media_type
            began = self._clock()
            outcome = "cancelled"
            try:
                answer = await self._exchange(
                    method, url, data, headers, once=once, timeout=timeout
                )
                outcome = str(answer.status)
            except VendorError as err:
                outcome = str(err)
                self.counts[err.key] += 1
                raise
            finally:
                self.counts["requests"] += 1
                # The path alone: a query may hold what a person searched for.
                _LOGGER.debug(
                    "%s %s: %s in %.0f ms",
                    method,
                    path,
                    outcome,
                    (self._clock() - began) * 1000,
                )
        return answer

    @asynccontextmanager
    async def _place(self, patience: float | None) -> AsyncIterator[None]:
        """Have a place among the requests that are sent at once; raises ServiceUnavailable where that takes too long."""
        try:
            async with asyncio.timeout(patience):
                await self._places.acquire()
        except TimeoutError:
            raise ServiceUnavailable("busy") from None
        try:
            yield
        finally:
            self._places.release()

    async def _exchange(
        self,
        method: HTTPMethod,
        url: URL,
        data: bytes,
        headers: Mapping[str, str],
        *,
        once: bool,
        timeout: float | None,
    ) -> Answer:
        # Every failure is raised `from None`: the exceptions of aiohttp hold the request.
        doubt = OutcomeUnknown if once else ServiceUnavailable
        try:
            async with self._session.request(
                method,
                url,
                data=data or None,
                headers=headers,
                allow_redirects=False,
                timeout=ClientTimeout(total=timeout or TIMEOUT),
                middlewares=(_Once(),) if once else (),
            ) as response:
                now = datetime.now(UTC)
                date = answers.date(response)
                # A page of somebody else's, between us and the vendor, has its own clock.
                is_answer = response.status < HTTPStatus.MULTIPLE_CHOICES
                if is_answer and date is not None and abs(date - now) <= MOST_AHEAD:
                    self.ahead = date - now
                if response.status in _UNAUTHORIZED:
                    self.refused_ahead = None if date is None else date - now
                if self._judge and response.status in _REFUSALS:
                    refusal = await answers.told(response)
                    if (err := self._judge(response.status, refusal)) is not None:
                        raise err
                self._raise_for_status(response, once=once)
                body = await answers.bounded(response, self._largest)
        except (ClientConnectorError, ConnectionTimeoutError, InvalidURL) as err:
            raise ServiceUnavailable(type(err).__name__) from None
        except RuntimeError:
            # The session was closed: the account is being unloaded.
            raise ServiceUnavailable("closed") from None
        except (ClientError, TimeoutError, OSError) as err:
            raise doubt(type(err).__name__) from None
        if body is None:
            raise (
                OutcomeUnknown("answer too large") if once else TooLarge("too large")
            )
        return Answer(response.status, body, date or now)

    def _raise_for_status(self, response: ClientResponse, *, once: bool) -> None:
        doubt = OutcomeUnknown if once else ServiceUnavailable
        status = response.status
        if status < 300:
            return
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            retry_after = answers.retry_after(response)
            if retry_after is not None:
                self._silent_until[once] = self._clock() + retry_after
            raise RateLimited(retry_after)
        if status < 400:
            # Never followed: credentials go to the address that the user entered. It may mean that all is done.
            raise doubt(f"redirect {status}")
        if status in _REFUSALS:
            raise _REFUSALS[status](f"status {status}")
        if status >= 500 or status == HTTPStatus.REQUEST_TIMEOUT:
            raise doubt(f"status {status}")
        raise InvalidRequest(f"status {status}")


class _Once:
    """Lets one attempt pass: aiohttp itself repeats a PUT or DELETE whose connection was cut."""

    def __init__(self) -> None:
        self._sent = False

    async def __call__(
        self, request: ClientRequest, handler: ClientHandlerType
    ) -> ClientResponse:
        if self._sent:
            raise ClientError
        self._sent = True
        return await handler(request)


async def _parsed(body: bytes) -> Any:
    """Return the JSON of an answer that may be long."""
    try:
        return await loads(body)
    except orjson.JSONDecodeError:
        raise AnswerNotUnderstood("not JSON") from None
