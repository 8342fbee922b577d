"""Who came to which door: events come late, up to a time that the vendor tells (facts sheet 3.5)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from ..model import Device
from ..passages import PASSAGES, LogLine, News
from ..readings import Reading, ReadingKind
from ..vendor import AnswerNotUnderstood, InvalidRequest, NotFound
from ..wire import moment
from .client import IntServClient
from .lines import Row, row_of
from .part import Part, door_device, door_id, written
from .trail import Trail
from .wire import WireEvent

PAGE: Final = 1000
"""Events of one answer at most."""
MOST_PAGES: Final = 100
"""Answers of which one reading consists at most; the next one goes on from there."""
_MOST_ASKED: Final = 50
_MOST_TURNED: Final = 10
"""How many pages one continuation key leads to; shorter periods are read where there are more."""
_SHORTEST: Final = timedelta(seconds=1)
_WIDER: Final = timedelta(seconds=1)
"""By how much more is asked for: whether the ends belong to a period is documented nowhere, nor fractions of a second."""
AHEAD: Final = timedelta(hours=1)
"""By how much a system's clock may be ahead of the vendor's."""
LAG: Final = timedelta(hours=1)
"""How long a system may be behind before that is a problem."""


@dataclass
class _Told:
    """What the answers of one reading told."""

    left: int
    """How many more answers may be asked for."""
    rows: list[Row] = field(default_factory=list)
    synced: list[datetime | None] = field(default_factory=list)

    @property
    def synced_to(self) -> datetime | None:
        """Return up to when all was there with the first answer; None where that is not certain.

        A later answer may promise more, but what has come by then may belong to a page before.
        """
        known = [at for at in self.synced if at is not None]
        return min(known) if known and len(known) == len(self.synced) else None


class Events(Part):
    """The events of each system, which are asked for by themselves: one that is cut off holds no other one up."""

    log_interval = 60.0
    log_looks: Sequence[float] = (5.0, 30.0)

    def __init__(self, client: IntServClient, clock: Callable[[], datetime]) -> None:
        """Initialize with nothing read."""
        super().__init__(client, clock)
        self._trails: dict[str, Trail] = {}

    async def news(self, device: Device) -> News:
        """Return what has come of a system, however late, and up to when all has come; doors appear by their events."""
        now = self._now()
        trail = self._trails.setdefault(device.id, Trail())
        start = trail.start(now)
        told, read_to = await self._read(device.id, start, now + AHEAD, MOST_PAGES)
        synced_to = told.synced_to
        new = trail.take(told.rows, synced_to=synced_to, read_to=min(now, read_to))
        doors = self._doors.setdefault(device.id, set())
        # A door that was forgotten is not found by what was told of it before.
        found = {row.door for row in new if row.outcome in PASSAGES} - doors
        doors |= found
        lines = [row.line() for row in new] if trail.is_begun else []
        trail.is_begun = trail.is_begun or read_to >= now
        return News(
            lines=lines,
            readings={device.id: _readings(synced_to, now)},
            found=[door_device(device.id, name) for name in sorted(found)],
        )

    async def log(
        self, device: Device, start: datetime, end: datetime
    ) -> Sequence[LogLine]:
        """Return what happened at a door, or in a whole system; raises AnswerNotUnderstood for too much."""
        system_id = device.via_id or device.id
        told, read_to = await self._read(system_id, start, end, _MOST_ASKED)
        if read_to < end:
            raise AnswerNotUnderstood("too many lines")
        rows = {row.identity: row for row in told.rows}
        lines = [row.line() for row in rows.values() if start <= row.happened_at <= end]
        return [line for line in lines if device.id in (system_id, line.device_id)]

    def memory(self) -> dict[str, Any]:
        """Return the doors, and how far events have been told: times and sequence ids, nobody's name."""
        return {
            system_id: {
                "doors": sorted(self._doors.get(system_id, ())),
                **self._trails.get(system_id, Trail()).memory(),
            }
            for system_id in self._doors.keys() | self._trails.keys()
        }

    def recall(self, memory: Mapping[str, Any]) -> None:
        """Go on where it was before a restart; what cannot be read is begun anew."""
        for system_id, told in memory.items():
            if not isinstance(told, dict):
                continue
            doors = told.get("doors")
            if isinstance(doors, list):
                self._doors[system_id] = {
                    name for name in doors if isinstance(name, str)
                }
            self._trails[system_id] = Trail.recalled(told, self._now())

    def forget(self, device_id: str) -> bool:
        """Forget a door until an event tells of it again; return whether it is one."""
        for system_id, doors in self._doors.items():
            for name in doors:
                if door_id(system_id, name) == device_id:
                    doors.discard(name)
                    return True
        return False

    async def _read(
        self, system_id: str, start: datetime, end: datetime, most: int
    ) -> tuple[_Told, datetime]:
        """Return the events of a period, and how far they reach; of shorter ones where there is too much."""
        told = _Told(most)
        pending = [(start, end)]
        while pending and told.left > 0:
            begin, until = pending.pop()
            if await self._turn(system_id, begin, until, told):
                continue
            if until - begin > _SHORTEST:
                middle = begin + (until - begin) / 2
                pending += [(middle, until), (begin, middle)]
        return told, pending[-1][0] if pending else end

    async def _turn(
        self, system_id: str, start: datetime, end: datetime, told: _Told
    ) -> bool:
        """Turn the pages of a period; return whether that led to the last one."""
        query: dict[str, Any] = {
            "from_date": written(start - _WIDER),
            "to_date": written(end + 2 * _WIDER),
            "systems": [system_id],
            "limit": PAGE,
        }
        seen: set[str] = set()
        for _ in range(min(_MOST_TURNED, told.left)):
            told.left -= 1
            try:
                page = await self._client.events(query)
            except InvalidRequest, NotFound:
                if not seen:
                    raise
                # For how long a key leads on is documented nowhere.
                return False
            wires, _ = WireEvent.parse_all(page.get("events") or [])
            told.rows += [
                row
                for wire in wires
                if wire.system_id == system_id and (row := row_of(wire))
            ]
            told.synced.append(moment(page.get("least_sync_time")))
            key = page.get("continuation_key")
            if not key and not page.get("has_more"):
                return True
            if not isinstance(key, str) or not key or key in seen:
                return False
            seen.add(key)
            query = {**query, "continuation_key": key}
        return False


def _readings(synced_to: datetime | None, now: datetime) -> tuple[Reading, ...]:
    """Return up to when all events have come, and whether that is long ago."""
    time, late = ReadingKind.LEAST_SYNC_TIME, ReadingKind.SYNC_LATE
    is_late = None if synced_to is None else now - synced_to > LAG
    return (
        Reading(id=time.value, kind=time, value=synced_to),
        Reading(id=late.value, kind=late, value=is_late),
    )
