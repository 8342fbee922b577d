"""Settings: values of a device at the vendor that a person may change."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from .model import Device


class SettingKind(StrEnum):
    """How a setting is entered."""

    NUMBER = "number"
    SELECT = "select"
    SWITCH = "switch"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A setting that a device has, with what it may be set to."""

    id: str
    kind: SettingKind
    name: str
    value: float | str | bool | None
    """None where it is not what it may be set to."""
    minimum: float = 0
    maximum: float = 0
    unit: str = ""
    options: tuple[str, ...] = ()
    longest: int = 255


@runtime_checkable
class HasSettings(Protocol):
    """A vendor whose devices have settings; a change reaches the device with the next delivery."""

    async def settings(self, device: Device) -> Sequence[Setting]:
        """Return the settings that a device has."""
        ...

    async def change_setting(
        self, device: Device, setting: Setting, value: float | str | bool
    ) -> None:
        """Change a setting at the vendor; what the setting may not be is refused before it is sent."""
        ...
