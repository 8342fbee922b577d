"""The signature of a request, by the rule of the gateway that the vendor's samples show."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
import hashlib
import hmac
import re

from simulators.keyvox.profiles import Profile

TARGET_HOST = "default.pms"

_AUTHORIZATION = re.compile(
    r'hmac username="(?P<username>[^"]*)", ?algorithm="(?P<algorithm>[^"]*)", ?'
    r'headers="(?P<headers>[^"]*)", ?signature="(?P<signature>[^"]*)"'
)

_UNVERIFIED = "HMAC signature cannot be verified"
_DATE = (
    f"{_UNVERIFIED}, a valid date or x-date header is required for HMAC Authentication"
)
_MISMATCH = "HMAC signature does not match"


@dataclass(frozen=True)
class Received:
    """A request as it came in."""

    line: str
    headers: Mapping[str, str]
    body: bytes


class ApiKeys(dict[str, str]):
    """The secrets by the API keys of the organisation."""

    def flaw(
        self, profile: Profile, request: Received, now: datetime, tolerance: float
    ) -> str | None:
        """Say what is wrong with the signature of a request, if anything is."""
        given = _AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
        if given is None:
            return "Unauthorized"
        if given["algorithm"] != "hmac-sha256" or given["username"] not in self:
            return _UNVERIFIED
        if tuple(given["headers"].split(" ")) != profile.signed:
            return _UNVERIFIED
        if not _is_close(request.headers.get("date", ""), now, tolerance):
            return _DATE
        if request.headers.get("digest") != digest_of(request.body):
            return _MISMATCH
        signature = _signature(self[given["username"]], profile, request)
        return None if given["signature"] == signature else _MISMATCH


def digest_of(body: bytes) -> str:
    """Return the digest of a body as its header has it."""
    return "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()


def _signature(secret: str, profile: Profile, request: Received) -> str:
    """Return what the signature of a request should be."""
    message = "\n".join(
        request.line
        if name == "request-line"
        else f"{name}: {request.headers.get(name, '')}"
        for name in profile.signed
    )
    mac = hmac.digest(secret.encode(), message.encode(), "sha256")
    return base64.b64encode(mac).decode()


def _is_close(date: str, now: datetime, tolerance: float) -> bool:
    """Tell whether a date is written properly, and is near enough to the present second."""
    try:
        at = parsedate_to_datetime(date)
        proper = format_datetime(at, usegmt=True) == date
    except ValueError:
        return False
    return proper and abs((now.replace(microsecond=0) - at).total_seconds()) < tolerance
