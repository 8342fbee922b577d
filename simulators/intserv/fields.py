"""How the fields of the vendor's bodies are read, and refused."""

from collections.abc import Callable, Mapping
import re
from typing import Any
from uuid import UUID

from simulators.intserv.options import Options
from simulators.intserv.refusals import wrong_value

type Body = Mapping[str, Any]

_PIN = re.compile(r"[0-9]{4}")
_LONGEST_NAME = 32


def known(body: object, names: tuple[str, ...], options: Options, where: str) -> Body:
    """Return an object, which may have to have no other fields and no nulls."""
    if not isinstance(body, dict):
        raise wrong_value(where, "must be an object")
    if options.unknown_fields == "refuse" and (strange := body.keys() - set(names)):
        raise wrong_value(min(strange), "is not known")
    if options.nulls == "refuse" and None in body.values():
        raise wrong_value(where, "has a null")
    return body


def kept[T](
    body: Body,
    name: str,
    read: Callable[[object, str], T],
    *,
    before: T,
    empty: T,
    options: Options,
) -> T:
    """Return what a field of an update says, which may leave it out or empty it."""
    if name not in body:
        return before if options.omitted == "keep" else empty
    if body[name] is None:
        return before if options.nulls == "keep" else empty
    return read(body[name], name)


def uuid(value: object, name: str) -> str:
    """Return an id in lower case."""
    if isinstance(value, str) and len(value) == len(str(UUID(int=0))):
        try:
            return str(UUID(value))
        except ValueError:
            pass
    raise wrong_value(name, "must be a UUID")


def uuids(value: object, name: str) -> tuple[str, ...]:
    """Return the ids in a list without repetitions."""
    if not isinstance(value, list):
        raise wrong_value(name, "must be a list")
    return tuple(dict.fromkeys(uuid(item, name) for item in value))


def texts(value: object, name: str) -> list[str]:
    """Return the texts in a list."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise wrong_value(name, "must be a list of texts")
    return value


def pin(value: object, name: str) -> str:
    """Return a PIN."""
    if isinstance(value, str) and _PIN.fullmatch(value):
        return value
    raise wrong_value(name, "must have 4 digits")


def person_name(body: Body, name: str, generated: str) -> str:
    """Return a name, or the generated one if there is none."""
    value = body.get(name)
    if value is None or value == "":
        return generated
    if not isinstance(value, str) or len(value) > _LONGEST_NAME:
        raise wrong_value(f"person.{name}", f"has at most {_LONGEST_NAME} characters")
    return value


def truth(body: Body, name: str) -> bool:
    """Return whether a field says true, which it does not if it is left out."""
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise wrong_value(name, "must be true or false")
    return bool(value)


def count(body: Body, name: str, most: int) -> int:
    """Return a number from 1 on, which is the most if it is left out."""
    value = body.get(name)
    if value is None:
        return most
    if type(value) is not int or not 1 <= value <= most:
        raise wrong_value(name, f"must be 1 to {most}")
    return value
