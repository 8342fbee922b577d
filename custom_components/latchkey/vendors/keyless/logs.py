"""The platform's logs: passages at locks, and what gateways and locks report of themselves."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from ..model import Device, DeviceKind
from ..openings import SKEW
from ..passages import LogLine, News, Outcome
from ..readings import Reading
from ..vendor import NotFound
from . import paths
from .client import KeylessClient
from .entries import AUDIT, SYSTEM, Entry, understood
from .followed import Followed, Look
from .pairs import Pairs
from .reports import battery, firmware, last_passage, of_gateway

_NEWEST_FIRST: Final = "DESC"
_FIRST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""There are no entries before the one and after the other."""


class Logs:
    """The logs of a system's locks and gateways (5 and 9)."""

    log_interval = 300.0
    # A webhook tells of what is there; once more for what is there a moment later.
    log_looks = (0.0, 30.0)

    def __init__(self, client: KeylessClient, clock: Callable[[], datetime]) -> None:
        """Initialize with the API."""
        self._client = client
        self._clock = clock
        self._followed: defaultdict[tuple[str, str], Followed] = defaultdict(Followed)
        self._pairs = Pairs()
        self._gateways_of: Mapping[str, Sequence[str]] = {}
        """The gateways that are associated with each lock."""
        self._heard: dict[str, datetime] = {}
        """When each gateway was last awake."""
        self._firmware: dict[str, str] = {}
        """Each gateway's, as its log tells it."""

    async def news(self, device: Device) -> News:
        """Return what has come to a device's logs (5.1 and 5.2, or 9.1 and 9.2), and what they tell beside that."""
        looks = {kind: await self._look(device, kind) for kind in (SYSTEM, AUDIT)}
        # Both were read: nothing is taken in by halves.
        lines = []
        for kind, look in looks.items():
            followed = self._followed[device.id, kind]
            is_beginning = not followed.is_begun
            for entry in followed.take(look):
                is_told = entry.half is not None and self._pairs.take(entry.half)
                if not is_told and not is_beginning:
                    lines.append(entry.line)
        lines.sort(key=lambda line: line.occurred_at)
        system, audit = (
            sorted(looks[kind].entries, key=lambda entry: entry.order, reverse=True)
            for kind in (SYSTEM, AUDIT)
        )
        last = {
            entry.line.device_id: [last_passage(entry)]
            for entry in reversed(audit)
            if entry.line.outcome is Outcome.GRANTED
            and not (entry.half and self._pairs.is_refused(entry.half))
        }
        readings: defaultdict[str, list[Reading]] = defaultdict(list, last)
        if device.kind is not DeviceKind.GATEWAY:
            readings[device.id] += battery(system)
        elif system:
            readings[device.id] += of_gateway(system)
            at = system[0].at
            self._heard[device.id] = max(at, self._heard.get(device.id, at))
            if version := firmware(system):
                self._firmware[device.id] = version
        return News(lines=lines, readings=readings)

    async def log(
        self, device: Device, start: datetime, end: datetime
    ) -> Sequence[LogLine]:
        """Return what a device did in a period, by its own clock (5 and 9); a lock's gateways tell of it too."""
        begin, until = max(start, _FIRST) - SKEW, min(end, _LAST) + SKEW
        entries = [
            entry
            for kind in (SYSTEM, AUDIT)
            for entry in await self._period(device, kind, begin, until)
        ]
        for gateway_id in self._gateways_of.get(device.id, ()):
            gateway = Device(id=gateway_id, label="", kind=DeviceKind.GATEWAY, name="")
            try:
                entries += await self._period(gateway, AUDIT, begin, until)
            except NotFound:
                # It was deleted meanwhile, and its log with it.
                continue
        pairs = Pairs()
        return [
            entry.line
            for entry in sorted(entries, key=_turn)
            if entry.line.device_id == device.id
            and not (entry.half and pairs.take(entry.half))
            and start <= entry.at <= end
        ]

    async def _look(self, device: Device, kind: str) -> Look:
        """Read what is new in a log."""
        followed = self._followed[device.id, kind]
        look = followed.next_look(self._clock())
        query = {"sort_direction": _NEWEST_FIRST}
        if look.above is not None:
            query["sequence_number_greater_than"] = str(look.above)

        def is_enough(page: Sequence[Entry], rows: int) -> bool:
            return followed.is_enough(look, page, rows)

        await self._read(device, kind, is_enough, **query)
        return look

    async def _period(
        self, device: Device, kind: str, begin: datetime, until: datetime
    ) -> list[Entry]:
        """Read a period of a log; a gateway's can only be read backwards, from its end."""
        entries: list[Entry] = []
        is_backwards = device.kind is DeviceKind.GATEWAY

        def is_enough(page: Sequence[Entry], rows: int) -> bool:
            entries.extend(entry for entry in page if begin <= entry.at <= until)
            if not page:
                return False
            return page[-1].at < begin if is_backwards else page[-1].at > until

        if is_backwards:
            await self._read(device, kind, is_enough, sort_direction=_NEWEST_FIRST)
        else:
            after = begin.strftime("%Y-%m-%dT%H:%M:%SZ")
            await self._read(device, kind, is_enough, after_datetime=after)
        return entries

    async def _read(
        self,
        device: Device,
        kind: str,
        is_enough: Callable[[Sequence[Entry], int], bool],
        **query: str,
    ) -> None:
        """Read a log page after page, each of which is given on with the number of its rows, until one is enough."""

        def is_enough_of(page: list[Any]) -> bool:
            return is_enough(understood(page, device, kind), len(page))

        if device.kind is DeviceKind.GATEWAY:
            path = f"{paths.GATEWAY_LOG}/{kind}"
            query["gateway_device_id"] = device.id
        else:
            path = f"{paths.LOCK_LOG}/{kind}"
            query["locking_device_id"] = device.id
        await self._client.until(is_enough_of, path, **query)


def _turn(entry: Entry) -> datetime:
    """Return by what entries are paired in turn: what a lock tells comes first, since it may be a denial."""
    is_locks = entry.half is not None and entry.half.is_locks
    return entry.at - 2 * SKEW if is_locks else entry.at
