"""The endpoints of the FlexyKey REST API."""

from datetime import datetime
from http import HTTPMethod
from typing import Any, Final

from ..transport import Transport
from ..vendor import AnswerNotUnderstood, OutcomeUnknown
from .wire import WireControlled, WireStatus, WireUnit

PRODUCTION: Final = "https://api.flexykey.se/v1/"


class FlexyKeyClient:
    """Speaks the API as its Developer Integration Guide tells; section numbers are the guide's."""

    def __init__(self, transport: Transport) -> None:
        """Initialize with what sends the requests."""
        self.transport = transport

    async def units(self) -> tuple[list[WireUnit], bool]:
        """Return all units, and whether every one of them could be read (GET /units, 5.1)."""
        return WireUnit.parse_all(await self.transport.read("units"))

    async def status(self, unit_id: str) -> WireStatus:
        """Return the state of a unit's relays and inputs (GET /Control, 6.2).

        Raises AnswerNotUnderstood where the answer is about another unit.
        """
        status = WireStatus.parse(
            await self.transport.read("Control", {"unitId": unit_id})
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
        answer = await self.transport.command(HTTPMethod.POST, "Control", body)
        try:
            accepted = WireControlled.parse(answer.json()).status.upper() == "OK"
        except AnswerNotUnderstood:
            raise OutcomeUnknown("answer not understood") from None
        if not accepted:
            raise OutcomeUnknown("status not OK")
        return answer.date
