"""The calendars by which doors behind network modules are held open (facts sheet 3.2, 3.4, 3.6, 4.12)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from ..model import Device
from ..schedules import EntryKind, EntryList, Hold, Relay, Schedule, ScheduleList
from ..vendor import AnswerNotUnderstood, NoRight, NotAvailable, NotFound
from .calendar_entries import HELD_OPEN, entry, worked_out
from .calendar_wire import (
    WireCalendar,
    WireEntries,
    WireEntry,
    WireOneEntry,
    WireRelay,
    WireRelayLink,
)
from .part import Part
from .recurrence import NotUnderstood
from .times import with_offset, without_offset

CALENDARS: Final = "GET CalendarDataTitles"
MOST_CALENDARS: Final = 100
"""How many calendars are told, by their names: each is a request or two."""
SUBJECT: Final = "Home Assistant"
"""What an entry of ours is called in the vendor's own program."""

_ENTRIES: Final = "GET CalendarDataTitles/{id}/CalendarDatas"
_LINKS: Final = "GET CalendarDataTitles/{id}/CalendarNetworkModuleDeviceRelayLinks"
_RELAY: Final = "GET NetworkModuleDeviceRelays/{id}"
_MARGIN: Final = timedelta(days=1)
"""How much more is asked for: the zone of what is asked is not documented."""
_UNTOLD: Final = (NoRight, NotAvailable, NotFound)


class Calendars(Part):
    """What the calendars of a locking system hold, and entries of ours in them."""

    async def schedules(self, device: Device) -> ScheduleList:
        """Return the calendars with the relays that they control; those are told to administrators alone."""
        found, complete = await self._client.rows(WireCalendar, CALENDARS)
        found.sort(key=lambda each: (each.name, each.calendardatatitle_id))
        names: dict[str, str] = {}
        schedules = []
        for calendar in found[:MOST_CALENDARS]:
            calendar_id = calendar.calendardatatitle_id.casefold()
            schedules.append(
                Schedule(
                    id=calendar_id,
                    name=calendar.name or calendar.description,
                    relays=await self._relays(calendar_id, names),
                )
            )
        return ScheduleList(
            schedules=tuple(schedules),
            complete=complete and len(found) <= MOST_CALENDARS,
        )

    async def _relays(
        self, calendar_id: str, names: dict[str, str]
    ) -> tuple[Relay, ...] | None:
        """Return what a calendar controls, None where that is not told; names are asked for once."""
        try:
            links, complete = await self._client.rows(
                WireRelayLink, _LINKS, calendar_id
            )
        except _UNTOLD:
            return None
        relays = []
        for relay_id in {
            link.networkmoduledevicerelay_id.casefold(): None for link in links
        }:
            if not relay_id:
                continue
            if relay_id not in names:
                names[relay_id] = await self._relay_name(relay_id)
            relays.append(Relay(id=relay_id, name=names[relay_id]))
        return tuple(relays) if complete else None

    async def _relay_name(self, relay_id: str) -> str:
        try:
            told = WireRelay.parse(await self._client.read(_RELAY, relay_id))
        except (*_UNTOLD, AnswerNotUnderstood):
            return relay_id[:8]
        return told.name or relay_id[:8]

    async def entries(
        self, schedule_id: str, start: datetime, end: datetime
    ) -> EntryList:
        """Return the entries of a calendar in a period of at most a few months, worked out where they recur (in UTC)."""
        raw = await self._client.read(
            _ENTRIES,
            schedule_id,
            query={
                "startDate": without_offset(start - _MARGIN, self._zone),
                "endDate": without_offset(end + _MARGIN, self._zone),
            },
        )
        told = WireEntries.parse({} if raw is None else raw)
        return await worked_out(told, self._zone, start, end)

    # Entries of ours

    async def open_until(self, hold: Hold) -> None:
        """Add an entry that turns the relays on (3.2)."""
        await self._client.command("POST CalendarDatas", body=self._entry_body(hold))

    async def change_hold(self, hold: Hold) -> None:
        """Give an entry of ours other times; raises InvalidRequest where there is none of that id."""
        await self._client.command("PUT CalendarDatas", body=self._entry_body(hold))

    async def cancel_hold(self, hold: Hold) -> None:
        """Delete an entry of ours; raises NotFound where there is none of that id."""
        await self._client.command("DELETE CalendarDatas/{id}", hold.id)

    async def hold(self, hold: Hold) -> Hold | None:
        """Return an entry of ours as it stands; raises AnswerNotUnderstood where it is none that turns relays on."""
        try:
            told = await self._client.read("GET CalendarDatas/{id}", hold.id)
        except NotFound:
            return None
        if told is None or (raw := WireOneEntry.parse(told).entry) is None:
            return None
        try:
            found = entry(WireEntry.parse(raw), self._zone)
        except NotUnderstood:
            raise AnswerNotUnderstood("entry") from None
        if found.id != hold.id or found.kind != EntryKind.HELD_OPEN:
            raise AnswerNotUnderstood("entry")
        return replace(hold, start=found.start, end=found.end)

    def _entry_body(self, hold: Hold) -> Mapping[str, Any]:
        """Return an entry as it is sent, with the offset of its times: their zone is not documented (4.12)."""
        return {
            "Entries": [
                {
                    "CalendarData_ID": hold.id,
                    "CalendarDataTitle_ID": hold.schedule_id,
                    "StartDateTime": with_offset(hold.start, self._zone),
                    "EndDateTime": with_offset(hold.end, self._zone),
                    "Subject": SUBJECT,
                    "Type": HELD_OPEN,
                }
            ],
            "RecurringEntries": [],
            "RecurringEntryExceptions": [],
        }
