"""The signature of a request, by the rule of the gateway before the vendor's server (facts sheet 1.2 and 1.3)."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
import hmac
from http import HTTPMethod
from typing import Final

from yarl import URL

TARGET_HOST: Final = "default.pms"

TOLERATED: Final = timedelta(seconds=2)
"""How far our clock may be off: the vendor tolerates less than five seconds, and tells whole ones."""
_HALF: Final = timedelta(milliseconds=500)
"""What a time of whole seconds lacks at a guess."""


class Signer:
    """Signs with the vendor's time, as far as it has been learned."""

    def __init__(
        self,
        api_key: str,
        api_secret: str,
        signed: tuple[str, ...],
        clock: Callable[[], datetime],
    ) -> None:
        """Initialize with the credentials, and with what a signature is made of, in this order."""
        self._api_key = api_key
        self._secret = api_secret.encode()
        self._signed = signed
        self._clock = clock
        self.ahead = timedelta()
        """By how much the vendor's clock is taken to be ahead of ours."""

    @property
    def fingerprint(self) -> str:
        """Return what tells this API key from others, and nothing of what it is."""
        return sha256(self._api_key.encode()).hexdigest()[:24]

    def correct(self, ahead: timedelta | None) -> bool:
        """Take in by how much a refusal says that the vendor's clock is ahead; return whether that can have been why."""
        if ahead is None or abs(ahead - self.ahead) < TOLERATED:
            return False
        self.ahead = ahead + _HALF
        return True

    def __call__(self, method: HTTPMethod, url: URL, body: bytes) -> Mapping[str, str]:
        """Return the headers of a request that is sent at once; the digest is that of the bytes that are sent (1.3)."""
        headers = {
            "x-target-host": TARGET_HOST,
            "date": format_datetime(self._clock() + self.ahead, usegmt=True),
            "digest": f"SHA-256={b64encode(sha256(body).digest()).decode()}",
        }
        message = "\n".join(
            f"{method} {url.raw_path_qs} HTTP/1.1"
            if name == "request-line"
            else f"{name}: {headers[name]}"
            for name in self._signed
        )
        signature = hmac.digest(self._secret, message.encode(), "sha256")
        headers["authorization"] = (
            f'hmac username="{self._api_key}", algorithm="hmac-sha256", '
            f'headers="{" ".join(self._signed)}", '
            f'signature="{b64encode(signature).decode()}"'
        )
        return headers
