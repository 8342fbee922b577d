"""The names of fields in the overview, of which it shows those of one operation."""

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from simulators.bodies import Body, text
from simulators.errors import Invalid, Missing

if TYPE_CHECKING:
    from simulators.keyvox.cloud import KeyVoxCloud

_NAMES: Final = MappingProxyType(
    {"pin": "pinCode", "startDate": "sTime", "endDate": "eTime"}
)


def translated(cloud: KeyVoxCloud, operation: str, body: Body) -> Body:
    """Return a body with the names of the portal.

    A PIN is issued by the overview's names alone, for a lock, which stands for its unit; the name of
    who gets it and the type, which the overview does not show, are taken as the portal calls them.
    It is changed by either names. All other operations have the names of the portal.
    """
    match operation:
        case "createLockPin":
            if strange := body.keys() & {"unitId", *_NAMES.values()}:
                raise Invalid(f"unknown: {', '.join(sorted(strange))}")
            lock_id = text(body, "lockId")
            rest = {name: body[name] for name in body if name != "lockId"}
            return _renamed(rest) | {"unitId": _unit_of(cloud, lock_id)}
        case "changeLockPin":
            return _renamed(body)
    return body


def _renamed(body: Body) -> dict[str, object]:
    """Return a body with names of the portal where the overview has others."""
    return {_NAMES.get(name, name): value for name, value in body.items()}


def _unit_of(cloud: KeyVoxCloud, lock_id: str) -> str:
    """Return the id of the unit that has a lock."""
    for unit in cloud.units.values():
        if lock_id in unit.lock_ids:
            return unit.id
    raise Missing(f"no unit has {lock_id}")
