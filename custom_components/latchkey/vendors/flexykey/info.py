"""FlexyKey's unit information: what may be asked of a unit, within which limits, and what it answered."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from ..clock import utc_now
from ..model import Device
from ..quota import Limit, Quota
from ..readings import Report, Requested
from ..vendor import (
    AnswerNotUnderstood,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    VendorError,
)
from . import paths
from .client import FlexyKeyClient
from .measures import measured, named
from .part import Part
from .wire_more import WireCatalogue, WireCommand, WireMessage, WireProfile, WireQueued

_MOST_MESSAGES: Final = 100
_CATALOGUE_AGE: Final = timedelta(hours=1)
_QUEUED: Final = "QUEUED"
_COMMAND: Final = "typeName"


@dataclass(frozen=True, slots=True)
class _Request:
    """Something that may be asked for: a command, or a profile of several."""

    field: str
    limit: Limit
    commands: tuple[str, ...]


class UnitInformation(Part):
    """The readings of an account's units (guide 7)."""

    report_interval = 3600.0

    def __init__(
        self, client: FlexyKeyClient, clock: Callable[[], datetime] = utc_now
    ) -> None:
        """Initialize with the API."""
        super().__init__(client, clock)
        self._marks: dict[str, int] = {}
        self._quota = Quota(clock)
        self._counted: set[str] = set()
        self._counting: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._catalogue: Mapping[str, _Request] = {}
        self._catalogue_read: datetime | None = None

    async def report(self, device: Device) -> Report:
        """Return what the messages of a unit tell that are newer than those read last (GET /UnitMessages, 7.3).

        At first that is the last that it told of each kind.
        """
        mark = self._marks.get(device.root_id)
        messages = await self._messages(device, limit=str(_MOST_MESSAGES))
        oldest = min((message.id for message in messages), default=0)
        is_cut = len(messages) >= _MOST_MESSAGES and (mark is None or oldest > mark)
        if is_cut:
            # Frequent ones may have pushed others out of those that are answered.
            told = {message.matchedtype for message in messages}
            for name, request in (await self._requests()).items():
                if request.field == _COMMAND and name not in told:
                    messages += await self._messages(device, typeName=name, limit="1")
        new = sorted(
            (message for message in messages if mark is None or message.id > mark),
            key=lambda message: message.id,
        )
        self._marks[device.root_id] = new[-1].id if new else mark or 0
        readings = {
            reading.id: reading
            for message in new
            for reading in measured(message.message, message.timestampiso)
        }
        return Report(
            readings=named(readings.values(), self._measures.get(device.root_id, {})),
            # What was told before we came answers nobody here.
            answered=frozenset(
                message.matchedtype for message in new if mark is not None
            ),
        )

    async def _messages(self, device: Device, **query: str) -> list[WireMessage]:
        raw = await self._client.transport.read(
            paths.MESSAGES, {"unitId": device.root_id, **query}
        )
        messages, _ = WireMessage.parse_all(raw)
        return messages

    async def requestable(self) -> list[str]:
        """Return the profiles and commands of the catalogue, those of most commands first (7.1)."""
        requests = await self._requests()
        return sorted(requests, key=lambda name: -len(requests[name].commands))

    async def request_readings(self, device: Device, name: str) -> Requested:
        """Queue a command or a profile for a unit (POST /RequestUnitInfo, 7.2).

        The limits are those of the catalogue, in seconds; a profile counts for the limits of its commands too.
        Raises NotFound for a name that is not in the catalogue, RateLimited where a limit would be passed.
        """
        requests = await self._requests()
        if (request := requests.get(name)) is None:
            raise NotFound("not in the catalogue")
        unit_id = device.root_id
        async with self._counting[unit_id]:
            if unit_id not in self._counted:
                await self._count_past(device, requests)
                self._counted.add(unit_id)
        if self._quota.is_fresh((unit_id, name), request.limit):
            return Requested(skipped=dict.fromkeys(request.commands, "fresh"))
        asked = {name, *request.commands}
        waits = [
            self._quota.wait((unit_id, each), requests[each].limit)
            for each in asked
            if each in requests
        ]
        if (wait := max(waits, default=0.0)) > 0:
            raise RateLimited(wait)
        for each in asked:
            self._quota.note((unit_id, each))
        try:
            raw = await self._client.of_unit(
                paths.REQUEST_INFO, unit_id, **{request.field: name}
            )
        except OutcomeUnknown:
            for each in asked:
                self._quota.doubt((unit_id, each))
            raise
        except VendorError:
            for each in asked:
                self._quota.take_back((unit_id, each))
            raise
        return _requested(raw, request)

    async def _count_past(
        self, device: Device, requests: Mapping[str, _Request]
    ) -> None:
        """Count what others, or we before a restart, seem to have asked for: the messages tell of it."""
        told: dict[str, list[datetime]] = {}
        for message in await self._messages(device, limit=str(_MOST_MESSAGES)):
            if message.timestampiso:
                told.setdefault(message.matchedtype, []).append(message.timestampiso)
        for name, request in requests.items():
            # A profile was asked for at most as often as its rarest command has answered.
            times = min((told.get(each, []) for each in request.commands), key=len)
            for at in times:
                self._quota.note((device.root_id, name), at)

    async def _requests(self) -> Mapping[str, _Request]:
        """Return the catalogue, read anew once an hour (GET /RequestUnitInfoTypes, 7.1)."""
        now = self._clock()
        read = self._catalogue_read
        if read is None or not read <= now < read + _CATALOGUE_AGE:
            raw = await self._client.transport.read(paths.INFO_TYPES)
            self._catalogue = _catalogue(WireCatalogue.parse(raw))
            self._catalogue_read = now
        return self._catalogue


def _catalogue(wire: WireCatalogue) -> Mapping[str, _Request]:
    commands, _ = WireCommand.parse_all(wire.commands or [])
    profiles, _ = WireProfile.parse_all(wire.profiles or [])
    requests = {
        command.typename: _Request(
            _COMMAND,
            Limit(
                command.ratelimitmax,
                command.ratelimitintervalseconds,
                command.defaultcacheseconds,
            ),
            (command.typename,),
        )
        for command in commands
    }
    for profile in profiles:
        names = profile.typenames
        if not isinstance(names, list) or not names:
            continue
        requests[profile.profilename] = _Request(
            "profile",
            Limit(
                profile.ratelimitmax,
                profile.ratelimitintervalseconds,
                profile.cacheseconds,
            ),
            tuple(str(name) for name in names),
        )
    return requests


def _requested(raw: Any, request: _Request) -> Requested:
    """Return which commands were queued; an answer without a list means all."""
    answer = (
        {str(key).lower(): value for key, value in raw.items()}
        if isinstance(raw, dict)
        else {}
    )
    try:
        commands, _ = WireQueued.parse_all(answer.get("commands"))
    except AnswerNotUnderstood:
        return Requested(queued=request.commands)
    return Requested(
        queued=tuple(
            command.typename
            for command in commands
            if command.status.upper() == _QUEUED
        ),
        skipped={
            command.typename: command.status
            for command in commands
            if command.status.upper() != _QUEUED
        },
    )
