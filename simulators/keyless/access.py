"""Who may call the platform: tokens for a login."""

import base64
from datetime import datetime, timedelta
import json
import os
from typing import Any
from uuid import uuid4

from simulators.keyless.options import Options

_SIGNATURE_BYTES = 256
_ACCESS_KEY_BYTES = 32


def new_access_key() -> str:
    """Return an access key as the vendor makes them."""
    return base64.b64encode(os.urandom(_ACCESS_KEY_BYTES)).decode()


class Tokens:
    """The tokens that were issued."""

    def __init__(self, tenant_id: str, options: Options) -> None:
        """Start without any."""
        self._tenant_id = tenant_id
        self._options = options
        self._issued: dict[str, tuple[str, datetime]] = {}

    def issue(self, user_id: str, at: datetime) -> str:
        """Return a token for a user, in the form of a signed JWT; nobody can check the signature."""
        issued_at = int(at.timestamp())
        seconds = self._options.token_seconds
        token = ".".join(
            (
                _coded(
                    {
                        "kid": "Q5XWvp6flHI5T3JpQzSc9438TOGahsVXJiK6XVcjD34=",
                        "alg": "RS256",
                    }
                ),
                _coded(
                    {
                        "sub": user_id,
                        "aud": "1jfu9i0raqc2hmh411cgik1b39",
                        "cognito:groups": ["users"],
                        "event_id": str(uuid4()),
                        "token_use": "id",
                        "auth_time": issued_at,
                        "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Fxvu3EkqW",
                        "cognito:username": user_id,
                        "exp": issued_at + int(seconds),
                        "iat": issued_at,
                        "custom:tenant-id": self._tenant_id,
                    }
                ),
                _unpadded(os.urandom(_SIGNATURE_BYTES)),
            )
        )
        self._issued[token] = user_id, at + timedelta(seconds=seconds)
        return token

    def user_of(self, token: str, at: datetime) -> str | None:
        """Return the id of the user whose token this is, while it is valid."""
        user_id, until = self._issued.get(token, (None, at))
        return user_id if at < until else None

    def revoke(self) -> None:
        """Have the platform know none of its tokens any more."""
        self._issued.clear()


def _coded(part: dict[str, Any]) -> str:
    """Write a part of a token."""
    return _unpadded(json.dumps(part, separators=(",", ":")).encode())


def _unpadded(data: bytes) -> str:
    """Write bytes in the letters of addresses, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
