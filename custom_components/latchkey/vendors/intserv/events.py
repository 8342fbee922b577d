"""Who came to which door: events come late, up to a time that the vendor tells (facts sheet 3.5)."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from ..model import Device
from ..passages import PASSAGES, LogLine, News
from ..vendor import AnswerNotUnderstood, InvalidRequest, NotFound
from .client import IntServClient
from .guarantee import readings
from .lines import Row
from .pages import MOST_TURNED, Pages, Told
from .part import Part, door_device, door_id, system_device
from .trail import Trail

MOST_PAGES: Final = 100
"""Answers of which one reading consists at most; the next one goes on from there."""
_MOST_ASKED: Final = 50
AHEAD: Final = timedelta(hours=1)
"""By how much a system's clock may be ahead of the vendor's."""
_LOOK_EVERY: Final = timedelta(hours=1)
_LOOK_BACK: Final = timedelta(days=1)
"""How often, and how far back, events are looked at for systems that no level names."""


class Events(Part):
    """The events of each system, which are asked for by themselves: one that is cut off holds no other one up."""

    log_interval = 60.0
    log_looks: Sequence[float] = (5.0, 30.0)

    def __init__(self, client: IntServClient, clock: Callable[[], datetime]) -> None:
        """Initialize with nothing read."""
        super().__init__(client, clock)
        self._trails: dict[str, Trail] = {}
        self._pages = Pages(client)
        self._looked_at: datetime | None = None

    async def news(self, device: Device) -> News:
        """Return what has come of a system, however late, and up to when all has come; doors appear by their events."""
        now = self._now()
        others = await self._others(now)
        told = Told(MOST_PAGES - len(others.synced))
        trail = self._trails.setdefault(device.id, Trail())
        start = trail.start(now)
        try:
            read_to = await self._pages.read(device.id, start, now + AHEAD, told)
        except InvalidRequest, NotFound:
            if device.id not in self._leveled:
                self._gone.add(device.id)
            raise
        self._gone.discard(device.id)
        synced_to = self._synced[device.id] = told.synced_to
        new = trail.take(told.rows, synced_to=synced_to, read_to=min(now, read_to))
        doors = self._doors.setdefault(device.id, set())
        # A door that was forgotten is not found by what was told of it before.
        found = {row.door for row in new if row.outcome in PASSAGES} - doors
        doors |= found
        lines = [row.line() for row in new] if trail.is_begun else []
        trail.is_begun = trail.is_begun or read_to >= now
        return News(
            lines=lines,
            readings={device.id: readings(synced_to, now)},
            found=[
                *self._heard_of(others.rows),
                *(door_device(device.id, name) for name in sorted(found)),
            ],
        )

    async def _others(self, now: datetime) -> Told:
        """Return what all systems together tell of late, which is looked at now and then: events alone may tell of one."""
        told = Told(MOST_TURNED)
        looked_at = self._looked_at
        is_due = looked_at is None or abs(now - looked_at) >= _LOOK_EVERY
        # Before levels were read, nobody knows which systems have none.
        if self._levels and is_due:
            self._looked_at = now
            with suppress(InvalidRequest, NotFound):
                await self._pages.turn(None, now - _LOOK_BACK, now + AHEAD, told)
        return told

    def _heard_of(self, rows: Sequence[Row]) -> list[Device]:
        """Return the systems that are not known otherwise and of which something new is told, with their doors of before."""
        heard = {
            row.wire.system_id: row.door
            for row in rows
            if row.wire.system_id
            and row.wire.system_id not in self._systems
            and row.outcome in PASSAGES
            and self._trails.get(row.wire.system_id, Trail()).is_new(row)
        }
        self._gone -= heard.keys()
        return [
            device
            for system_id in sorted(heard)
            for device in (
                system_device(system_id),
                *(
                    door_device(system_id, name)
                    for name in sorted(self._doors.get(system_id, ()))
                ),
            )
        ]

    async def log(
        self, device: Device, start: datetime, end: datetime
    ) -> Sequence[LogLine]:
        """Return what happened at a door, or in a whole system; raises AnswerNotUnderstood for too much."""
        system_id = device.via_id or device.id
        told = Told(_MOST_ASKED)
        if await self._pages.read(system_id, start, end, told) < end:
            raise AnswerNotUnderstood("too many lines")
        rows = {row.identity: row for row in told.rows}
        lines = [row.line() for row in rows.values() if start <= row.happened_at <= end]
        return [line for line in lines if device.id in (system_id, line.device_id)]

    def memory(self) -> dict[str, Any]:
        """Return the doors, and how far events have been told: times and sequence ids, nobody's name."""
        return {
            system_id: {
                "doors": sorted(self._doors.get(system_id, ())),
                "gone": system_id in self._gone,
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
            if told.get("gone") is True:
                self._gone.add(system_id)
            self._trails[system_id] = Trail.recalled(told)

    def forget(self, device_id: str) -> bool:
        """Forget a door, or a system without levels, until an event tells of it again; return whether it is one."""
        if device_id in self._systems - self._leveled:
            del self._doors[device_id]
            return True
        for system_id, doors in self._doors.items():
            for name in doors:
                if door_id(system_id, name) == device_id:
                    doors.discard(name)
                    return True
        return False
