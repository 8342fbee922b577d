"""The access token: made from the administrator's credentials, good for an hour."""

import asyncio
from base64 import urlsafe_b64decode
import binascii
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPMethod
import re
from typing import Any, Final

import orjson

from ..transport import Transport
from ..vendor import AnswerNotUnderstood
from . import paths

_TOKEN: Final = re.compile(r"[!-~]+")
_VALIDITY: Final = timedelta(hours=1)
_MARGIN: Final = timedelta(minutes=1)
"""How long before its end a token is not used any more."""


class Token:
    """Logs in when a token is needed; many who wait cause one login."""

    def __init__(
        self,
        transport: Transport,
        user_id: str,
        access_key: str,
        clock: Callable[[], datetime],
    ) -> None:
        """Initialize with the credentials."""
        self._transport = transport
        self._credentials = {"userId": user_id, "accessKey": access_key}
        self._clock = clock
        self._login = asyncio.Lock()
        self._ends = datetime.min.replace(tzinfo=UTC)
        self.value = ""
        self.tenant = ""
        """The system that all calls are about; empty where the token does not tell."""

    async def renew(self, refused: str | None = None) -> None:
        """Log in, unless there is a good token other than the refused one (login, [S] 1.3)."""
        async with self._login:
            if self.value and self.value != refused and self._clock() < self._ends:
                return
            # What was refused is not good any more, also if no other one can be had now.
            self._ends = datetime.min.replace(tzinfo=UTC)
            raw = await self._transport.read(
                paths.LOGIN, method=HTTPMethod.POST, body=self._credentials
            )
            token = raw.get("token") if isinstance(raw, dict) else None
            if not isinstance(token, str) or not _TOKEN.fullmatch(token):
                raise AnswerNotUnderstood("token")
            claims = _claims(token)
            self.tenant = str(claims.get("custom:tenant-id") or "")
            self._ends = self._clock() + _lifetime(claims) - _MARGIN
            self.value = token


def _lifetime(claims: dict[str, Any]) -> timedelta:
    """Return how long a token is good, by its own clock, so that ours need not be right."""
    try:
        seconds = float(claims["exp"]) - float(claims["iat"])
    except KeyError, TypeError, ValueError:
        return _VALIDITY
    return timedelta(seconds=seconds) if 0 < seconds <= 86_400 else _VALIDITY


def _claims(token: str) -> dict[str, Any]:
    """Return what a JWT claims; its signature is the platform's own concern."""
    try:
        payload = token.split(".")[1]
        raw = urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        claims = orjson.loads(raw)
    except IndexError, binascii.Error, orjson.JSONDecodeError:
        return {}
    return claims if isinstance(claims, dict) else {}
