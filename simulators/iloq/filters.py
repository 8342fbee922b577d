"""The filters of webhooks, as far as the vendor's example goes: comparisons with == joined by || or by &&."""

from collections.abc import Mapping
import json
import re

from simulators.errors import Invalid

_FILTER = re.compile(r"\$\[\?\((.*)\)\]")
_COMPARISON = re.compile(
    r"\s*\$\.(\w+)\s*==\s*(-?\d+|'[^']*'|\"[^\"]*\"|true|false|null)\s*"
)


def matches(path: str, data: Mapping[str, object]) -> bool:
    """Tell whether data pass a filter, or refuse one that is beyond this."""
    if not path:
        return True
    whole = _FILTER.fullmatch(path.strip())
    if not whole:
        raise Invalid("JsonPathFilter is not one that is understood")
    join, word = (any, "||") if "||" in whole[1] else (all, "&&")
    # Every part is looked at, so that a wrong one is refused whatever the others say.
    return join([_holds(part, data) for part in whole[1].split(word)])


def _holds(part: str, data: Mapping[str, object]) -> bool:
    """Tell whether one comparison holds."""
    comparison = _COMPARISON.fullmatch(part)
    if not comparison:
        raise Invalid("JsonPathFilter is not one that is understood")
    value = json.loads(comparison[2].replace("'", '"'))
    return comparison[1] in data and data[comparison[1]] == value
