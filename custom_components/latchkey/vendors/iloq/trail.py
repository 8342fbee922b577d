"""A log that is read by the time at which its lines came: from where it is read next, and what of that is known."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from .lines import Row

OVERLAP: Final = timedelta(minutes=5)
"""For how long a line may be on its way into the database that has the time of its coming already."""
_QUIET: Final = timedelta(hours=1)
"""By how much the server's clock may be behind what we take for its time."""
_MOST_KNOWN: Final = 10_000
_EVER: Final = datetime.min.replace(tzinfo=UTC)


class Trail:
    """Tells the new lines of a log that is read in overlapping pieces, each of which has an id for good."""

    def __init__(self) -> None:
        """Initialize with nothing read."""
        self._known: dict[str, datetime] = {}
        """When each line came that may be read again."""
        self._from = _EVER
        self.is_begun = False

    def start(self, now: datetime, past: timedelta) -> datetime:
        """Return from which time on it is to be read; a beginning needs some of the past."""
        return self._from if self.is_begun else now - past

    def take(self, rows: Sequence[Row], until: datetime) -> list[Row]:
        """Take in all that had come until a time, by the server's clock; return what was not known, in order."""
        read = {row.id: row for row in rows if row.arrived_at >= self._from}
        new = [row for row in read.values() if row.id not in self._known]
        self._known |= {row.id: row.arrived_at for row in new}
        self.is_begun = True
        # A line's time counts, since it is by the clock that the next ones get theirs by; where none comes, ours does.
        latest = max((row.arrived_at for row in rows), default=until - _QUIET)
        self._from = max(self._from, min(latest, until) - OVERLAP, until - _QUIET)
        if len(self._known) > _MOST_KNOWN:
            newest = sorted(self._known.values(), reverse=True)
            self._from = max(self._from, newest[_MOST_KNOWN])
        self._known = {
            row_id: at for row_id, at in self._known.items() if at >= self._from
        }
        return sorted(new, key=lambda row: row.occurred_at)
