"""Calls as the vendor, or somebody else, makes them, and what takes the place of the logs that they have read."""

from typing import Any
from unittest.mock import create_autospec

from homeassistant.util import dt as dt_util

from custom_components.latchkey.log_keeper import LogKeeper
from tests.keyvox.locker_home import LockerHome

GUEST = "Astrid Hemlig"
PIN = "493817"


def lock_id(home: LockerHome, place: int = 0) -> str:
    """Return the id of a lock."""
    return list(home.cloud.locks)[place]


def place_id(home: LockerHome) -> str:
    """Return the id of the place whose rooms are let."""
    return next(iter(home.cloud.sites))


def log_of(home: LockerHome) -> Any:
    """Return what takes the place of the account's logs, and is asked to read them."""
    log = create_autospec(LogKeeper, instance=True)
    home.entry.runtime_data.log = log
    return log


def booking(home: LockerHome, event: str = "checked_in", **data: Any) -> dict[str, Any]:
    """Return a call about a reservation, with a PIN and a guest in it."""
    return {
        "event": f"booking.{event}",
        "eventTime": int(dt_util.utcnow().timestamp()),
        "data": {
            "orgId": home.cloud.org_id,
            "placeId": place_id(home),
            "reservationCode": "A1B2C3D4E",
            "orderContact": GUEST,
            "accessInfo": [{"deviceId": lock_id(home), "pinCode": PIN}],
            **data,
        },
    }
