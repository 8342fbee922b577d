"""Settings that are numbers."""

from typing import Final, override

from homeassistant.components.number import NumberEntity, NumberMode
from homeassistant.const import Platform, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import LatchkeyConfigEntry
from .setting_entity import SettingEntity, async_follow_settings
from .vendors.settings import SettingKind

# A device's changes wait for each other; devices do not.
PARALLEL_UPDATES = 0

_UNITS: Final = {
    "seconds": UnitOfTime.SECONDS,
    "minutes": UnitOfTime.MINUTES,
    "hours": UnitOfTime.HOURS,
    "days": UnitOfTime.DAYS,
}
"""Home Assistant's words for those of vendors; others are shown as they are."""


async def async_setup_entry(
    hass: HomeAssistant,
    entry: LatchkeyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the settings that are numbers."""
    async_follow_settings(
        entry,
        async_add_entities,
        Platform.NUMBER,
        SettingKind.NUMBER,
        SettingNumber,
    )


class SettingNumber(SettingEntity, NumberEntity):
    """A setting that is a number."""

    _attr_mode = NumberMode.BOX
    _attr_native_step = 1

    @property
    @override
    def native_min_value(self) -> float:
        """Return the least that it may be."""
        return self.setting.minimum

    @property
    @override
    def native_max_value(self) -> float:
        """Return the most that it may be."""
        return self.setting.maximum

    @property
    @override
    def native_unit_of_measurement(self) -> str | None:
        """Return what it is counted in."""
        unit = self.setting.unit
        return _UNITS.get(unit.lower(), unit) or None

    @property
    @override
    def native_value(self) -> float | None:
        """Return the number."""
        value = self.setting.value
        return value if isinstance(value, float | int) else None

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Change the number."""
        await self.async_change(value)
