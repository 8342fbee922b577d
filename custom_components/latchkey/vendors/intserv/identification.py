"""By what an access key is recognised, in each of the vendor's spellings (facts sheet 3.1).

Which chip a number of fixed size belongs to is told by its size, which is inferred from the sheet's samples: as many
digits as the largest number of that chip takes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
import re
from types import MappingProxyType
from typing import Final

PROXIMITY: Final = "proximity"
CODE: Final = "code"
_JOINED: Final = "|"
_LONGEST_CODE: Final = 32
_NUMBER: Final = re.compile(r"0[xX](?P<hex>[0-9A-Fa-f]+)|(?P<decimal>[0-9]+)")


@dataclass(frozen=True, slots=True)
class _Chip:
    """How long the serial numbers of a technology are."""

    digits: int
    bits: int

    @property
    def nibbles(self) -> int:
        return self.bits // 4


_CHIPS: Final[Mapping[str, _Chip]] = MappingProxyType(
    {"EM": _Chip(13, 40), "MC": _Chip(10, 32), "MD": _Chip(17, 56)}
)


class Fault(StrEnum):
    """Why an identification cannot be right."""

    NOT_DECIMAL = "identification_not_decimal"
    NO_KNOWN_FORMAT = "identification_format"
    WRONG_SIZE = "identification_size"
    TOO_LARGE = "identification_too_large"
    TWICE = "identification_twice"


class InvalidIdentification(ValueError):
    """A text that identifies no access key; never carries it."""

    def __init__(self, fault: Fault) -> None:
        """Initialize with what is wrong with it."""
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Identification:
    """An access key's type and number; two spellings of the same are equal."""

    type: str
    marks: frozenset[str] = field(repr=False)
    """The chips, such as `EM:00499602d2`; of a code its digits."""
    text: str = field(repr=False, compare=False)
    """As it is sent."""

    @property
    def normal(self) -> str:
        """Return the one spelling that all others come to."""
        return _JOINED.join(sorted(self.marks))


def proximity(text: str) -> Identification:
    """Return what is held to a reader: a chip's serial number, or several; raises InvalidIdentification."""
    chips = [_chip(part.strip()) for part in text.split(_JOINED)]
    if len({name for name, _ in chips}) < len(chips):
        raise InvalidIdentification(Fault.TWICE)
    marks = frozenset(
        f"{name}:{value:0{_CHIPS[name].nibbles}x}" for name, value in chips
    )
    sent = _JOINED.join(_sent(part.strip()) for part in text.split(_JOINED))
    return Identification(PROXIMITY, marks, sent)


def code(text: str) -> Identification:
    """Return a code that is typed in place of a card; raises InvalidIdentification."""
    text = text.strip()
    if not re.fullmatch(r"[0-9]+", text):
        raise InvalidIdentification(Fault.NOT_DECIMAL)
    if len(text) > _LONGEST_CODE:
        raise InvalidIdentification(Fault.WRONG_SIZE)
    return Identification(CODE, frozenset({text}), text)


def _sent(part: str) -> str:
    """Return a part as the sheet writes it: the technology in capitals, the x small."""
    name, colon, number = part.rpartition(":")
    return f"{name.strip().upper()}{colon}{number.strip().replace('X', 'x')}"


def _chip(part: str) -> tuple[str, int]:
    """Return the technology of one chip and its number."""
    name, colon, number = part.rpartition(":")
    name = name.strip().upper()
    found = _NUMBER.fullmatch(number.strip())
    if found is None or (colon and name not in _CHIPS):
        raise InvalidIdentification(Fault.NO_KNOWN_FORMAT)
    digits = found["hex"] or found["decimal"]
    size = len(digits)

    def most(chip: _Chip) -> int:
        return chip.nibbles if found["hex"] else chip.digits

    if colon:
        if size > most(_CHIPS[name]):
            raise InvalidIdentification(Fault.WRONG_SIZE)
    else:
        name = next((each for each, chip in _CHIPS.items() if most(chip) == size), "")
        if not name:
            raise InvalidIdentification(Fault.WRONG_SIZE)
    value = int(digits, 16 if found["hex"] else 10)
    if value >> _CHIPS[name].bits:
        raise InvalidIdentification(Fault.TOO_LARGE)
    return name, value
