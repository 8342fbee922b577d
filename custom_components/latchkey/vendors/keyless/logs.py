"""The platform's logs: passages at locks, and what gateways and locks report of themselves."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from ..model import Device, DeviceKind
from ..passages import LogLine, Outcome
from ..readings import Reading, ReadingKind, Report
from ..vendor import AnswerNotUnderstood
from . import paths
from .client import KeylessClient
from .wire import WireClient, WireGatewayEntry, WireLockEntry

_OPENING: Final = ("open", "unlock")
_METHODS: Final = {"OPERATING_DEVICE": "app"}
_GATEWAY: Final = "gateway"
_SYSTEM: Final = "system"
_AUDIT: Final = "audit"
_NEWEST: Final = "100"
_OVERLAP: Final = 50
"""How far back an entry may have been overtaken by later ones."""
_BY_TIME_EVERY: Final = 10


class Logs:
    """The logs of a system's locks and gateways (5 and 9)."""

    report_interval = 300.0

    def __init__(self, client: KeylessClient, clock: Callable[[], datetime]) -> None:
        """Initialize with the API."""
        self._client = client
        self._clock = clock

    async def log(
        self, device: Device, start: datetime, end: datetime
    ) -> Sequence[LogLine]:
        """Return what a lock did in a period, by its own clock (5.1 and 5.2)."""
        lines = []
        for kind in (_SYSTEM, _AUDIT):
            for raw in await self._entries(device, kind, after_datetime=_iso(start)):
                line = _line(raw)
                if line is not None and line.occurred_at <= end:
                    lines.append(line)
        return lines

    async def log_after(
        self, device: Device, mark: str | None
    ) -> tuple[Sequence[LogLine], str]:
        """Return a lock's log around and after a mark, however late its entries came, and the next mark.

        The newest by time are read at first, and now and then: numbers begin anew when a lock is reset.
        """
        reads, _, rest = (mark or "0:").partition(":")
        numbers = dict(each.split("=") for each in rest.split(",") if each)
        lines: dict[tuple[str, ...], LogLine] = {}
        by_time = int(reads) % _BY_TIME_EVERY == 0
        for kind in (_SYSTEM, _AUDIT):
            number = int(numbers.get(kind, -1))
            entries: list[Any] = []
            if mark is not None:
                after = number - _OVERLAP
                query = (
                    {"sequence_number_greater_than": str(after)} if after >= 0 else {}
                )
                entries = await self._entries(device, kind, **query)
            if by_time:
                newest = await self._client.first(
                    f"{paths.LOCK_LOG}/{kind}",
                    locking_device_id=device.id,
                    sort_direction="DESC",
                    limit="100",
                )
                number = _highest(newest)
                entries += newest
            numbers[kind] = str(number if by_time else max(number, _highest(entries)))
            for raw in entries:
                if (line := _line(raw)) is not None:
                    lines[line.key] = line
        told = ",".join(f"{kind}={number}" for kind, number in numbers.items())
        return list(lines.values()), f"{int(reads) + 1}:{told}"

    async def report(self, device: Device) -> Report:
        """Return what the newest entries of a device's logs tell."""
        if device.kind is DeviceKind.GATEWAY:
            return Report(readings=tuple(await self._of_gateway(device)))
        return Report(readings=tuple(await self._of_lock(device)))

    async def _of_gateway(self, device: Device) -> list[Reading]:
        """Return when a gateway was last awake, and how its doors were (9.1)."""
        entries = []
        for raw in await self._client.first(
            f"{paths.GATEWAY_LOG}/{_SYSTEM}",
            gateway_device_id=device.id,
            sort_direction="DESC",
            limit=_NEWEST,
        ):
            try:
                entry = WireGatewayEntry.parse(raw)
            except AnswerNotUnderstood:
                continue
            if entry.datetime is not None:
                entries.append(entry)
        readings = []
        if entries:
            readings.append(
                _told(
                    ReadingKind.LAST_CONTACT, entries[0].datetime, entries[0].datetime
                )
            )
        for number in ("1", "2"):
            for entry in entries:
                if state := getattr(entry, f"door{number}state"):
                    readings.append(
                        Reading(
                            id=f"door_{number}",
                            kind=ReadingKind.DOOR,
                            number=number,
                            # Closed is the one word that is known.
                            value=state.upper() != "CLOSED",
                            observed_at=entry.datetime,
                        )
                    )
                    break
        return readings

    async def _of_lock(self, device: Device) -> list[Reading]:
        """Return when a lock last let somebody in, and whether its battery is low (5.1 and 5.2).

        No entry tells that a battery is good again; a later boot is taken for a new one.
        """
        readings = []
        for entry in await self._newest(device, _AUDIT, _NEWEST):
            if (
                entry.granted
                and entry.eventname in _OPENING
                and entry.occurrencedatetime
            ):
                at = entry.occurrencedatetime
                readings.append(_told(ReadingKind.LAST_PASSAGE, at, at))
                break
        for entry in await self._newest(device, _SYSTEM, _NEWEST):
            name = entry.eventname.upper()
            if name == "BATTERY_LOW" or name.startswith("BOOT"):
                is_low = name == "BATTERY_LOW"
                readings.append(
                    _told(ReadingKind.BATTERY_LOW, is_low, entry.occurrencedatetime)
                )
                break
        return readings

    async def _entries(self, device: Device, kind: str, **query: str) -> list[Any]:
        return await self._client.every(
            f"{paths.LOCK_LOG}/{kind}", locking_device_id=device.id, **query
        )

    async def _newest(
        self, device: Device, kind: str, limit: str
    ) -> list[WireLockEntry]:
        raw = await self._client.first(
            f"{paths.LOCK_LOG}/{kind}",
            locking_device_id=device.id,
            sort_direction="DESC",
            limit=limit,
        )
        return [entry for each in raw if (entry := _entry(each)) is not None]


def _told(kind: ReadingKind, value: bool | datetime, at: datetime | None) -> Reading:
    return Reading(id=kind.value, kind=kind, value=value, observed_at=at)


def _entry(raw: Any) -> WireLockEntry | None:
    try:
        return WireLockEntry.parse(raw)
    except AnswerNotUnderstood:
        return None


def _line(raw: Any) -> LogLine | None:
    entry = _entry(raw)
    if entry is None or entry.occurrencedatetime is None:
        return None
    try:
        client = WireClient.parse(entry.client)
    except AnswerNotUnderstood:
        client = WireClient()
    kind = client.type.upper()
    outcome = Outcome.OTHER
    if entry.granted is False:
        outcome = Outcome.DENIED
    elif entry.granted and entry.eventname in _OPENING:
        outcome = Outcome.GRANTED
    elif entry.granted is None and entry.eventname.upper().startswith("BOOT"):
        outcome = Outcome.RESTART
    return LogLine(
        device_id=entry.lockingdeviceid,
        outcome=outcome,
        occurred_at=entry.occurrencedatetime,
        recorded_at=entry.occurrencedatetime,
        text=entry.eventname,
        method=_GATEWAY if "GATEWAY" in kind else _METHODS.get(kind),
        reason="no_permission" if entry.granted is False else None,
        key=(entry.id,),
    )


def _highest(entries: Sequence[Any]) -> int:
    numbers = (entry.sequencenumber for raw in entries if (entry := _entry(raw)))
    return max(numbers, default=-1)


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
