"""Smart locks: how they stand, and what they have last reported of that."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, override

from simulators.errors import Invalid
from simulators.keyvox.devices import Device
from simulators.keyvox.formats import written
from simulators.keyvox.options import Options

MODEL = "BCL-QR1"
PLAIN_MODELS = frozenset({"BCL-XP1", "BCL-XE1"})
"""The models whose PINs the lists show at once."""

PIN_TYPES = ("1", "2", "3")


@dataclass(frozen=True)
class Report:
    """What a lock has reported of itself."""

    at: datetime
    unlocked: bool
    battery: int
    related_battery: int


@dataclass
class Lock(Device):
    """A smart lock."""

    model: str = MODEL
    pin_type: str = "1"
    virtual: bool = False
    """Whether it is but one of a test organisation, without a device."""
    related: str | None = None
    """The model of a lock that is coupled to this reader, if one is."""
    unlocked: bool = False
    battery: int = 100
    related_battery: int = 100
    turns: int = 0
    """How often it was locked or unlocked, by which a late locking knows that it is not wanted any more."""
    report: Report = field(init=False)

    @property
    @override
    def is_reachable(self) -> bool:
        """Tell whether a command would arrive."""
        return self.online and not self.virtual

    @property
    def module_id(self) -> str:
        """Return the id of the device behind the lock."""
        return f"M{self.id[:8]}"

    def tell(self, at: datetime) -> None:
        """Report how it stands."""
        self.report = Report(at, self.unlocked, self.battery, self.related_battery)

    def turn(self, unlocked: bool) -> None:
        """Lock or unlock."""
        self.unlocked = unlocked
        self.turns += 1

    def set_batteries(
        self, battery: int | None = None, related_battery: int | None = None
    ) -> None:
        """Run the batteries down, or charge them."""
        for level in (battery, related_battery):
            if level is not None and not 0 <= level <= 100:
                raise Invalid("a battery has 0 to 100 percent")
        self.battery = self.battery if battery is None else battery
        if related_battery is not None:
            self.related_battery = related_battery

    def as_row(self) -> dict[str, Any]:
        """Return the lock as the list of locks tells of it."""
        return {
            "lockId": self.id,
            "lockName": self.name,
            "moduleId": self.module_id,
            "moduleName": self.model,
        }

    def as_status(self, options: Options) -> dict[str, Any]:
        """Return what is known of how it stands."""
        report = self.report
        told = {
            "status": options.unlocked_status
            if report.unlocked
            else options.locked_status,
            "battery": "-" if self.virtual else str(report.battery),
            "wifi": "1" if self.is_reachable else "0",
            "reportTime": written(report.at),
            "moduleId": self.module_id,
            "pinType": self.pin_type,
        }
        if self.related is not None:
            told["relateType"] = self.related
            told["relateBattery"] = str(report.related_battery)
        return told
