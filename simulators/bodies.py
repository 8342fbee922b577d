"""What every simulated cloud that takes JSON reads from a body in the same way."""

from collections.abc import Collection, Mapping
from typing import Any

from simulators.errors import Invalid

type Body = Mapping[str, Any]


def check_names(body: Body, *names: str) -> None:
    """Refuse fields that the operation does not know."""
    if strange := body.keys() - set(names):
        raise Invalid(f"unknown: {', '.join(sorted(strange))}")


def text(body: Body, name: str) -> str:
    """Return a text, which must be there."""
    value = body.get(name)
    if not isinstance(value, str):
        raise Invalid(f"{name} must be a string")
    return value


def choice(
    body: Body, name: str, allowed: Collection[str], default: str | None = None
) -> str:
    """Return one of some words, which must be there unless there is a default."""
    value = body.get(name, default)
    if not isinstance(value, str) or value not in allowed:
        raise Invalid(f"{name} must be one of {', '.join(allowed)}")
    return value
