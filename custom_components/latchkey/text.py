"""Settings that are texts."""

from typing import override

from homeassistant.components.text import TextEntity
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
    """Set up the settings that are texts."""
    async_follow_settings(
        entry,
        async_add_entities,
        Platform.TEXT,
        SettingKind.TEXT,
        SettingText,
    )


class SettingText(SettingEntity, TextEntity):
    """A setting that is a text."""

    @property
    @override
    def native_max(self) -> int:
        """Return how long it may be."""
        return min(self.setting.longest, 255)

    @property
    @override
    def native_value(self) -> str | None:
        """Return the text."""
        value = self.setting.value
        return value[: self.native_max] if isinstance(value, str) else None

    @override
    async def async_set_value(self, value: str) -> None:
        """Change the text."""
        await self.async_change(value)
