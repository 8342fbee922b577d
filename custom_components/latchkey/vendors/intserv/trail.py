"""How far a system's events have been told: from when they are read next, and which of those are known."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Self

from ..wire import moment
from .lines import Identity, Row

PAST: Final = timedelta(days=7)
"""How far back the first reading looks, which is the vendor's own measure (facts sheet 3.5), and the first one after a restart or a long time at most."""
OVERLAP: Final = timedelta(minutes=15)
"""How much before the time up to which nothing more can come is read all the same: it is not told what that time is taken from."""
_MOST_KNOWN: Final = 20_000


class Trail:
    """Tells the new events of one system, which is read in overlapping pieces."""

    def __init__(self) -> None:
        """Initialize with nothing read."""
        self._since: datetime | None = None
        self._asked_at: datetime | None = None
        self._known: set[Identity] = set()
        self.is_begun = False
        """Whether all has been read once that was there before: it is no news."""

    def start(self, now: datetime) -> datetime:
        """Return from when on events are to be read; where nobody asked for long, not from as long ago."""
        asked_at, self._asked_at = self._asked_at, now
        if self._since is None:
            self._since = now - PAST
        elif asked_at is None or now - asked_at > PAST:
            self._since = max(self._since, now - PAST)
        return self._since

    def is_new(self, row: Row) -> bool:
        """Return whether an event would be told, if it was read now."""
        since = self._since
        return since is None or (
            row.happened_at >= since and row.identity not in self._known
        )

    def take(
        self, rows: Iterable[Row], *, synced_to: datetime | None, read_to: datetime
    ) -> list[Row]:
        """Take in what was read up to a time; return what was not known, in order.

        Events may still come from behind `synced_to` on, and may have come meanwhile from behind `read_to` on.
        """
        assert self._since is not None
        new = {row.identity: row for row in rows if self.is_new(row)}
        self._known |= new.keys()
        if synced_to is not None:
            self._since = max(self._since, min(synced_to, read_to) - OVERLAP)
        if len(self._known) > _MOST_KNOWN:
            newest = sorted((at for at, _ in self._known), reverse=True)
            self._since = max(self._since, newest[_MOST_KNOWN])
        self._known = {each for each in self._known if each[0] >= self._since}
        return sorted(new.values(), key=lambda row: row.order)

    def memory(self) -> dict[str, Any]:
        """Return what is to be known after a restart."""
        return {
            "since": self._since.isoformat() if self._since and self.is_begun else None,
            "known": sorted([at.isoformat(), own] for at, own in self._known),
        }

    @classmethod
    def recalled(cls, memory: Mapping[str, Any]) -> Self:
        """Return a trail that goes on where one was before a restart; raises nothing for what cannot be read."""
        trail = cls()
        since, known = moment(memory.get("since")), memory.get("known")
        if since is None or not isinstance(known, list):
            return trail
        trail._since = since
        trail._known = {
            (at, own)
            for each in known
            if isinstance(each, list | tuple) and len(each) == 2
            for at, own in [(moment(each[0]), each[1])]
            if at is not None and isinstance(own, str)
        }
        trail.is_begun = True
        return trail
