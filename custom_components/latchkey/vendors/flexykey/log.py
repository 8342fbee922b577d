"""FlexyKey's unit logs as passages: Swedish free text, told apart by a table."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import re
from typing import Final

from ..clock import utc_now
from ..model import Device
from ..passages import LogLine, Outcome, is_short, masked, without_numbers
from ..vendor import VendorError
from . import paths
from .client import FlexyKeyClient
from .part import Part
from .wire_more import WireLog

_PAGE: Final = 500
"""Rows that an older page of the vendor's names as the most of an answer; a full one may be cut."""
_MOST_REQUESTS: Final = 200
"""How many a single reading may take, should the vendor not go by the dates at all."""
_HOLDERS_AGE: Final = timedelta(minutes=10)

_TEXTS: Final = (
    (re.compile(r"finns inte registrerat"), Outcome.DENIED, "not_registered"),
    (re.compile(r"^puls på .*\bvia\b"), Outcome.GRANTED, None),
    (re.compile(r"^omstart\b"), Outcome.RESTART, None),
)
"""The texts of the guide's example (13), the outcome and its reason; other texts are kept as they are."""
_METHODS: Final = {"telefon": "phone", "rfid": "tag", "tangentbord": "pin"}
_EMPTY: Final = {"", "-", "--", "- saknas -"}
_NUMBER: Final = re.compile(
    r"\+?[0-9][0-9 -]*|(?=.*[0-9])[0-9A-Fa-f]+(?:[ .:-][0-9A-Fa-f]+)*"
)


class UnitLogs(Part):
    """The logs of an account's units (guide 13)."""

    log_interval = 60.0
    # A line may come later than the change of which a call tells.
    log_looks = (5.0, 30.0, 60.0)

    def __init__(
        self, client: FlexyKeyClient, clock: Callable[[], datetime] = utc_now
    ) -> None:
        """Initialize with the API."""
        super().__init__(client, clock)
        self._holders: dict[str, tuple[datetime, dict[str, str]]] = {}

    async def log(
        self, device: Device, start: datetime, end: datetime
    ) -> list[LogLine]:
        """Return a unit's log of a period (GET /unitlogs/{unitId}, 13); an answer that may be cut is asked for in halves."""
        rows = await self._logged(device.root_id, start, end, [_MOST_REQUESTS])
        lines = []
        for row in rows:
            recorded = row.serverdate or row.unitdate
            if recorded is None:
                continue
            lines.append(await self._line(device.root_id, row, recorded))
        return lines

    async def _logged(
        self, unit_id: str, start: datetime, end: datetime, left: list[int]
    ) -> list[WireLog]:
        left[0] -= 1
        query = {"dateFrom": _iso(start), "dateTo": _iso(end)}
        raw = await self._client.transport.read(f"{paths.LOGS}/{unit_id}", query)
        rows, _ = WireLog.parse_all(raw)
        middle = (start + (end - start) / 2).replace(microsecond=0)
        # More than that shows that the vendor does not cut.
        if len(raw) != _PAGE or left[0] < 2 or not start < middle < end:
            return rows
        earlier = await self._logged(unit_id, start, middle, left)
        later = await self._logged(unit_id, middle, end, left)
        # Both ends are included: what stands in both halves happened in the middle.
        twice = Counter(repr(vars(row)) for row in earlier)
        for row in later:
            same = repr(vars(row))
            if twice[same]:
                twice[same] -= 1
            else:
                earlier.append(row)
        return earlier

    async def _line(self, unit_id: str, row: WireLog, recorded: datetime) -> LogLine:
        number = row.sourceid if _NUMBER.fullmatch(row.sourceid) else None
        outcome, reason = _classified(row.logmsg, by_somebody=number is not None)
        label = row.sourcelabel
        holder = None if label.lower() in _EMPTY else label
        if holder is None and number and outcome is Outcome.GRANTED:
            holder = await self._holder(unit_id, number)
        if holder and number:
            holder = holder.replace(number, masked(number))
        words = row.logmsg.replace(number, masked(number)) if number else row.logmsg
        return LogLine(
            device_id=unit_id,
            outcome=outcome,
            occurred_at=row.unitdate or recorded,
            recorded_at=recorded,
            text=without_numbers(words),
            holder=without_numbers(holder) if holder else None,
            method=_method(row.logmsg) if number else None,
            reason=reason,
            number=None if number is None or is_short(number) else number,
            credential=masked(number) if number else None,
            key=(
                recorded.isoformat(),
                str(row.unitdate),
                row.sourceid,
                # Not the labels: they may be those of the present access list.
                row.logmsg,
            ),
        )

    async def _holder(self, unit_id: str, number: str) -> str | None:
        """Return whose number it is by the unit's access list, which is read again where it does not know."""
        now = self._clock()
        read, names = self._holders.get(unit_id, (None, {}))
        if number not in names and (
            read is None or not read <= now < read + _HOLDERS_AGE
        ):
            try:
                entries = await self._client.entries(unit_id)
            except VendorError:
                # Asked again for each line, it would cost more than a name is worth.
                entries = []
            names = {entry.idnumber: entry.name for entry in entries} or names
            self._holders[unit_id] = (now, names)
        return names.get(number) or None


def _classified(text: str, *, by_somebody: bool) -> tuple[Outcome, str | None]:
    """Return what a line tells of; what nobody did lets nobody in, but a withheld number can be turned away."""
    for pattern, outcome, reason in _TEXTS:
        if pattern.search(text.casefold().strip()) and (
            by_somebody or outcome is not Outcome.GRANTED
        ):
            return outcome, reason
    return Outcome.OTHER, None


def _method(text: str) -> str | None:
    """Return by what somebody came, where the text names one way alone."""
    ways = {method for word, method in _METHODS.items() if word in text.casefold()}
    return ways.pop() if len(ways) == 1 else None


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
