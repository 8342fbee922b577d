"""Ids and numbers in the forms in which the vendor's examples have them."""

import secrets
import string

_LETTERS = string.ascii_uppercase + string.digits


def new_id() -> str:
    """Return an id of a place, a unit, a PIN or a plan: 24 hexadecimal digits."""
    return secrets.token_hex(12)


def new_device_id() -> str:
    """Return an id of a lock or a locker: 16 letters and digits."""
    return _letters(16)


def new_order_id() -> str:
    """Return an id of a reservation: 9 letters and digits."""
    return _letters(9)


def new_code(length: int) -> str:
    """Return a PIN of so many digits."""
    return "".join(secrets.choice(string.digits) for _ in range(length))


def _letters(length: int) -> str:
    """Return so many capital letters and digits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(length))
