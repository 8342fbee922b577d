"""The platform's webhooks (2b): no signature is documented, so a call is a reason to read again and nothing more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from ..hints import Hint, Part
from ..vendor import AnswerNotUnderstood
from ..wire import Wire
from .client import KeylessClient
from .wire import WireGatewayEntry

_LONGEST_ID: Final = 64

type _Parts = tuple[tuple[Part, str], ...]

_GRANTS: Final[_Parts] = ((Part.GRANTS, ""),)
_INVENTORY: Final[_Parts] = ((Part.INVENTORY, ""),)
_OF_LOCK: Final[_Parts] = ((Part.LOG, "lockingdeviceid"),)
_OF_GATEWAY: Final[_Parts] = ((Part.LOG, "gatewaydeviceid"),)

_EVENTS: Final[Mapping[str, _Parts]] = {
    "UserCreated": _GRANTS,
    "UserDeleted": _GRANTS,
    "OperatingDeviceCreated": _GRANTS,
    "OperatingDeviceActivated": _GRANTS,
    "OperatingDeviceDeleted": _GRANTS,
    "LockingDeviceClaimed": _INVENTORY,
    "LockingDeviceSystemLogEntryReceived": _OF_LOCK,
    "LockingDeviceAuditLogEntryReceived": _OF_LOCK,
    "LockingDeviceAuditLogEntryReceivedV2": _OF_LOCK,
    "LockingDeviceCertificateEligibleForReKeying": _INVENTORY,
    "LockingDeviceCertificateSigningRequestCreated": _INVENTORY,
    "LockingDeviceCertificateIssued": _INVENTORY,
    "LockingDeviceCertificateReKeyingCompleted": _INVENTORY,
    "GatewayDeviceActivated": _INVENTORY,
    "RemoteCommandAcknowledged": ((Part.OPENING, "remotecommandid"),),
    "GatewayDeviceSystemLogEntryReceived": _OF_GATEWAY,
    "GatewayDeviceAuditLogEntryReceived": (
        *_OF_GATEWAY,
        (Part.PROOF, "logentry"),
    ),
}
"""What to read again after each event, by the member that names it; after one that nobody knows, the inventory."""


@dataclass(kw_only=True)
class WireEvent(Wire):
    """An event (2b), in those of its members that say what it is about."""

    eventid: str
    eventsystemid: str
    eventtype: str
    lockingdeviceid: str = ""
    gatewaydeviceid: str = ""
    remotecommandid: str = ""
    logentryid: str = ""
    logentry: Any = None


class Events:
    """What the platform calls with."""

    _client: KeylessClient

    def hints(self, body: bytes) -> Sequence[Hint]:
        """Return what a call hints at, nothing where its events are another system's (2b); raises AnswerNotUnderstood.

        Whether several events can come at once is not documented: a list is taken, too.
        """
        try:
            raw = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise AnswerNotUnderstood("not JSON") from None
        tenant = self._client.token.tenant.casefold()
        events = []
        for each in raw if isinstance(raw, list) else [raw]:
            try:
                events.append(_event(each))
            except AnswerNotUnderstood:
                continue
        if not events:
            raise AnswerNotUnderstood("no event")
        return [
            hint for system, hint in events if not tenant or system.casefold() == tenant
        ]


def _event(raw: Any) -> tuple[str, Hint]:
    """Return the system of an event, and what it hints at."""
    wire = WireEvent.parse(raw)
    if not wire.eventid or not wire.eventsystemid or not wire.eventtype:
        raise AnswerNotUnderstood("eventId, eventSystemId, eventType")
    # Of one entry there may be two forms of the event, of which both may be subscribed.
    key = wire.logentryid or wire.eventid
    if len(key) > _LONGEST_ID:
        raise AnswerNotUnderstood("too long an id")
    parts: list[tuple[Part, str]] = []
    for part, member in _EVENTS.get(wire.eventtype, _INVENTORY):
        if part is Part.PROOF:
            if command_id := _command_id(wire.logentry):
                parts.append((part, command_id))
            continue
        subject: str = getattr(wire, member) if member else ""
        if member and not subject:
            raise AnswerNotUnderstood(member)
        parts.append((part, subject))
    return wire.eventsystemid, Hint(event_id=key, parts=tuple(parts))


def _command_id(raw: Any) -> str:
    """Return the command that a gateway's entry is about; maintenance has none."""
    try:
        return WireGatewayEntry.parse(raw).remotecommandid
    except AnswerNotUnderstood:
        return ""
