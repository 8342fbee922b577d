"""Properties of the codes that are made here."""

from datetime import date
import secrets

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.latchkey.codes import generate, is_trivial

LENGTHS = st.integers(4, 8)
CODES = LENGTHS.flatmap(
    lambda length: st.text("0123456789", min_size=length, max_size=length)
)


@given(length=LENGTHS, taken=st.sets(CODES))
def test_generated(length: int, taken: set[str]) -> None:
    """A code has the length asked for, consists of digits, is not trivial and not in use."""
    code = generate(length, taken)
    assert code is not None
    assert len(code) == length and code.isascii() and code.isdigit()
    assert not is_trivial(code)
    assert code not in taken


@given(CODES)
def test_patterns_are_trivial(code: str) -> None:
    """What repeats, runs or reads the same backwards is trivial, and so is its mirror image."""
    digit = code[0]
    assert is_trivial(digit * len(code))
    assert is_trivial(code + code)
    assert is_trivial(code + code[::-1])
    for step in (1, -1):
        assert is_trivial(
            "".join(str((int(digit) + step * place) % 10) for place in range(len(code)))
        )


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_dates_are_trivial(day: date) -> None:
    """A year of now, and a date that begins or ends with one, are trivial."""
    for form in ("%Y", "%Y%m%d", "%d%m%Y"):
        code = day.strftime(form)
        assert is_trivial(code)


@pytest.mark.parametrize("length", [4, 5, 6, 8])
def test_most_codes_are_not_trivial(length: int) -> None:
    """Nearly all codes remain: what is left out does not make the others easier to guess."""
    codes = (
        f"{number:0{length}}" for number in range(0, 10**length, 10 ** (length - 4) + 7)
    )
    trivial = [is_trivial(code) for code in codes]
    assert sum(trivial) < len(trivial) / 10


@pytest.mark.parametrize("length", [1, 2])
def test_too_short(length: int) -> None:
    """All short codes are trivial: there is none to be had."""
    assert generate(length, ()) is None


@settings(max_examples=20, deadline=None)
@given(st.sets(st.integers(0, 9999), max_size=3))
def test_hardly_any_left(left: set[int]) -> None:
    """None is the answer only where nothing is left."""
    codes = {f"{number:04}" for number in range(10_000)}
    free = {f"{number:04}" for number in left}
    code = generate(4, codes - free)
    free = {each for each in free if not is_trivial(each)}
    assert code in free if free else code is None


def test_unpredictable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The digits come from the system's source of secrets, each on its own."""
    digits = iter("11117350" + "4829")
    monkeypatch.setattr(secrets, "choice", lambda _: next(digits))
    assert generate(4, ("7350",)) == "4829"
