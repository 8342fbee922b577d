"""Who came to which lock, and what else the locks logged: offline locks tell of it late (facts sheet 3.2, 3.3)."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from ..model import Device, DeviceKind
from ..passages import PASSAGES, LogLine, News, Outcome
from ..readings import Reading, ReadingKind
from ..vendor import AnswerNotUnderstood, TooLarge
from ..wire import lowered
from .client import IloqClient
from .inventory import HIDDEN, LOG
from .lines import (
    AHEAD,
    Row,
    WireLine,
    WireTrail,
    kind_of,
    nameable,
    numbers_of,
    row_of,
    row_of_trail,
)
from .names import FEW, MANY, Names
from .part import Part
from .times import in_utc
from .trail import Trail
from .wire import number

BY_DATE: Final = "POST LockLogs/GetLockLogDataByGoingDates"
TRAIL: Final = "POST LockLogs"
RECENT: Final = timedelta(days=3)
"""How far back the first reading looks for who came last."""
_ROUND: Final = 500
"""A multiple of it is no number of lines, but what an answer may hold at most: 2000 where it is documented (1.4)."""
_SHORTEST: Final = timedelta(seconds=1)
_MOST_READS: Final = 50
"""Answers of which one reading of the news consists at most; the next one goes on from there."""
_MOST_ASKED: Final = 300
_WIDER: Final = timedelta(seconds=1)
"""By how much more is asked for: it is not documented whether the ends belong to a period."""

type _Fetch = Callable[[datetime, datetime], Awaitable[tuple[list[Row], bool]]]
"""Returns the lines of a period, and whether there are more."""


class Logs(Part):
    """The log of a locking system, which is one for all locks."""

    log_interval = 120.0
    log_looks: Sequence[float] = (2.0, 10.0)

    def __init__(self, client: IloqClient, clock: Callable[[], datetime]) -> None:
        """Initialize with nothing read."""
        super().__init__(client, clock)
        self._trail = Trail()
        self._names = Names(client, clock)

    async def news(self, device: Device) -> News:
        """Return what has come to the system's log, by the time of its coming, and when somebody last came to each lock."""
        now = self._clock() + self._client.transport.ahead
        until = now
        is_beginning = not self._trail.is_begun
        start = self._trail.start(now, RECENT)
        if is_beginning:
            rows = await self._newest(start, now + AHEAD)
        else:
            rows, read_to = await _all(self._by(LOG), start, now + AHEAD, _MOST_READS)
            until = min(now, read_to)
        new = self._trail.take(rows, until)
        readings = self._last_passages(new)
        if is_beginning:
            return News(readings=readings)
        self._names.begin(FEW)
        return News(
            lines=[
                (await self._who(row)).line(device_id, prefix=prefix)
                for row in new
                for device_id, prefix in self._place(row, device)
            ],
            readings=readings,
        )

    async def log(
        self, device: Device, start: datetime, end: datetime
    ) -> Sequence[LogLine]:
        """Return what a lock, or all of them, logged in a period, by their clocks; raises AnswerNotUnderstood for too much."""
        is_system = device.kind is DeviceKind.SYSTEM
        fetch = self._by(BY_DATE) if is_system else self._trail_of(device.id)
        found, read_to = await _all(fetch, start - _WIDER, end + _WIDER, _MOST_ASKED)
        if read_to < end:
            raise AnswerNotUnderstood("too many lines")
        rows = {
            row.id: row for row in found if start <= (row.happened_at or start) <= end
        }
        self._names.begin(MANY)
        lines = []
        for row in rows.values():
            if is_system:
                row = await self._who(row)
            own = row.lock_id if self._is_shown(row.lock_id) else device.id
            lines.append(row.line(own))
        return lines

    def _by(self, operation: str) -> _Fetch:
        """Return what reads the lines of all locks, by the time that an operation goes by."""

        async def fetch(start: datetime, end: datetime) -> tuple[list[Row], bool]:
            body = {"StartDateUtc": in_utc(start), "EndDateUtc": in_utc(end)}
            told = _object(await self._client.read(operation, body=body))
            wires, _ = await self._client.parsed(WireLine, told.get("locklogs"))
            now = self._clock() + self._client.transport.ahead
            rows = [row_of(wire, now) for wire in wires]
            return rows, bool(wires) and len(wires) % _ROUND == 0

        return fetch

    def _trail_of(self, lock_id: str) -> _Fetch:
        """Return what reads the lines of one lock, which name whose key it was."""
        lock = self._locks.get(lock_id)
        asked = {"FLockIds": [lock.flock_id if lock else lock_id], "FNKeyIds": []}

        async def fetch(start: datetime, end: datetime) -> tuple[list[Row], bool]:
            body = {
                **asked,
                "GoingStartDateUtc": in_utc(start - _WIDER),
                "GoingEndDateUtc": in_utc(end + _WIDER),
                # No kind of line is left out (assumed: it is not described).
                "TypeMask": 0,
            }
            told = _object(await self._client.read(TRAIL, body=body))
            raw = told.get("locklogs")
            wires, _ = await self._client.parsed(WireTrail, raw)
            total = number(told.get("totalcount")) or 0
            rows = [row for wire in wires if (row := row_of_trail(wire, self._keys))]
            return rows, total > len(raw or ())

        return fetch

    async def _newest(self, start: datetime, end: datetime) -> list[Row]:
        """Return the newest lines of a period, as far back as one answer reaches."""
        fetch = self._by(LOG)
        pending = [(start, end)]
        for _ in range(_MOST_READS):
            if not pending:
                break
            begin, until = pending.pop()
            rows, is_cut = await _tried(fetch, begin, until)
            if is_cut:
                middle = begin + (until - begin) / 2
                pending += [(begin, middle), (middle, until)]
            elif rows:
                return rows
        return []

    def _place(self, row: Row, system: Device) -> Iterable[tuple[str, str]]:
        """Return of which device a line is told, and the name that goes before it; of none for an unknown lock's."""
        if not self._is_shown(row.lock_id):
            return
        if row.outcome in PASSAGES:
            yield row.lock_id, ""
        else:
            lock = self._locks[row.lock_id]
            yield system.id, lock.lockingobject or lock.locationcode

    def _is_shown(self, lock_id: str) -> bool:
        lock = self._locks.get(lock_id)
        return lock is not None and number(lock.physicalstate) != HIDDEN

    async def _who(self, row: Row) -> Row:
        """Return a line with whose key it was, and of which kind."""
        if (key := self._keys.get(row.key_id)) is None:
            return row
        name = await self._names.of(key.person_id) or key.description
        return replace(
            row,
            holder=nameable(name, numbers_of(key)),
            kind=kind_of(key.keytypemask),
        )

    def _last_passages(self, rows: Iterable[Row]) -> Mapping[str, Sequence[Reading]]:
        """Return when somebody was last let in at each lock, as far as the locks knew the time."""
        last: dict[str, datetime] = {}
        for row in rows:
            at = row.happened_at
            if at and row.outcome is Outcome.GRANTED and self._is_shown(row.lock_id):
                last[row.lock_id] = max(at, last.get(row.lock_id, at))
        kind = ReadingKind.LAST_PASSAGE
        return {
            lock_id: [Reading(id=kind.value, kind=kind, value=at, observed_at=at)]
            for lock_id, at in last.items()
        }


async def _tried(
    fetch: _Fetch, start: datetime, end: datetime
) -> tuple[list[Row], bool]:
    """Return the lines of a period, and whether shorter ones are to be read for there is too much."""
    is_short = end - start <= _SHORTEST
    try:
        rows, is_cut = await fetch(start, end)
    except TooLarge:
        if is_short:
            raise
        return [], True
    return rows, is_cut and not is_short


async def _all(
    fetch: _Fetch, start: datetime, end: datetime, most: int
) -> tuple[list[Row], datetime]:
    """Return the lines of a period, of which shorter ones are read where there is too much, and how far they reach."""
    rows: list[Row] = []
    pending = [(start, end)]
    for _ in range(most):
        begin, until = pending.pop()
        some, is_cut = await _tried(fetch, begin, until)
        if is_cut:
            middle = begin + (until - begin) / 2
            pending += [(middle, until), (begin, middle)]
        else:
            rows += some
        if not pending:
            return rows, end
    return rows, pending[-1][0]


def _object(told: Any) -> dict[str, Any]:
    """Return an answer's fields, names in lower case; no content is no line."""
    if told is None:
        return {}
    if not isinstance(told, dict):
        raise AnswerNotUnderstood("log")
    return lowered(told)
