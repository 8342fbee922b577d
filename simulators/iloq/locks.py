"""Locks: what is planned for each of them, and what was programmed into it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from simulators.iloq.dates import Dates
from simulators.iloq.fields import Model, Record, known
from simulators.iloq.keys import Content, Programming
from simulators.iloq.refusals import found, not_now, wrong_value
from simulators.registry import Registry

if TYPE_CHECKING:
    from simulators.iloq.group import LockGroup

LOCK = Model(
    text="Description Direction DoorThickness DoorType ExtDescription ExtentionPiece Handed KeyChamber LocationCode"
    " LockCode LockFramework LockFrameworkDepth LockingObject LockSettings MAC ManufacturingInfo Mounting"
    " OtherEquipment Stamp",
    guid="FLock_ID DefaultProgramStationFProgKey_ID FloorPlan_ID NetworkModuleDevice_ID RealEstate_Id Zone_ID",
    whole="DataVersion Ext HwVersion LockState LockType MechVersion PhysicalState SerialNumber SwVersion",
    truth="ClockInstalled",
    utc="ClockInstalledDateUtc",
    required="FLock_ID RealEstate_Id",
)
_V1 = [
    "FLock_ID",
    "Description",
    "LocationCode",
    "LockingObject",
    "LockType",
    "PhysicalState",
    "Stamp",
    "Zone_ID",
    "RealEstate_Id",
    "NetworkModuleDevice_ID",
    "HwVersion",
    "DataVersion",
]
OPTIONS = (
    "S10CollectAuditTrail",
    "S40AcceptSoftGroup",
    "S40FlipFlop",
    "S40LoggingOn",
    "S40OnlineRequiredHard",
    "S40OnlineRequiredSoft",
    "SaveOnlineLockAuditTrail",
)


class LockType(IntEnum):
    """What a lock is."""

    S10 = 0
    S10_NETWORK = 1
    S50 = 2
    C5 = 3
    S5_ONLINE = 4
    D5 = 5


_BY_TOKEN = (LockType.S10, LockType.S10_NETWORK)


class PhysicalState(IntEnum):
    """Where a lock is."""

    PLANNING = 0
    INSTALLED = 1
    NOT_IN_USE = 2
    HIDDEN = 3


@dataclass
class Lock:
    """A lock."""

    id: str
    record: Record
    planned: Content = field(default_factory=Content)
    programmed: Content = field(default_factory=Content)
    options: dict[str, bool] = field(
        default_factory=lambda: dict.fromkeys(OPTIONS, False)
    )
    openings: int = 0
    forced: dict[str, int] = field(default_factory=dict)

    @property
    def online(self) -> bool:
        """Tell whether the lock is connected to a network module."""
        return self.record["NetworkModuleDevice_ID"] is not None

    def as_json(self, dates: Dates, v1: bool = False) -> Record:
        """Return the lock as answers write it."""
        told = LOCK.write(self.record, dates)
        if v1:
            return {name: told[name] for name in _V1}
        return told | {"FloorPlanPointX": 0.0, "FloorPlanPointY": 0.0}

    def can_order(self) -> int:
        """Return 0 if the lock can be ordered, or why not."""
        if (forced := self.forced.get("CanOrder")) is not None:
            return forced
        if self.record["PhysicalState"] == PhysicalState.HIDDEN:
            return 2
        return 1 if self.record["LockType"] in _BY_TOKEN else 0

    def order(self) -> None:
        """Have what is planned wait for being programmed."""
        if reason := self.can_order():
            raise not_now(f"Lock cannot be ordered: {reason}")
        self.set_state(Programming.ORDERED)

    def change(self, content: Content) -> None:
        """Plan something else."""
        if content != self.planned:
            self.planned = content
            self.set_state(Programming.PLANNING)

    def program(self) -> None:
        """Have the lock programmed with what is planned for it."""
        self.programmed = self.planned
        self.set_state(Programming.PROGRAMMED)
        if self.record["PhysicalState"] == PhysicalState.PLANNING:
            self.record = self.record | {"PhysicalState": int(PhysicalState.INSTALLED)}

    def set_state(self, state: Programming) -> None:
        """Note how far programming has come."""
        self.record = self.record | {"LockState": int(state)}


class Locks(Registry[Lock]):
    """The locks of a lock group."""

    def __init__(self, group: LockGroup) -> None:
        """Start without any."""
        super().__init__()
        self._group = group

    def insert(self, body: Mapping[str, Any], dates: Dates) -> Lock:
        """Add a lock as a request describes it."""
        record = self._read(body, dates)
        if record["FLock_ID"] in self:
            raise wrong_value(record["FLock_ID"], "Lock.FLock_ID")
        lock = Lock(record["FLock_ID"], record | {"LockState": 0})
        self[lock.id] = lock
        return lock

    def edit(self, body: Mapping[str, Any], dates: Dates) -> None:
        """Write all fields of a lock but its state of programming."""
        record = self._read(body, dates)
        lock = found(self, record["FLock_ID"], "Lock.FLock_ID")
        lock.record = record | {"LockState": lock.record["LockState"]}

    def delete(self, lock: Lock) -> None:
        """Delete a lock, or take one out of use that was programmed."""
        if lock.record["LockState"] == Programming.PROGRAMMED:
            lock.record = lock.record | {"PhysicalState": int(PhysicalState.NOT_IN_USE)}
        else:
            del self[lock.id]

    def _read(self, body: Mapping[str, Any], dates: Dates) -> Record:
        """Return the fields of a lock, all of which refer to something."""
        group = self._group
        given = body.get("Lock")
        if isinstance(given, dict) and "RealEstate_ID" in given:
            # What is inserted writes the name of this field as other models do, what is read does not.
            given = {"RealEstate_Id": given["RealEstate_ID"], **given}
        record = LOCK.read(given, dates, "Lock")
        for name, kinds in (("LockType", LockType), ("PhysicalState", PhysicalState)):
            if record[name] not in set(kinds):
                raise wrong_value(record[name], f"Lock.{name}")
        known([record["RealEstate_Id"]], group.real_estates, "Lock.RealEstate_Id")
        if record["Zone_ID"] is not None:
            known([record["Zone_ID"]], group.zones, "Lock.Zone_ID")
        return record
