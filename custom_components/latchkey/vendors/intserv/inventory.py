"""The systems that an integration sees, and their doors, as Latchkey's devices (facts sheet 3.4)."""

from hashlib import sha256
from typing import Final

from ..model import Account, Inventory
from ..vendor import AnswerNotUnderstood, Refused
from .guarantee import readings
from .part import Part, door_device, system_device
from .wire import WireLevel

_NAMED: Final = 3
"""How many systems the name of an account tells."""


class Systems(Part):
    """What an integration sees: the vendor lists levels, and these name their systems."""

    async def account(self) -> Account:
        """Return the set of systems, since the vendor tells nothing else of whose the key is.

        Raises Refused where there is no level, so that nothing would tell the account from another one.
        """
        if not await self._read_levels():
            raise AnswerNotUnderstood("levels")
        systems = sorted(self._leveled)
        if not systems:
            raise Refused(reason="no_levels")
        named = ", ".join(systems[:_NAMED])
        return Account(
            id=sha256("\n".join(systems).encode()).hexdigest()[:32],
            name=named if len(systems) <= _NAMED else f"{named}, …",
            parts=frozenset(systems),
        )

    async def inventory(self) -> Inventory:
        """Return the systems, and the doors that events have told of; what makes the account are levels' systems alone."""
        complete = await self._read_levels()
        systems = sorted(self._systems)
        parts = frozenset(self._leveled)
        return Inventory(
            devices=(
                *(system_device(each) for each in systems),
                *(
                    door_device(system_id, name)
                    for system_id in systems
                    for name in sorted(self._doors.get(system_id, ()))
                ),
            ),
            # A system has no level at times, and then is not told of: where all are gone, that is hardly true.
            complete=complete and bool(parts),
            parts=parts,
            # They get older where events cannot be read at all.
            readings={
                each: readings(self._synced[each], self._now())
                for each in systems
                if each in self._synced
            },
        )

    async def _read_levels(self) -> bool:
        """Read the levels, which grants are issued for; return whether all were understood."""
        wires, complete = WireLevel.parse_all(await self._client.levels())
        usable = [each for each in wires if each.id and each.system_id]
        self._levels = {each.id: each for each in usable}
        return complete and len(usable) == len(wires)
