"""What locks have logged: lines that are in the database, and lines that are still in a lock."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntFlag
from typing import Any, Final
from zlib import crc32

from simulators.iloq.dates import Dates
from simulators.iloq.fields import Record
from simulators.iloq.keys import Key, KeyType
from simulators.iloq.locks import Lock
from simulators.registry import new_id

NOBODY: Final = "00000000-0000-0000-0000-000000000000"


class Mask(IntFlag):
    """What a line tells of."""

    FAILED = 1
    PROGRAMMED = 2
    SUCCESSFUL = 4
    CONFIRMED = 8
    S10_KEY = 1024
    SERIES_5_KEY = 2048
    UNKNOWN_KEY = 4096


@dataclass(eq=False)
class Line:
    """One line, with what was known of lock and key when it was written."""

    lock: Lock
    key: Key | None
    person: str | None
    at: datetime
    mask: int
    counter: int
    error: int = 0
    tags: str = ""
    id: str = field(default_factory=new_id)
    arrived: datetime | None = None

    @property
    def key_number(self) -> int:
        """Return the number of the key."""
        return crc32(self.key.id.encode()) if self.key else 0

    @property
    def error_text(self) -> str:
        """Return the error as a text."""
        return f"Error {self.error}" if self.error else ""

    def as_data(self, dates: Dates, group_id: str) -> Record:
        """Return the line as the queries by dates answer it."""
        arrived = dates.write(self.arrived or self.at, "utc")
        return {
            "DeviceLog_ID": self.id,
            "FLockLogFNKey_ID": self.id,
            "AccessTypeMask": self.mask,
            "ErrorCode": self.error,
            "ErrorDescription": self.error_text,
            "FLock_ID": self.lock.id,
            "FNKey_ID": self.key.id if self.key else None,
            "GoingCounter": self.counter,
            "GoingDate": dates.write(self.at, "utc"),
            "ReadingDate": arrived,
            "TimestampUtc": arrived,
            "KeyId": self.key_number,
            "LocationCode": self.lock.record["LocationCode"],
            "LockingObject": self.lock.record["LockingObject"],
            "LockGroup_ID": group_id,
        }

    def as_trail(self, dates: Dates) -> Record:
        """Return the line as the audit trail answers it."""
        lock, key = self.lock.record, self.key
        confirmed = None
        if self.mask & Mask.CONFIRMED:
            confirmed = {"KeyHolderResponse": 0, "TimeStampUtc": None}
        return {
            "DeviceLog_ID": self.id,
            "ErrCode": self.error,
            "ErrorDescription": self.error_text,
            "FLock": {
                "FlockId": self.lock.id,
                "GoingCounter": self.counter,
                "KeyChamber": lock["KeyChamber"],
                "LocationCode": lock["LocationCode"],
                "LockingObject": lock["LockingObject"],
                "LockType": lock["LockType"],
            },
            "FNKey": {
                "CustomValueData": self.tags,
                "Description": key.record["Description"] if key else None,
                "FNKeyId": key.id if key else NOBODY,
                "GoingCounter": self.counter,
                "KeyId": self.key_number,
                "KeyTypeMask": key.record["KeyTypeMask"] if key else 0,
                "OptionMask": 0,
                "PersonName": self.person,
                "Stamp": key.record["Stamp"] if key else None,
            },
            "GoingDateUtc": dates.write(self.at, "utc"),
            "LocationData": None,
            "LocationInfoMask": 0,
            "LockStateConfirmation": confirmed,
            "ProgrammingInfo": None,
            "TypeMask": self.mask,
        }


class Logs:
    """The lines of a lock group, those in the database in the order in which they came."""

    most = 2000
    """How many lines the audit trail answers at once."""

    def __init__(self) -> None:
        """Start without any."""
        self._arrived: list[Line] = []
        self._waiting: list[Line] = []
        self.listener: Callable[[Line], None] | None = None

    def __len__(self) -> int:
        """Return how many lines are in the database."""
        return len(self._arrived)

    def write(self, line: Line) -> None:
        """Keep a line in its lock."""
        self._waiting.append(line)

    def load(self, lines: list[Line]) -> None:
        """Put lines into the database that have come already, and tell nobody."""
        self._arrived = sorted(
            [*self._arrived, *lines], key=lambda line: line.arrived or line.at
        )

    def take(self, line: Line, at: datetime) -> None:
        """Have a line come to the database, unless it is there."""
        if line.arrived is None:
            line.arrived = at
            self._waiting.remove(line)
            self._arrived.append(line)
            if self.listener:
                self.listener(line)

    def read_lock(self, lock_id: str, at: datetime) -> int:
        """Have all lines of one lock come, and tell how many there were."""
        lines = [line for line in self._waiting if line.lock.id == lock_id]
        for line in lines:
            self.take(line, at)
        return len(lines)

    def by_arrival(self, start: datetime | None, end: datetime | None) -> list[Line]:
        """Return the lines that came within a period; its end is not part of it."""
        lines = self._arrived

        def place(at: datetime) -> int:
            return bisect_left(lines, at, key=lambda line: line.arrived or line.at)

        first = 0 if start is None else place(start)
        return lines[first : None if end is None else max(first, place(end))]

    def by_going(self, start: datetime | None, end: datetime | None) -> list[Line]:
        """Return the lines of what happened within a period; its end is not part of it."""
        return [
            line
            for line in self._arrived
            if (start is None or line.at >= start) and (end is None or line.at < end)
        ]


def mask_of(key: Key | None, granted: bool) -> int:
    """Return what a line tells of a key at a lock."""
    if key is None:
        return int(Mask.FAILED | Mask.UNKNOWN_KEY)
    kind = (
        Mask.S10_KEY
        if KeyType.S10 in key.type
        else Mask.SERIES_5_KEY
        if KeyType.SERIES_5 in key.type
        else Mask(0)
    )
    outcome = Mask.SUCCESSFUL if granted else Mask.FAILED
    if granted and key.is_phone:
        outcome |= Mask.CONFIRMED
    return int(kind | outcome)


def newest_first(lines: list[Line]) -> list[Line]:
    """Return lines by when they happened, the latest first."""
    return sorted(lines, key=lambda line: line.at, reverse=True)


def as_event(line: Line, dates: Dates) -> dict[str, Any]:
    """Return a line as webhooks are told of it."""
    key = line.key
    phone = (key.phone if key else None) or {"PhoneNo": None, "Email": None}
    return {
        "DeviceLogTypeMask": line.mask,
        "FLock_ID": line.lock.id,
        "fnKey_ID": key.id if key else None,
        "GoingDateUtc": dates.write(line.at, "utc"),
        "KeyTypeMask": key.record["KeyTypeMask"] if key else None,
        "LanguageCode": None,
        "LockSerialNumber": line.lock.record["SerialNumber"],
        "Person_ID": key.record["Person_ID"] if key else None,
        "PersonFullName": line.person or "",
        "PhoneEmail": phone["Email"] or "",
        "PhoneNo": phone["PhoneNo"] or "",
        "RealEstate_ID": line.lock.record["RealEstate_Id"],
    }
