"""Logs of devices: an entry is numbered when it happens, and is there for readers when it has arrived."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from simulators.clock import iso
from simulators.keyless.options import Options

type Kind = Literal["system", "audit"]


@dataclass(frozen=True)
class LockEntry:
    """An entry of a locking device's log; one of an audit says who it was, and whether it was permitted."""

    id: str
    locking_device_id: str
    event_name: str
    at: datetime
    number: int
    client: dict[str, str] | None = None
    granted: bool | None = None

    @property
    def order(self) -> tuple[datetime, str]:
        """Return by what the vendor sorts."""
        return self.at, self.id

    def as_json(self) -> dict[str, Any]:
        """Return the entry as the vendor's interface tells of it."""
        told: dict[str, Any] = {
            "id": self.id,
            "lockingDeviceId": self.locking_device_id,
            "eventName": self.event_name,
            "occurrenceDatetime": iso(self.at),
            "sequenceNumber": self.number,
        }
        if self.client is not None:
            told |= {"client": self.client, "granted": self.granted}
        return told

    def as_event(self) -> dict[str, Any]:
        """Return the entry as webhooks are told of it, whoever it was."""
        return {
            "logEntryId": self.id,
            "logEntryEventName": self.event_name,
            "logEntryDatetime": iso(self.at),
            "logEntrySequenceNumber": self.number,
            "lockingDeviceId": self.locking_device_id,
        }


@dataclass(frozen=True)
class GatewayEntry:
    """An entry of a gateway's log; what is in it depends on what happened."""

    at: datetime
    number: int
    fields: dict[str, str]

    @property
    def order(self) -> tuple[datetime, int]:
        """Return by what the vendor sorts."""
        return self.at, self.number

    def as_json(self) -> dict[str, Any]:
        """Return the entry as the vendor's interface and webhooks tell of it."""
        return {"sequenceNumber": self.number, "datetime": iso(self.at), **self.fields}


class Log[Entry: (LockEntry, GatewayEntry)]:
    """What has arrived of one device's log, and how far it has counted."""

    def __init__(self) -> None:
        """Start empty."""
        self._numbers: Counter[str] = Counter()
        self.arrived: dict[Kind, list[Entry]] = {"system": [], "audit": []}

    def next_number(self, kind: Kind, options: Options) -> int:
        """Return the number of an entry that happens now."""
        counter = kind if options.separate_numbers else ""
        self._numbers[counter] += 1
        return self._numbers[counter] - 1

    def restart_numbers(self) -> None:
        """Have the device count from nothing again, as after a reset to the state of the factory."""
        self._numbers.clear()
