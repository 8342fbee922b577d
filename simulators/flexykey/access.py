"""Users of the cloud and the units of their companies."""

import base64
from dataclasses import dataclass


@dataclass(frozen=True)
class User:
    """A user, the units of the company that the user belongs to, and the privilege to use the API."""

    username: str
    password: str
    units: frozenset[int] | None = None
    """The ids of the company's units; nothing stands for all units there are."""
    api: bool = True

    def owns(self, unit_id: int) -> bool:
        """Tell whether a unit belongs to the user's company."""
        return self.units is None or unit_id in self.units


def basic_credentials(header: str) -> tuple[str, str] | None:
    """Return user name and password of an Authorization header, or nothing if it is not a proper one."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        username, separator, password = (
            base64.b64decode(encoded, validate=True).decode().partition(":")
        )
    except ValueError:
        return None
    return (username, password) if separator else None
