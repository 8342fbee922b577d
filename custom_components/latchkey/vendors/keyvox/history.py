"""What has happened at KEYVOX's smart locks (getLockHistory, facts sheet 2.1 and 2.6)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
import re
from types import MappingProxyType
from typing import Any, Final
from unicodedata import normalize

from ..model import Device
from ..passages import HIDDEN, LogLine, Outcome, without_numbers
from ..wire import Wire
from .part import Part
from .wire import moment

_METHODS: Final[Mapping[str, str]] = MappingProxyType(
    {"1": "pin", "2": "card", "5": "button", "6": "knob", "9": "app"}
)
_NUMBER: Final = re.compile(r"[0-9]{1,3}")


@dataclass
class WireEvent(Wire):
    """A line of a lock's history; what its value means is not known (4)."""

    etime: str = ""
    etype: str = ""
    username: str = ""
    value: str = ""
    pincode: str = ""


class History(Part):
    """The histories of an organisation's smart locks."""

    log_interval = 180.0
    log_looks: Sequence[float] = (5.0, 30.0, 60.0)

    async def log(
        self, device: Device, start: datetime, end: datetime
    ) -> Sequence[LogLine]:
        """Return what happened at a lock in a period, in order; the cursor's pages may tell a line twice."""
        pages: list[list[LogLine]] = []
        # Where all of a page are of one second, the order shows on a later one.
        first: list[datetime] = []

        def is_enough(rows: list[Any]) -> bool:
            lines = [line for row in rows if (line := _line(device.id, row))]
            pages.append(lines)
            if not lines:
                return False
            first.append(lines[0].occurred_at)
            last = lines[-1].occurred_at
            if last < first[0]:
                return last < start
            return last > first[0] and last > end

        await self._client.until(
            is_enough, "getLockHistory", {"lockId": device.id}, "history"
        )
        # Equal lines of one page are several passages; those of two pages may be one that moved on meanwhile.
        most: Counter[tuple[str, ...]] = Counter()
        by_key: dict[tuple[str, ...], LogLine] = {}
        for page in pages:
            most |= Counter(line.key for line in page)
            by_key |= {line.key: line for line in page}
        return sorted(
            (
                by_key[key]
                for key, times in most.items()
                for _ in range(times)
                if start <= by_key[key].occurred_at <= end
            ),
            key=lambda line: line.occurred_at,
        )


def _line(device_id: str, row: Any) -> LogLine | None:
    """Return a line of a history, None for what tells no time.

    It tells of what was done, not whether to lock or to unlock. What kinds there are beside the known ones is not
    said, so that nobody is said to have come in by them.
    """
    found, _ = WireEvent.parse_all([row])
    if not found or (at := moment(found[0].etime)) is None:
        return None
    event = found[0]
    kind = event.etype if _NUMBER.fullmatch(event.etype) else ""
    method = _METHODS.get(kind)
    return LogLine(
        device_id=device_id,
        outcome=Outcome.GRANTED if method else Outcome.OTHER,
        occurred_at=at,
        recorded_at=at,
        text=f"etype {kind}" if kind and not method else "",
        holder=_holder(event),
        method=method or kind or None,
        credential=HIDDEN if event.pincode else None,
        # Not the PIN: it may be asterisks the next time.
        key=(event.etime, event.etype, event.username, event.value),
    )


def _holder(event: WireEvent) -> str | None:
    """Return who it was, numbers that may be codes masked, in whichever width they are written."""
    name = normalize("NFKC", event.username)
    if event.pincode:
        name = name.replace(normalize("NFKC", event.pincode), HIDDEN)
    return without_numbers(name) or None
