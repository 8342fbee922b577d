"""The spellings of an access key's identification: what is taken, what is refused and why, what is the same."""

from hypothesis import given, strategies as st
import pytest

from custom_components.latchkey.vendors.intserv.identification import (
    Fault,
    Identification,
    InvalidIdentification,
    code,
    proximity,
)
from tests.texts import LANGUAGES, translations

GOOD: list[tuple[str, str]] = [
    ("0001234567890", "EM:00499602d2"),
    ("0x00499602d2", "EM:00499602d2"),
    ("0x00499602D2", "EM:00499602d2"),
    ("EM:1234567890", "EM:00499602d2"),
    ("EM:0x499602d2", "EM:00499602d2"),
    ("em: 1234567890", "EM:00499602d2"),
    ("EM:12345", "EM:0000003039"),
    ("MC:12345", "MC:00003039"),
    ("0000012345", "MC:00003039"),
    ("0x00003039", "MC:00003039"),
    ("MD:1234567", "MD:0000000012d687"),
    ("00000000001234567", "MD:0000000012d687"),
    ("0x0000000012d687", "MD:0000000012d687"),
    ("MD:1234567|EM:777", "EM:0000000309|MD:0000000012d687"),
    (" EM:777 | MD:1234567 ", "EM:0000000309|MD:0000000012d687"),
    ("MC:4294967295", "MC:ffffffff"),
]
"""What is entered, and the spelling that it comes to."""

BAD: list[tuple[str, Fault]] = [
    ("", Fault.NO_KNOWN_FORMAT),
    ("EM:", Fault.NO_KNOWN_FORMAT),
    ("EM", Fault.NO_KNOWN_FORMAT),
    ("XX:12345", Fault.NO_KNOWN_FORMAT),
    ("12 45", Fault.NO_KNOWN_FORMAT),
    ("EM:12|", Fault.NO_KNOWN_FORMAT),
    ("0x", Fault.NO_KNOWN_FORMAT),
    ("499602d2", Fault.NO_KNOWN_FORMAT),
    ("٣٣٣٣٣٣٣٣٣٣", Fault.NO_KNOWN_FORMAT),
    ("-000012345", Fault.NO_KNOWN_FORMAT),
    ("12345", Fault.WRONG_SIZE),
    ("0x499602d2d", Fault.WRONG_SIZE),
    ("EM:00001234567890", Fault.WRONG_SIZE),
    ("MC:0x499602d2d", Fault.WRONG_SIZE),
    ("EM:9999999999999", Fault.TOO_LARGE),
    ("MC:4294967296", Fault.TOO_LARGE),
    ("9999999999", Fault.TOO_LARGE),
    ("MD:99999999999999999", Fault.TOO_LARGE),
    ("EM:1|EM:2", Fault.TWICE),
    ("EM:1|0000000000001", Fault.TWICE),
]
"""What is entered, and why it cannot be right."""


@pytest.mark.parametrize(("text", "normal"), GOOD)
def test_spellings(text: str, normal: str) -> None:
    """Each spelling of the sheet is taken, and comes to one that all are compared by."""
    assert proximity(text).normal == normal
    assert proximity(text) == proximity(normal.replace(":", ":0x"))


@pytest.mark.parametrize(("text", "fault"), BAD)
def test_faults(text: str, fault: Fault) -> None:
    """What cannot be right is refused for a reason, without being quoted."""
    with pytest.raises(InvalidIdentification) as refused:
        proximity(text)
    assert refused.value.fault is fault
    assert str(refused.value) == fault.value


@pytest.mark.parametrize("text", ["", "12a4", "0x12", "1 2", "１２３４", "EM:1"])
def test_codes_that_are_none(text: str) -> None:
    """A code is of decimal digits."""
    with pytest.raises(InvalidIdentification) as refused:
        code(text)
    assert refused.value.fault is Fault.NOT_DECIMAL


def test_codes() -> None:
    """A code is its digits, zeros at the front among them, and no card."""
    assert code(" 0123 ").text == "0123"
    assert code("0123") != code("123")
    assert code("0000012345") != proximity("0000012345")
    with pytest.raises(InvalidIdentification) as refused:
        code("1" * 33)
    assert refused.value.fault is Fault.WRONG_SIZE


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("fault", list(Fault))
def test_texts(fault: Fault, language: str) -> None:
    """Each reason has a text that names the field."""
    assert "{field}" in translations(language)["exceptions"][fault]["message"]


CHIPS = st.one_of(
    st.tuples(st.just("EM"), st.integers(0, 2**40 - 1)),
    st.tuples(st.just("MC"), st.integers(0, 2**32 - 1)),
    st.tuples(st.just("MD"), st.integers(0, 2**56 - 1)),
)
_DIGITS = {"EM": (13, 10), "MC": (10, 8), "MD": (17, 14)}


@given(chips=st.lists(CHIPS, min_size=1, max_size=3, unique_by=lambda chip: chip[0]))
def test_same_in_all_spellings(chips: list[tuple[str, int]]) -> None:
    """Whichever way a card is spelled, it is the same card, and another one is another."""
    spelled = [
        "|".join(f"{name}:{value}" for name, value in chips),
        "|".join(f"{name.lower()}:0X{value:X}" for name, value in reversed(chips)),
        "|".join(f"{value:0{_DIGITS[name][0]}d}" for name, value in chips),
        "|".join(f"0x{value:0{_DIGITS[name][1]}x}" for name, value in chips),
    ]
    found = {proximity(text) for text in spelled}
    assert len(found) == 1
    name, value = chips[0]
    other = [(name, value ^ 1), *chips[1:]]
    assert (
        proximity("|".join(f"{each}:{number}" for each, number in other)) not in found
    )
    again = found.pop()
    assert proximity(again.text) == again


@given(st.text(max_size=40) | st.from_regex(r"[EMCD:x0-9a-f| ]{0,40}", fullmatch=True))
def test_hostile(text: str) -> None:
    """Whatever is entered is a card, a code, or refused; nothing of it is shown, and what is sent is plain."""
    for make in (proximity, code):
        try:
            made: Identification = make(text)
        except InvalidIdentification:
            continue
        assert made.text.isascii()
        assert made.text.isprintable()
        assert repr(made) == f"Identification(type={made.type!r})"
