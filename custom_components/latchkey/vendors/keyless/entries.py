"""The entries of the platform's logs: what each tells."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ..model import Device, DeviceKind
from ..passages import LogLine, Outcome
from ..vendor import AnswerNotUnderstood
from .pairs import Half
from .wire import OPENING, WireClient, WireGatewayEntry, WireLockEntry

SYSTEM: Final = "system"
AUDIT: Final = "audit"

_METHODS: Final = {"OPERATING_DEVICE": "app"}
_GATEWAY: Final = "gateway"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of a log, as a line and as what else is made of it."""

    line: LogLine
    number: int
    half: Half | None = None
    """Where the log of the other one may tell of it too."""
    by_gateway: WireGatewayEntry | None = None

    @property
    def at(self) -> datetime:
        """Return when it was, by the device's own clock."""
        return self.line.occurred_at

    @property
    def order(self) -> tuple[datetime, int]:
        """Return its place among the others; many have one second."""
        return self.line.occurred_at, self.number


def understood(raws: Iterable[Any], device: Device, kind: str) -> list[Entry]:
    """Return the entries of a device's log; one that cannot be read, or is another device's, hides no other."""
    entries = []
    for raw in raws:
        try:
            entry = (
                _of_gateway(WireGatewayEntry.parse(raw), device.id, kind)
                if device.kind is DeviceKind.GATEWAY
                else _of_lock(WireLockEntry.parse(raw), device.id)
            )
        except AnswerNotUnderstood:
            continue
        if entry is not None:
            entries.append(entry)
    return entries


def _of_lock(wire: WireLockEntry, lock_id: str) -> Entry | None:
    """Return what a lock tells (5)."""
    at = wire.occurrencedatetime
    if at is None or wire.lockingdeviceid.casefold() != lock_id.casefold():
        return None
    try:
        client = WireClient.parse(wire.client)
    except AnswerNotUnderstood:
        client = WireClient()
    is_by_gateway = _GATEWAY.upper() in client.type.upper()
    outcome = Outcome.OTHER
    if wire.granted is False:
        outcome = Outcome.DENIED
    elif wire.granted and wire.eventname in OPENING:
        outcome = Outcome.GRANTED
    elif wire.granted is None and _is_boot(wire.eventname):
        outcome = Outcome.RESTART
    key = (wire.id,)
    half = None
    if is_by_gateway and wire.granted is not None and wire.eventname in OPENING:
        half = Half(
            key=key,
            lock_id=lock_id,
            gateway_id=client.gatewaydeviceid,
            occurred_at=at,
            is_locks=True,
            granted=wire.granted,
        )
    return Entry(
        line=LogLine(
            device_id=lock_id,
            outcome=outcome,
            occurred_at=at,
            recorded_at=at,
            text=wire.eventname,
            holder_id=client.userid or None,
            method=_GATEWAY if is_by_gateway else _METHODS.get(client.type.upper()),
            reason="no_permission" if wire.granted is False else None,
            key=key,
        ),
        number=wire.sequencenumber,
        half=half,
    )


def _of_gateway(wire: WireGatewayEntry, gateway_id: str, kind: str) -> Entry | None:
    """Return what a gateway tells (9), which has no id; an opening is told at the lock that it names."""
    at = wire.datetime
    if at is None:
        return None
    text = wire.conversationname if kind == AUDIT else wire.eventname
    key = (gateway_id, kind, str(wire.sequencenumber), at.isoformat(), text)
    half = None
    outcome = Outcome.OTHER
    if kind == AUDIT and text in OPENING and wire.lockingdeviceid:
        outcome = Outcome.GRANTED
        half = Half(
            key=key,
            lock_id=wire.lockingdeviceid,
            gateway_id=gateway_id,
            occurred_at=at,
            is_locks=False,
        )
    elif kind == SYSTEM and _is_boot(text):
        outcome = Outcome.RESTART
    return Entry(
        line=LogLine(
            device_id=half.lock_id if half else gateway_id,
            outcome=outcome,
            occurred_at=at,
            recorded_at=at,
            text=text,
            method=_GATEWAY if half else None,
            key=key,
        ),
        number=wire.sequencenumber,
        half=half,
        by_gateway=wire,
    )


def _is_boot(name: str) -> bool:
    return name.upper().startswith("BOOT")
