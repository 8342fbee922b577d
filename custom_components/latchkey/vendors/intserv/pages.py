"""The pages of events: what an answer consists of, and where a period ends that the vendor cuts up (facts sheet 3.5)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from ..vendor import InvalidRequest, NotFound
from .client import IntServClient
from .guarantee import guarantee
from .lines import Row, row_of
from .part import written
from .wire import WireEvent

PAGE: Final = 1000
"""Events of one answer at most."""
MOST_TURNED: Final = 10
"""How many pages one continuation key leads to; shorter periods are read where there are more."""
_SHORTEST: Final = timedelta(seconds=1)
_WIDER: Final = timedelta(seconds=1)
"""By how much more is asked for: whether the ends belong to a period is documented nowhere, nor fractions of a second."""
_BEYOND: Final = timedelta(days=1)
"""How far behind a period's end an event may lie: its system's clock is wrong, but it is a time."""


@dataclass
class Told:
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


class Pages:
    """Reads events of one system, or of all that the integration sees."""

    def __init__(self, client: IntServClient) -> None:
        """Initialize with the API."""
        self._client = client

    async def read(
        self, system_id: str, start: datetime, end: datetime, told: Told
    ) -> datetime:
        """Read the events of a period, of shorter ones where there is too much; return how far that came."""
        pending = [(start, end)]
        while pending and told.left > 0:
            begin, until = pending.pop()
            if await self.turn(system_id, begin, until, told):
                continue
            if until - begin > _SHORTEST:
                middle = begin + (until - begin) / 2
                pending += [(middle, until), (begin, middle)]
        return pending[-1][0] if pending else end

    async def turn(
        self, system_id: str | None, start: datetime, end: datetime, told: Told
    ) -> bool:
        """Turn the pages of a period; return whether there is no more of it.

        Raises any VendorError; InvalidRequest and NotFound only for the first page.
        """
        query: dict[str, Any] = {
            "from_date": written(start - _WIDER),
            "to_date": written(end + 2 * _WIDER),
            "limit": PAGE,
        }
        if system_id is not None:
            query["systems"] = [system_id]
        keys: set[str] = set()
        pages: list[list[Row]] = []
        was_full = False
        for _ in range(min(MOST_TURNED, told.left)):
            told.left -= 1
            try:
                answer = await self._client.events(query)
            except InvalidRequest, NotFound:
                if not keys:
                    raise
                # For how long a key leads on is documented nowhere.
                return False
            events = answer.get("events") or []
            wires, _ = WireEvent.parse_all(events)
            rows = [
                row
                for wire in wires
                if system_id in (None, wire.system_id)
                and (row := row_of(wire))
                and row.happened_at <= end + _BEYOND
            ]
            pages.append(rows)
            told.rows += rows
            told.synced.append(guarantee(answer.get("least_sync_time")))
            told_key = answer.get("continuation_key")
            key = told_key if isinstance(told_key, str) else ""
            is_full = len(events) >= PAGE
            was_full = was_full or is_full
            # Each of the three says whether there is more; where they differ, two of them are believed.
            if bool(key) + bool(answer.get("has_more")) + is_full <= 1:
                return True
            if not key or key in keys:
                break
            keys.add(key)
            query = {**query, "continuation_key": key}
        # Keys that lead on for ever, to nothing but what the first page had, lead nowhere in shorter periods either.
        first = {row.own for row in pages[0]}
        is_all = {row.own for rows in pages for row in rows} == first
        return len(pages) > 1 and is_all and not was_full
