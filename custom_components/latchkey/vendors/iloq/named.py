"""What is meant by a name or an id."""

from collections.abc import Iterable

from ..vendor import InvalidField
from .accesses import GUID


def meant(
    field: str, text: str, names: Iterable[tuple[str, str]], *, listed: bool
) -> str:
    """Return the id that a text is, or of what it is the name; an id as it is where none are listed.

    Raises InvalidField for none and for several.
    """
    wanted = text.strip().casefold()
    known = list(names)
    found = [each for each, _ in known if each == wanted] or [
        each for each, name in known if wanted and name.strip().casefold() == wanted
    ]
    if not listed and not found and GUID.fullmatch(wanted):
        return wanted
    if not found:
        raise InvalidField(field, "unknown_place_of_key")
    if len(found) > 1:
        raise InvalidField(field, "ambiguous_place_of_key")
    return found[0]
