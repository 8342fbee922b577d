"""Settings of which one of several values is chosen."""

from typing import override

from homeassistant.components.select import SelectEntity
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import LatchkeyConfigEntry
from .setting_entity import SettingEntity, async_follow_settings
from .vendors.settings import SettingKind

# A device's changes wait for each other; devices do not.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: LatchkeyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the settings of which one of several values is chosen."""
    async_follow_settings(
        entry,
        async_add_entities,
        Platform.SELECT,
        SettingKind.SELECT,
        SettingSelect,
    )


class SettingSelect(SettingEntity, SelectEntity):
    """A setting of which one of several values is chosen."""

    @property
    @override
    def options(self) -> list[str]:
        """Return what can be chosen."""
        return list(self.setting.options)

    @property
    @override
    def current_option(self) -> str | None:
        """Return what is chosen."""
        value = self.setting.value
        return value if isinstance(value, str) else None

    @override
    async def async_select_option(self, option: str) -> None:
        """Choose another value."""
        await self.async_change(option)
