"""What grants of several vendors are put together from: names in two parts, accesses in one."""

from hypothesis import given, strategies as st
import pytest

from custom_components.latchkey.vendors.grants import Access, joined
from custom_components.latchkey.vendors.holders import name_parts


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Anna Berg", ("Anna", "Berg")),
        ("Anna", ("Anna", "")),
        (" Anna  ", ("Anna", "")),
        ("Anna  Maria   Berg", ("Anna  Maria", "Berg")),
        ("Anna-Maria af Berg", ("Anna-Maria af", "Berg")),
        ("", ("", "")),
    ],
)
def test_name_parts(name: str, parts: tuple[str, str]) -> None:
    """The last word is the last name, all before it the first; one word alone is a first name."""
    assert name_parts(name) == parts


@given(st.text(st.sampled_from("Aå b "), max_size=12))
def test_names(name: str) -> None:
    """No letter of a name is lost, and there is no last name without a first one."""
    first, last = name_parts(name)
    assert f"{first}{last}".replace(" ", "") == name.replace(" ", "")
    assert (first, last) == (first.strip(), last.strip())
    assert first or not last
    assert " " not in last


ACCESSES = st.lists(
    st.sampled_from([Access(each, each.upper(), "scope") for each in "abcd"]),
    min_size=1,
)


@given(ACCESSES)
def test_joined(accesses: list[Access]) -> None:
    """One access stands for several, each of them once, the same in whichever order."""
    access = joined(accesses, "all")
    ids = sorted({each.id for each in accesses})
    assert access == Access(",".join(ids), ", ".join(ids).upper(), "all")
    assert joined(reversed(accesses), "all") == access
