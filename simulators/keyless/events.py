"""What happens in the system, as webhooks are told of it."""

from collections import deque
from collections.abc import Callable
from typing import Any

from simulators.registry import new_id

type Event = dict[str, Any]

EVENT_TYPES = frozenset(
    {
        "UserCreated",
        "UserDeleted",
        "OperatingDeviceCreated",
        "OperatingDeviceActivated",
        "OperatingDeviceDeleted",
        "LockingDeviceClaimed",
        "LockingDeviceSystemLogEntryReceived",
        "LockingDeviceAuditLogEntryReceived",
        "LockingDeviceAuditLogEntryReceivedV2",
        "LockingDeviceCertificateEligibleForReKeying",
        "LockingDeviceCertificateSigningRequestCreated",
        "LockingDeviceCertificateIssued",
        "LockingDeviceCertificateReKeyingCompleted",
        "GatewayDeviceActivated",
        "RemoteCommandAcknowledged",
        "GatewayDeviceSystemLogEntryReceived",
        "GatewayDeviceAuditLogEntryReceived",
    }
)

# Enough for a test; those of a long run would fill the memory.
_KEPT = 10_000


class Events:
    """The events of one system, oldest first, and who hears of them."""

    def __init__(self, system_id: str) -> None:
        """Start with none, and with nobody who listens."""
        self._system_id = system_id
        self.latest: deque[Event] = deque(maxlen=_KEPT)
        self.listener: Callable[[Event], None] | None = None

    def emit(self, event_type: str, **fields: Any) -> None:
        """Say that something has happened."""
        event = {
            "eventId": new_id(),
            "eventSystemId": self._system_id,
            "eventType": event_type,
            **fields,
        }
        self.latest.append(event)
        if self.listener:
            self.listener(event)
