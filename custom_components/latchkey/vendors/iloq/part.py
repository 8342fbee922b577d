"""What the parts of the iLOQ adapter have in common."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Final

from ..vendor import (
    AnswerNotUnderstood,
    InvalidRequest,
    NoRight,
    NotAvailable,
    NotFound,
)
from ..wire import Wire
from .client import IloqClient
from .wire import (
    WireAccess,
    WireKey,
    WireLock,
    WireLockGroup,
    WireRealEstate,
    WireZone,
    number,
)
from .wire_keys import WireBlocked, WireBlocklist

_LEFT: Final = (2, 3)
"""How a key is marked that was taken off the blocklist, or returned and emptied."""


class Part:
    """A part of the adapter, with what the last inventory told; all ids are in lower case."""

    def __init__(self, client: IloqClient, clock: Callable[[], datetime]) -> None:
        """Initialize with the API, and with nothing known."""
        self._client = client
        self._clock = clock
        self._group = WireLockGroup(lockgroup_id="")
        self._zone: tzinfo = UTC
        """The zone of the locking system, for times that name none (3.2); UTC where it is not known."""
        self._is_zone_known = False
        self._accesses: Mapping[str, WireAccess] = {}
        self._keys: Mapping[str, WireKey] = {}
        self._all_keys = False
        """Whether all keys could be read."""
        self._blocked: frozenset[str] | None = None
        """The keys on the blocklist; None where that is not told."""
        self._locks: Mapping[str, WireLock] = {}
        self._zones: Mapping[str, WireZone] = {}
        self._real_estates: Mapping[str, WireRealEstate] = {}

    @property
    def _system_id(self) -> str:
        return self._group.lockgroup_id.casefold()

    async def _told[W: Wire](
        self, wire: type[W], operation: str
    ) -> tuple[list[W], bool]:
        """Return a list, an empty one where the generation does not have it or the user may not see it."""
        try:
            raw = await self._client.read(operation)
        except NoRight, NotAvailable, NotFound:
            # What the rights do not forbid was refused all the same: who knows for how long.
            return [], not self._client.may(operation)
        found, complete = await self._client.parsed(wire, raw)
        # No answer is not an empty one: nothing is gone for that.
        return found, complete and raw is not None

    async def _read_blocked(self) -> frozenset[str] | None:
        """Return the keys on the blocklist, None where that is not told."""
        try:
            told = WireBlocklist.parse(await self._client.read("GET Blacklists"))
        except AnswerNotUnderstood, InvalidRequest, NoRight, NotAvailable, NotFound:
            # Not every locking system has one, and all else does without it.
            return None
        items, complete = WireBlocked.parse_all(told.blacklistitems or [])
        if not complete:
            return None
        return frozenset(
            item.fnkey_id.casefold()
            for item in items
            if number(item.changetype) not in _LEFT
        )
