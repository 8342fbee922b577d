"""The unit as GET /v1/units describes it, and the names of its inputs and outputs."""

import re
from typing import NotRequired, TypedDict, cast

from simulators.errors import Invalid
from simulators.flexykey.sensors import Measured


class Io(TypedDict):
    """A relay or an input."""

    localNumber: int
    globalNumber: str
    description: str


class Expansion(TypedDict):
    """An expansion module."""

    number: int
    type: str
    description: str
    macAddress: str
    hexAddress: str
    relays: list[Io]
    inputs: list[Io]


class UnitDocument(TypedDict):
    """A unit; the vendor may add fields that are not named here."""

    unitId: int
    unitType: str
    serialnumber: str
    ownPhoneOrID: str
    name: str
    softVersion: str
    unitInfo: str
    unitNote: str | None
    timezoneId: str
    timezoneInfo: str
    created: str
    relays: list[Io]
    inputs: list[Io]
    expansions: list[Expansion]
    sensors: NotRequired[list[Measured]]
    counters: NotRequired[list[Measured]]


EVVA = "EvvaAirKey"
"""The type of the other kind of unit; the guide names that kind and shows none of it."""

MAIN_RELAYS = tuple(f"F{number}" for number in range(1, 3))
MAIN_INPUTS = tuple(f"IN{number}" for number in range(1, 7))
RELAYS = tuple(f"X{number}" for number in range(1, 65))
INPUTS = tuple(f"IX{number}" for number in range(1, 65))


def ios(document: UnitDocument) -> list[Io]:
    """Return all relays and inputs of a unit, those of its expansions included."""
    boards: list[UnitDocument | Expansion] = [document, *document["expansions"]]
    return [io for board in boards for io in (*board["relays"], *board["inputs"])]


def is_relay(name: str) -> bool:
    """Tell a relay's global number from an input's."""
    return name.startswith(("F", "X"))


def sort_key(name: str) -> tuple[str, int]:
    """Order global numbers by kind, then by number."""
    kind, number = re.fullmatch(r"(\D+)(\d+)", name).groups()  # type: ignore[union-attr]  # names are checked before
    return kind, int(number)


def check_unit(value: object) -> UnitDocument:
    """Return a value as a unit's document, or say why it is none."""
    _check(
        value,
        unitId=int,
        serialnumber=str,
        name=str,
        relays=list,
        inputs=list,
        expansions=list,
    )
    document = cast("UnitDocument", value)
    _check_ios(document["relays"], MAIN_RELAYS)
    _check_ios(document["inputs"], MAIN_INPUTS)
    for expansion in document["expansions"]:
        check_expansion(expansion)
    names = [io["globalNumber"] for io in ios(document)]
    numbers = [expansion["number"] for expansion in document["expansions"]]
    if len(names) != len(set(names)) or len(numbers) != len(set(numbers)):
        raise Invalid("a global number or an expansion occurs twice")
    return document


def check_expansion(value: object) -> Expansion:
    """Return a value as an expansion module, or say why it is none."""
    _check(value, number=int, relays=list, inputs=list)
    expansion = cast("Expansion", value)
    _check_ios(expansion["relays"], RELAYS)
    _check_ios(expansion["inputs"], INPUTS)
    return expansion


def _check_ios(values: list[Io], allowed: tuple[str, ...]) -> None:
    """Refuse relays and inputs that are not well formed."""
    for value in values:
        _check(value, localNumber=int, globalNumber=str, description=str)
        if value["globalNumber"] not in allowed:
            raise Invalid(
                f"not a global number for this place: {value['globalNumber']}"
            )


def _check(value: object, **types: type) -> None:
    """Refuse a value that is not an object with fields of these types."""
    if not isinstance(value, dict):
        raise Invalid("not an object")
    for field, type_ in types.items():
        if not isinstance(value.get(field), type_):
            raise Invalid(f"{field} is missing or not of type {type_.__name__}")
