"""Codes that are made here: never trivial, never in use."""

from collections.abc import Collection
import secrets
from string import digits
from typing import Final

_TRIES: Final = 1000


def is_trivial(code: str) -> bool:
    """Return whether somebody who tries his luck would try this code first."""
    steps = {
        (int(after) - int(before)) % 10
        for before, after in zip(code, code[1:], strict=False)
    }
    half, odd = divmod(len(code), 2)
    return (
        len(set(code)) < 3
        or steps in ({1}, {9})
        or (not odd and code[:half] == code[half:])
        or code == code[::-1]
        # A year, or a date that begins or ends with one.
        or any(
            part.startswith(("19", "20"))
            for part in (code[:4], code[-4:])
            if len(code) in (4, 8)
        )
    )


def generate(length: int, taken: Collection[str]) -> str | None:
    """Return a code of so many digits, or None where none is left to be had."""
    for _ in range(_TRIES):
        code = "".join(secrets.choice(digits) for _ in range(length))
        if code not in taken and not is_trivial(code):
            return code
    # Hardly any is left: the first one from anywhere on.
    count = 10**length
    start = secrets.randbelow(count)
    codes = (f"{(start + step) % count:0{length}}" for step in range(count))
    return next(
        (code for code in codes if code not in taken and not is_trivial(code)), None
    )
