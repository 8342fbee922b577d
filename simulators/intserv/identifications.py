"""What an access key is recognised by, in whichever of the vendor's spellings it is given (facts sheet, section 3.1)."""

from dataclasses import dataclass, field
import re
from typing import Literal

from simulators.intserv.refusals import wrong_value

type Kind = Literal["proximity", "code"]
type Marks = frozenset[str]
"""The chips of a card such as "EM:00499602d2", or a code such as "code:1234"."""

_NAME = "key.identification"
_CODE = re.compile(r"[0-9]{1,16}")
_PLAIN = re.compile(r"0x(?P<hex>[0-9a-fA-F]+)|(?P<digits>[0-9]+)")


@dataclass(frozen=True)
class _Technology:
    """How long the serial numbers of one kind of card are."""

    digits: int
    bits: int

    @property
    def nibbles(self) -> int:
        """Return how many hexadecimal digits a serial number has."""
        return self.bits // 4


_TECHNOLOGIES = {
    "EM": _Technology(13, 40),
    "MC": _Technology(10, 32),
    "MD": _Technology(17, 56),
}


@dataclass(frozen=True)
class Identity:
    """A type and an identification; two spellings of one are equal."""

    kind: Kind
    marks: Marks
    given: str = field(compare=False)

    def at(self, code_length: int) -> Marks:
        """Return the marks that a system knows, where a code that is too long loses digits on its left."""
        if self.kind == "proximity":
            return self.marks
        return frozenset({code_mark(self.given[-code_length:])})

    def as_json(self, spelling: str | None = None) -> dict[str, str]:
        """Return the AccessKey as answers write it."""
        return {"identification": spelling or self.given, "type": self.kind}

    @property
    def in_hex(self) -> str:
        """Return the identification in hexadecimal, which codes never have."""
        if self.kind == "code":
            return self.given
        if len(self.marks) == 1:
            (mark,) = self.marks
            return "0x" + mark.partition(":")[2]
        return "|".join(mark.replace(":", ":0x") for mark in sorted(self.marks))


def code_mark(code: str) -> str:
    """Return the mark of a code."""
    return f"code:{code}"


def identity(kind: Kind, text: object) -> Identity:
    """Return what an identification stands for, or refuse it."""
    if not isinstance(text, str):
        raise wrong_value(_NAME, "must be a text")
    if kind == "code":
        if not _CODE.fullmatch(text):
            raise wrong_value(_NAME, "of a code must have 1 to 16 decimal digits")
        return Identity(kind, frozenset({code_mark(text)}), text)
    marks = [_mark(part) for part in text.split("|")]
    if len({mark[:2] for mark in marks}) < len(marks):
        raise wrong_value(_NAME, "names a technology twice")
    return Identity(kind, frozenset(marks), text)


def _mark(text: str) -> str:
    """Return one chip; that the size of a number without a format specifier tells its technology is assumed."""
    name, colon, number = text.rpartition(":")
    found = _PLAIN.fullmatch(number)
    if not found or (colon and name not in _TECHNOLOGIES):
        raise wrong_value(_NAME, "is in no known format")
    nibbles, digits = found["hex"], found["digits"]
    for key, technology in _TECHNOLOGIES.items():
        most = technology.nibbles if nibbles else technology.digits
        length = len(nibbles or digits)
        if (length <= most and key == name) if colon else length == most:
            value = int(nibbles, 16) if nibbles else int(digits)
            if value >> technology.bits:
                raise wrong_value(_NAME, f"has more than {technology.bits} bits")
            return f"{key}:{value:0{technology.nibbles}x}"
    raise wrong_value(_NAME, "has a wrong number of digits")
