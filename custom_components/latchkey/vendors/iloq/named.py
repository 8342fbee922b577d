"""What is meant by a name or an id."""

from collections.abc import Iterable, Mapping
import re
from typing import Final

from ..vendor import InvalidField

_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def meant(field: str, text: str, names: Mapping[str, str], unknown: str) -> str:
    """Return the id that a text is or that has it for a name; raises InvalidField for none (`unknown`) or several.

    Where nothing is listed, since the user may not see it, an id is taken as it is.
    """
    wanted = text.strip().casefold()
    if wanted in names or (not names and _GUID.fullmatch(wanted)):
        return wanted
    found = _of_name(wanted, names.items())
    if not found:
        raise InvalidField(field, unknown)
    if len(found) > 1:
        raise InvalidField(field, "ambiguous_name")
    return found[0]


def _of_name(wanted: str, names: Iterable[tuple[str, str]]) -> list[str]:
    return [
        each for each, name in names if name.strip().casefold() == wanted and wanted
    ]
