"""What is sent of a grant: by what it is recognised, what it is to be, and whose (facts sheet 2, 3.1)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from ..grants import Credential, Order
from ..holders import name_parts
from ..vendor import InvalidField
from . import identification
from .identification import Identification, InvalidIdentification
from .levels import level_ids
from .part import written
from .wire import WirePerson

BEFORE: Final = timedelta(days=1)
"""How long ago what opens at once begins: a door's clock may be behind."""
FOR_EVER: Final = "2099-12-31T23:59:59Z"
"""The end of what has none."""
_LONGEST_NAME: Final = 32


def identified(credential: Credential, text: str) -> Identification:
    """Return an identification; raises InvalidField."""
    parse = (
        identification.code
        if credential is Credential.PIN
        else identification.proximity
    )
    try:
        return parse(text)
    except InvalidIdentification as err:
        raise InvalidField("code", err.fault.value) from None


def key(credential: Credential, code: str) -> dict[str, str]:
    """Return an AccessKey (2)."""
    found = identified(credential, code)
    return {"identification": found.text, "type": found.type}


def wanted(order: Order, now: datetime) -> dict[str, Any]:
    """Return all that an access key is to be.

    Both of its times are always among it: what is made may be there already, and keep what is left out.
    """
    told: dict[str, Any] = {
        "access_levels": level_ids(order.access),
        "valid_from_date": written(order.start or now - BEFORE),
        "valid_to_date": written(order.end) if order.end else FOR_EVER,
    }
    if "pin" in order.fields:
        told["pin"] = order.fields["pin"]
    return told


def person(order: Order) -> dict[str, str]:
    """Return a Person (2): one who is there, or a new one of this name."""
    if "person_id" in order.fields:
        return {"id": order.fields["person_id"]}
    first, last = (part[:_LONGEST_NAME].strip() for part in name_parts(order.name))
    names = {"first_name": first}
    return names | {"last_name": last} if last else names


def is_another(whose: WirePerson, ordered: Mapping[str, str]) -> bool:
    """Return whether an access key is somebody else's: then it was there before."""
    told = {
        "id": whose.id,
        "first_name": whose.first_name,
        "last_name": whose.last_name,
    }
    return any(
        told[name] and told[name].strip().casefold() != value.casefold()
        for name, value in ordered.items()
    )
