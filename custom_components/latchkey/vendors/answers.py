"""What is read of an HTTP answer: its body, up to a bound, and its times."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from aiohttp import ClientError, ClientResponse

LARGEST_ANSWER: Final = 16 * 1024 * 1024
LONGEST_WAIT: Final = 3600.0


async def told(response: ClientResponse) -> bytes:
    """Return the body of a refusal, as far as it can be read: its status says enough."""
    try:
        return await bounded(response) or b""
    except ClientError, TimeoutError, OSError:
        return b""


async def bounded(
    response: ClientResponse, largest: int = LARGEST_ANSWER
) -> bytes | None:
    """Return the body, or None once it is larger than any answer may be."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > largest:
            response.close()
            return None
    return bytes(body)


def date(response: ClientResponse) -> datetime | None:
    """Return the answer's own time, where it has one."""
    try:
        return parsedate_to_datetime(response.headers["Date"]).astimezone(UTC)
    except KeyError, ValueError, OverflowError:
        return None


def retry_after(response: ClientResponse) -> float | None:
    """Return the seconds that a 429 asks to wait, or None where it does not say so legibly."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        seconds = float(text)
    else:
        try:
            now = date(response) or datetime.now(UTC)
            seconds = (parsedate_to_datetime(text) - now).total_seconds()
        except ValueError, TypeError:
            return None
    return min(max(seconds, 0.0), LONGEST_WAIT)
