"""The endpoints of the FlexyKey REST API."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from http import HTTPMethod
from typing import Any, Final

from ..transport import Transport
from ..vendor import AnswerNotUnderstood, OutcomeUnknown
from . import paths
from .wire import WireControlled, WireEntry, WireStatus, WireSync, WireUnit

PRODUCTION: Final = "https://api.flexykey.se/v1/"

PAGE: Final = 500
_MOST_PAGES: Final = 200


class FlexyKeyClient:
    """Speaks the API as its Developer Integration Guide tells; section numbers are the guide's."""

    def __init__(self, transport: Transport) -> None:
        """Initialize with what sends the requests."""
        self.transport = transport

    async def units(self) -> tuple[list[WireUnit], bool]:
        """Return all units, and whether every one of them could be read (GET /units, 5.1)."""
        return WireUnit.parse_all(await self.transport.read(paths.UNITS))

    async def status(self, unit_id: str) -> WireStatus:
        """Return the state of a unit's relays and inputs (GET /Control, 6.2).

        Raises AnswerNotUnderstood where the answer is about another unit.
        """
        status = WireStatus.parse(
            await self.transport.read(paths.CONTROL, {"unitId": unit_id})
        )
        if str(status.unitid) != unit_id:
            raise AnswerNotUnderstood("another unit's status")
        return status

    async def control(self, unit_id: str, output: str, action: str) -> datetime:
        """Command an output: ON, OFF, or a pulse in whole seconds from 1 to 99999 (POST /Control, 6.1).

        Returns the time of the answer. Only the status "OK" is documented; since nothing says what
        another one would mean, it raises OutcomeUnknown.
        """
        body: dict[str, Any] = {
            "unitId": int(unit_id),
            "outputNumber": output,
            "outputAction": action,
        }
        answer = await self.transport.command(HTTPMethod.POST, paths.CONTROL, body)
        try:
            accepted = WireControlled.parse(answer.json()).status.upper() == "OK"
        except AnswerNotUnderstood:
            raise OutcomeUnknown("answer not understood") from None
        if not accepted:
            raise OutcomeUnknown("status not OK")
        return answer.date

    async def entries(self, unit_id: str, search: str = "") -> list[WireEntry]:
        """Return all ID entries of a unit in which a text occurs (GET /UnitIdEntries, 8.1).

        Raises AnswerNotUnderstood where a single one cannot be read: it must not pass for one that is gone.
        """
        entries: dict[int, WireEntry] = {}
        for _ in range(_MOST_PAGES):
            query = {
                "unitId": unit_id,
                "limit": str(PAGE),
                "offset": str(len(entries)),
            }
            if search:
                query["search"] = search
            raw = await self.transport.read(paths.ENTRIES, query)
            rows, all_read = WireEntry.parse_all(items(raw))
            if not all_read:
                raise AnswerNotUnderstood("ID entry")
            known = len(entries)
            entries |= {row.id: row for row in rows}
            # A short page may be the last one, or as long as the server lets pages be.
            if len(entries) == known:
                return list(entries.values())
        raise AnswerNotUnderstood("too many pages")

    async def create_entry(self, body: Mapping[str, Any]) -> str | None:
        """Create an ID entry; return its id, where the answer tells it (POST /UnitIdEntries, 8.2)."""
        raw = await self.command(HTTPMethod.POST, paths.ENTRIES, body)
        with suppress(AnswerNotUnderstood):
            return str(WireEntry.parse(raw).id)
        return None

    async def update_entry(self, entry_id: str, body: Mapping[str, Any]) -> None:
        """Change an ID entry (PUT /UnitIdEntries/{id}, 8.3)."""
        path = f"{paths.ENTRIES}/{entry_id}"
        await self.command(HTTPMethod.PUT, path, body)

    async def delete_entry(self, entry_id: str) -> None:
        """Mark an ID entry for deletion (DELETE /UnitIdEntries/{id}, 8.4)."""
        path = f"{paths.ENTRIES}/{entry_id}"
        await self.command(HTTPMethod.DELETE, path)

    async def push_changes(self, unit_id: str) -> int | None:
        """Queue a unit's changes for it; return how many (POST /UnitSync/PushChanges, 10.1)."""
        answer = await self.of_unit(paths.PUSH_CHANGES, unit_id)
        with suppress(AnswerNotUnderstood):
            sync = WireSync.parse(answer)
            # Settings may count as packets alone.
            if sync.entrycount is not None or sync.packetcount:
                return max(sync.entrycount or 0, sync.packetcount)
        return None

    async def abort_sync(self, unit_id: str) -> None:
        """Stop a unit's sync and clear its packets (POST /UnitSync/Abort, 10.3)."""
        await self.of_unit(paths.ABORT_SYNC, unit_id)

    async def sync_status(self, unit_id: str) -> WireSync:
        """Return how a unit's sync stands (GET /UnitSync/Status, 10.2); the answer is cached for 2 s."""
        query = {"unitId": unit_id}
        return WireSync.parse(await self.transport.read(paths.SYNC_STATUS, query))

    async def set_sync_state(
        self, unit_id: str, data: str, state: str, entry_id: str | None = None
    ) -> None:
        """Set what the server takes a unit to have (POST /Tools/{data}SyncState, 11.1 to 11.3).

        The data are IdEntries, UnitSettings or AllUnitData; only ID entries can be named one by one here.
        """
        fields: dict[str, Any] = {"unitSyncState": state}
        if entry_id is not None:
            fields["id"] = int(entry_id)
        await self.of_unit(f"{paths.TOOLS}/{data}SyncState", unit_id, **fields)

    async def of_unit(self, path: str, unit_id: str, **fields: Any) -> Any:
        """Return the answer to a POST about a unit."""
        body = {"unitId": int(unit_id), **fields}
        return await self.command(HTTPMethod.POST, path, body)

    async def command(
        self,
        method: HTTPMethod,
        path: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Any:
        """Return the JSON of a command's answer, None for an empty one.

        Raises OutcomeUnknown for what is no JSON: a gateway's page does not tell that anything was done.
        """
        answer = await self.transport.command(method, path, body, query)
        if not answer.body.strip():
            return None
        try:
            return answer.json()
        except AnswerNotUnderstood:
            raise OutcomeUnknown("answer not understood") from None


def items(raw: Any) -> Any:
    """Return the list of an answer, whether it comes bare or as UnitSettings' does (9.2)."""
    return raw.get("items", raw) if isinstance(raw, dict) else raw
